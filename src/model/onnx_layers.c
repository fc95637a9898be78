/* Operations of ONNX that have weights. */
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

struct ls_onnx_source ls_onnx_weight(struct ls_onnx_walk *w, size_t i, size_t rank, bool optional) {
    const bool there = i < w->node->n_input && *w->node->input[i];
    struct ls_onnx_source source = {0};
    if (there)
        source = ls_onnx_find(w->onnx, w->node->input[i]);
    if (!source.tensor && (there || !optional))
        ls_onnx_refuse(w, "its weights are not in the file, or are computed");
    else if (source.tensor && source.tensor->location)
        ls_onnx_refuse(w, "its weights are in another file, which is not known here");
    else if (source.tensor && !ls_onnx_numbers(source.tensor).data)
        ls_onnx_refuse(w, "its weights are none, or not of floating point, or halves that are not "
                          "stored as raw data");
    else if (source.tensor && (!is_whole(source.tensor) || (rank != 2 && source.transposed) ||
                               source.tensor->n_size + (size_t)source.behind != rank ||
                               (source.behind && rank == 2)))
        ls_onnx_refuse(w,
                       "its weights are not as many as their dimensions say, or these are others "
                       "than the operation has");
    if (w->builder.status)
        source.tensor = NULL;
    return source;
}

struct ls_onnx_source ls_onnx_channel_weight(struct ls_onnx_walk *w, size_t i,
                                             struct ls_onnx_value x, bool optional) {
    return ls_onnx_weight(w, i, x.order == LS_ONNX_IMAGE ? 3 : 1, optional);
}

/* name[LS_MAX_TENSOR_NAME] = what our node is called after its weight, whose name may have that
 * ending. */
static void name_node(struct ls_onnx_walk *w, const char *full, const char *ending, char *name) {
    size_t length = ls_stem_length(full, ending);
    if (length >= LS_MAX_TENSOR_NAME || !ls_is_utf8(full)) {
        ls_onnx_refuse(w, "the name of its weights is too long, or no UTF-8");
        length = 0;
    }
    memcpy(name, full, length);
    name[length] = 0;
}

/* Whether the file's tensor has the sizes that the network's needs; dimensions of 1 may follow. */
static bool agrees(const struct ls_tensor *tensor, const struct ls_onnx_source *source) {
    const int last = tensor->rank - 1;
    bool same = source->tensor->n_size >= (size_t)tensor->rank;
    for (int d = 0; same && d <= last; d++)
        same = source->tensor->size[source->transposed ? last - d : d] == tensor->size[d];
    for (size_t d = (size_t)tensor->rank; same && d < source->tensor->n_size; d++)
        same = source->tensor->size[d] == 1;
    return same;
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
    char name[LS_MAX_TENSOR_NAME];
    const int first = network->tensor_count;
    if (w->builder.status)
        return 0;
    /* A scale's tensor is called as in the file. */
    name_node(w, sources[0].name, op == &ls_op_scale ? "" : ".weight", name);
    const int node = ls_build(&w->builder, op, name, attributes, 1, &x.node);
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

/* Ours for the node's window and groups of channels. */
static const struct ls_op *convolution_of(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                          struct ls_attributes *a) {
    const int64_t groups = ls_onnx_whole(w->node, "group", 1);
    if (groups < 1 || groups > LS_ONNX_MOST)
        ls_onnx_refuse(w, "its channels are in no sensible number of groups");
    a->groups = groups == 1 || w->builder.status ? 0 : (int)groups;
    if (a->groups && a->groups == ls_onnx_shape(w, x).channels && a->groups == a->channels)
        return &ls_op_depthwise_conv2d;
    if (a->window.kernel[0])
        return &ls_op_general_conv2d;
    return a->groups ? &ls_op_grouped_conv2d : &ls_op_conv2d;
}

/* The window and bias of a convolution of so many channels. */
static struct ls_attributes attributes_of(struct ls_onnx_walk *w, struct ls_window window,
                                          int64_t channels, bool bias) {
    struct ls_attributes a = {.window = window};
    if (ls_onnx_is_plain(&window))
        a = ls_onnx_plain(w, window);
    a.channels = (int)channels;
    a.bias = bias;
    return a;
}

/* Inputs: activations, weight, bias if there is one. */
static struct ls_onnx_value conv(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_image(w, 0);
    const struct ls_onnx_source sources[] = {ls_onnx_weight(w, 1, 4, false),
                                             ls_onnx_weight(w, 2, 1, true)};
    if (w->builder.status)
        return x;
    const int64_t *size = sources[0].tensor->size;
    struct ls_attributes a =
        attributes_of(w, ls_onnx_window(w, size + 2), size[0], sources[1].tensor);
    const struct ls_op *op = convolution_of(w, x, &a);
    return (struct ls_onnx_value){.node =
                                      ls_onnx_add_weighted(w, op, a, x, sources, a.bias ? 2 : 1)};
}

static struct ls_onnx_value conv_transpose(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_image(w, 0);
    const struct ls_onnx_source sources[] = {ls_onnx_weight(w, 1, 4, false),
                                             ls_onnx_weight(w, 2, 1, true)};
    if (w->builder.status)
        return x;
    const int64_t *size = sources[0].tensor->size;
    struct ls_attributes a = ls_onnx_plain(w, ls_onnx_window(w, size + 2));
    int64_t more[2];
    const bool plain =
        ls_onnx_wholes(w->node, "output_padding", 2, 0, more) && !more[0] && !more[1];
    if (ls_onnx_whole(w->node, "group", 1) != 1)
        return ls_onnx_refuse(w, "transposed convolutions in groups are not known here");
    if (a.stride != a.kernel || a.padding != 0 || !plain)
        return ls_onnx_refuse(
            w, "transposed convolutions are known with a stride as large as the kernel");
    a.channels = (int)size[1];
    a.bias = sources[1].tensor;
    return (struct ls_onnx_value){
        .node = ls_onnx_add_weighted(w, &ls_op_upconv2d, a, x, sources, a.bias ? 2 : 1)};
}

static struct ls_onnx_value batch_normalization(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (!ls_onnx_is_channels(w, x, 1))
        return ls_onnx_refuse(w, "normalises something else than the channels of an image, which "
                                 "is not known here");
    bool trains = ls_onnx_whole(w->node, "training_mode", 0);
    for (size_t i = 1; i < w->node->n_output; i++) /* how it was said before opset 14 */
        trains = trains || *w->node->output[i];
    if (trains)
        return ls_onnx_refuse(w, "was exported for training; export the network as it evaluates");
    struct ls_onnx_source sources[4];
    for (size_t i = 0; i < 4; i++)
        sources[i] = ls_onnx_weight(w, i + 1, 1, false);
    /* ONNX says how much of the running statistics stays, PyTorch how much goes. */
    const struct ls_attributes a = {.epsilon = (float)ls_onnx_number(w->node, "epsilon", 1e-5),
                                    .momentum =
                                        (float)(1 - ls_onnx_number(w->node, "momentum", 0.9))};
    return (struct ls_onnx_value){
        .node = ls_onnx_add_weighted(w, &ls_op_batchnorm, a, x, sources, 4), .order = x.order};
}

/* A linear layer of what has been flattened, or of the channels of every pixel: a convolution. */
struct ls_onnx_value ls_onnx_linear(struct ls_onnx_walk *w, struct ls_onnx_value product,
                                    struct ls_onnx_source bias) {
    const struct ls_onnx_source sources[] = {product.weight, bias};
    if (w->builder.status)
        return product;
    const bool flat = product.order == LS_ONNX_FLAT;
    struct ls_attributes a = {
        .channels = (int)product.weight.tensor->size[product.weight.transposed ? 1 : 0],
        .bias = bias.tensor};
    if (!flat) {
        a.kernel = a.stride = 1;
        a.matrix = true;
    }
    return (struct ls_onnx_value){.node =
                                      ls_onnx_add_weighted(w, flat ? &ls_op_linear : &ls_op_conv2d,
                                                           a, product, sources, a.bias ? 2 : 1),
                                  .order = product.order};
}

/* Inputs: activations, weight. Ours is [outputs][inputs]. */
static struct ls_onnx_value multiply(struct ls_onnx_walk *w, bool transposed) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    x.weight = ls_onnx_weight(w, 1, 2, false);
    x.weight.transposed ^= transposed;
    x.term = LS_ONNX_PRODUCT;
    if (x.order == LS_ONNX_IMAGE)
        return ls_onnx_refuse(w, "is known here for images that have been flattened, or whose "
                                 "channels are the last dimension");
    return x;
}

static struct ls_onnx_value gemm(struct ls_onnx_walk *w) {
    if (ls_onnx_whole(w->node, "transA", 0) || ls_onnx_number(w->node, "alpha", 1) != 1 ||
        ls_onnx_number(w->node, "beta", 1) != 1)
        return ls_onnx_refuse(w, "is known here for linear layers only, without factors");
    const struct ls_onnx_value product = multiply(w, !ls_onnx_whole(w->node, "transB", 0));
    if (product.order != LS_ONNX_FLAT)
        return ls_onnx_refuse(w, "is known here for images that have been flattened only");
    return ls_onnx_linear(w, product, ls_onnx_weight(w, 2, 1, true));
}

static struct ls_onnx_value matmul(struct ls_onnx_walk *w) {
    return multiply(w, true);
}

struct ls_onnx_value ls_onnx_layer_norm(struct ls_onnx_walk *w, struct ls_onnx_value normal,
                                        struct ls_onnx_source bias) {
    const struct ls_onnx_source sources[] = {normal.weight, bias};
    const struct ls_attributes a = {.epsilon = normal.number, .bias = bias.tensor};
    return (struct ls_onnx_value){
        .node = ls_onnx_add_weighted(w, &ls_op_layernorm, a, normal, sources, a.bias ? 2 : 1),
        .order = normal.order};
}

static struct ls_onnx_value layer_normalization(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (x.order == LS_ONNX_IMAGE || !ls_onnx_is_channels(w, x, ls_onnx_whole(w->node, "axis", -1)))
        return ls_onnx_refuse(w, "normalises something else than the channels of every pixel, as "
                                 "the last dimension");
    x.number = (float)ls_onnx_number(w->node, "epsilon", 1e-5);
    x.weight = ls_onnx_weight(w, 1, 1, false);
    return ls_onnx_layer_norm(w, x, ls_onnx_weight(w, 2, 1, true));
}

static const struct ls_onnx_operation members[] = {
    {"BatchNormalization", " epsilon momentum training_mode ", batch_normalization},
    {"Conv", " auto_pad dilations group kernel_shape pads strides ", conv},
    {"ConvTranspose", " auto_pad dilations group kernel_shape output_padding pads strides ",
     conv_transpose},
    {"Gemm", " alpha beta transA transB ", gemm},
    {"LayerNormalization", " axis epsilon stash_type ", layer_normalization},
    {"MatMul", "", matmul},
};

const struct ls_onnx_operations ls_onnx_layers = {members, sizeof members / sizeof *members};
