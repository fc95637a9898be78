/* The portable kernel. */
#include "kernels/tile_conv.h"
#include "kernels/bfloat.h"
#include <string.h>

/* sum[16] = the products of one window with one tile of channels. */
static void multiply(const struct ls_tile_conv *conv, const struct ls_tile_weights *w,
                     const char *window, int column, float *sum) {
    const uint16_t *weight =
        w->weight + (size_t)column * conv->steps * LS_TILE_DEPTH * LS_TILE_COLUMNS;
    memset(sum, 0, LS_TILE_COLUMNS * sizeof *sum);
    for (int s = 0; s < conv->steps; s++) {
        const uint16_t *value = (const uint16_t *)(window + w->offset[s]);
        for (int pair = 0; pair < LS_TILE_DEPTH; pair += 2, weight += 2 * LS_TILE_COLUMNS)
            for (int c = 0; c < LS_TILE_COLUMNS; c++)
                sum[c] += ls_float_of(value[pair]) * ls_float_of(weight[2 * c]) +
                          ls_float_of(value[pair + 1]) * ls_float_of(weight[2 * c + 1]);
    }
}

/* One tile of channels of one output pixel. */
static void finish(const struct ls_tile_conv *conv, const float *sum, const float *bias,
                   const uint16_t *residual, bool relu, uint16_t *y) {
    const int low = conv->y.stride;
    for (int c = 0; c < LS_TILE_COLUMNS; c++) {
        float value = sum[c] + bias[c];
        if (residual)
            value += ls_float_of(residual[c]);
        if (residual && conv->y.parts == 2)
            value += ls_float_of(residual[low + c]);
        if (relu && value < 0)
            value = 0;
        y[c] = ls_bfloat_of(value);
        if (conv->y.parts == 2)
            y[low + c] = ls_bfloat_rest(value, y[c]);
    }
}

/* All tiles of pixels for one tile of channels. */
static void run(const struct ls_tile_conv *conv, const struct ls_tile_weights *w, int column,
                const char *x, const char *residual, bool relu, char *y) {
    const size_t at = (size_t)column * LS_TILE_COLUMNS * sizeof(uint16_t);
    const float *bias = w->bias + column * LS_TILE_COLUMNS;
    for (int t = 0; t < conv->walk.tiles; t++)
        for (int r = 0; r < conv->walk.rows; r++) {
            const struct ls_tile_spot *spot = &w->spot[t];
            const size_t row = at + (size_t)r * conv->walk.y_row;
            float sum[LS_TILE_COLUMNS];
            multiply(conv, w, x + spot->x + (size_t)r * conv->walk.x_row, column, sum);
            finish(conv, sum, bias,
                   residual ? (const uint16_t *)(residual + spot->residual + row) : NULL, relu,
                   (uint16_t *)(y + spot->y + row));
        }
}

static void forward(const struct ls_tile_conv *conv, void *packed, const void *x,
                    const void *residual, bool relu, void *y) {
    const struct ls_tile_weights w = ls_tile_weights_of(conv, packed);
    for (int column = 0; column < w.columns; column++)
        run(conv, &w, column, x, residual, relu, y);
    ls_tiles_clear_border(&conv->y, conv->images, y);
}

const struct ls_tile_kernels ls_tile_kernels_portable = {"portable", false, forward,
                                                         ls_tile_weight_grad_portable};
