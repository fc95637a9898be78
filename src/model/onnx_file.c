#include "model/onnx_file.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 8 }; /* from a name to its tensor */

/* Types of a tensor. */
enum { FLOAT = 1, INT64 = 7, FLOAT16 = 10, DOUBLE = 11, BFLOAT16 = 16 };

bool ls_onnx_recognise(const char *path) {
    return ls_stem_length(path, ".onnx") < strlen(path);
}

static bool is(const char *text, const char *other) {
    return text && strcmp(text, other) == 0;
}

static const struct LsOnnx__Attribute *find(const struct LsOnnx__Node *node, const char *name) {
    for (size_t i = 0; i < node->n_attribute; i++)
        if (is(node->attribute[i]->name, name))
            return node->attribute[i];
    return NULL;
}

static int compare(const void *a, const void *b) {
    const struct ls_onnx_name *s = a, *t = b;
    return strcmp(s->text, t->text);
}

/* Collects the names of weights and of what nodes make, of which none may be there twice. */
static enum ls_status collect(struct ls_onnx *onnx, struct ls_error *error) {
    const struct LsOnnx__Graph *graph = onnx->graph;
    size_t most = graph->n_initializer + 1;
    for (size_t i = 0; i < graph->n_node; i++)
        most += graph->node[i]->n_output;
    onnx->names = calloc(most, sizeof *onnx->names);
    if (!onnx->names)
        return ls_fail_memory(error, "a network");
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (graph->initializer[i]->name)
            onnx->names[onnx->name_count++] = (struct ls_onnx_name){
                .text = graph->initializer[i]->name, .tensor = graph->initializer[i]};
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t k = 0; k < graph->node[i]->n_output; k++)
            if (*graph->node[i]->output[k])
                onnx->names[onnx->name_count++] = (struct ls_onnx_name){
                    .text = graph->node[i]->output[k], .node = k == 0 ? graph->node[i] : NULL};
    qsort(onnx->names, onnx->name_count, sizeof *onnx->names, compare);
    for (size_t i = 1; i < onnx->name_count; i++)
        if (compare(&onnx->names[i - 1], &onnx->names[i]) == 0)
            return ls_fail(error, LS_BAD_FILE, "%s: '%.200s' is there twice", onnx->path,
                           onnx->names[i].text);
    return LS_OK;
}

/* Before this version operations had other inputs and attributes. */
static enum ls_status check_version(struct ls_onnx *onnx, struct ls_error *error) {
    enum { OLDEST = 7 };
    for (size_t i = 0; i < onnx->model->n_operators; i++)
        if (ls_onnx_is_own(onnx->model->operators[i]->domain))
            onnx->version = onnx->model->operators[i]->version;
    if (onnx->version >= OLDEST)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH,
                   "%s: uses version %lld of ONNX's operations, known are those from %d on",
                   onnx->path, (long long)onnx->version, OLDEST);
}

bool ls_onnx_is_own(const char *domain) {
    return !domain || !*domain || strcmp(domain, "ai.onnx") == 0;
}

enum ls_status ls_onnx_parse(struct ls_onnx *onnx, const char *path, const void *bytes,
                             size_t byte_count, struct ls_error *error) {
    *onnx = (struct ls_onnx){.path = path};
    onnx->model = ls_onnx__model__unpack(NULL, byte_count, bytes);
    if (!onnx->model)
        return ls_fail(error, LS_BAD_FILE, "%s: not a sound ONNX file", path);
    onnx->graph = onnx->model->graph;
    enum ls_status status =
        onnx->graph ? check_version(onnx, error)
                    : ls_fail(error, LS_BAD_FILE, "%s: an ONNX file without a network", path);
    if (!status)
        status = collect(onnx, error);
    if (status)
        ls_onnx_free(onnx);
    return status;
}

void ls_onnx_free(struct ls_onnx *onnx) {
    ls_onnx__model__free_unpacked(onnx->model, NULL);
    free(onnx->names);
    *onnx = (struct ls_onnx){0};
}

long ls_onnx_index(const struct ls_onnx *onnx, const char *text) {
    const struct ls_onnx_name wanted = {.text = text};
    const struct ls_onnx_name *found =
        bsearch(&wanted, onnx->names, onnx->name_count, sizeof *onnx->names, compare);
    return found ? (long)(found - onnx->names) : -1;
}

/* Whether the node transposes a matrix: the order of its dimensions is turned, which is what it
 * does without being told. */
static bool transposes(const struct LsOnnx__Node *node) {
    int64_t order[2] = {1, 0};
    return is(node->type, "Transpose") && node->n_input == 1 &&
           (!find(node, "perm") || ls_onnx_wholes(node, "perm", 2, 0, order)) && order[0] == 1 &&
           order[1] == 0;
}

/* Whether the node gives on what it takes, but for the type of its numbers. */
static bool passes(const struct LsOnnx__Node *node) {
    return is(node->type, "Identity") ||
           (is(node->type, "Cast") && ls_onnx_whole(node, "to", 0) == FLOAT);
}

/* The weight of that name, or what the node of that name has as a constant; NULL: neither. */
static const struct LsOnnx__Tensor *stored(const struct ls_onnx *onnx, const char *name) {
    const long index = ls_onnx_index(onnx, name);
    const struct LsOnnx__Node *node = index < 0 ? NULL : onnx->names[index].node;
    const struct LsOnnx__Attribute *value =
        node && is(node->type, "Constant") ? find(node, "value") : NULL;
    if (index >= 0 && onnx->names[index].tensor)
        return onnx->names[index].tensor;
    return value ? value->tensor : NULL;
}

/* axes[most] = which dimensions the node adds, as an input or an attribute says; returns how many,
 * 0 if it is something else. */
static int added_axes(const struct ls_onnx *onnx, const struct LsOnnx__Node *node, int most,
                      int64_t *axes) {
    if (!is(node->type, "Unsqueeze"))
        return 0;
    const struct LsOnnx__Attribute *attribute = node->n_input == 1 ? find(node, "axes") : NULL;
    const struct LsOnnx__Tensor *tensor = node->n_input == 2 ? stored(onnx, node->input[1]) : NULL;
    int count = tensor ? ls_onnx_tensor_wholes(tensor, most, axes) : 0;
    if (attribute && attribute->n_wholes <= (size_t)most)
        while (count < (int)attribute->n_wholes) {
            axes[count] = attribute->wholes[count];
            count++;
        }
    return count < 0 ? 0 : count;
}

/* Notes the dimensions that the node adds, the last one first, each as if the ones behind it were
 * not there yet; false: it adds none. */
static bool note_axes(const struct ls_onnx *onnx, const struct LsOnnx__Node *node, int64_t *noted,
                      int *noted_count) {
    int64_t axes[MOST_STEPS];
    const int count = added_axes(onnx, node, MOST_STEPS - *noted_count, axes);
    for (int behind = 0; behind < count; behind++) {
        const int64_t axis = axes[count - 1 - behind];
        noted[(*noted_count)++] = axis < 0 ? axis + behind : axis;
    }
    return count > 0;
}

/* Whether all dimensions that were added, the last one first, stand behind the tensor's own. */
static bool are_behind(const struct ls_onnx_source *source, const int64_t *axes) {
    for (int i = 0; i < source->behind; i++) {
        const int64_t rank = (int64_t)source->tensor->n_size + source->behind - 1 - i;
        if (axes[i] != -1 && axes[i] != rank)
            return false;
    }
    return !source->behind || !source->transposed;
}

struct ls_onnx_source ls_onnx_find(const struct ls_onnx *onnx, const char *name) {
    struct ls_onnx_source source = {.name = name};
    int64_t axes[MOST_STEPS];
    bool same = true;                               /* no Identity was passed yet */
    for (int step = 0; step < MOST_STEPS; step++) { /* a ring of nodes would never end */
        const long index = ls_onnx_index(onnx, name);
        const struct LsOnnx__Node *node = index < 0 ? NULL : onnx->names[index].node;
        if (same)
            source.name = name;
        source.tensor = stored(onnx, name);
        if (source.tensor || !node || node->n_input < 1)
            break;
        const bool turns = transposes(node);
        const bool adds = note_axes(onnx, node, axes, &source.behind);
        if (!adds && (node->n_input != 1 || (!turns && !passes(node))))
            break;
        source.transposed ^= turns;
        source.cast = source.cast || is(node->type, "Cast");
        same = same && !is(node->type, "Identity");
        name = node->input[0];
    }
    if (source.tensor && !are_behind(&source, axes))
        source.tensor = NULL;
    return source;
}

struct ls_onnx_numbers ls_onnx_numbers(const struct LsOnnx__Tensor *tensor) {
    static const struct {
        int type;
        enum ls_dtype dtype;
        size_t size;
    } types[] = {{FLOAT, LS_DTYPE_F32, 4},
                 {DOUBLE, LS_DTYPE_F64, 8},
                 {FLOAT16, LS_DTYPE_F16, 2},
                 {BFLOAT16, LS_DTYPE_BF16, 2}};
    struct ls_onnx_numbers numbers = {0};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        if (types[t].type == tensor->type)
            numbers = (struct ls_onnx_numbers){types[t].dtype, tensor->raw.len / types[t].size,
                                               types[t].size, tensor->raw.data};
    if (tensor->type == FLOAT && tensor->n_floats > 0) {
        numbers.count = tensor->n_floats;
        numbers.data = (const uint8_t *)tensor->floats;
    } else if (tensor->type == DOUBLE && tensor->n_doubles > 0) {
        numbers.count = tensor->n_doubles;
        numbers.data = (const uint8_t *)tensor->doubles;
    }
    return numbers;
}

int64_t ls_onnx_whole(const struct LsOnnx__Node *node, const char *name, int64_t otherwise) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    return attribute ? attribute->whole : otherwise;
}

double ls_onnx_number(const struct LsOnnx__Node *node, const char *name, double otherwise) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    return attribute ? (double)attribute->number : otherwise;
}

bool ls_onnx_wholes(const struct LsOnnx__Node *node, const char *name, int count, int64_t otherwise,
                    int64_t *wholes) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    if (attribute && attribute->n_wholes != (size_t)count)
        return false;
    for (int i = 0; i < count; i++)
        wholes[i] = attribute ? attribute->wholes[i] : otherwise;
    return true;
}

bool ls_onnx_says(const struct LsOnnx__Node *node, const char *name, const char *text,
                  bool otherwise) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    const size_t length = strlen(text);
    if (!attribute)
        return otherwise;
    return attribute->text.len == length &&
           (length == 0 || memcmp(attribute->text.data, text, length) == 0);
}

const struct LsOnnx__Tensor *ls_onnx_tensor(const struct LsOnnx__Node *node, const char *name) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    return attribute ? attribute->tensor : NULL;
}

bool ls_onnx_single(const struct LsOnnx__Tensor *tensor, float *number) {
    const struct ls_onnx_numbers numbers = ls_onnx_numbers(tensor);
    int64_t whole;
    double wide;
    if (tensor->type == INT64 && ls_onnx_tensor_wholes(tensor, 1, &whole) == 1)
        *number = (float)whole;
    else if (numbers.data && numbers.count == 1 && numbers.dtype == LS_DTYPE_F32)
        memcpy(number, numbers.data, sizeof *number);
    else if (numbers.data && numbers.count == 1 && numbers.dtype == LS_DTYPE_F64) {
        memcpy(&wide, numbers.data, sizeof wide);
        *number = (float)wide;
    } else
        return false;
    return true;
}

int ls_onnx_tensor_wholes(const struct LsOnnx__Tensor *tensor, int most, int64_t *wholes) {
    const size_t count = tensor->n_wholes ? tensor->n_wholes : tensor->raw.len / sizeof *wholes;
    if (tensor->type != INT64 || tensor->n_size > 1 || count > (size_t)most)
        return -1;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = 0;
        for (size_t byte = 8; !tensor->n_wholes && byte-- > 0;)
            bits = bits << 8 | tensor->raw.data[8 * i + byte];
        wholes[i] = tensor->n_wholes ? tensor->wholes[i] : (int64_t)bits;
    }
    return (int)count;
}
