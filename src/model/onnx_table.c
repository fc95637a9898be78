/* Tables of weights in ONNX files, of which rows are taken by their numbers: biases of relative
 * positions. */
#include "model/onnx_walk.h"

/* Numbers of rows, `count` of them. */
struct indices {
    struct ls_onnx_source source;
    size_t count;
};

static struct indices indices_of(const struct ls_onnx_walk *w, size_t i) {
    struct indices indices = {.source = ls_onnx_find(w->onnx, w->node->input[i])};
    if (indices.source.tensor && !indices.source.transposed)
        indices.count = ls_onnx_whole_count(indices.source.tensor);
    return indices;
}

/* The rows' numbers as an attribute, of `most` rows there are; NULL after a failure. */
static const float *numbers_of(struct ls_onnx_walk *w, const struct indices *indices, int most) {
    float *numbers = ls_constant(&w->builder, indices->count);
    for (size_t i = 0; numbers && i < indices->count; i++) {
        const int64_t number = ls_onnx_whole_at(indices->source.tensor, i);
        numbers[i] = (float)(number < 0 ? number + most : number);
    }
    return numbers;
}

/* x's view with the indices' dimensions, of pixels, in place of one; false: they are too many, or
 * not as many numbers as they say. */
static bool put_dimensions(struct ls_onnx_view *view, int d, const struct indices *indices) {
    const int64_t *size = indices->source.size;
    struct ls_onnx_view to = {.rank = view->rank - 1 + indices->source.rank};
    int64_t step = (int64_t)indices->count;
    if (to.rank > LS_ONNX_DIMENSIONS)
        return false;
    for (int i = 0; i < indices->source.rank; i++) {
        if (size[i] < 1 || step % size[i] != 0)
            return false;
        step /= size[i];
        to.dimensions[d + i] = ls_onnx_dimension_of(true, (int)size[i], (int)step);
    }
    for (int i = 0; i < view->rank; i++)
        if (i != d)
            to.dimensions[i < d ? i : i - 1 + indices->source.rank] = view->dimensions[i];
    *view = to;
    return step == 1;
}

struct ls_onnx_value ls_onnx_take_rows(struct ls_onnx_walk *w) {
    enum { MOST = 1 << 20 };
    const struct indices indices = indices_of(w, 1);
    struct ls_onnx_value x = ls_onnx_learned(w, ls_onnx_find(w->onnx, w->node->input[0]));
    const int d = ls_onnx_dimension(&x, ls_onnx_whole(w->node, "axis", 0));
    if (!ls_onnx_is_pixels(w, x, d))
        x = ls_onnx_exchange(w, x);
    if (!w->builder.status &&
        (indices.count < 1 || indices.count > MOST || d < 0 || !ls_onnx_is_pixels(w, x, d)))
        return ls_onnx_refuse(w, "takes rows of a table of weights by numbers that are not known");
    const struct ls_shape shape = ls_onnx_shape(w, x);
    const struct ls_attributes a = {.pixels = (int)indices.count,
                                    .given = numbers_of(w, &indices, shape.height * shape.width)};
    if (!w->builder.status && !put_dimensions(&x.view, d, &indices))
        return ls_onnx_refuse(w, "takes rows by numbers of too many dimensions");
    x.node = ls_onnx_add(w, &ls_op_pick, a, 1, &x.node);
    return x;
}
