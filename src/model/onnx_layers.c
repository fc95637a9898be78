/* Operations of ONNX that have weights, but for norms: convolutions and linear layers. */
#include "model/onnx_walk.h"

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

/* Whether a window of one dimension is just one position. */
static bool is_point(const struct ls_onnx_walk *w) {
    int64_t pads[2], stride, dilation;
    return ls_onnx_wholes(w->node, "pads", 2, 0, pads) && !pads[0] && !pads[1] &&
           ls_onnx_wholes(w->node, "strides", 1, 1, &stride) && stride == 1 &&
           ls_onnx_wholes(w->node, "dilations", 1, 1, &dilation) &&
           ls_onnx_says(w->node, "auto_pad", "NOTSET", true);
}

/* Of [batch, channels, positions]: a linear layer of every position. */
static struct ls_onnx_value conv_points(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    const struct ls_onnx_source sources[] = {ls_onnx_weight(w, 1, 3, false),
                                             ls_onnx_weight(w, 2, 1, true)};
    if (w->builder.status)
        return x;
    const int64_t *size = sources[0].size;
    if (!ls_onnx_is_channels(w, x, 1))
        x = ls_onnx_exchange_input(w, 0);
    if (x.view.rank != 3 || !ls_onnx_is_channels(w, x, 1) || size[2] != 1 || !is_point(w) ||
        ls_onnx_whole(w->node, "group", 1) != 1)
        return ls_onnx_refuse(w, "convolutions of one dimension are known here with windows of a "
                                 "single position, and without groups");
    const struct ls_attributes a = {.channels = (int)size[0],
                                    .kernel = 1,
                                    .stride = 1,
                                    .matrix = true,
                                    .bias = sources[1].tensor};
    return ls_onnx_made_channels(
        w, x, 1, ls_onnx_add_weighted(w, &ls_op_conv2d, a, x, sources, a.bias ? 2 : 1));
}

/* Adds zeros around an image to the window's padding; false: that would be more than a window can
 * reach over. */
static bool pad_window(struct ls_window *window, const int pads[4]) {
    bool fits = true;
    for (int side = 0; side < 4; side++) {
        const int d = side % 2, reach = window->dilation[d] * (window->kernel[d] - 1);
        fits = fits && window->padding[side] + pads[side] <= reach;
    }
    for (int side = 0; fits && side < 4; side++)
        window->padding[side] += pads[side];
    return fits;
}

/* Inputs: activations, weight, bias if there is one. */
static struct ls_onnx_value conv(struct ls_onnx_walk *w) {
    if (ls_onnx_is_activations(w, 0) && ls_onnx_term(w, 0).view.rank == 3)
        return conv_points(w);
    int pads[4];
    struct ls_onnx_value x = ls_onnx_unpadded(w, pads);
    const struct ls_onnx_source sources[] = {ls_onnx_weight(w, 1, 4, false),
                                             ls_onnx_weight(w, 2, 1, true)};
    if (w->builder.status)
        return x;
    const int64_t *size = sources[0].size;
    struct ls_window window = ls_onnx_window(w, size + 2);
    if (!w->builder.status && !pad_window(&window, pads))
        x = ls_onnx_image(w, 0);
    struct ls_attributes a = attributes_of(w, window, size[0], sources[1].tensor);
    const struct ls_op *op = convolution_of(w, x, &a);
    return ls_onnx_made_image(w, ls_onnx_add_weighted(w, op, a, x, sources, a.bias ? 2 : 1));
}

static struct ls_onnx_value conv_transpose(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_image(w, 0);
    const struct ls_onnx_source sources[] = {ls_onnx_weight(w, 1, 4, false),
                                             ls_onnx_weight(w, 2, 1, true)};
    if (w->builder.status)
        return x;
    const int64_t *size = sources[0].size;
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
    return ls_onnx_made_image(
        w, ls_onnx_add_weighted(w, &ls_op_upconv2d, a, x, sources, a.bias ? 2 : 1));
}

/* A linear layer of what has been flattened, or of the channels of every pixel: a convolution. */
struct ls_onnx_value ls_onnx_linear(struct ls_onnx_walk *w, struct ls_onnx_value product,
                                    struct ls_onnx_source bias) {
    const struct ls_onnx_source sources[] = {product.weight, bias};
    if (w->builder.status)
        return product;
    const bool flat = ls_onnx_is_flat(w, product);
    struct ls_attributes a = {.channels = (int)product.weight.size[0], .bias = bias.tensor};
    if (!flat) {
        a.kernel = a.stride = 1;
        a.matrix = true;
    }
    const int node = ls_onnx_add_weighted(w, flat ? &ls_op_linear : &ls_op_conv2d, a, product,
                                          sources, a.bias ? 2 : 1);
    return ls_onnx_made_channels(w, product, product.view.rank - 1, node);
}

/* Inputs: activations, weight. Ours is [outputs][inputs]. */
static struct ls_onnx_value multiply(struct ls_onnx_walk *w, bool transposed) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (!ls_onnx_is_flat(w, x) && !ls_onnx_is_channels(w, x, -1))
        x = ls_onnx_exchange_input(w, 0);
    x.weight = ls_onnx_weight(w, 1, 2, false);
    if (transposed)
        ls_onnx_turn(&x.weight);
    x.term = LS_ONNX_PRODUCT;
    if (!ls_onnx_is_flat(w, x) && !ls_onnx_is_channels(w, x, -1))
        return ls_onnx_refuse(w, "is known here for images that have been flattened, or whose "
                                 "channels or pixels are the last dimension");
    if (x.weight.tensor &&
        x.weight.size[1] != ls_onnx_dimension_size(&x.view.dimensions[x.view.rank - 1]))
        return ls_onnx_refuse(w, "its weights do not fit what it is applied to");
    return x;
}

static struct ls_onnx_value gemm(struct ls_onnx_walk *w) {
    if (ls_onnx_whole(w->node, "transA", 0) || ls_onnx_number(w->node, "alpha", 1) != 1 ||
        ls_onnx_number(w->node, "beta", 1) != 1)
        return ls_onnx_refuse(w, "is known here for linear layers only, without factors");
    const struct ls_onnx_value product = multiply(w, !ls_onnx_whole(w->node, "transB", 0));
    if (product.view.rank != 2)
        return ls_onnx_refuse(w, "is known here for activations of two dimensions only");
    return ls_onnx_linear(w, product, ls_onnx_weight(w, 2, 1, true));
}

static struct ls_onnx_value matmul(struct ls_onnx_walk *w) {
    return ls_onnx_is_activations(w, 1)
               ? ls_onnx_multiply_matrices(w, ls_onnx_factor(w, 0), ls_onnx_factor(w, 1))
               : multiply(w, true);
}

static const struct ls_onnx_operation members[] = {
    {"Conv", " auto_pad dilations group kernel_shape pads strides ", conv},
    {"ConvTranspose", " auto_pad dilations group kernel_shape output_padding pads strides ",
     conv_transpose},
    {"Gemm", " alpha beta transA transB ", gemm},
    {"MatMul", "", matmul},
};

const struct ls_onnx_operations ls_onnx_layers = {members, sizeof members / sizeof *members};
