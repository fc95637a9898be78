/* From the nodes of an ONNX graph to ours, one after the other. */
#include "model/onnx_network.h"
#include "base/file.h"
#include "model/onnx_walk.h"
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ls_onnx_operations *const known[] = {
    &ls_onnx_activations, &ls_onnx_arithmetic, &ls_onnx_attention, &ls_onnx_joins,
    &ls_onnx_layers,      &ls_onnx_norms,      &ls_onnx_parts,     &ls_onnx_pools,
    &ls_onnx_reshapes,    &ls_onnx_resizes,    &ls_onnx_einsums};

enum { KINDS = sizeof known / sizeof *known };

static int compare(const void *a, const void *b) {
    const char *const *s = a, *const *t = b;
    return strcmp(*s, *t);
}

static void refuse_type(struct ls_onnx_walk *w) {
    enum { MOST = 128 };
    const char *types[MOST] = {0};
    char names[1024] = "";
    size_t count = 0;
    for (int k = 0; k < KINDS; k++)
        for (int m = 0; m < known[k]->count && count < MOST; m++)
            types[count++] = known[k]->members[m].type;
    for (size_t i = 0; ls_onnx_folded_type(i) && count < MOST; i++)
        types[count++] = ls_onnx_folded_type(i);
    qsort(types, count, sizeof *types, compare);
    for (size_t t = 0; t < count; t++) {
        if (t && strcmp(types[t], types[t - 1]) == 0)
            continue; /* of activations and of constants */
        strncat(names, t ? ", " : "", sizeof names - strlen(names) - 1);
        strncat(names, types[t], sizeof names - strlen(names) - 1);
    }
    w->builder.status = ls_fail(w->builder.error, LS_MISMATCH,
                                "is not known here; known are %s. 'landscape scan --evaluator' "
                                "scans any other network",
                                names);
}

/* How the node's operation becomes ours; NULL if we do not have it. */
static const struct ls_onnx_operation *find_operation(const struct LsOnnx__Node *node) {
    for (int k = 0; node->type && k < KINDS; k++)
        for (int m = 0; m < known[k]->count; m++)
            if (strcmp(node->type, known[k]->members[m].type) == 0)
                return &known[k]->members[m];
    return NULL;
}

static bool is_folded(const struct LsOnnx__Node *node) {
    size_t i = 0;
    while (ls_onnx_folded_type(i) && strcmp(ls_onnx_folded_type(i), node->type) != 0)
        i++;
    return ls_onnx_folded_type(i);
}

static void refuse_operation(struct ls_onnx_walk *w) {
    if (w->node->type && is_folded(w->node))
        ls_onnx_refuse(w, "is known here for sizes of activations and constants only");
    else
        refuse_type(w);
}

/* Adds the node, unless it makes what is known from the file, which is found by its name when it is
 * needed. */
static void add_node(struct ls_onnx_walk *w) {
    const struct LsOnnx__Node *node = w->node;
    if (node->n_output < 1 || ls_onnx_find(w->onnx, node->output[0]).tensor)
        return;
    if (ls_onnx_is_own(node->domain) && ls_onnx_folds(w)) {
        ls_onnx_fold(w);
        return;
    }
    const struct ls_onnx_operation *operation = find_operation(node);
    if (!operation || !ls_onnx_is_own(node->domain)) {
        refuse_operation(w);
        return;
    }
    if (!ls_onnx_has_only(node, operation->attributes)) {
        ls_onnx_refuse(w, "has attributes that are not known here");
        return;
    }
    struct ls_onnx_value value = operation->add(w);
    const long index = ls_onnx_index(w->onnx, node->output[0]);
    value.made = true;
    if (index >= 0)
        w->values[index] = value;
}

/* The index of the name of the network's output; -1 if it has not just one. */
static long output_index(const struct ls_onnx_walk *w) {
    const struct LsOnnx__Graph *graph = w->onnx->graph;
    return graph->n_output == 1 && graph->output[0]->name
               ? ls_onnx_index(w->onnx, graph->output[0]->name)
               : -1;
}

/* wanted[n_node] = whether the network's output takes the node: what nobody takes is left out. */
static void find_wanted(const struct ls_onnx_walk *w, bool *needed, bool *wanted) {
    const struct LsOnnx__Graph *graph = w->onnx->graph;
    const long output = output_index(w);
    if (output >= 0)
        needed[output] = true;
    for (size_t i = graph->n_node; i-- > 0;) {
        const struct LsOnnx__Node *node = graph->node[i];
        for (size_t k = 0; k < node->n_output && !wanted[i]; k++) {
            const long index = ls_onnx_index(w->onnx, node->output[k]);
            wanted[i] = index >= 0 && needed[index];
        }
        for (size_t k = 0; k < node->n_input && wanted[i]; k++) {
            const long index = ls_onnx_index(w->onnx, node->input[k]);
            if (index >= 0)
                needed[index] = true;
        }
    }
}

/* The image is the first input that is not a weight. */
static void add_image(struct ls_onnx_walk *w) {
    const struct LsOnnx__Graph *graph = w->onnx->graph;
    const struct LsOnnx__Value *image = NULL;
    for (size_t i = 0; i < graph->n_input && !image; i++)
        if (graph->input[i]->name && !ls_onnx_find(w->onnx, graph->input[i]->name).tensor)
            image = graph->input[i];
    const struct LsOnnx__Shape *shape =
        image && image->type && image->type->tensor ? image->type->tensor->shape : NULL;
    int64_t size[LS_ONNX_RANK] = {0};
    bool sound = shape && shape->n_dimension == LS_ONNX_RANK;
    for (size_t d = 1; sound && d < LS_ONNX_RANK; d++) {
        size[d] = shape->dimension[d]->size;
        sound = size[d] >= 1 && size[d] <= LS_ONNX_MOST;
    }
    if (!sound) {
        w->builder.status =
            ls_fail(w->builder.error, LS_MISMATCH,
                    "its input is not images [batch, channels, height, width] of known size");
        return;
    }
    const int node = ls_image(&w->builder, (int)size[2], (int)size[3], (int)size[1]);
    w->image = image->name;
    struct ls_onnx_value *value = &w->values[w->onnx->name_count];
    *value = ls_onnx_made_image(w, node);
    value->made = true;
}

/* The last node must be what the network is for: a row of numbers for an image, or one for a pixel.
 */
static void check_output(struct ls_onnx_walk *w) {
    const long index = output_index(w);
    struct ls_onnx_value output = {0};
    if (index >= 0 && w->values[index].made)
        output = w->values[index];
    if (output.term == LS_ONNX_LOG_SOFTMAX)
        output.term = LS_ONNX_WHOLE;
    output = ls_onnx_in_rows(w, ls_onnx_settle(w, output));
    if (w->builder.status)
        return;
    const struct ls_shape shape = w->builder.network->nodes[output.node].out;
    if (output.node == 0 || output.node != w->builder.network->node_count - 1)
        w->builder.status = ls_fail(w->builder.error, LS_MISMATCH,
                                    "is not a network with one output, computed last");
    else if (!ls_onnx_is_image(w, output) &&
             (shape.height > 1 || shape.width > 1 || !ls_onnx_is_image_order(&output.view, shape)))
        w->builder.status =
            ls_fail(w->builder.error, LS_MISMATCH,
                    "its output is an image that has been flattened, or has been transposed");
}

/* PyTorch's start of the last linear layer suits no other. */
static void choose_starts(struct ls_network *network) {
    for (int n = 0; n < network->node_count - 1; n++)
        if (network->nodes[n].op == &ls_op_linear)
            network->tensors[network->nodes[n].tensor[0]].init = LS_INIT_HE_NORMAL;
}

/* Builds the network; w->node is where it failed, if it was at a node. */
static void build(struct ls_onnx_walk *w, const bool *wanted) {
    add_image(w);
    for (size_t i = 0; i < w->onnx->graph->n_node && !w->builder.status; i++) {
        w->node = w->onnx->graph->node[i];
        if (wanted[i])
            add_node(w);
    }
    if (w->builder.status)
        return;
    w->node = NULL;
    check_output(w);
    choose_starts(w->builder.network);
}

enum ls_status ls_onnx_network(const struct ls_onnx *onnx, struct ls_network *network,
                               struct ls_onnx_source **sources, struct ls_error *error) {
    struct ls_error reason;
    struct ls_onnx_walk w = {.onnx = onnx, .builder = {.network = network, .error = &reason}};
    *network = (struct ls_network){0};
    if (strlen(onnx->path) >= sizeof network->arch)
        return ls_fail(error, LS_BAD_ARGUMENT, "%s: a path too long for a network", onnx->path);
    strcpy(network->arch, onnx->path);
    w.values = calloc(onnx->name_count + 1, sizeof *w.values);
    bool *needed = calloc(onnx->name_count + 1, sizeof *needed);
    bool *wanted = calloc(onnx->graph->n_node + 1, sizeof *wanted);
    if (w.values && needed && wanted) {
        find_wanted(&w, needed, wanted);
        build(&w, wanted);
    } else {
        w.builder.status = ls_fail_memory(&reason, "a network");
    }
    free(w.values);
    free(needed);
    free(wanted);
    if (sources && !w.builder.status)
        *sources = w.sources;
    else
        free(w.sources);
    if (!w.builder.status)
        return LS_OK;
    ls_network_free(network);
    if (!w.node)
        return ls_fail(error, w.builder.status, "%s: %s", onnx->path, reason.message);
    return ls_fail(error, w.builder.status, "%s: node '%.64s' (%.64s): %s", onnx->path,
                   w.node->name ? w.node->name : "", w.node->type ? w.node->type : "no operation",
                   reason.message);
}

enum ls_status ls_onnx_network_read(struct ls_network *network, const char *path,
                                    struct ls_error *error) {
    unsigned char *bytes = NULL;
    size_t byte_count = 0;
    struct ls_onnx onnx;
    *network = (struct ls_network){0};
    enum ls_status status =
        ls_file_read(path, LS_MAX_TENSOR_FILE_BYTES, &bytes, &byte_count, error);
    if (status)
        return status;
    char sha256[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data(bytes, byte_count, sha256);
    status = ls_onnx_parse(&onnx, path, bytes, byte_count, error);
    free(bytes);
    if (status)
        return status;
    status = ls_onnx_network(&onnx, network, NULL, error);
    memcpy(network->sha256, sha256, sizeof sha256);
    ls_onnx_free(&onnx);
    return status;
}
