#include "onnx_change.h"
#include "base/file.h"
#include "ops/op.h"
#include "support.h"

LsOnnx__Attribute *onnx_attribute(const struct ls_onnx *onnx, int node, const char *name) {
    LsOnnx__Node *n = onnx->model->graph->node[node];
    for (size_t i = 0; i < n->n_attribute; i++)
        if (strcmp(n->attribute[i]->name, name) == 0)
            return n->attribute[i];
    fail_msg("no attribute %s", name);
    return NULL;
}

void onnx_rename(char **name, const char *other) {
    free(*name);
    *name = strdup(other);
}

void onnx_add_name(char ***names, size_t *count, const char *name) {
    *names = realloc(*names, (*count + 1) * sizeof **names);
    assert_non_null(*names);
    (*names)[(*count)++] = strdup(name);
}

LsOnnx__Node *onnx_append(struct ls_onnx *onnx, const char *type, const char *input,
                          const char *output) {
    LsOnnx__Graph *graph = onnx->model->graph;
    LsOnnx__Node *node = malloc(sizeof *node);
    graph->node = realloc(graph->node, (graph->n_node + 1) * sizeof *graph->node);
    assert_true(graph->node && node);
    ls_onnx__node__init(node);
    node->type = strdup(type);
    onnx_add_name(&node->input, &node->n_input, input);
    onnx_add_name(&node->output, &node->n_output, output);
    graph->node[graph->n_node++] = node;
    return node;
}

enum ls_status onnx_read_again(struct ls_onnx *onnx, const char *path, struct ls_error *error) {
    const size_t count = ls_onnx__model__get_packed_size(onnx->model);
    unsigned char *bytes = malloc(count);
    assert_non_null(bytes);
    ls_onnx__model__pack(onnx->model, bytes);
    ls_onnx_free(onnx);
    const enum ls_status status = ls_onnx_parse(onnx, path, bytes, count, error);
    free(bytes);
    return status;
}

int onnx_node(const struct ls_onnx *onnx, const char *type, int earlier) {
    const LsOnnx__Graph *graph = onnx->model->graph;
    for (size_t i = 0; i < graph->n_node; i++)
        if (strcmp(graph->node[i]->type, type) == 0 && earlier-- == 0)
            return (int)i;
    fail_msg("no more %s", type);
    return 0;
}

void onnx_check_refusals(const char *path, const struct onnx_refusal *cases, size_t number) {
    unsigned char *bytes;
    size_t count;
    assert_int_equal(ls_file_read(path, 1 << 20, &bytes, &count, NULL), LS_OK);
    for (size_t i = 0; i < number; i++) {
        struct ls_onnx onnx;
        struct ls_network network;
        struct ls_error error = {0};
        assert_int_equal(ls_onnx_parse(&onnx, path, bytes, count, NULL), LS_OK);
        cases[i].change(&onnx);
        if (!onnx_read_again(&onnx, path, &error)) {
            if (ls_onnx_network(&onnx, &network, NULL, &error) != LS_MISMATCH)
                fail_msg("not refused: %s", cases[i].why);
            ls_onnx_free(&onnx);
        }
        assert_message(&error, path);
        assert_message(&error, cases[i].why);
    }
    free(bytes);
}

LsOnnx__Node *onnx_find(const struct ls_onnx *o, const char *type, int earlier) {
    return o->model->graph->node[onnx_node(o, type, earlier)];
}

/* The numbers of the constant that is a node's input. */
static void *constant(const struct ls_onnx *o, const char *type, int earlier, size_t input) {
    const LsOnnx__Graph *graph = o->model->graph;
    const char *name = onnx_find(o, type, earlier)->input[input];
    for (size_t i = 0; i < graph->n_node; i++)
        if (strcmp(graph->node[i]->output[0], name) == 0) {
            assert_string_equal(graph->node[i]->type, "Constant");
            return graph->node[i]->attribute[0]->tensor->raw.data;
        }
    fail_msg("no constant %s", name);
    return NULL;
}

void onnx_set_number(const struct ls_onnx *o, const char *type, int earlier, float number) {
    memcpy(constant(o, type, earlier, 1), &number, sizeof number);
}

void onnx_set_whole(const struct ls_onnx *o, const char *type, int earlier, size_t input, size_t i,
                    int64_t number) {
    memcpy((int64_t *)constant(o, type, earlier, input) + i, &number, sizeof number);
}

void onnx_add_input(LsOnnx__Node *node, const char *name) {
    onnx_add_name(&node->input, &node->n_input, name);
}

void onnx_drop_attributes(LsOnnx__Node *node) {
    while (node->n_attribute > 0)
        ls_onnx__attribute__free_unpacked(node->attribute[--node->n_attribute], NULL);
}

void onnx_add_wholes(LsOnnx__Node *to, const char *name, size_t count, const int64_t *wholes) {
    LsOnnx__Attribute *attribute = malloc(sizeof *attribute);
    to->attribute = realloc(to->attribute, (to->n_attribute + 1) * sizeof *to->attribute);
    assert_true(attribute && to->attribute);
    ls_onnx__attribute__init(attribute);
    attribute->name = strdup(name);
    attribute->wholes = memcpy(malloc(count * sizeof *wholes), wholes, count * sizeof *wholes);
    attribute->n_wholes = count;
    to->attribute[to->n_attribute++] = attribute;
}

void onnx_add_row(const struct ls_onnx *o, const char *name, size_t count, const int64_t *wholes) {
    LsOnnx__Graph *graph = o->model->graph;
    LsOnnx__Tensor *row = malloc(sizeof *row);
    graph->initializer =
        realloc(graph->initializer, (graph->n_initializer + 1) * sizeof *graph->initializer);
    assert_true(row && graph->initializer);
    ls_onnx__tensor__init(row);
    row->name = strdup(name);
    row->has_type = true;
    row->type = 7;
    row->size = malloc(sizeof *row->size);
    *row->size = (int64_t)count;
    row->n_size = 1;
    row->wholes = memcpy(malloc(count * sizeof *wholes), wholes, count * sizeof *wholes);
    row->n_wholes = count;
    graph->initializer[graph->n_initializer++] = row;
}

void onnx_add_number(const struct ls_onnx *o, const char *name, float number) {
    onnx_add_row(o, name, 1, (int64_t[]){0});
    LsOnnx__Tensor *single = o->model->graph->initializer[o->model->graph->n_initializer - 1];
    free(single->wholes);
    single->wholes = NULL;
    single->n_wholes = 0;
    single->type = 1;
    single->n_size = 0;
    single->floats = memcpy(malloc(sizeof number), &number, sizeof number);
    single->n_floats = 1;
}

void onnx_move_last(const struct ls_onnx *o, int n) {
    LsOnnx__Graph *graph = o->model->graph;
    LsOnnx__Node *last = graph->node[graph->n_node - 1];
    memmove(graph->node + n + 1, graph->node + n,
            (graph->n_node - 1 - (size_t)n) * sizeof(LsOnnx__Node *));
    graph->node[n] = last;
}

void onnx_set_output(const struct ls_onnx *o, const char *name) {
    onnx_rename(&o->model->graph->output[0]->name, name);
}

void onnx_take(const struct ls_onnx *o, const char *type, int earlier, size_t input,
               const char *name) {
    onnx_rename(&onnx_find(o, type, earlier)->input[input], name);
}

void onnx_change(struct ls_onnx *onnx, const char *path, void (*change)(struct ls_onnx *o)) {
    unsigned char *bytes;
    size_t count;
    assert_int_equal(ls_file_read(path, 1 << 20, &bytes, &count, NULL), LS_OK);
    assert_int_equal(ls_onnx_parse(onnx, path, bytes, count, NULL), LS_OK);
    free(bytes);
    change(onnx);
    assert_int_equal(onnx_read_again(onnx, path, NULL), LS_OK);
}

void onnx_make(struct ls_network *network, const char *path, void (*change)(struct ls_onnx *o)) {
    struct ls_onnx onnx;
    struct ls_error error = {0};
    onnx_change(&onnx, path, change);
    if (ls_onnx_network(&onnx, network, NULL, &error))
        fail_msg("%s", error.message);
    ls_onnx_free(&onnx);
}

void onnx_check_taken(const char *path, void (*change)(struct ls_onnx *o), int numbers) {
    struct ls_network network;
    onnx_make(&network, path, change);
    const struct ls_shape shape = network.nodes[network.node_count - 1].out,
                          wanted = {1, 1, numbers};
    assert_true(ls_shape_equal(shape, wanted));
    ls_network_free(&network);
}
