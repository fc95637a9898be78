#include "onnx_change.h"
#include "base/file.h"
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

void onnx_append(struct ls_onnx *onnx, const char *type, const char *input, const char *output) {
    LsOnnx__Graph *graph = onnx->model->graph;
    LsOnnx__Node *node = malloc(sizeof *node);
    graph->node = realloc(graph->node, (graph->n_node + 1) * sizeof *graph->node);
    assert_true(graph->node && node);
    ls_onnx__node__init(node);
    node->type = strdup(type);
    onnx_add_name(&node->input, &node->n_input, input);
    onnx_add_name(&node->output, &node->n_output, output);
    graph->node[graph->n_node++] = node;
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
