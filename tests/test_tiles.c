/* Convolution in bfloat16 tiles against its definition. */
#include "base/alloc.h"
#include "kernels/bfloat.h"
#include "kernels/tile_conv.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

/* A convolution of random numbers: floats [image][height][width][channels], and the same in tiles.
 */
struct sample {
    struct ls_tile_conv conv;
    float *x, *residual, *weight, *y;
    uint16_t *x_tiles, *residual_tiles, *y_tiles;
    void *packed;
    struct ls_tile_weights weights;
};

static size_t floats(const struct ls_tiles *t, int images) {
    return (size_t)images * t->height * t->width * t->channels;
}

static uint16_t *tiles_of(const struct ls_tiles *tiles, int images, const float *x) {
    uint16_t *y = ls_alloc(ls_tiles_bytes(tiles, images), 1);
    assert_non_null(y);
    ls_tiles_from_floats(tiles, images, x, y);
    return y;
}

/* height, width, in, out, kernel, stride, padding */
static struct sample make(const int *shape, int parts) {
    const int kernel = shape[4], stride = shape[5], padding = shape[6];
    const int height = (shape[0] + 2 * padding - kernel) / stride + 1;
    const int width = (shape[1] + 2 * padding - kernel) / stride + 1;
    struct sample s = {.conv = {.kernel = kernel, .stride = stride, .padding = padding}};
    struct ls_tile_conv *conv = &s.conv;
    conv->x = ls_tiles_layout(shape[0], shape[1], shape[2], padding + 1, parts);
    conv->y = ls_tiles_layout(height, width, shape[3], 2, parts);
    conv->residual = ls_tiles_layout(height, width, shape[3], 1, parts);
    conv->images =
        conv->x.interleave > conv->y.interleave ? conv->x.interleave : conv->y.interleave;
    conv->images *= 2;
    ls_tile_conv_plan(conv);
    s.x = normal_floats(floats(&conv->x, conv->images), 1);
    s.residual = normal_floats(floats(&conv->y, conv->images), 2);
    s.weight = normal_floats((size_t)shape[3] * shape[2] * kernel * kernel, 3);
    s.y = malloc(floats(&conv->y, conv->images) * sizeof *s.y);
    s.x_tiles = tiles_of(&conv->x, conv->images, s.x);
    s.residual_tiles = tiles_of(&conv->residual, conv->images, s.residual);
    s.y_tiles = ls_alloc(ls_tiles_bytes(&conv->y, conv->images), 1);
    memset(s.y_tiles, 0xff, ls_tiles_bytes(&conv->y, conv->images)); /* nothing may be left */
    s.packed = ls_alloc(ls_tile_conv_packed_bytes(conv), 1);
    assert_true(s.y && s.y_tiles && s.packed);
    s.weights = ls_tile_weights_of(conv, s.packed);
    for (int o = 0; o < shape[3]; o++) {
        s.weights.scale[o] = o % 2 ? -1 : 0.5F; /* exact in bfloat16's arithmetic */
        s.weights.bias[o] = 0.1F * (float)o;
    }
    const struct ls_conv plain = {.in = shape[2], .kernel = kernel};
    const struct ls_filters filters = ls_filters_of(&plain, s.weight);
    ls_tile_conv_pack(conv, &filters, s.packed);
    return s;
}

static void run(struct sample *s, bool residual, bool relu) {
    ls_tile_kernels()->conv_forward(&s->conv, s->packed, s->x_tiles,
                                    residual ? s->residual_tiles : NULL, relu, s->y_tiles);
    ls_tiles_to_floats(&s->conv.y, s->conv.images, s->y_tiles, s->y);
}

static void release(struct sample *s) {
    free(s->x);
    free(s->residual);
    free(s->weight);
    free(s->y);
    free(s->x_tiles);
    free(s->residual_tiles);
    free(s->y_tiles);
    free(s->packed);
}

/* A value as the kernels see it: rounded if it is one bfloat16. */
static double seen(const struct sample *s, float value) {
    return s->conv.x.parts == 1 ? ls_float_of(ls_bfloat_of(value)) : value;
}

/* One output value by definition, and the sum of its terms' magnitudes. */
static double expected(const struct sample *s, size_t index, bool residual, bool relu,
                       double *magnitude) {
    const struct ls_tile_conv *c = &s->conv;
    const int o = (int)(index % c->y.channels), ox = (int)(index / c->y.channels % c->y.width);
    const int oy = (int)(index / c->y.channels / c->y.width % c->y.height);
    const int image = (int)(index / c->y.channels / c->y.width / c->y.height);
    double sum = s->weights.bias[o] + (residual ? seen(s, s->residual[index]) : 0);
    *magnitude = fabs(sum);
    for (int i = 0; i < c->x.channels; i++)
        for (int ky = 0; ky < c->kernel; ky++)
            for (int kx = 0; kx < c->kernel; kx++) {
                const int y = oy * c->stride + ky - c->padding,
                          x = ox * c->stride + kx - c->padding;
                if (y < 0 || x < 0 || y >= c->x.height || x >= c->x.width)
                    continue;
                const size_t at =
                    (((size_t)image * c->x.height + y) * c->x.width + x) * c->x.channels + i;
                const float weight =
                    s->weight[((o * c->x.channels + i) * c->kernel + ky) * c->kernel + kx] *
                    s->weights.scale[o];
                const double term = seen(s, s->x[at]) * seen(s, weight);
                sum += term;
                *magnitude += fabs(term);
            }
    return relu && sum < 0 ? 0 : sum;
}

static void check(struct sample *s, bool residual, bool relu) {
    const size_t count = floats(&s->conv.y, s->conv.images);
    run(s, residual, relu);
    for (size_t i = 0; i < count; i += 1 + count / 997) {
        double magnitude;
        const double value = expected(s, i, residual, relu, &magnitude);
        /* Sums round in float; a stored bfloat16 to 2^-8, a pair to 2^-16, as do its products'
         * factors. */
        const double tolerance =
            s->conv.x.parts == 1 ? fabs(value) / 256 + magnitude * 1e-6 : magnitude / 40000;
        assert_true(fabs(s->y[i] - value) <= tolerance);
    }
}

static const int shapes[][7] = {
    {32, 32, 3, 16, 3, 1, 1},  {32, 32, 16, 16, 3, 1, 1}, {32, 32, 16, 32, 3, 2, 1},
    {32, 32, 16, 32, 1, 2, 0}, {16, 16, 32, 32, 3, 1, 1}, {16, 16, 32, 64, 3, 2, 1},
    {8, 8, 64, 64, 3, 1, 1},   {8, 8, 64, 64, 3, 2, 1},   {1, 1, 64, 16, 1, 1, 0},
    {1, 1, 5, 16, 3, 1, 1},    {7, 5, 24, 40, 3, 1, 1},   {5, 9, 17, 33, 5, 2, 2},
    {20, 19, 5, 20, 3, 2, 1},  {8, 8, 16, 16, 3, 1, 1},   {3, 30, 16, 48, 3, 1, 1},
    {21, 33, 3, 16, 7, 2, 3},  {4, 17, 8, 100, 1, 1, 0},  {6, 6, 33, 16, 2, 2, 0},
};

static void agrees_with_the_definition(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int parts = 1; parts <= 2; parts++) {
            struct sample s = make(shapes[i], parts);
            check(&s, false, false);
            check(&s, true, true);
            release(&s);
        }
}

static bool is_zero(const struct ls_tiles *tiles, const uint16_t *x, int image, int row,
                    int column) {
    const uint16_t *pixel = x + ls_tiles_offset(tiles, image, row, column);
    for (int v = 0; v < tiles->parts * tiles->stride; v++)
        if (pixel[v])
            return false;
    return true;
}

static void leaves_zeros_around_the_image(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct sample s = make(shapes[i], 2);
        const struct ls_tiles *y = &s.conv.y;
        run(&s, true, false);
        for (int image = 0; image < s.conv.images; image++)
            for (int row = -y->border; row < y->height + y->border; row++)
                for (int column = -y->border; column < y->width + y->border; column++)
                    if (row < 0 || column < 0 || row >= y->height || column >= y->width)
                        assert_true(is_zero(y, s.y_tiles, image, row, column));
        release(&s);
    }
}

static void images_do_not_meet(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct sample s = make(shapes[i], 1);
        const size_t in = floats(&s.conv.x, 1), out = floats(&s.conv.y, s.conv.images);
        float *alone = malloc(out * sizeof *alone);
        assert_non_null(alone);
        run(&s, true, true);
        memcpy(alone, s.y, out * sizeof *alone);
        for (size_t v = 0; v < in; v++)
            s.x[in + v] = NAN;
        ls_tiles_from_floats(&s.conv.x, s.conv.images, s.x, s.x_tiles);
        run(&s, true, true);
        for (size_t v = 0; v < out; v++) {
            const bool second = v / (out / (size_t)s.conv.images) == 1;
            assert_true(second || memcmp(&alone[v], &s.y[v], sizeof *alone) == 0);
        }
        free(alone);
        release(&s);
    }
}

static void rounds_to_nearest_even(void **state) {
    static const struct {
        float value, rounded;
    } cases[] = {{1, 1},
                 {0x1.01p0F, 0x1p0F},
                 {0x1.03p0F, 0x1.04p0F},
                 {0x1.0101p0F, 0x1.02p0F},
                 {-0x1.01p0F, -0x1p0F},
                 {0x1.fffffep127F, INFINITY},
                 {-INFINITY, -INFINITY},
                 {0, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(ls_float_of(ls_bfloat_of(cases[i].value)) == cases[i].rounded);
    assert_true(isnan(ls_float_of(ls_bfloat_of(NAN))));
}

static void two_parts_keep_sixteen_bits(void **state) {
    const float values[] = {1.0F / 3, -1e30F, 1e-20F, INFINITY, 0x1.fffffep127F, 0};
    const struct ls_tiles tiles = ls_tiles_layout(1, 1, 6, 1, 2);
    float back[16 * 6], all[16 * 6] = {0};
    (void)state;
    memcpy(all, values, sizeof values);
    uint16_t *stored = tiles_of(&tiles, 16, all);
    ls_tiles_to_floats(&tiles, 16, stored, back);
    for (int i = 0; i < 3; i++)
        assert_true(fabsf(back[i] - values[i]) <= fabsf(values[i]) * 0x1p-16F);
    assert_true(isinf(back[3]) && isinf(back[4]) && back[5] == 0);
    free(stored);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(leaves_zeros_around_the_image),
        cmocka_unit_test(images_do_not_meet),
        cmocka_unit_test(rounds_to_nearest_even),
        cmocka_unit_test(two_parts_keep_sixteen_bits),
    };
    return cmocka_run_group_tests_name("tiles", tests, NULL, NULL);
}
