/* Dimensions that count pixels and channels together, as ONNX files write pixels that are put
 * together by fours: Reshape, Transpose, Reshape. */
#include "model/onnx_walk.h"

/* The axes of a dimension that are of pixels, or of channels. */
static struct ls_onnx_dimension axes_of(const struct ls_onnx_dimension *dimension, bool pixels) {
    struct ls_onnx_dimension some = {0};
    for (int a = 0; a < dimension->count; a++)
        if (dimension->axes[a].pixels == pixels)
            some.axes[some.count++] = dimension->axes[a];
    return some;
}

/* The dimension that counts pixels and, before or behind these, all channels; -1: there is none, or
 * no pixels in other dimensions. */
static int mixed_dimension(const struct ls_onnx_walk *w, const struct ls_onnx_value *x) {
    const struct ls_onnx_dimension all = ls_onnx_channels_of(ls_onnx_shape(w, *x));
    bool others = false;
    int mixed = -1;
    for (int d = 0; d < x->view.rank; d++) {
        const struct ls_onnx_dimension *dimension = &x->view.dimensions[d];
        const struct ls_onnx_dimension channels = axes_of(dimension, false);
        if (ls_onnx_counts_pixels(dimension))
            others = true;
        else if (channels.count < dimension->count && ls_onnx_dimension_equal(&channels, &all) &&
                 (!dimension->axes[0].pixels || !dimension->axes[dimension->count - 1].pixels))
            mixed = d;
    }
    return others && x->view.rank < LS_ONNX_DIMENSIONS ? mixed : -1;
}

/* The channels of pixel number p of `apart`, whose dimension d counts some pixels alone. */
static struct ls_onnx_value part_of(struct ls_onnx_walk *w, struct ls_onnx_value apart, int d,
                                    int64_t p) {
    struct ls_onnx_value part = ls_onnx_settle(w, ls_onnx_some_pixels(w, apart, d, p, 1, 1));
    if (!w->builder.status)
        ls_onnx_remove(&part.view, d);
    return part;
}

/* Channels [pixels][channels] as [channels][pixels]. */
static int turn(struct ls_onnx_walk *w, int node, int64_t pixels) {
    const struct ls_attributes a = {.groups = (int)pixels};
    return ls_onnx_add(w, &ls_op_shuffle, a, 1, &node);
}

struct ls_onnx_value ls_onnx_unmixed(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    int inputs[LS_MAX_INPUTS], count = 0;
    const int d = w->builder.status ? -1 : mixed_dimension(w, &x);
    if (d < 0)
        return x;
    const bool channels_first = !x.view.dimensions[d].axes[0].pixels;
    struct ls_onnx_value apart = x, part = x;
    ls_onnx_insert(&apart.view, d);
    apart.view.dimensions[d] = axes_of(&x.view.dimensions[d], true);
    apart.view.dimensions[d + 1] = axes_of(&x.view.dimensions[d], false);
    const int64_t pixels = ls_onnx_dimension_size(&apart.view.dimensions[d]);
    for (int64_t p = 0; p < pixels && !w->builder.status; p++) {
        part = part_of(w, apart, d, p);
        count = ls_onnx_join(w, &ls_op_concat, count, inputs, part.node);
    }
    const int all = ls_onnx_add(w, &ls_op_concat, (struct ls_attributes){0}, count, inputs);
    return ls_onnx_made_channels(w, part, d, channels_first ? turn(w, all, pixels) : all);
}
