/* The kernels for AMX on emulated tiles (amx_emulation.h) against the generic ones, on shapes
 * drawn at random. On a machine with AMX the other tests run them on its own. */
#include "base/alloc.h"
#include "kernels/bfloat.h"
#include "kernels/tile_conv.h"
#include "landscape/rng.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

enum { SHAPES = 30, MOST_IMAGES = 9 };

extern const struct ls_tile_kernels ls_tile_kernels_generic;

#if defined __x86_64__
extern const struct ls_tile_kernels ls_tile_kernels_emulated;

/* The kernels on emulated tiles; skips the test where the rest of them cannot run either. */
static const struct ls_tile_kernels *emulated(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq")) {
        print_message("this machine has no AVX-512 with bfloat16\n");
        skip();
    }
    return &ls_tile_kernels_emulated;
}
#else
static const struct ls_tile_kernels *emulated(void) {
    print_message("this machine is no x86\n");
    skip();
    return NULL;
}
#endif

static int draw(uint64_t number, int low, int high) {
    const struct ls_rng rng = {.seed = 11, .purpose = LS_RNG_TEST};
    return low + (int)ls_rng_below(&rng, number, (uint64_t)(high - low + 1));
}

/* The shapes of ResNets first, then any. */
static struct ls_conv draw_shape(int number, int least_out) {
    /* side, in, out, kernel, stride, padding */
    static const int fixed[][6] = {{32, 16, 16, 3, 1, 1},
                                   {16, 32, 32, 3, 1, 1},
                                   {8, 64, 64, 3, 1, 1},
                                   {16, 32, 64, 3, 2, 1},
                                   {16, 32, 64, 1, 2, 0}};
    const int known = (int)(sizeof fixed / sizeof *fixed);
    const uint64_t at = 16 * (uint64_t)number;
    struct ls_conv c = {.in = draw(at, 1, 70),
                        .out = draw(at + 1, least_out, 70),
                        .kernel = draw(at + 2, 1, 5),
                        .stride = draw(at + 3, 1, 3)};
    c.padding = draw(at + 4, 0, c.kernel - 1);
    c.in_height = draw(at + 5, c.kernel, 20);
    c.in_width = draw(at + 6, c.kernel, 36);
    if (number < known) {
        const int *f = fixed[number];
        c = (struct ls_conv){.in_height = f[0],
                             .in_width = f[0],
                             .in = f[1],
                             .out = f[2],
                             .kernel = f[3],
                             .stride = f[4],
                             .padding = f[5]};
    }
    c.out_height = (c.in_height + 2 * c.padding - c.kernel) / c.stride + 1;
    c.out_width = (c.in_width + 2 * c.padding - c.kernel) / c.stride + 1;
    return c;
}

static uint16_t *bfloats(size_t count, uint32_t stream) {
    float *values = normal_floats(count, stream);
    uint16_t *rounded = malloc(count * sizeof *rounded);
    assert_non_null(rounded);
    for (size_t i = 0; i < count; i++)
        rounded[i] = ls_bfloat_of(values[i]);
    free(values);
    return rounded;
}

static void *memory(size_t bytes) {
    void *allocated = ls_alloc(bytes, 1);
    assert_non_null(allocated);
    return allocated;
}

/* Fails unless a[count] is b[count] within `relative` of each and 1e-5 of the largest. */
static void assert_near(const struct ls_conv *c, const float *a, const float *b, size_t count,
                        double relative) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(b[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)a[i] - b[i]) <= relative * fabs(b[i]) + 1e-5 * largest))
            fail_msg("%dx%dx%d to %d, kernel %d, stride %d, padding %d: value %zu is %g, not %g",
                     c->in_height, c->in_width, c->in, c->out, c->kernel, c->stride, c->padding, i,
                     a[i], b[i]);
}

static size_t tile_values(const struct ls_tile_conv *t, const struct ls_tiles *tiles) {
    return (size_t)t->images * (size_t)tiles->height * (size_t)tiles->width *
           (size_t)tiles->channels;
}

static void check_forward(const struct ls_conv *c, int parts, bool residual, bool relu) {
    struct ls_tile_conv t = {.kernel = c->kernel, .stride = c->stride, .padding = c->padding};
    t.x = ls_tiles_layout(c->in_height, c->in_width, c->in, c->padding + 1, parts);
    t.y = ls_tiles_layout(c->out_height, c->out_width, c->out, residual, parts);
    t.residual = ls_tiles_layout(c->out_height, c->out_width, c->out, 1, parts);
    t.images = t.x.interleave > t.y.interleave ? t.x.interleave : t.y.interleave;
    ls_tile_conv_plan(&t);
    const size_t in = tile_values(&t, &t.x), out = tile_values(&t, &t.y);
    float *x = normal_floats(in, 1), *added = normal_floats(out, 2);
    float *weight = normal_floats((size_t)c->out * c->in * c->kernel * c->kernel, 3);
    void *x_tiles = memory(ls_tiles_bytes(&t.x, t.images));
    void *added_tiles = memory(ls_tiles_bytes(&t.residual, t.images));
    void *y_tiles = memory(ls_tiles_bytes(&t.y, t.images));
    void *packed = memory(ls_tile_conv_packed_bytes(&t));
    const struct ls_tile_weights weights = ls_tile_weights_of(&t, packed);
    const struct ls_filters filters = ls_filters_of(c, weight);
    for (int o = 0; o < c->out; o++) {
        weights.scale[o] = 0.5F;
        weights.bias[o] = 0.1F * (float)o;
    }
    ls_tile_conv_pack(&t, &filters, packed);
    ls_tiles_from_floats(&t.x, t.images, x, x_tiles);
    ls_tiles_from_floats(&t.residual, t.images, added, added_tiles);
    float *y[2] = {normal_floats(out, 4), normal_floats(out, 4)};
    const struct ls_tile_kernels *kernels[2] = {emulated(), &ls_tile_kernels_generic};
    for (int k = 0; k < 2; k++) {
        kernels[k]->conv_forward(&t, packed, x_tiles, residual ? added_tiles : NULL, relu, y_tiles);
        ls_tiles_to_floats(&t.y, t.images, y_tiles, y[k]);
    }
    /* Sums in another order round to a neighbour at most. */
    assert_near(c, y[0], y[1], out, parts == 1 ? 0x1p-7 : 0x1p-15);
    free(x);
    free(added);
    free(weight);
    free(x_tiles);
    free(added_tiles);
    free(y_tiles);
    free(packed);
    free(y[0]);
    free(y[1]);
}

static void convolution_is_the_generic_one(void **state) {
    (void)state;
    emulated();
    for (int i = 0; i < SHAPES; i++) {
        const struct ls_conv c = draw_shape(i, LS_TILE_COLUMNS);
        for (int parts = 1; parts <= 2; parts++)
            check_forward(&c, parts, i % 2, i % 3 == 0);
    }
}

static void check_weight_grad(const struct ls_conv *c, int images) {
    const size_t in = (size_t)images * c->in_height * c->in_width * c->in;
    const size_t out = (size_t)images * c->out_height * c->out_width * c->out;
    const size_t weights = (size_t)c->kernel * c->kernel * c->in * c->out;
    uint16_t *x = bfloats(in, 6), *y_grad = bfloats(out, 7);
    float *grad[2] = {normal_floats(weights, 8), normal_floats(weights, 8)};
    const size_t bytes = ls_tile_grad_plan(c, images).bytes;
    void *scratch = memory(bytes);
    memset(scratch, 0xff, bytes); /* not a number: nothing may be read that was not written */
    emulated()->weight_grad(c, images, x, y_grad, grad[0], scratch);
    ls_tile_kernels_generic.weight_grad(c, images, x, y_grad, grad[1], scratch);
    assert_near(c, grad[0], grad[1], weights, 0);
    free(x);
    free(y_grad);
    free(grad[0]);
    free(grad[1]);
    free(scratch);
}

static void weight_gradient_is_the_generic_one(void **state) {
    (void)state;
    emulated();
    for (int i = 0; i < SHAPES; i++) {
        const struct ls_conv c = draw_shape(i, 1);
        check_weight_grad(&c, draw(16 * (uint64_t)i + 7, 1, i < 5 ? 2 : MOST_IMAGES));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_is_the_generic_one),
        cmocka_unit_test(weight_gradient_is_the_generic_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
