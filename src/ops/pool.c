#include "ops/pool.h"

/* How many windows there are along `size` pixels; one may be larger than the image. */
static int windows(const struct ls_attributes *a, int size) {
    const int left = size + 2 * a->padding - a->kernel;
    if (left < 0)
        return 1;
    const int count = left / a->stride + 1;
    const bool more = a->round_up && left % a->stride && count * a->stride < size + a->padding;
    return more ? count + 1 : count;
}

enum ls_status ls_pool_shape(const struct ls_node *node, struct ls_shape *out,
                             struct ls_error *error) {
    const struct ls_attributes window = node->attributes;
    const struct ls_shape in = node->in[0];
    const int height = in.height + 2 * window.padding - window.kernel;
    const int width = in.width + 2 * window.padding - window.kernel;
    const int least = window.round_up ? 1 - window.stride : 0;
    if (window.kernel < 1 || window.stride < 1 || window.padding < 0 ||
        2 * window.padding > window.kernel || height < least || width < least)
        return ls_fail(error, LS_MISMATCH,
                       "cannot pool %dx%d pixels with kernel %d, stride %d, padding %d", in.height,
                       in.width, window.kernel, window.stride, window.padding);
    *out = (struct ls_shape){windows(&window, in.height), windows(&window, in.width), in.channels};
    return LS_OK;
}

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static int larger(int a, int b) {
    return a > b ? a : b;
}

struct ls_pool_window ls_pool_window_at(const struct ls_node *node, int oy, int ox) {
    const struct ls_attributes *a = &node->attributes;
    const struct ls_shape in = node->in[0];
    const int top = oy * a->stride - a->padding, left = ox * a->stride - a->padding;
    const int bottom = top + a->kernel, right = left + a->kernel;
    return (struct ls_pool_window){
        .top = larger(top, 0),
        .bottom = smaller(bottom, in.height),
        .left = larger(left, 0),
        .right = smaller(right, in.width),
        .padded = (smaller(bottom, in.height + a->padding) - top) *
                  (smaller(right, in.width + a->padding) - left),
    };
}

size_t ls_pool_offset(const struct ls_node *node, int y, int x) {
    return ((size_t)y * (size_t)node->in[0].width + (size_t)x) * (size_t)node->in[0].channels;
}
