#include "kernels/tile_grad.h"
#include "base/alloc.h"
#include "kernels/bfloat.h"
#include "kernels/tiles.h"

enum { PAGE_VALUES = 2048 };

struct ls_tile_grad ls_tile_grad_plan(const struct ls_conv *conv, int images) {
    struct ls_tile_grad g = {.height = conv->in_height + 2 * conv->padding,
                             .width = conv->in_width + 2 * conv->padding,
                             .in_room = (int)ls_fill_up((size_t)conv->in, LS_TILE_COLUMNS),
                             .out_room = (int)ls_fill_up((size_t)conv->out, LS_TILE_COLUMNS)};
    const size_t reach = (size_t)(conv->kernel - 1) * (size_t)(g.width + 1);
    g.positions = ls_fill_up((size_t)images * g.height * g.width, LS_TILE_DEPTH);
    g.line = ls_fill_up(g.positions + reach, LS_TILE_DEPTH);
    if (g.line % PAGE_VALUES == 0) /* or all rows of a tile fall into one set of the cache */
        g.line += LS_TILE_DEPTH;
    const size_t x = g.line * g.in_room, y = g.positions * g.out_room;
    g.wide = 0;
    g.lines = ls_align_bytes((x > y ? x : y) * sizeof(uint16_t));
    g.pairs = g.lines + ls_align_bytes(x * sizeof(uint16_t));
    g.bytes = g.pairs + ls_align_bytes(y * sizeof(uint16_t));
    return g;
}

/* weight_grad[in][out] += the products of one output pixel with one tap of its window. */
static void add_products(const struct ls_conv *conv, const uint16_t *x, const uint16_t *y_grad,
                         float *weight_grad) {
    for (int i = 0; i < conv->in; i++)
        for (int o = 0; o < conv->out; o++)
            weight_grad[i * conv->out + o] += ls_float_of(x[i]) * ls_float_of(y_grad[o]);
}

/* One tap, over all pixels of one image. */
static void add_image(const struct ls_conv *conv, int ky, int kx, const uint16_t *x,
                      const uint16_t *y_grad, float *weight_grad) {
    for (int oy = 0; oy < conv->out_height; oy++)
        for (int ox = 0; ox < conv->out_width; ox++, y_grad += conv->out) {
            const int iy = oy * conv->stride + ky - conv->padding;
            const int ix = ox * conv->stride + kx - conv->padding;
            if (iy >= 0 && ix >= 0 && iy < conv->in_height && ix < conv->in_width)
                add_products(conv, x + ((size_t)iy * conv->in_width + ix) * conv->in, y_grad,
                             weight_grad);
        }
}

void ls_tile_weight_grad_portable(const struct ls_conv *conv, int images, const uint16_t *x,
                                  const uint16_t *y_grad, float *weight_grad, void *scratch) {
    const size_t in = (size_t)conv->in_height * conv->in_width * conv->in;
    const size_t out = (size_t)conv->out_height * conv->out_width * conv->out;
    const size_t tap = (size_t)conv->in * conv->out;
    (void)scratch;
    for (size_t i = 0; i < tap * conv->kernel * conv->kernel; i++)
        weight_grad[i] = 0;
    for (int image = 0; image < images; image++)
        for (int ky = 0; ky < conv->kernel; ky++)
            for (int kx = 0; kx < conv->kernel; kx++)
                add_image(conv, ky, kx, x + in * (size_t)image, y_grad + out * (size_t)image,
                          weight_grad + tap * (size_t)(ky * conv->kernel + kx));
}
