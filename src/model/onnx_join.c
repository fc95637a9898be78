/* Operations of ONNX that join activations, by channels or by pixels, or put zeros beside them. */
#include "model/onnx_walk.h"
#include <limits.h>
#include <string.h>

/* The node's input i, which may be learned. */
static struct ls_onnx_value part_of(struct ls_onnx_walk *w, size_t i) {
    if (i < w->node->n_input && !ls_onnx_is_activations(w, i)) {
        const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
        if (source.tensor)
            return ls_onnx_learned(w, source);
    }
    return ls_onnx_input(w, i);
}

int ls_onnx_join(struct ls_onnx_walk *w, const struct ls_op *op, int count, int *inputs, int part) {
    if (count == LS_MAX_INPUTS) {
        inputs[0] = ls_onnx_add_alike(w, op, count, inputs);
        count = 1;
    }
    inputs[count] = part;
    return count + 1;
}

/* Whether dimension d of x are all channels, or all pixels, and the others are those of `first`. */
static bool continues(const struct ls_onnx_walk *w, const struct ls_onnx_value *first,
                      struct ls_onnx_value x, int d, bool channels) {
    return (channels ? ls_onnx_is_channels(w, x, d) : ls_onnx_is_pixels(w, x, d)) &&
           ls_onnx_view_equal_but(&first->view, &x.view, d);
}

/* Settles activations, but for those that are in another order only. */
static void settle_parts(struct ls_onnx_walk *w) {
    for (size_t i = 0; i < w->node->n_input; i++) {
        const struct ls_onnx_value *x = ls_onnx_peek(w, i);
        if (x && x->term != LS_ONNX_PICKED)
            ls_onnx_input(w, i);
    }
}

/* Of channels behind channels, or pixels behind pixels. */
static struct ls_onnx_value concat(struct ls_onnx_walk *w) {
    int inputs[LS_MAX_INPUTS], count = 0;
    const struct ls_onnx_value *uncounted = ls_onnx_peek(w, 0);
    const int64_t axis = ls_onnx_whole(w->node, "axis", INT_MAX);
    settle_parts(w);
    if (uncounted && ls_onnx_joins_pixels(w, ls_onnx_dimension(uncounted, axis)))
        return ls_onnx_join_pixels(w, ls_onnx_dimension(uncounted, axis));
    for (size_t i = 1; uncounted && i < w->node->n_input; i++)
        ls_onnx_order_alike(w, i, ls_onnx_dimension(uncounted, axis));
    const struct ls_onnx_value first = part_of(w, 0);
    const int d = ls_onnx_dimension(&first, axis);
    const bool channels = ls_onnx_is_channels(w, first, d) &&
                          (ls_onnx_is_image(w, first) || !ls_onnx_is_pixels(w, first, d));
    const struct ls_op *op = channels ? &ls_op_concat : &ls_op_append;
    if (d < 0)
        return ls_onnx_refuse(w, "joins along a dimension that is not there");
    for (size_t i = 0; i < w->node->n_input && !w->builder.status; i++) {
        struct ls_onnx_value x = i ? part_of(w, i) : first;
        if (!continues(w, &first, x, d, channels))
            x = ls_onnx_exchange(w, x);
        if (w->builder.status)
            return x;
        if (!continues(w, &first, x, d, channels))
            return ls_onnx_refuse(w,
                                  "only all channels, or all tokens [batch, tokens, channels], of "
                                  "activations of one kind can be joined");
        count = ls_onnx_join(w, op, count, inputs, x.node);
    }
    const int node = ls_onnx_add_alike(w, op, count, inputs);
    struct ls_onnx_value all = ls_onnx_made_alike(first, node);
    const struct ls_shape shape = ls_onnx_shape(w, all);
    if (!w->builder.status)
        all.view.dimensions[d] = channels ? ls_onnx_channels_of(shape) : ls_onnx_pixels(shape);
    return all;
}

/* An image with so many channels of zeros before and after its own, as a skip connection has that
 * learns nothing where channels become more (He et al. 2016, section 3.3, option A). */
static struct ls_onnx_value pad_channels(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                         int64_t before, int64_t after) {
    int inputs[3], count = 0;
    if (before == 0 && after == 0)
        return x;
    if (before > 0)
        inputs[count++] = ls_onnx_zeros(w, ls_onnx_shape(w, x), (int)before);
    inputs[count++] = x.node;
    if (after > 0)
        inputs[count++] = ls_onnx_zeros(w, ls_onnx_shape(w, x), (int)after);
    return ls_onnx_made_image(
        w, ls_onnx_add(w, &ls_op_concat, (struct ls_attributes){0}, count, inputs));
}

/* Zeros around an image's pixels, which its taker pads by, even none of them; or channels. */
static struct ls_onnx_value pad(struct ls_onnx_walk *w) {
    const struct ls_onnx_row pads = ls_onnx_row_or_attribute(w, 1, "pads");
    const int64_t *p = pads.wholes;
    bool none = pads.count == 2 * LS_ONNX_RANK, sound = none;
    for (int i = 0; i < pads.count; i++) {
        none = none && p[i] == 0;
        sound = sound && p[i] >= 0 && p[i] <= (i % LS_ONNX_RANK == 0 ? 0 : LS_ONNX_MOST);
    }
    if (none)
        return ls_onnx_input(w, 0);
    if (w->node->n_input > 3 && *w->node->input[3])
        return ls_onnx_refuse(w,
                              "pads the axes it names; only pads for all of them are known here");
    if (!sound || !ls_onnx_says(w->node, "mode", "constant", true) ||
        ls_onnx_number_or_attribute(w, 2, "value", 0) != 0)
        return ls_onnx_refuse(w, "only zeros around an image's pixels or beside its channels are "
                                 "known here");
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (x.view.rank == LS_ONNX_RANK && ls_onnx_is_channels(w, x, -1) && p[3] + p[7] == 0)
        return ls_onnx_pad_pixels(w, x, p);
    x = pad_channels(w, ls_onnx_image(w, 0), p[1], p[5]);
    const int sides[4] = {(int)p[2], (int)p[3], (int)p[6], (int)p[7]};
    if (sides[0] + sides[1] + sides[2] + sides[3] == 0)
        return x;
    x.term = LS_ONNX_PADDED;
    memcpy(x.pads, sides, sizeof sides);
    return x;
}

static const struct ls_onnx_operation members[] = {
    {"Concat", " axis ", concat},
    {"Pad", " mode pads value ", pad},
};

const struct ls_onnx_operations ls_onnx_joins = {members, sizeof members / sizeof *members};
