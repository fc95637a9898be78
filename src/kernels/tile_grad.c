#include "kernels/tile_grad.h"
#include "base/alloc.h"
#include "kernels/bfloat.h"
#include "kernels/tiles.h"

enum { BLOCKS = 16 }; /* of a group, at least */

/* Room for so many values at *end, which moves on behind them. */
static size_t take(size_t *end, size_t values, size_t size) {
    const size_t at = *end;
    *end += ls_align_bytes(values * size);
    return at;
}

struct ls_tile_grad ls_tile_grad_plan(const struct ls_conv *conv, int images) {
    struct ls_tile_grad g = {.width = (int)ls_fill_up((size_t)conv->in_width, 2),
                             .rows = conv->in_height + conv->kernel - 1};
    const size_t positions = (size_t)conv->in_height * g.width;
    g.blocks = (int)(ls_fill_up(positions, LS_TILE_DEPTH) / LS_TILE_DEPTH);
    g.in_tiles = (int)ls_fill_up((size_t)conv->in, LS_TILE_COLUMNS) / LS_TILE_COLUMNS;
    g.out_tiles = (int)ls_fill_up((size_t)conv->out, LS_TILE_COLUMNS) / LS_TILE_COLUMNS;
    g.x_image = (size_t)g.blocks * LS_TILE_DEPTH * LS_TILE_COLUMNS;
    g.y_image = (size_t)g.rows * g.width * LS_TILE_COLUMNS;
    g.group = (BLOCKS + g.blocks - 1) / g.blocks;
    g.group = g.group < images ? g.group : images;
    const size_t in = (size_t)g.in_tiles * LS_TILE_COLUMNS,
                 out = (size_t)g.out_tiles * LS_TILE_COLUMNS;
    const size_t kernel = (size_t)conv->kernel, group = (size_t)g.group;
    g.sums = take(&g.bytes, kernel * kernel * in * out, sizeof(float));
    g.image = take(&g.bytes, g.x_image * g.in_tiles, sizeof(uint16_t));
    g.row = take(&g.bytes, (g.width + 2 * (kernel - 1 + conv->padding)) * out, sizeof(uint16_t));
    g.lines = take(&g.bytes, g.x_image * g.in_tiles * group, sizeof(uint16_t));
    /* The last image's last block may reach beyond it. */
    g.pairs =
        take(&g.bytes, g.y_image * g.out_tiles * kernel * group + LS_TILE_DEPTH * LS_TILE_COLUMNS,
             sizeof(uint16_t));
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
