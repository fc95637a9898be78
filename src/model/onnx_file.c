#include "model/onnx_file.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More types of a tensor. */
enum { INT32 = 6, BOOL = 9, FLOAT16 = 10, DOUBLE = 11, BFLOAT16 = 16 };

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

void ls_onnx_keep(const struct ls_onnx *onnx, long index, struct LsOnnx__Tensor *tensor) {
    onnx->names[index].tensor = tensor;
    onnx->names[index].kept = true;
}

void ls_onnx_free(struct ls_onnx *onnx) {
    for (size_t i = 0; i < onnx->name_count; i++)
        if (onnx->names[i].kept)
            ls_onnx__tensor__free_unpacked(onnx->names[i].tensor, NULL);
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

struct ls_onnx_numbers ls_onnx_numbers(const struct LsOnnx__Tensor *tensor) {
    static const struct {
        int type;
        enum ls_dtype dtype;
        size_t size;
    } types[] = {{LS_ONNX_FLOAT, LS_DTYPE_F32, 4},
                 {DOUBLE, LS_DTYPE_F64, 8},
                 {FLOAT16, LS_DTYPE_F16, 2},
                 {BFLOAT16, LS_DTYPE_BF16, 2}};
    struct ls_onnx_numbers numbers = {0};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        if (types[t].type == tensor->type)
            numbers = (struct ls_onnx_numbers){types[t].dtype, tensor->raw.len / types[t].size,
                                               types[t].size, tensor->raw.data};
    if (tensor->type == LS_ONNX_FLOAT && tensor->n_floats > 0) {
        numbers.count = tensor->n_floats;
        numbers.data = (const uint8_t *)tensor->floats;
    } else if (tensor->type == DOUBLE && tensor->n_doubles > 0) {
        numbers.count = tensor->n_doubles;
        numbers.data = (const uint8_t *)tensor->doubles;
    }
    return numbers;
}

bool ls_onnx_number_at(const struct ls_onnx_numbers *numbers, size_t i, float *number) {
    double wide;
    if (numbers->data && numbers->dtype == LS_DTYPE_F32) {
        memcpy(number, numbers->data + i * numbers->size, sizeof *number);
        return true;
    }
    if (!numbers->data || numbers->dtype != LS_DTYPE_F64)
        return false;
    memcpy(&wide, numbers->data + i * numbers->size, sizeof wide);
    *number = (float)wide;
    return true;
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

int ls_onnx_list(const struct LsOnnx__Node *node, const char *name, int most, int64_t *wholes) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    const size_t count = attribute ? attribute->n_wholes : 0;
    if (count > (size_t)most)
        return -1;
    for (size_t i = 0; i < count; i++)
        wholes[i] = attribute->wholes[i];
    return (int)count;
}

bool ls_onnx_has_only(const struct LsOnnx__Node *node, const char *attributes) {
    for (size_t i = 0; i < node->n_attribute; i++) {
        char word[64];
        const char *name = node->attribute[i]->name ? node->attribute[i]->name : "";
        if (snprintf(word, sizeof word, " %s ", name) >= (int)sizeof word ||
            !strstr(attributes, word))
            return false;
    }
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

char *ls_onnx_text(const struct LsOnnx__Node *node, const char *name) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    char *text = attribute ? calloc(attribute->text.len + 1, 1) : NULL;
    if (text && attribute->text.len)
        memcpy(text, attribute->text.data, attribute->text.len);
    return text;
}

const struct LsOnnx__Tensor *ls_onnx_tensor(const struct LsOnnx__Node *node, const char *name) {
    const struct LsOnnx__Attribute *attribute = find(node, name);
    return attribute ? attribute->tensor : NULL;
}

bool ls_onnx_single(const struct LsOnnx__Tensor *tensor, float *number) {
    const struct ls_onnx_numbers numbers = ls_onnx_numbers(tensor);
    int64_t whole;
    if (ls_onnx_tensor_wholes(tensor, 1, &whole) != 1)
        return numbers.count == 1 && ls_onnx_number_at(&numbers, 0, number);
    *number = (float)whole;
    return true;
}

/* Bytes of one; 0: they are no whole numbers. */
static size_t whole_size(const struct LsOnnx__Tensor *tensor) {
    return tensor->type == LS_ONNX_INT64 ? 8 : tensor->type == INT32 ? 4 : tensor->type == BOOL;
}

/* How many there are in the field that is for numbers of this size. */
static size_t listed(const struct LsOnnx__Tensor *tensor) {
    return tensor->type == LS_ONNX_INT64 ? tensor->n_wholes : tensor->n_narrow;
}

bool ls_onnx_is_whole(const struct LsOnnx__Tensor *tensor) {
    return whole_size(tensor) > 0;
}

size_t ls_onnx_whole_count(const struct LsOnnx__Tensor *tensor) {
    const size_t size = whole_size(tensor);
    if (size == 0)
        return 0;
    return listed(tensor) ? listed(tensor) : tensor->raw.len / size;
}

int64_t ls_onnx_whole_at(const struct LsOnnx__Tensor *tensor, size_t i) {
    const size_t size = whole_size(tensor);
    uint64_t bits = 0;
    if (listed(tensor))
        return tensor->type == LS_ONNX_INT64 ? tensor->wholes[i] : tensor->narrow[i];
    for (size_t byte = size; byte-- > 0;)
        bits = bits << 8 | tensor->raw.data[size * i + byte];
    return size == 4 ? (int32_t)(uint32_t)bits : (int64_t)bits;
}

int ls_onnx_tensor_wholes(const struct LsOnnx__Tensor *tensor, int most, int64_t *wholes) {
    const size_t count = ls_onnx_whole_count(tensor);
    if (!ls_onnx_is_whole(tensor) || tensor->n_size > 1 || count > (size_t)most)
        return -1;
    for (size_t i = 0; i < count; i++)
        wholes[i] = ls_onnx_whole_at(tensor, i);
    return (int)count;
}
