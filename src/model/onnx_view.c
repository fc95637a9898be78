#include "model/onnx_view.h"
#include "ops/op.h"
#include <string.h>

/* Lengthens the last axis by one that continues it; false: it does not. */
static bool continue_axis(struct ls_onnx_axis *axes, int count, struct ls_onnx_axis axis) {
    struct ls_onnx_axis *last = count > 0 ? &axes[count - 1] : NULL;
    if (!last || last->pixels != axis.pixels || last->step != (int64_t)axis.size * axis.step)
        return false;
    last->size *= axis.size;
    last->step = axis.step;
    return true;
}

/* Appends an axis to a dimension, or lengthens the one it continues; false: there is no room. */
static bool append(struct ls_onnx_dimension *to, struct ls_onnx_axis axis) {
    if (axis.size == 1 || continue_axis(to->axes, to->count, axis))
        return true;
    if (to->count == LS_ONNX_AXES)
        return false;
    to->axes[to->count++] = axis;
    return true;
}

struct ls_onnx_dimension ls_onnx_dimension_of(bool pixels, int size, int step) {
    struct ls_onnx_dimension dimension = {0};
    append(&dimension, (struct ls_onnx_axis){pixels, size, step});
    return dimension;
}

struct ls_onnx_dimension ls_onnx_pixels(struct ls_shape shape) {
    return ls_onnx_dimension_of(true, shape.height * shape.width, 1);
}

struct ls_onnx_dimension ls_onnx_channels_of(struct ls_shape shape) {
    return ls_onnx_dimension_of(false, shape.channels, 1);
}

struct ls_onnx_view ls_onnx_image_view(struct ls_shape shape) {
    return (struct ls_onnx_view){
        .rank = 4,
        .dimensions = {{0},
                       ls_onnx_channels_of(shape),
                       ls_onnx_dimension_of(true, shape.height, shape.width),
                       ls_onnx_dimension_of(true, shape.width, 1)}};
}

int64_t ls_onnx_dimension_size(const struct ls_onnx_dimension *dimension) {
    int64_t size = 1;
    for (int a = 0; a < dimension->count; a++)
        size *= dimension->axes[a].size;
    return size;
}

bool ls_onnx_dimension_equal(const struct ls_onnx_dimension *a, const struct ls_onnx_dimension *b) {
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = a->axes[i].pixels == b->axes[i].pixels && a->axes[i].size == b->axes[i].size &&
               a->axes[i].step == b->axes[i].step;
    return same;
}

bool ls_onnx_view_equal_but(const struct ls_onnx_view *a, const struct ls_onnx_view *b, int but) {
    bool same = a->rank == b->rank;
    for (int d = 0; same && d < a->rank; d++)
        same = d == but || ls_onnx_dimension_equal(&a->dimensions[d], &b->dimensions[d]);
    return same;
}

bool ls_onnx_view_equal(const struct ls_onnx_view *a, const struct ls_onnx_view *b) {
    return ls_onnx_view_equal_but(a, b, -1);
}

bool ls_onnx_is_image_order(const struct ls_onnx_view *view, struct ls_shape shape) {
    const struct ls_onnx_view image = ls_onnx_image_view(shape);
    struct ls_onnx_dimension all = {0}, wanted = {0};
    for (int d = 0; d < view->rank; d++)
        for (int a = 0; a < view->dimensions[d].count; a++)
            if (!append(&all, view->dimensions[d].axes[a]))
                return false;
    for (int d = 0; d < image.rank; d++)
        for (int a = 0; a < image.dimensions[d].count; a++)
            append(&wanted, image.dimensions[d].axes[a]);
    return ls_onnx_dimension_equal(&all, &wanted);
}

/* The axes of a view, one after the other; those that continue one another are one. */
struct walk {
    int count, index; /* of the axis that is next, */
    struct ls_onnx_axis axes[LS_ONNX_DIMENSIONS * LS_ONNX_AXES];
    struct ls_onnx_axis left; /* unless something is left of the one before: size 1 is nothing */
};

static struct walk begin_walk(const struct ls_onnx_view *view) {
    struct walk walk = {.left = {.size = 1}};
    for (int d = 0; d < view->rank; d++)
        for (int a = 0; a < view->dimensions[d].count; a++)
            if (!continue_axis(walk.axes, walk.count, view->dimensions[d].axes[a]))
                walk.axes[walk.count++] = view->dimensions[d].axes[a];
    return walk;
}

static bool next(struct walk *walk) {
    while (walk->left.size == 1) {
        if (walk->index == walk->count)
            return false;
        walk->left = walk->axes[walk->index++];
    }
    return true;
}

/* to = the next `size` numbers' axes, of which the last may be the slow part of one. */
static bool take(struct walk *walk, int64_t size, struct ls_onnx_dimension *to) {
    *to = (struct ls_onnx_dimension){0};
    while (size > 1) {
        if (!next(walk))
            return false;
        struct ls_onnx_axis part = walk->left;
        if (size % part.size == 0) {
            walk->left.size = 1;
        } else if (part.size % size == 0) {
            part.size = (int)size;
            part.step *= walk->left.size / part.size;
            walk->left.size /= part.size;
        } else
            return false;
        size /= part.size;
        if (!append(to, part))
            return false;
    }
    return size == 1;
}

bool ls_onnx_reshape(struct ls_onnx_view *view, int rank, const int64_t *sizes) {
    struct ls_onnx_view to = {.rank = rank};
    struct walk walk = begin_walk(view);
    bool sound = rank <= LS_ONNX_DIMENSIONS;
    for (int d = 0; sound && d < rank; d++)
        sound = take(&walk, sizes[d], &to.dimensions[d]);
    if (!sound || next(&walk))
        return false;
    *view = to;
    return true;
}

bool ls_onnx_transpose(struct ls_onnx_view *view, const int64_t *order) {
    struct ls_onnx_view to = {.rank = view->rank};
    bool used[LS_ONNX_DIMENSIONS] = {false};
    for (int d = 0; d < view->rank; d++) {
        if (order[d] < 0 || order[d] >= view->rank || used[order[d]])
            return false;
        used[order[d]] = true;
        to.dimensions[d] = view->dimensions[order[d]];
    }
    *view = to;
    return true;
}

bool ls_onnx_remove(struct ls_onnx_view *view, int dimension) {
    if (dimension < 0 || dimension >= view->rank || view->dimensions[dimension].count > 0)
        return false;
    view->rank--;
    memmove(&view->dimensions[dimension], &view->dimensions[dimension + 1],
            (size_t)(view->rank - dimension) * sizeof *view->dimensions);
    return true;
}

bool ls_onnx_insert(struct ls_onnx_view *view, int dimension) {
    if (dimension < 0 || dimension > view->rank || view->rank == LS_ONNX_DIMENSIONS)
        return false;
    memmove(&view->dimensions[dimension + 1], &view->dimensions[dimension],
            (size_t)(view->rank - dimension) * sizeof *view->dimensions);
    view->dimensions[dimension] = (struct ls_onnx_dimension){0};
    view->rank++;
    return true;
}

void ls_onnx_exchange_axes(struct ls_onnx_view *view) {
    for (int d = 0; d < view->rank; d++)
        for (int a = 0; a < view->dimensions[d].count; a++)
            view->dimensions[d].axes[a].pixels ^= true;
}
