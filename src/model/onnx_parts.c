/* Operations of ONNX that take activations apart and join them, by channels or by pixels; some of
 * them do the same with rows of whole numbers. */
#include "model/onnx_walk.h"
#include <limits.h>

/* The node's input i, which may be learned. */
static struct ls_onnx_value part_of(struct ls_onnx_walk *w, size_t i) {
    if (i < w->node->n_input && !ls_onnx_is_activations(w, i)) {
        const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
        if (source.tensor)
            return ls_onnx_learned(w, source);
    }
    return ls_onnx_input(w, i);
}

/* Of parts that are counted alike, of which some may have their pixels in a row. */
static int add_joined(struct ls_onnx_walk *w, const struct ls_op *op, int count, int *inputs) {
    bool rows = false;
    for (int i = 0; i < count && !w->builder.status; i++)
        rows = rows || w->builder.network->nodes[inputs[i]].out.height !=
                           w->builder.network->nodes[inputs[0]].out.height;
    for (int i = 0; rows && i < count; i++)
        inputs[i] = ls_onnx_row_of_pixels(w, inputs[i]);
    return ls_onnx_add(w, op, (struct ls_attributes){0}, count, inputs);
}

/* Appends a part, of `count` so far; of many, as many are joined as an operation takes at a time.
 */
static int join(struct ls_onnx_walk *w, const struct ls_op *op, int count, int *inputs, int part) {
    if (count == LS_MAX_INPUTS) {
        inputs[0] = add_joined(w, op, count, inputs);
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

/* Of channels behind channels, or tokens behind tokens. */
static struct ls_onnx_value concat_activations(struct ls_onnx_walk *w) {
    int inputs[LS_MAX_INPUTS], count = 0;
    const struct ls_onnx_value first = part_of(w, 0);
    const int d = ls_onnx_dimension(&first, ls_onnx_whole(w->node, "axis", INT_MAX));
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
        count = join(w, op, count, inputs, x.node);
    }
    const int node = add_joined(w, op, count, inputs);
    struct ls_onnx_value all = ls_onnx_made_alike(first, node);
    const struct ls_shape shape = ls_onnx_shape(w, all);
    if (!w->builder.status)
        all.view.dimensions[d] = channels ? ls_onnx_channels_of(shape) : ls_onnx_pixels(shape);
    return all;
}

static struct ls_onnx_value concat(struct ls_onnx_walk *w) {
    struct ls_onnx_value scales = {0};
    if (ls_onnx_join_scales(w, &scales))
        return scales;
    return ls_onnx_row(w, 0).count > 0 ? ls_onnx_join_rows(w) : concat_activations(w);
}

/* Numbers begin .. end-1 of a dimension; channels become a node when they are taken. */
static struct ls_onnx_value cut(struct ls_onnx_walk *w, struct ls_onnx_value x, int d,
                                int64_t begin, int64_t end) {
    struct ls_onnx_dimension *dimension = &x.view.dimensions[d];
    const struct ls_shape shape = ls_onnx_shape(w, x);
    const struct ls_onnx_axis axis = dimension->axes[0];
    if (w->builder.status || (begin == 0 && end == ls_onnx_dimension_size(dimension)))
        return x;
    if (ls_onnx_is_pixels(w, x, d)) {
        const struct ls_attributes a = {.begin = (int)begin, .pixels = (int)(end - begin)};
        x.node = ls_onnx_add(w, &ls_op_span, a, 1, &x.node);
        *dimension = ls_onnx_dimension_of(true, a.pixels, 1);
        return x;
    }
    if (dimension->count != 1 || axis.pixels || axis.size * axis.step != shape.channels)
        return ls_onnx_refuse(
            w, "only channels that follow one another can be taken, or tokens that do");
    x.term = LS_ONNX_SLICE;
    x.begin = (int)begin * axis.step;
    x.channels = (int)(end - begin) * axis.step;
    *dimension = ls_onnx_dimension_of(false, (int)(end - begin), axis.step);
    return x;
}

/* From 0 to `most`, where negative numbers count from the end. */
static int64_t bound(int64_t number, int64_t most) {
    number += number < 0 ? most : 0;
    return number < 0 ? 0 : number > most ? most : number;
}

/* The one number that is input i or an attribute; `otherwise` where there is neither. False: it is
 * something else. */
static bool single(const struct ls_onnx_walk *w, size_t i, const char *name, int64_t otherwise,
                   int64_t *number) {
    const bool given = i < w->node->n_input && *w->node->input[i];
    if (!given)
        return ls_onnx_wholes(w->node, name, 1, otherwise, number);
    const struct ls_onnx_value row = ls_onnx_row(w, i);
    *number = row.wholes[0];
    return row.count == 1;
}

static struct ls_onnx_value slice(struct ls_onnx_walk *w) {
    const struct ls_onnx_value row = ls_onnx_row(w, 0);
    int64_t begin, end, axis, step;
    const bool sound = single(w, 1, "starts", 0, &begin) && single(w, 2, "ends", 0, &end) &&
                       single(w, 3, "axes", 0, &axis) && single(w, 4, "", 1, &step) && step == 1;
    if (sound && row.count > 0)
        return ls_onnx_cut_row(w, row, bound(begin, row.count), bound(end, row.count));
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int d = sound ? ls_onnx_dimension(&x, axis) : -1;
    if (d < 0)
        return ls_onnx_refuse(
            w, "only channels that follow one another can be taken, or tokens that do");
    const int64_t size = ls_onnx_dimension_size(&x.view.dimensions[d]);
    begin = bound(begin, size);
    end = bound(end, size);
    return begin < end ? cut(w, x, d, begin, end) : ls_onnx_refuse(w, "takes nothing of its input");
}

/* One number of a dimension, which is gone then, unless there is a row of one. */
static struct ls_onnx_value gather(struct ls_onnx_walk *w) {
    const struct ls_onnx_value row = ls_onnx_row(w, 0), index = ls_onnx_row(w, 1);
    const int64_t axis = ls_onnx_whole(w->node, "axis", 0);
    int64_t at = index.wholes[0];
    if (index.count != 1)
        return ls_onnx_refuse(w, "takes more than one of its input, or what is not known here");
    if (row.count > 0) {
        at += at < 0 ? row.count : 0;
        return at < row.count ? ls_onnx_cut_row(w, row, at, at + 1)
                              : ls_onnx_refuse(w, "takes what its input does not have");
    }
    const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[1]);
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (!source.tensor)
        return ls_onnx_refuse(w, "takes what is computed, which is not known here");
    const int d = ls_onnx_dimension(&x, axis);
    const int64_t size = d < 0 ? 0 : ls_onnx_dimension_size(&x.view.dimensions[d]);
    at += at < 0 ? size : 0;
    if (at < 0 || at >= size)
        return ls_onnx_refuse(w, "takes what its input does not have");
    x = cut(w, x, d, at, at + 1);
    if (source.rank == 0)
        ls_onnx_remove(&x.view, d);
    return x;
}

/* sizes[count] = how many numbers each output has. */
static bool part_sizes(const struct ls_onnx_walk *w, int64_t numbers, int count, int64_t *sizes) {
    const bool input = w->node->n_input > 1 && *w->node->input[1];
    struct ls_onnx_value given = {.count = count};
    int64_t left = numbers;
    if (input)
        given = ls_onnx_row(w, 1);
    if (given.count != count ||
        (!input && !ls_onnx_wholes(w->node, "split", count, INT64_MIN, given.wholes)))
        return false;
    for (int i = 0; i < count; i++) { /* or all alike */
        sizes[i] = given.wholes[i] == INT64_MIN ? numbers / count : given.wholes[i];
        if (sizes[i] < 1 || sizes[i] > left)
            return false;
        left -= sizes[i];
    }
    return left == 0;
}

static struct ls_onnx_value split(struct ls_onnx_walk *w) {
    const struct LsOnnx__Node *node = w->node;
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int d = ls_onnx_dimension(&x, ls_onnx_whole(node, "axis", 0));
    const int64_t numbers = d < 0 ? 0 : ls_onnx_dimension_size(&x.view.dimensions[d]);
    const int count = node->n_output <= LS_ONNX_WHOLES ? (int)node->n_output : 0;
    int64_t sizes[LS_ONNX_WHOLES];
    if (count == 0 || ls_onnx_whole(node, "num_outputs", count) != count ||
        !part_sizes(w, numbers, count, sizes))
        return ls_onnx_refuse(w,
                              "only all numbers of a dimension can be split, and into few parts");
    const struct ls_onnx_value first = cut(w, x, d, 0, sizes[0]);
    int64_t begin = sizes[0];
    for (int k = 1; k < count; begin += sizes[k++]) {
        const long index = ls_onnx_index(w->onnx, node->output[k]);
        if (index < 0)
            continue;
        w->values[index] = cut(w, x, d, begin, begin + sizes[k]);
        w->values[index].made = true;
    }
    return first;
}

static const struct ls_onnx_operation members[] = {
    {"Concat", " axis ", concat},
    {"Gather", " axis ", gather},
    {"Slice", " axes ends starts ", slice},
    {"Split", " axis num_outputs split ", split},
};

const struct ls_onnx_operations ls_onnx_parts = {members, sizeof members / sizeof *members};
