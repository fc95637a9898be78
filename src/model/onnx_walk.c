#include "model/onnx_walk.h"
#include <string.h>

struct ls_onnx_value ls_onnx_refuse(struct ls_onnx_walk *w, const char *what) {
    if (!w->builder.status)
        w->builder.status = ls_fail(w->builder.error, LS_MISMATCH, "%s", what);
    return (struct ls_onnx_value){0};
}

/* What the node's input i stands for; NULL for a tensor, or nothing. */
static struct ls_onnx_value *find(const struct ls_onnx_walk *w, size_t i) {
    if (i >= w->node->n_input)
        return NULL;
    const char *name = w->node->input[i];
    const long index =
        strcmp(name, w->image) == 0 ? (long)w->onnx->name_count : ls_onnx_index(w->onnx, name);
    return index >= 0 && w->values[index].made ? &w->values[index] : NULL;
}

bool ls_onnx_is_activations(const struct ls_onnx_walk *w, size_t i) {
    return find(w, i);
}

const struct ls_onnx_value *ls_onnx_peek(const struct ls_onnx_walk *w, size_t i) {
    return find(w, i);
}

struct ls_onnx_value ls_onnx_term(struct ls_onnx_walk *w, size_t i) {
    if (ls_onnx_is_activations(w, i))
        return *find(w, i);
    return ls_onnx_refuse(w,
                          "takes something else than the activations of another node, which is not "
                          "known here");
}

static struct ls_onnx_value slice(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_attributes a = {.channels = x.channels, .begin = x.begin};
    return (struct ls_onnx_value){.node = ls_onnx_add(w, &ls_op_slice, a, 1, &x.node),
                                  .view = x.view};
}

static struct ls_onnx_value pick(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_attributes a = {.pixels = x.pixels, .given = x.order};
    return ls_onnx_made_alike(x, ls_onnx_add(w, &ls_op_pick, a, 1, &x.node));
}

/* An image with its zeros, for those that have no padding of their own. */
static struct ls_onnx_value padded(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const int64_t pads[2 * LS_ONNX_RANK] = {[2] = x.pads[0], x.pads[1], [6] = x.pads[2], x.pads[3]};
    x.term = LS_ONNX_WHOLE;
    return ls_onnx_in_rows(w, pick(w, ls_onnx_pad_pixels(w, x, pads)));
}

struct ls_onnx_value ls_onnx_line(struct ls_onnx_walk *w, struct ls_onnx_value x, float slope,
                                  float shift) {
    const struct ls_attributes a = {.slope = slope, .shift = shift};
    return ls_onnx_made_alike(x, ls_onnx_add(w, &ls_op_line, a, 1, &x.node));
}

/* Of which the number may be trained. */
static struct ls_onnx_value multiple(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    return x.weight.tensor ? ls_onnx_scale(w, x, x.weight) : ls_onnx_line(w, x, x.number, 0);
}

struct ls_onnx_value ls_onnx_settle(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_onnx_source none = {0};
    switch (x.term) {
    case LS_ONNX_WHOLE:
        return x;
    case LS_ONNX_TIMES:
        return multiple(w, x);
    case LS_ONNX_PRODUCT:
        return ls_onnx_linear(w, x, none);
    case LS_ONNX_NORMAL:
    case LS_ONNX_NORMAL_WEIGHTED:
        return ls_onnx_norm(w, x, none);
    case LS_ONNX_SLICE:
        return slice(w, x);
    case LS_ONNX_PICKED:
        return pick(w, x);
    case LS_ONNX_LEARNED:
        return ls_onnx_learned(w, x.weight);
    case LS_ONNX_PADDED:
        return padded(w, x);
    default:
        return ls_onnx_refuse(w, "takes a part of a formula that as a whole is not known here");
    }
}

struct ls_onnx_value ls_onnx_replace_input(struct ls_onnx_walk *w, size_t i,
                                           struct ls_onnx_value x) {
    x.made = true;
    if (!w->builder.status)
        *find(w, i) = x;
    return x;
}

/* A term becomes a node of ours for all that take it. */
struct ls_onnx_value ls_onnx_input(struct ls_onnx_walk *w, size_t i) {
    return ls_onnx_replace_input(w, i, ls_onnx_unmixed(w, ls_onnx_settle(w, ls_onnx_term(w, i))));
}

struct ls_onnx_value ls_onnx_exchange(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    x.node = ls_onnx_add(w, &ls_op_transpose, (struct ls_attributes){0}, 1, &x.node);
    ls_onnx_exchange_axes(&x.view);
    return x;
}

struct ls_onnx_value ls_onnx_exchange_input(struct ls_onnx_walk *w, size_t i) {
    return ls_onnx_replace_input(w, i, ls_onnx_exchange(w, ls_onnx_input(w, i)));
}

/* The tensor that is the node's input i. */
static struct ls_onnx_source tensor_of(const struct ls_onnx_walk *w, size_t i) {
    const struct ls_onnx_source none = {0};
    return i < w->node->n_input && !find(w, i) ? ls_onnx_find(w->onnx, w->node->input[i]) : none;
}

struct ls_onnx_row ls_onnx_row(const struct ls_onnx_walk *w, size_t i) {
    struct ls_onnx_row row = {.count = -1};
    const struct ls_onnx_source source = tensor_of(w, i);
    if (!source.tensor || source.cast || source.rank > 1 || !ls_onnx_is_whole(source.tensor))
        return row;
    const size_t count = ls_onnx_whole_count(source.tensor);
    for (size_t k = 0; count <= LS_ONNX_WHOLES && k < count; k++)
        row.wholes[k] = ls_onnx_whole_at(source.tensor, k);
    row.count = count <= LS_ONNX_WHOLES ? (int)count : -1;
    return row;
}

struct ls_onnx_row ls_onnx_row_or_attribute(const struct ls_onnx_walk *w, size_t i,
                                            const char *name) {
    struct ls_onnx_row row;
    if (i < w->node->n_input && *w->node->input[i])
        return ls_onnx_row(w, i);
    row.count = ls_onnx_list(w->node, name, LS_ONNX_WHOLES, row.wholes);
    return row;
}

float ls_onnx_number_or_attribute(struct ls_onnx_walk *w, size_t i, const char *name,
                                  double otherwise) {
    float number = 0;
    if (i >= w->node->n_input || !*w->node->input[i])
        return (float)ls_onnx_number(w->node, name, otherwise);
    const struct LsOnnx__Tensor *tensor = tensor_of(w, i).tensor;
    if (!tensor || !ls_onnx_single(tensor, &number))
        ls_onnx_refuse(w, "a number that it takes is none in the file");
    return number;
}

struct ls_onnx_value ls_onnx_in_rows(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    if (w->builder.status || x.view.rank != LS_ONNX_RANK || ls_onnx_is_image(w, x))
        return x;
    if (ls_onnx_is_pixels(w, x, 1))
        x = ls_onnx_exchange(w, x);
    if (ls_onnx_is_channels(w, x, 1) && !ls_onnx_is_ordered(&x.view))
        x = ls_onnx_settle(w, ls_onnx_ordered(w, x)); /* its sides have been exchanged */
    const struct ls_shape shape = ls_onnx_shape(w, x);
    const int pixels = shape.height * shape.width;
    const int rows = (int)ls_onnx_dimension_size(&x.view.dimensions[2]);
    const struct ls_onnx_view image =
        ls_onnx_image_view((struct ls_shape){rows, pixels / rows, shape.channels});
    if (pixels % rows != 0 || !ls_onnx_view_equal(&x.view, &image))
        return x;
    const struct ls_attributes a = {.pixels = pixels, .rows = rows};
    return ls_onnx_made_image(w, ls_onnx_add(w, &ls_op_span, a, 1, &x.node));
}

struct ls_onnx_value ls_onnx_image(struct ls_onnx_walk *w, size_t i) {
    const struct ls_onnx_value x =
        ls_onnx_replace_input(w, i, ls_onnx_in_rows(w, ls_onnx_input(w, i)));
    return w->builder.status || ls_onnx_is_image(w, x)
               ? x
               : ls_onnx_refuse(w,
                                "takes images [batch, channels, height, width], and its input has "
                                "been flattened or transposed");
}

int ls_onnx_dimension(const struct ls_onnx_value *x, int64_t axis) {
    axis += axis < 0 ? x->view.rank : 0;
    return axis >= 0 && axis < x->view.rank ? (int)axis : -1;
}

/* Whether that dimension counts just these numbers. */
static bool counts(const struct ls_onnx_walk *w, struct ls_onnx_value x, int64_t axis,
                   struct ls_onnx_dimension wanted) {
    const int d = ls_onnx_dimension(&x, axis);
    return !w->builder.status && d >= 0 && ls_onnx_dimension_equal(&x.view.dimensions[d], &wanted);
}

bool ls_onnx_is_channels(const struct ls_onnx_walk *w, struct ls_onnx_value x, int64_t axis) {
    return counts(w, x, axis, ls_onnx_channels_of(ls_onnx_shape(w, x)));
}

bool ls_onnx_is_pixels(const struct ls_onnx_walk *w, struct ls_onnx_value x, int64_t axis) {
    return counts(w, x, axis, ls_onnx_pixels(ls_onnx_shape(w, x)));
}

bool ls_onnx_is_image(const struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_onnx_view image = ls_onnx_image_view(ls_onnx_shape(w, x));
    return ls_onnx_view_equal(&x.view, &image);
}

int ls_onnx_channel_rank(const struct ls_onnx_walk *w, struct ls_onnx_value x) {
    int d = ls_onnx_is_image(w, x) ? 1 : x.view.rank - 1;
    while (d > 0 && !ls_onnx_is_channels(w, x, d))
        d--;
    return x.view.rank - d;
}

bool ls_onnx_is_flat(const struct ls_onnx_walk *w, struct ls_onnx_value x) {
    return x.view.rank == 2 && x.view.dimensions[0].count == 0 &&
           ls_onnx_is_image_order(&x.view, ls_onnx_shape(w, x));
}

struct ls_onnx_value ls_onnx_made_image(struct ls_onnx_walk *w, int node) {
    struct ls_onnx_value made = {.node = node};
    made.view = ls_onnx_image_view(ls_onnx_shape(w, made));
    return made;
}

struct ls_onnx_value ls_onnx_made_alike(struct ls_onnx_value x, int node) {
    return (struct ls_onnx_value){.node = node, .view = x.view};
}

struct ls_onnx_value ls_onnx_made_channels(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                           int dimension, int node) {
    struct ls_onnx_value made = ls_onnx_made_alike(x, node);
    made.view.dimensions[dimension] = ls_onnx_channels_of(ls_onnx_shape(w, made));
    return made;
}

struct ls_shape ls_onnx_shape(const struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_shape nothing = {0};
    return w->builder.status ? nothing : w->builder.network->nodes[x.node].out;
}

int ls_onnx_add(struct ls_onnx_walk *w, const struct ls_op *op, struct ls_attributes attributes,
                int count, const int *inputs) {
    return ls_build(&w->builder, op, NULL, attributes, count, inputs);
}

int ls_onnx_add_alike(struct ls_onnx_walk *w, const struct ls_op *op, int count, int *inputs) {
    bool rows = false;
    for (int i = 0; i < count && !w->builder.status; i++)
        rows = rows || w->builder.network->nodes[inputs[i]].out.height !=
                           w->builder.network->nodes[inputs[0]].out.height;
    for (int i = 0; rows && i < count; i++)
        inputs[i] = ls_onnx_row_of_pixels(w, inputs[i]);
    return ls_onnx_add(w, op, (struct ls_attributes){0}, count, inputs);
}

struct ls_onnx_value ls_onnx_of_two(struct ls_onnx_walk *w, const struct ls_op *op,
                                    struct ls_onnx_value x, struct ls_onnx_value y) {
    int nodes[] = {x.node, y.node};
    return ls_onnx_made_alike(x, ls_onnx_add_alike(w, op, 2, nodes));
}
