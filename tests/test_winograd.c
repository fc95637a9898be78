/* Winograd's convolution and the gradient of its weights against their definitions. */
#include "kernels/kernels.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

/* height, width, input and output channels in vectors */
static const int shapes[][4] = {{2, 2, 1, 1}, {3, 2, 1, 2},  {8, 8, 4, 4}, {5, 7, 2, 3},
                                {9, 3, 1, 5}, {32, 4, 1, 1}, {6, 33, 2, 2}};

static struct ls_conv conv_of(const int *shape) {
    const int lanes = ls_kernels()->lanes;
    return (struct ls_conv){.in_height = shape[0],
                            .in_width = shape[1],
                            .in = shape[2] * lanes,
                            .out_height = shape[0],
                            .out_width = shape[1],
                            .out = shape[3] * lanes,
                            .kernel = 3,
                            .stride = 1,
                            .padding = 1};
}

/* Output value `index` of all images by definition, and the sum of its terms' magnitudes. */
static double expected(const struct ls_conv *c, const float *x, const float *weight, size_t index,
                       double *magnitude) {
    const int o = (int)(index % c->out), ox = (int)(index / c->out % c->out_width);
    const int row = (int)(index / c->out / c->out_width), oy = row % c->out_height;
    x += (size_t)(row / c->out_height) * c->in_height * c->in_width * c->in;
    double sum = *magnitude = 0;
    for (int i = 0; i < c->in; i++)
        for (int ky = 0; ky < 3; ky++)
            for (int kx = 0; kx < 3; kx++) {
                const int iy = oy + ky - 1, ix = ox + kx - 1;
                if (iy < 0 || ix < 0 || iy >= c->in_height || ix >= c->in_width)
                    continue;
                const double term = (double)x[((size_t)iy * c->in_width + ix) * c->in + i] *
                                    weight[((o * c->in + i) * 3 + ky) * 3 + kx];
                sum += term;
                *magnitude += fabs(term);
            }
    return sum;
}

static void check(const struct ls_conv *c, bool extras) {
    enum { IMAGES = 3 };
    const size_t in = (size_t)IMAGES * c->in_height * c->in_width * c->in;
    const size_t out = (size_t)IMAGES * c->out_height * c->out_width * c->out;
    float *x = normal_floats(in, 1), *weight = normal_floats((size_t)c->in * c->out * 9, 2);
    float *bias = normal_floats((size_t)c->out, 3), *residual = normal_floats(out, 4);
    float *packed = malloc(ls_winograd_weights(c) * sizeof *packed);
    float *scratch = malloc(ls_winograd_scratch(c) * sizeof *scratch);
    float *y = malloc(out * sizeof *y);
    double *scale = malloc((size_t)c->out * sizeof *scale);
    const struct ls_filters filters = {.weight = weight,
                                       .out = c->out,
                                       .in = c->in,
                                       .out_step = (size_t)c->in * 9,
                                       .in_step = 9,
                                       .taps = 9,
                                       .scale = extras ? scale : NULL};
    assert_true(packed && scratch && y && scale && ls_winograd_tile(c));
    for (int o = 0; o < c->out; o++)
        scale[o] = 0.5 - 0.25 * (o % 7);
    ls_kernels()->winograd_pack(c, &filters, packed);
    ls_kernels()->winograd_forward(c, IMAGES, x, packed, extras ? bias : NULL,
                                   extras ? residual : NULL, extras, y, scratch);
    for (size_t i = 0; i < out; i++) {
        double magnitude, value = expected(c, x, weight, i, &magnitude);
        if (extras)
            value =
                fmax(scale[i % (size_t)c->out] * value + bias[i % (size_t)c->out] + residual[i], 0);
        assert_true(fabs(y[i] - value) <= 1e-6 * (magnitude + 10));
    }
    free(x);
    free(weight);
    free(bias);
    free(residual);
    free(packed);
    free(scale);
    free(scratch);
    free(y);
}

static void agrees_with_the_definition(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int extras = 0; extras < 2; extras++) {
            const struct ls_conv conv = conv_of(shapes[i]);
            check(&conv, extras);
        }
}

/* The gradient of weight `index` of [3][3][in][out], and the sum of its terms' magnitudes. */
static double expected_grad(const struct ls_conv *c, int images, const float *x,
                            const float *y_grad, size_t index, double *magnitude) {
    const size_t o = index % (size_t)c->out, i = index / c->out % c->in,
                 tap = index / c->out / c->in;
    const int ky = (int)tap / 3, kx = (int)tap % 3;
    double sum = *magnitude = 0;
    for (int image = 0; image < images; image++, x += (size_t)c->in_height * c->in_width * c->in)
        for (int oy = 0; oy < c->out_height; oy++)
            for (int ox = 0; ox < c->out_width; ox++, y_grad += c->out) {
                const int iy = oy + ky - 1, ix = ox + kx - 1;
                if (iy < 0 || ix < 0 || iy >= c->in_height || ix >= c->in_width)
                    continue;
                const double term =
                    (double)x[((size_t)iy * c->in_width + ix) * c->in + i] * y_grad[o];
                sum += term;
                *magnitude += fabs(term);
            }
    return sum;
}

static void check_grad(const struct ls_conv *c, int images, size_t step) {
    const size_t in = (size_t)images * c->in_height * c->in_width * c->in;
    const size_t out = (size_t)images * c->out_height * c->out_width * c->out;
    const size_t weights = (size_t)9 * c->in * c->out;
    float *x = normal_floats(in, 5), *y_grad = normal_floats(out, 6);
    float *grad = malloc(weights * sizeof *grad);
    float *scratch = malloc(ls_winograd_grad_scratch(c) * sizeof *scratch);
    assert_true(grad && scratch && ls_winograd_grad_tile(c));
    ls_kernels()->winograd_weight_grad(c, images, x, y_grad, grad, scratch);
    for (size_t i = 0; i < weights; i += step) {
        double magnitude;
        const double value = expected_grad(c, images, x, y_grad, i, &magnitude);
        assert_true(fabs(grad[i] - value) <= 1e-6 * (magnitude + 10));
    }
    free(x);
    free(y_grad);
    free(grad);
    free(scratch);
}

static void gradient_agrees_with_the_definition(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct ls_conv conv = conv_of(shapes[i]);
        check_grad(&conv, 3, 1);
    }
}

/* Several blocks of output channels, the last of one vector; one group of tiles, and two. */
static void gradient_of_many_channels_agrees(void **state) {
    const int lanes = ls_kernels()->lanes;
    (void)state;
    for (int images = 2; images <= 5; images += 3) {
        const struct ls_conv conv =
            conv_of((const int[]){23, 22, 144 / lanes, 80 / lanes + (lanes < 16)});
        assert_in_range(ls_winograd_grad_block(&conv), 1, conv.out - 1);
        check_grad(&conv, images, 641);
    }
}

static void suits_only_what_it_can(void **state) {
    struct ls_conv conv = conv_of(shapes[2]);
    (void)state;
    conv.stride = 2;
    assert_false(ls_winograd_tile(&conv));
    conv = conv_of(shapes[2]);
    conv.in = 3;
    assert_false(ls_winograd_tile(&conv));
    conv = conv_of(shapes[2]);
    conv.out_height = conv.in_height = 1;
    assert_false(ls_winograd_tile(&conv));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(gradient_agrees_with_the_definition),
        cmocka_unit_test(gradient_of_many_channels_agrees),
        cmocka_unit_test(suits_only_what_it_can),
    };
    return cmocka_run_group_tests_name("winograd", tests, NULL, NULL);
}
