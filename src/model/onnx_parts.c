/* Operations of ONNX that take activations apart, by channels or by pixels. */
#include "model/onnx_array.h"
#include "model/onnx_walk.h"

/* Numbers begin .. end-1 of a dimension; those of tokens are a node, others become one when they
 * are taken. */
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
    if (ls_onnx_counts_pixels(dimension))
        return ls_onnx_some_pixels(w, x, d, begin, end - begin, 1);
    if (dimension->count == 0 || !ls_onnx_is_apart(&x.view))
        return ls_onnx_refuse(w, "only channels can be taken, or pixels of all of them");
    if (dimension->count != 1 || axis.size * axis.step != shape.channels)
        return ls_onnx_some_channels(w, x, d, begin, end - begin);
    x.term = LS_ONNX_SLICE;
    x.begin = (int)begin * axis.step;
    x.channels = (int)(end - begin) * axis.step;
    *dimension = ls_onnx_dimension_of(false, (int)(end - begin), axis.step);
    return x;
}

struct ls_onnx_ranges ls_onnx_ranges(const struct ls_onnx_walk *w) {
    struct ls_onnx_ranges r = {.begins = ls_onnx_row_or_attribute(w, 1, "starts"),
                               .ends = ls_onnx_row_or_attribute(w, 2, "ends"),
                               .axes = ls_onnx_row_or_attribute(w, 3, "axes"),
                               .steps = ls_onnx_row_or_attribute(w, 4, "steps")};
    const int count = r.begins.count;
    for (int i = 0; i < count; i++) { /* the first axes, and all of each */
        r.axes.wholes[i] = r.axes.count ? r.axes.wholes[i] : i;
        r.steps.wholes[i] = r.steps.count ? r.steps.wholes[i] : 1;
    }
    if (count > 0 && r.ends.count == count && (r.axes.count == 0 || r.axes.count == count) &&
        (r.steps.count == 0 || r.steps.count == count))
        r.count = count;
    return r;
}

/* Every so many pixels of an image down (d = 2) or across (d = 3). */
static struct ls_onnx_value sample(struct ls_onnx_walk *w, struct ls_onnx_value x, int d,
                                   int64_t begin, int64_t count, int64_t step) {
    const struct ls_shape shape = ls_onnx_shape(w, x);
    struct ls_attributes a = {
        .sampling = {LS_NEAREST_BEFORE, {shape.height, shape.width}, {1, 1}, {0, 0}}};
    a.sampling.size[d - 2] = (int)count;
    a.sampling.step[d - 2] = (float)step;
    a.sampling.start[d - 2] = (float)begin;
    return ls_onnx_made_image(w, ls_onnx_add(w, &ls_op_resize, a, 1, &x.node));
}

/* Whether so many numbers of dimension d are pixels that no operation takes out of x as it is: not
 * those of an image as images are stored, nor tokens that follow one another. */
static bool are_listed(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, int d,
                       int64_t count, int64_t step) {
    if (!ls_onnx_may_count_pixels(w, x, d))
        return false;
    return x->term == LS_ONNX_PICKED || count == 0 || step < 0 ||
           !(ls_onnx_is_image(w, *x) || (step == 1 && ls_onnx_is_pixels(w, *x, d)));
}

static struct ls_onnx_value slice_axis(struct ls_onnx_walk *w, struct ls_onnx_value x, int64_t axis,
                                       int64_t begin, int64_t end, int64_t step) {
    const int d = ls_onnx_dimension(&x, axis);
    if (d < 0)
        return ls_onnx_refuse(w, "takes some of a dimension that is not there");
    const int64_t size = ls_onnx_dimension_size(&x.view.dimensions[d]);
    const int64_t count = ls_onnx_range(size, &begin, end, step);
    step = count == 1 ? 1 : step;
    if (count == size && step == 1)
        return x;
    if (count >= 0 && are_listed(w, &x, d, count, step))
        return ls_onnx_some_pixels(w, x, d, begin, count, step);
    if (count < 1)
        return ls_onnx_refuse(w,
                              "takes nothing of its input, or numbers that are no distance apart");
    x = ls_onnx_settle(w, x);
    if (step == 1 && ls_onnx_is_pixels(w, x, d))
        return cut(w, x, d, begin, begin + count);
    if (step > 0 && d >= 2 && ls_onnx_is_image(w, x))
        return sample(w, x, d, begin, count, step);
    return step == 1 ? cut(w, x, d, begin, begin + count)
                     : ls_onnx_refuse(w, "only pixels can be taken some distance apart");
}

static struct ls_onnx_value slice(struct ls_onnx_walk *w) {
    const struct ls_onnx_ranges r = ls_onnx_ranges(w);
    const struct ls_onnx_value *taken = ls_onnx_peek(w, 0);
    struct ls_onnx_value x = taken && taken->term == LS_ONNX_PICKED ? *taken : ls_onnx_input(w, 0);
    if (r.count == 0)
        return ls_onnx_refuse(w, "takes parts that are not known from the file");
    for (int i = 0; i < r.count && !w->builder.status; i++)
        x = slice_axis(w, x.term == LS_ONNX_PICKED ? x : ls_onnx_settle(w, x), r.axes.wholes[i],
                       r.begins.wholes[i], r.ends.wholes[i], r.steps.wholes[i]);
    return x;
}

/* One number of a dimension, which is gone then, unless it is taken as a row of one. */
static struct ls_onnx_value gather(struct ls_onnx_walk *w) {
    if (w->node->n_input == 2 && !ls_onnx_is_activations(w, 0) &&
        ls_onnx_find(w->onnx, w->node->input[0]).tensor)
        return ls_onnx_take_rows(w);
    const struct ls_onnx_row index = ls_onnx_row(w, 1);
    if (index.count != 1)
        return ls_onnx_refuse(w, "takes more than one of its input, or what is not known here");
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    int64_t at = index.wholes[0];
    const int d = ls_onnx_dimension(&x, ls_onnx_whole(w->node, "axis", 0));
    const int64_t size = d < 0 ? 0 : ls_onnx_dimension_size(&x.view.dimensions[d]);
    at += at < 0 ? size : 0;
    if (at < 0 || at >= size)
        return ls_onnx_refuse(w, "takes what its input does not have");
    x = cut(w, x, d, at, at + 1);
    if (ls_onnx_find(w->onnx, w->node->input[1]).rank == 0)
        ls_onnx_remove(&x.view, d);
    return x;
}

/* sizes[count] = how many numbers each output has: all as many, if the node does not say. */
static bool part_sizes(const struct ls_onnx_walk *w, int64_t numbers, int count, int64_t *sizes) {
    const struct ls_onnx_row given = ls_onnx_row_or_attribute(w, 1, "split");
    int64_t left = numbers;
    if (given.count != 0 && given.count != count)
        return false;
    for (int i = 0; i < count; i++) {
        sizes[i] = given.count ? given.wholes[i] : numbers / count;
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
    {"Gather", " axis ", gather},
    {"Slice", " axes ends starts ", slice},
    {"Split", " axis num_outputs split ", split},
};

const struct ls_onnx_operations ls_onnx_parts = {members, sizeof members / sizeof *members};
