/* Weights of no layer in ONNX files: tokens, positions, and numbers that activations are weighed
 * by. */
#include "model/onnx_walk.h"

/* [tokens, channels], [1, tokens, channels], ..., or [channels] of a single one. */
struct ls_onnx_value ls_onnx_learned(struct ls_onnx_walk *w, struct ls_onnx_source source) {
    const struct ls_onnx_value none = {.term = LS_ONNX_LEARNED};
    const size_t rank = source.tensor ? source.tensor->n_size : 0;
    source = ls_onnx_checked(w, source, rank);
    if (w->builder.status || rank < 1 || rank > LS_ONNX_RANK || source.transposed || source.behind)
        return ls_onnx_refuse(w, "takes weights as activations that are no tokens");
    const int64_t *size = source.tensor->size + rank;
    for (size_t d = 3; d <= rank; d++)
        if (size[-(int)d] != 1)
            return ls_onnx_refuse(w, "takes weights as activations that differ between images");
    const struct ls_attributes a = {
        .pixels = rank > 1 ? (int)size[-2] : 1, .channels = (int)size[-1], .rank = (int)rank};
    const int node = ls_onnx_add_weighted(w, &ls_op_learned, a, none, &source, 1);
    const struct ls_shape shape = ls_onnx_shape(w, (struct ls_onnx_value){.node = node});
    struct ls_onnx_value learned = {.node = node, .view = {.rank = (int)rank}};
    learned.view.dimensions[rank - 1] = ls_onnx_channels_of(shape);
    if (rank > 1)
        learned.view.dimensions[rank - 2] = ls_onnx_pixels(shape);
    return learned;
}

/* Whether the last dimensions of a view are those of another, and there are none before them. */
static bool ends_as(const struct ls_onnx_view *view, const struct ls_onnx_view *end) {
    const int before = view->rank - end->rank;
    bool same = before >= 0; /* it would give the sum its own */
    for (int d = 0; same && d < view->rank; d++)
        same = d < before
                   ? view->dimensions[d].count == 0
                   : ls_onnx_dimension_equal(&view->dimensions[d], &end->dimensions[d - before]);
    return same;
}

/* What is learned, once it has been put at every pixel of x if it is [channels] or [channels, 1] of
 * a single one. */
static struct ls_onnx_value spread(struct ls_onnx_walk *w, struct ls_onnx_value *x,
                                   struct ls_onnx_value learned, size_t input) {
    const struct ls_shape shape = ls_onnx_shape(w, learned);
    const bool column = shape.width > 1;
    const int axis = column ? -2 : -1;
    if ((column && shape.channels > 1) || learned.view.rank > x->view.rank ||
        ends_as(&x->view, &learned.view))
        return learned;
    if (!ls_onnx_is_channels(w, *x, axis))
        *x = ls_onnx_exchange_input(w, input);
    const struct ls_shape of_x = ls_onnx_shape(w, *x);
    const int channels = column ? shape.width : shape.channels;
    if (!ls_onnx_is_channels(w, *x, axis) || of_x.channels != channels)
        return learned;
    if (column)
        learned = ls_onnx_exchange(w, learned);
    const struct ls_attributes a = {.pixels = of_x.height * of_x.width};
    return ls_onnx_made_alike(*x, ls_onnx_add(w, &ls_op_spread, a, 1, &learned.node));
}

struct ls_onnx_value ls_onnx_add_learned(struct ls_onnx_walk *w, size_t activations,
                                         size_t weight) {
    struct ls_onnx_value x = ls_onnx_input(w, activations);
    struct ls_onnx_value learned =
        ls_onnx_learned(w, ls_onnx_find(w->onnx, w->node->input[weight]));
    learned = spread(w, &x, learned, activations);
    const int node = ls_onnx_row_of_pixels(w, x.node);
    if (!ends_as(&x.view, &learned.view))
        learned = ls_onnx_exchange(w, learned);
    if (w->builder.status)
        return x;
    if (!ends_as(&x.view, &learned.view))
        return ls_onnx_refuse(w,
                              "adds weights, which is known here behind products and layer norms, "
                              "and of as many as there are activations [batch, tokens, channels] "
                              "or [batch, channels, tokens], or as channels");
    return ls_onnx_made_alike(
        x, ls_onnx_add(w, &ls_op_add, (struct ls_attributes){0}, 2, (int[]){node, learned.node}));
}

/* Whether a tensor has a number for each channel of x, in a dimension of its own that is theirs, or
 * one number for all. */
static bool is_scale(const struct ls_onnx_walk *w, struct ls_onnx_source source,
                     struct ls_onnx_value x, struct ls_attributes *a) {
    const int rank = source.tensor ? (int)source.tensor->n_size : LS_ONNX_DIMENSIONS,
              before = x.view.rank - rank - source.behind;
    int dimensions = 0; /* not of 1 */
    *a = (struct ls_attributes){.rank = rank};
    if (before < 0 || rank > LS_ONNX_RANK)
        return false;
    for (int d = 0; d < rank; d++)
        if (source.tensor->size[d] != 1) {
            dimensions++;
            a->axis = d;
        }
    a->single = dimensions == 0;
    return a->single || (dimensions == 1 && ls_onnx_is_channels(w, x, before + a->axis));
}

struct ls_onnx_value ls_onnx_scale(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                   struct ls_onnx_source source) {
    struct ls_attributes a;
    if (!is_scale(w, source, x, &a))
        x = ls_onnx_exchange(w, x);
    if (!is_scale(w, source, x, &a))
        return ls_onnx_refuse(w, "weighs activations by numbers that are not one for each channel, "
                                 "or for each pixel");
    source = ls_onnx_checked(w, source, (size_t)(a.rank + source.behind));
    return ls_onnx_made_alike(x, ls_onnx_add_weighted(w, &ls_op_scale, a, x, &source, 1));
}
