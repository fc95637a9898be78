#include "base/alloc.h"
#include "kernels/bfloat.h"
#include "kernels/tile_conv.h"
#include <string.h>

enum { ABSENT = -1, SPOTS = 4, TILE_VALUES = LS_TILE_DEPTH * LS_TILE_COLUMNS };

/* 32 neighbouring values of a window, and what each is multiplied with. */
struct step {
    size_t offset;             /* bytes from the window's first value */
    int weight[LS_TILE_DEPTH]; /* index into the filters, but for the output channel, or ABSENT */
    bool low[LS_TILE_DEPTH];   /* multiplied with the weight's low part */
};

/* The step of values first .. first+31 of pixel (ky, kx) and, if it has fewer, of the pixels behind
 * it. `low`: the products of the high values with the weights' low parts, otherwise
 * those of high and low values with the high parts. Returns whether there is anything to multiply.
 */
static bool describe(const struct ls_tile_conv *conv, const struct ls_filters *filters, int ky,
                     int kx, int first, bool low, struct step *step) {
    const struct ls_tiles *x = &conv->x;
    const int values = x->parts * x->stride;
    bool any = false;
    step->offset = (ls_tiles_offset(x, 0, ky, kx) - ls_tiles_offset(x, 0, 0, 0) + (size_t)first) *
                   sizeof(uint16_t);
    for (int d = 0; d < LS_TILE_DEPTH; d++) {
        const int value = first + d, tap = kx + value / values, in = value % values % x->stride;
        const bool high_value = value % values < x->stride;
        step->low[d] = low;
        step->weight[d] = ABSENT;
        if (tap < conv->kernel && in < x->channels && (high_value || !low)) {
            const int at = ky * conv->kernel + tap;
            step->weight[d] =
                in * (int)filters->in_step + (filters->reversed ? filters->taps - 1 - at : at);
            any = true;
        }
    }
    return any;
}

/* Calls back for every step in order, the window's rows innermost, and returns their number; `take`
 * may be NULL. */
static int each_step(const struct ls_tile_conv *conv, const struct ls_filters *filters,
                     void (*take)(const struct step *step, int index, void *context),
                     void *context) {
    const int values = conv->x.parts * conv->x.stride;
    const int chunks = (values + LS_TILE_DEPTH - 1) / LS_TILE_DEPTH;
    const int reach = values < LS_TILE_DEPTH ? LS_TILE_DEPTH / values : 1; /* pixels */
    int count = 0;
    for (int low = 0; low < conv->x.parts; low++)
        for (int kx = 0; kx < conv->kernel; kx += reach)
            for (int chunk = 0; chunk < chunks; chunk++)
                for (int ky = 0; ky < conv->kernel; ky++) {
                    struct step step;
                    if (!describe(conv, filters, ky, kx, chunk * LS_TILE_DEPTH, low, &step))
                        continue;
                    if (take)
                        take(&step, count, context);
                    count++;
                }
    return count;
}

static size_t pixel_bytes(const struct ls_tiles *tiles) {
    return (size_t)tiles->parts * tiles->stride * sizeof(uint16_t);
}

static struct ls_tile_walk walk_of(const struct ls_tile_conv *conv) {
    const struct ls_tiles *x = &conv->x, *y = &conv->y;
    struct ls_tile_walk walk;
    walk.interleaved = conv->stride == 1 && x->interleave == y->interleave;
    walk.units = walk.interleaved ? y->width * y->interleave : y->width;
    walk.rows = walk.units < LS_TILE_ROWS ? walk.units : LS_TILE_ROWS;
    walk.per_line = (walk.units + LS_TILE_ROWS - 1) / LS_TILE_ROWS;
    walk.tiles = (walk.interleaved ? conv->images / y->interleave : conv->images) * y->height *
                 walk.per_line;
    walk.x_row = pixel_bytes(x) * (walk.interleaved ? 1 : (size_t)conv->stride * x->interleave);
    walk.y_row = pixel_bytes(y) * (walk.interleaved ? 1 : (size_t)y->interleave);
    return walk;
}

static struct ls_tile_spot spot_of(const struct ls_tile_conv *conv, int tile) {
    const struct ls_tile_walk walk = conv->walk;
    const int tall = conv->y.height % SPOTS == 0 ? SPOTS : 1; /* tiles below one another */
    const int line = tile / tall / walk.per_line * tall + tile % tall, row = line % conv->y.height;
    const int image = line / conv->y.height * (walk.interleaved ? conv->y.interleave : 1);
    const int first = tile / tall % walk.per_line * LS_TILE_ROWS, last = walk.units - walk.rows;
    const size_t unit = (size_t)(first < last ? first : last);
    const size_t x =
        ls_tiles_offset(&conv->x, image, row * conv->stride - conv->padding, -conv->padding);
    const size_t y = ls_tiles_offset(&conv->y, image, row, 0);
    const size_t residual = ls_tiles_offset(&conv->residual, image, row, 0);
    return (struct ls_tile_spot){x * sizeof(uint16_t) + unit * walk.x_row,
                                 y * sizeof(uint16_t) + unit * walk.y_row,
                                 residual * sizeof(uint16_t) + unit * walk.y_row};
}

void ls_tile_conv_plan(struct ls_tile_conv *conv) {
    conv->walk = walk_of(conv);
    conv->steps = each_step(conv, &(struct ls_filters){0}, NULL, NULL);
}

/* The memory at *at, which moves on behind it. */
static void *take(char **at, size_t bytes) {
    void *taken = *at;
    *at += ls_align_bytes(bytes);
    return taken;
}

struct ls_tile_weights ls_tile_weights_of(const struct ls_tile_conv *conv, void *packed) {
    struct ls_tile_weights w = {
        .columns = (int)ls_fill_up((size_t)conv->y.stride, LS_TILE_COLUMNS) / LS_TILE_COLUMNS,
        .spots = (int)ls_fill_up((size_t)conv->walk.tiles, SPOTS)};
    const size_t channels = (size_t)w.columns * LS_TILE_COLUMNS * sizeof(float);
    char *at = packed;
    w.spot = take(&at, (size_t)w.spots * sizeof *w.spot);
    w.offset = take(&at, (size_t)conv->steps * sizeof *w.offset);
    w.bias = take(&at, channels);
    w.scale = take(&at, channels);
    w.pick = take(&at, 2 * TILE_VALUES * sizeof *w.pick);
    w.weight = take(&at, 0);
    return w;
}

static size_t weight_bytes(const struct ls_tile_conv *conv, const struct ls_tile_weights *w) {
    return (size_t)w->columns * conv->steps * TILE_VALUES * sizeof *w->weight;
}

size_t ls_tile_conv_packed_bytes(const struct ls_tile_conv *conv) {
    char none;
    const struct ls_tile_weights w = ls_tile_weights_of(conv, &none);
    return (size_t)((char *)w.weight - &none) + weight_bytes(conv, &w);
}

struct packing {
    const struct ls_tile_conv *conv;
    const struct ls_filters *filters;
    struct ls_tile_weights to;
};

static void pack_picks(const struct ls_tile_conv *conv, uint16_t *pick) {
    const uint16_t one = ls_bfloat_of(1);
    const bool both = conv->y.parts * conv->y.stride == LS_TILE_DEPTH && conv->y.parts == 2;
    memset(pick, 0, 2 * TILE_VALUES * sizeof *pick);
    for (int d = 0; d < LS_TILE_DEPTH; d++) {
        uint16_t *tile = pick + (both ? 0 : d / LS_TILE_COLUMNS * TILE_VALUES);
        tile[(d / 2 * LS_TILE_COLUMNS + d % LS_TILE_COLUMNS) * 2 + d % 2] = one;
    }
}

static void pack_step(const struct step *step, int index, void *context) {
    const struct packing *p = context;
    p->to.offset[index] = (int)step->offset;
    for (int o = 0; o < p->conv->y.channels; o++) {
        uint16_t *tile =
            p->to.weight +
            ((size_t)(o / LS_TILE_COLUMNS) * p->conv->steps + (size_t)index) * TILE_VALUES;
        uint16_t *to = tile + 2 * (o % LS_TILE_COLUMNS);
        const float *from = p->filters->weight + (size_t)o * p->filters->out_step;
        for (int d = 0; d < LS_TILE_DEPTH; d++) {
            if (step->weight[d] == ABSENT)
                continue;
            const float value = from[step->weight[d]] * p->to.scale[o];
            const uint16_t high = ls_bfloat_of(value);
            to[d / 2 * 2 * LS_TILE_COLUMNS + d % 2] =
                step->low[d] ? ls_bfloat_rest(value, high) : high;
        }
    }
}

void ls_tile_conv_pack(const struct ls_tile_conv *conv, const struct ls_filters *filters,
                       void *packed) {
    struct packing p = {conv, filters, ls_tile_weights_of(conv, packed)};
    pack_picks(conv, p.to.pick);
    memset(p.to.weight, 0, weight_bytes(conv, &p.to));
    for (int t = 0; t < p.to.spots; t++)
        p.to.spot[t] = spot_of(conv, t < conv->walk.tiles ? t : conv->walk.tiles - 1);
    for (int i = conv->y.channels; i < p.to.columns * LS_TILE_COLUMNS; i++)
        p.to.bias[i] = 0;
    each_step(conv, filters, pack_step, &p);
}
