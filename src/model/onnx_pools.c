/* Means and maxima in ONNX: over windows, or over all pixels. */
#include "model/onnx_walk.h"
#include <string.h>

static struct ls_onnx_value max_pool(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_image(w, 0);
    const struct ls_attributes a = ls_onnx_plain(w, ls_onnx_window(w, NULL));
    return ls_onnx_made_image(w, ls_onnx_add(w, &ls_op_maxpool, a, 1, &x.node));
}

/* Whether the zeros that a Pad node adds, pads[4], can be the window's own, all of which count. */
static bool can_pad(struct ls_window window, const int pads[4], bool round_up) {
    bool own = false;
    for (int side = 0; side < 4; side++) {
        own = own || window.padding[side] > 0;
        window.padding[side] += pads[side];
    }
    return !own && !round_up && ls_onnx_is_plain(&window) &&
           2 * window.padding[0] <= window.kernel[0];
}

/* The zeros that a Pad node adds count, those of its own only if it says so. */
static struct ls_onnx_value average_pool(struct ls_onnx_walk *w) {
    int pads[4];
    struct ls_onnx_value x = ls_onnx_unpadded(w, pads);
    struct ls_window window = ls_onnx_window(w, NULL);
    bool counts = ls_onnx_whole(w->node, "count_include_pad", 0);
    if (can_pad(window, pads, ls_onnx_whole(w->node, "ceil_mode", 0))) {
        for (int side = 0; side < 4; side++) {
            window.padding[side] += pads[side];
            counts = counts || pads[side] > 0;
        }
    } else {
        x = ls_onnx_image(w, 0);
    }
    struct ls_attributes a = ls_onnx_plain(w, window);
    a.padding_counts = counts;
    return ls_onnx_made_image(w, ls_onnx_add(w, &ls_op_avgpool, a, 1, &x.node));
}

/* The mean over all pixels, counted as x was. */
static struct ls_onnx_value average_all(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_attributes whole = {.kernel = 0};
    struct ls_onnx_value mean =
        ls_onnx_made_alike(x, ls_onnx_add(w, &ls_op_avgpool, whole, 1, &x.node));
    for (int d = 0; d < mean.view.rank; d++)
        if (mean.view.dimensions[d].axes[0].pixels)
            mean.view.dimensions[d] = (struct ls_onnx_dimension){0};
    return mean;
}

/* Whether the axes are the dimensions of all pixels, one or two, and which of x they are. */
static bool are_pixels(const struct ls_onnx_walk *w, const struct ls_onnx_value *x,
                       struct ls_onnx_row axes, bool averaged[LS_ONNX_DIMENSIONS]) {
    struct ls_onnx_view rest = x->view;
    memset(averaged, 0, LS_ONNX_DIMENSIONS * sizeof *averaged);
    for (int i = 0; i < axes.count; i++) {
        const int d = ls_onnx_dimension(x, axes.wholes[i]);
        if (d < 0 || averaged[d])
            return false;
        averaged[d] = true;
        rest.dimensions[d] = (struct ls_onnx_dimension){0};
    }
    const struct ls_shape shape = {1, 1, ls_onnx_shape(w, *x).channels};
    return axes.count > 0 && ls_onnx_is_image_order(&rest, shape);
}

/* The mean over the dimensions of all pixels, or of all channels, which then are exchanged. */
static struct ls_onnx_value average(struct ls_onnx_walk *w, struct ls_onnx_row axes,
                                    bool averaged[LS_ONNX_DIMENSIONS]) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (!are_pixels(w, &x, axes, averaged))
        x = ls_onnx_exchange_input(w, 0);
    return are_pixels(w, &x, axes, averaged)
               ? average_all(w, x)
               : ls_onnx_refuse(w, "only the mean over both dimensions of an image is known here, "
                                   "or over channels in layer norms");
}

/* Of [batch, channels, ...], also of tokens. */
static struct ls_onnx_value global_average_pool(struct ls_onnx_walk *w) {
    struct ls_onnx_row axes = {.count = 0};
    bool averaged[LS_ONNX_DIMENSIONS];
    for (int d = 2; d < ls_onnx_term(w, 0).view.rank; d++)
        axes.wholes[axes.count++] = d;
    return average(w, axes, averaged);
}

/* Whether a node subtracts this mean from what it is of, as layer norms do. */
static bool is_subtracted(const struct ls_onnx_walk *w) {
    const struct LsOnnx__Graph *graph = w->onnx->graph;
    for (size_t i = 0; i < graph->n_node; i++) {
        const struct LsOnnx__Node *node = graph->node[i];
        if (node->type && strcmp(node->type, "Sub") == 0 && node->n_input == 2 &&
            strcmp(node->input[0], w->node->input[0]) == 0 &&
            strcmp(node->input[1], w->node->output[0]) == 0)
            return true;
    }
    return false;
}

/* Of the pixels, or of the channels in a layer norm. */
static struct ls_onnx_value reduce_mean(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_term(w, 0);
    const struct ls_onnx_row axes = ls_onnx_row_or_attribute(w, 1, "axes");
    bool averaged[LS_ONNX_DIMENSIONS];
    const bool kept = ls_onnx_whole(w->node, "keepdims", 1);
    const bool squares = x.term == LS_ONNX_SQUARES;
    if (!squares)
        x = ls_onnx_input(w, 0);
    if (axes.count == 1 && kept && !w->builder.status && (squares || is_subtracted(w))) {
        if (!squares && !ls_onnx_is_channels(w, x, axes.wholes[0]))
            x = ls_onnx_exchange_input(w, 0);
        if (!ls_onnx_is_channels(w, x, axes.wholes[0]))
            return ls_onnx_refuse(w, "in layer norms it is known over all channels, or all pixels");
        x.term = squares ? LS_ONNX_VARIANCE : LS_ONNX_MEAN;
        return x;
    }
    struct ls_onnx_value mean = average(w, axes, averaged);
    for (int d = mean.view.rank - 1; d >= 0 && !kept; d--)
        if (averaged[d])
            ls_onnx_remove(&mean.view, d);
    return mean;
}

static const struct ls_onnx_operation members[] = {
    {"AveragePool", " auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides ",
     average_pool},
    {"GlobalAveragePool", "", global_average_pool},
    {"MaxPool", " auto_pad ceil_mode dilations kernel_shape pads storage_order strides ", max_pool},
    {"ReduceMean", " axes keepdims noop_with_empty_axes ", reduce_mean},
};

const struct ls_onnx_operations ls_onnx_pools = {members, sizeof members / sizeof *members};
