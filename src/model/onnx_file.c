#include "model/onnx_file.h"
#include <string.h>

enum { MOST_STEPS = 8 }; /* from a name to its tensor */

/* Types of a tensor. */
enum { FLOAT = 1, INT64 = 7, FLOAT16 = 10, DOUBLE = 11, BFLOAT16 = 16 };

bool ls_onnx_recognise(const char *path) {
    static const char ending[] = ".onnx";
    const size_t length = strlen(path), less = sizeof ending - 1;
    return length > less && strcmp(path + length - less, ending) == 0;
}

enum ls_status ls_onnx_parse(struct ls_onnx *onnx, const char *path, const void *bytes,
                             size_t byte_count, struct ls_error *error) {
    *onnx = (struct ls_onnx){.path = path};
    onnx->model = ls_onnx__model__unpack(NULL, byte_count, bytes);
    if (!onnx->model)
        return ls_fail(error, LS_BAD_FILE, "%s: not a sound ONNX file", path);
    onnx->graph = onnx->model->graph;
    if (onnx->graph)
        return LS_OK;
    ls_onnx_free(onnx);
    return ls_fail(error, LS_BAD_FILE, "%s: an ONNX file without a network", path);
}

void ls_onnx_free(struct ls_onnx *onnx) {
    ls_onnx__model__free_unpacked(onnx->model, NULL);
    *onnx = (struct ls_onnx){0};
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

static const struct LsOnnx__Node *maker(const struct LsOnnx__Graph *graph, const char *name) {
    for (size_t i = 0; i < graph->n_node; i++)
        if (graph->node[i]->n_output == 1 && is(graph->node[i]->output[0], name))
            return graph->node[i];
    return NULL;
}

/* Whether the node passes on a tensor; *transposed changes if it transposes it. */
static bool passes_on(const struct LsOnnx__Node *node, bool *transposed) {
    int64_t order[2];
    if (!node || node->n_input != 1)
        return false;
    if (is(node->type, "Identity"))
        return true;
    const bool turns = is(node->type, "Transpose") && find(node, "perm") &&
                       ls_onnx_wholes(node, "perm", 2, 0, order) && order[0] == 1 && order[1] == 0;
    *transposed ^= turns;
    return turns;
}

struct ls_onnx_source ls_onnx_find(const struct ls_onnx *onnx, const char *name) {
    const struct LsOnnx__Graph *graph = onnx->graph;
    struct ls_onnx_source source = {0};
    for (int step = 0; step < MOST_STEPS; step++) { /* a ring of nodes would never end */
        for (size_t i = 0; i < graph->n_initializer && !source.tensor; i++)
            if (is(graph->initializer[i]->name, name))
                source.tensor = graph->initializer[i];
        const struct LsOnnx__Node *node = source.tensor ? NULL : maker(graph, name);
        const struct LsOnnx__Attribute *value =
            node && is(node->type, "Constant") ? find(node, "value") : NULL;
        if (value)
            source.tensor = value->tensor;
        if (source.tensor || !passes_on(node, &source.transposed))
            break;
        name = node->input[0];
    }
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

bool ls_onnx_pads_itself(const struct LsOnnx__Node *node) {
    static const char by_pads[] = "NOTSET";
    const struct LsOnnx__Attribute *attribute = find(node, "auto_pad");
    return attribute && (attribute->text.len != sizeof by_pads - 1 ||
                         memcmp(attribute->text.data, by_pads, sizeof by_pads - 1) != 0);
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
