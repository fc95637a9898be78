/* Weights in ONNX files: which of ours they are, and what our layers are called after them. */
#include "base/text.h"
#include "model/onnx_walk.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Whether the tensor has as many numbers as its dimensions say. */
static bool is_whole(const struct LsOnnx__Tensor *tensor) {
    size_t left = ls_onnx_numbers(tensor).count;
    bool whole = left > 0;
    for (size_t d = 0; whole && d < tensor->n_size; d++) {
        const int64_t size = tensor->size[d];
        whole = size >= 1 && size <= INT_MAX && left % (size_t)size == 0;
        left /= whole ? (size_t)size : 1;
    }
    return whole && left == 1;
}

struct ls_onnx_source ls_onnx_checked(struct ls_onnx_walk *w, struct ls_onnx_source source,
                                      int rank) {
    if (source.tensor && source.tensor->location)
        ls_onnx_refuse(w, "its weights are in another file, which is not known here");
    else if (source.tensor && !ls_onnx_numbers(source.tensor).data)
        ls_onnx_refuse(w, "its weights are none, or not of floating point, or halves that are not "
                          "stored as raw data");
    else if (source.tensor &&
             (!is_whole(source.tensor) || (rank != 2 && source.transposed) || source.rank != rank))
        ls_onnx_refuse(w,
                       "its weights are not as many as their dimensions say, or these are others "
                       "than the operation has");
    if (w->builder.status)
        source.tensor = NULL;
    return source;
}

struct ls_onnx_source ls_onnx_weight(struct ls_onnx_walk *w, size_t i, int rank, bool optional) {
    const bool there = i < w->node->n_input && *w->node->input[i];
    struct ls_onnx_source source = {0};
    if (there)
        source = ls_onnx_find(w->onnx, w->node->input[i]);
    if (!source.tensor && (there || !optional))
        ls_onnx_refuse(w, "its weights are not in the file, or are computed");
    return ls_onnx_checked(w, source, rank);
}

struct ls_onnx_source ls_onnx_channel_weight(struct ls_onnx_walk *w, size_t i,
                                             struct ls_onnx_value x, bool optional) {
    return ls_onnx_weight(w, i, ls_onnx_channel_rank(w, x), optional);
}

bool ls_onnx_is_stored(const struct ls_onnx_walk *w, const struct ls_onnx_source *source) {
    bool found = false;
    for (size_t i = 0; i < w->onnx->graph->n_initializer && !found; i++)
        found = w->onnx->graph->initializer[i] == source->tensor;
    return found;
}

bool ls_onnx_is_parameter(const struct ls_onnx_walk *w, const struct ls_onnx_source *source) {
    static const char *const numbered[] = {"onnx::", "val_"};
    bool found =
        source->tensor && ls_onnx_numbers(source->tensor).data && ls_onnx_is_stored(w, source);
    for (size_t n = 0; found && n < sizeof numbered / sizeof *numbered; n++)
        found = strncmp(source->name, numbered[n], strlen(numbered[n])) != 0;
    return found;
}

/* What a layer is called, and what stands between that and "weight" or "bias". */
struct called {
    char name[LS_MAX_TENSOR_NAME];
    char separator; /* usually '.'; PyTorch's attention has an in_proj_weight */
};

/* Scales, and what is learned, have no layers, but are called as in the file. */
static bool has_own_name(const struct ls_op *op) {
    return op == &ls_op_scale || op == &ls_op_learned;
}

/* After its weight; where the exporter computed that, and gave it a number, after its bias. */
static struct called name_layer(struct ls_onnx_walk *w, const struct ls_op *op,
                                const struct ls_onnx_source *sources, int count) {
    static const char number[] = "onnx::";
    static const char *const endings[] = {".weight", ".bias", "_weight", "_bias"};
    struct called called = {.separator = '.'};
    const char *full = sources[0].name;
    if (count > 1 && strncmp(full, number, strlen(number)) == 0 &&
        strncmp(sources[1].name, number, strlen(number)) != 0)
        full = sources[1].name;
    const size_t ending_count = has_own_name(op) ? 0 : sizeof endings / sizeof *endings;
    size_t length = strlen(full);
    for (size_t e = 0; e < ending_count && length == strlen(full); e++) {
        length = ls_stem_length(full, endings[e]);
        called.separator = length < strlen(full) ? *endings[e] : '.';
    }
    if (length >= sizeof called.name || !ls_is_utf8(full)) {
        ls_onnx_refuse(w, "the name of its weights is too long, or no UTF-8");
        length = 0;
    }
    memcpy(called.name, full, length);
    return called;
}

/* Appends our node. */
static int build(struct ls_onnx_walk *w, const struct ls_op *op, struct ls_attributes attributes,
                 struct ls_onnx_value x, const struct ls_onnx_source *sources, int count) {
    struct ls_network *network = w->builder.network;
    const int first = network->tensor_count, inputs = op == &ls_op_learned ? 0 : 1;
    const struct called called = name_layer(w, op, sources, count);
    const int node = ls_build(&w->builder, op, called.name, attributes, inputs, &x.node);
    for (int t = first; t < network->tensor_count && !w->builder.status && !has_own_name(op); t++)
        network->tensors[t].name[strlen(called.name)] = called.separator;
    return node;
}

/* Whether the file's tensor has the sizes that the network's needs, but for dimensions of 1. */
static bool agrees(const struct ls_tensor *tensor, const struct ls_onnx_source *source) {
    int64_t size[LS_MAX_RANK] = {0};
    for (int d = 0; d < tensor->rank; d++)
        size[d] = tensor->size[d];
    return ls_onnx_same_but_ones(tensor->rank, size, source->rank, source->size);
}

/* Whether tensor t takes the weights or the name of an earlier one. */
static bool is_shared(const struct ls_onnx_walk *w, int t) {
    const struct ls_network *network = w->builder.network;
    for (int earlier = 0; w->sources[t].tensor && earlier < t; earlier++)
        if (w->sources[earlier].tensor && strcmp(w->sources[earlier].name, w->sources[t].name) == 0)
            return true;
    return ls_network_find(network, network->tensors[t].name) != &network->tensors[t];
}

int ls_onnx_add_weighted(struct ls_onnx_walk *w, const struct ls_op *op,
                         struct ls_attributes attributes, struct ls_onnx_value x,
                         const struct ls_onnx_source *sources, int count) {
    struct ls_network *network = w->builder.network;
    const int first = network->tensor_count;
    if (w->builder.status)
        return 0;
    const int node = build(w, op, attributes, x, sources, count);
    if (w->builder.status)
        return 0;
    struct ls_onnx_source *all = realloc(w->sources, (size_t)network->tensor_count * sizeof *all);
    if (!all) {
        w->builder.status = ls_fail_memory(w->builder.error, "a network");
        return 0;
    }
    w->sources = all;
    for (int t = first; t < network->tensor_count; t++) {
        all[t] = t - first < count ? sources[t - first] : (struct ls_onnx_source){0};
        if (all[t].tensor && !agrees(&network->tensors[t], &all[t]))
            ls_onnx_refuse(w, "its weights do not fit what it is applied to");
        else if (is_shared(w, t))
            ls_onnx_refuse(
                w, "has the weights of another node, and shared weights are not known here");
    }
    return node;
}
