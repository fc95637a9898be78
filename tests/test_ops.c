#include "gradient.h"
#include "kernels/kernels.h"
#include "ops/loss.h"
#include "support.h"
#include <math.h>

static void check(const struct ls_op *op, struct ls_attributes attributes, int input_count,
                  const struct ls_shape *inputs, float gap, float step, double tolerance) {
    struct rig rig;
    rig_create(&rig, op, attributes, input_count, inputs, 5, gap);
    rig_check(&rig, 2, step, tolerance);
    rig_free(&rig);
}

/* Convolutions, linear layers, sums and means are linear in each argument: differences are exact up
 * to rounding whatever the step. */
static void conv2d_gradients(void **state) {
    static const struct {
        int height, width, in, out, kernel, stride, padding;
    } cases[] = {
        {5, 7, 3, 4, 3, 1, 1},
        {6, 6, 4, 3, 3, 2, 1},
        {7, 5, 2, 3, 3, 2, 1},
        {5, 5, 3, 2, 1, 1, 0},
        {7, 6, 3, 5, 1, 2, 0},
        /* single pixels, which most of their window's positions do not meet */
        {1, 1, 2, 3, 3, 1, 1},
        {1, 1, 16, 24, 3, 2, 1},
        {1, 1, 10, 16, 5, 1, 2},
        {1, 1, 3, 5, 2, 2, 1},
        {1, 1, 64, 72, 3, 3, 2},
        {9, 8, 2, 2, 5, 3, 2},
        {6, 6, 1, 1, 2, 2, 0},
        /* these fill the vectors of direct kernels, in one or both directions */
        {5, 7, 16, 16, 3, 1, 1},
        {6, 6, 3, 16, 3, 2, 1},
        {3, 18, 16, 48, 3, 1, 1},
        {5, 4, 32, 8, 1, 2, 0},
        {9, 8, 32, 16, 3, 1, 1},
        {2, 2, 16, 16, 3, 1, 1},
        {3, 3, 112, 96, 3, 1, 1},
        /* and these do not */
        {6, 7, 10, 13, 3, 1, 1},
        {5, 6, 12, 20, 3, 1, 1},
        {4, 5, 36, 12, 3, 1, 1},
        {4, 4, 12, 36, 1, 1, 0},
        /* these are matrix products */
        {3, 2, 256, 256, 1, 1, 0},
        {5, 4, 250, 265, 1, 2, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int bias = 0; bias < 2; bias++) {
            const struct ls_attributes attributes = {.channels = cases[i].out,
                                                     .kernel = cases[i].kernel,
                                                     .stride = cases[i].stride,
                                                     .padding = cases[i].padding,
                                                     .bias = bias};
            const struct ls_shape in = {cases[i].height, cases[i].width, cases[i].in};
            check(&ls_op_conv2d, attributes, 1, &in, 0, 0.5F, 1e-5);
        }
}

/* An image of one pixel meets one position of each filter. */
static void single_pixels_are_convolved(void **state) {
    static const struct {
        int in, out, kernel, stride, padding;
    } cases[] = {{3, 5, 3, 1, 1}, {16, 8, 5, 2, 2}, {9, 20, 3, 3, 2}, {80, 64, 2, 2, 1}};
    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        const int kernel = cases[n].kernel, padding = cases[n].padding, in = cases[n].in;
        const struct ls_attributes a = {.channels = cases[n].out,
                                        .kernel = kernel,
                                        .stride = cases[n].stride,
                                        .padding = padding,
                                        .bias = true};
        const struct ls_shape shape = {1, 1, in};
        struct rig rig;
        rig_create(&rig, &ls_op_conv2d, a, 1, &shape, 5, 0);
        assert_int_equal(ls_shape_size(rig.node.out), cases[n].out);
        rig_forward(&rig, 3);
        for (int image = 0; image < 5; image++)
            for (int o = 0; o < a.channels; o++) {
                double y = (double)rig.call.tensors[1][o];
                for (int i = 0; i < in; i++) {
                    const int filter = (o * in + i) * kernel * kernel;
                    y += (double)rig.call.inputs[0][image * in + i] *
                         rig.call.tensors[0][filter + padding * kernel + padding];
                }
                assert_float_equal(rig.call.output[image * a.channels + o], y, 1e-5);
            }
        rig_free(&rig);
    }
}

static void linear_gradients(void **state) {
    (void)state;
    const struct ls_shape in = {3, 2, 4};
    check(&ls_op_linear, (struct ls_attributes){.channels = 5, .bias = true}, 1, &in, 0, 0.5F,
          1e-5);
    check(&ls_op_linear, (struct ls_attributes){.channels = 1}, 1, &in, 0, 0.5F, 1e-5);
}

static void add_gradients(void **state) {
    (void)state;
    const struct ls_shape in[2] = {{3, 4, 5}, {3, 4, 5}};
    check(&ls_op_add, (struct ls_attributes){0}, 2, in, 0, 0.5F, 1e-5);
}

static void avgpool_gradients(void **state) {
    (void)state;
    const struct ls_shape in = {6, 5, 3};
    check(&ls_op_avgpool, (struct ls_attributes){.kernel = 2, .stride = 2}, 1, &in, 0, 0.5F, 1e-5);
    check(&ls_op_avgpool, (struct ls_attributes){.kernel = 3, .stride = 1}, 1, &in, 0, 0.5F, 1e-5);
    check(&ls_op_avgpool, (struct ls_attributes){.kernel = 0}, 1, &in, 0, 0.5F, 1e-5);
    for (int counts = 0; counts < 2; counts++)
        check(
            &ls_op_avgpool,
            (struct ls_attributes){
                .kernel = 4, .stride = 3, .padding = 2, .round_up = true, .padding_counts = counts},
            1, &in, 0, 0.5F, 1e-5);
}

static void relu_gradients(void **state) {
    (void)state;
    const struct ls_shape in = {3, 4, 5};
    check(&ls_op_relu, (struct ls_attributes){0}, 1, &in, 0.6F, 0.5F, 1e-5);
}

/* Batch norm is curved: the error of central differences falls with the square of the step. */
static void batchnorm_gradients(void **state) {
    (void)state;
    const struct ls_attributes attributes = {.epsilon = 1e-5F, .momentum = 0.1F};
    const struct ls_shape in = {4, 5, 3};
    check(&ls_op_batchnorm, attributes, 1, &in, 0, 0.02F, 2e-4);
}

/* Keeps the rectified sums away from 0 by checking where the finite step would cross it. */
static void batchnorm_fused_gradients(void **state) {
    (void)state;
    const struct ls_attributes attributes = {
        .epsilon = 1e-5F, .momentum = 0.1F, .fused_residual = true, .fused_relu = true};
    const struct ls_shape in[2] = {{4, 5, 3}, {4, 5, 3}};
    struct rig rig;
    rig_create(&rig, &ls_op_batchnorm, attributes, 2, in, 5, 0);
    /* Push each output away from the kink through the residual, which enters linearly. */
    float *residual = (float *)rig.call.inputs[1];
    for (int pass = 0; pass < 2; pass++) {
        rig.node.attributes.fused_relu = false;
        rig_forward(&rig, 2);
        for (size_t i = 0; i < 5 * ls_shape_size(in[0]); i++)
            if (fabsf(rig.call.output[i]) < 0.2F)
                residual[i] += rig.call.output[i] < 0 ? -0.3F : 0.3F;
        rig.node.attributes.fused_relu = true;
    }
    rig_check(&rig, 2, 0.02F, 5e-4);
    rig_free(&rig);
}

static void gradients_accumulate(void **state) {
    (void)state;
    static const struct {
        const struct ls_op *op;
        int inputs;
    } cases[] = {{&ls_op_conv2d, 1},   {&ls_op_linear, 1}, {&ls_op_relu, 1},
                 {&ls_op_avgpool, 1},  {&ls_op_add, 2},    {&ls_op_batchnorm, 1},
                 {&ls_op_batchnorm, 2}};
    const struct ls_shape in[2] = {{4, 4, 3}, {4, 4, 3}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct ls_attributes attributes = {.channels = 2,
                                                 .kernel = 2,
                                                 .stride = 2,
                                                 .bias = true,
                                                 .epsilon = 1e-5F,
                                                 .fused_residual = cases[c].inputs == 2};
        struct rig rig;
        float once[2][5 * 48];
        rig_create(&rig, cases[c].op, attributes, cases[c].inputs, in, 5, 0);
        rig_forward(&rig, 2);
        rig_backward(&rig, 2);
        for (int input = 0; input < rig.node.input_count; input++) {
            memcpy(once[input], rig.call.input_grads[input], sizeof once[input]);
            rig.call.accumulate[input] = true;
        }
        rig_backward(&rig, 2);
        for (int input = 0; input < rig.node.input_count; input++)
            for (size_t i = 0; i < 5 * 48; i++)
                assert_float_equal(rig.call.input_grads[input][i], 2 * once[input][i], 1e-5);
        rig_free(&rig);
    }
}

static void batchnorm_tracks_statistics(void **state) {
    (void)state;
    const struct ls_attributes attributes = {.epsilon = 1e-5F, .momentum = 0.1F};
    const struct ls_shape in = {2, 2, 1};
    struct rig rig;
    rig_create(&rig, &ls_op_batchnorm, attributes, 1, &in, 2, 0);
    float *x = (float *)rig.call.inputs[0];
    for (int i = 0; i < 8; i++)
        x[i] = (float)i;
    rig.call.tensors[0][0] = 2;
    rig.call.tensors[1][0] = 1;
    rig.call.tensors[2][0] = 10;
    rig.call.tensors[3][0] = 4;
    rig.call.tensors[4][0] = 7;
    rig_forward(&rig, 1);
    /* mean 3.5, biased variance 5.25, unbiased 6 */
    assert_float_equal(rig.call.tensors[2][0], 10 + 0.1 * (3.5 - 10), 1e-5);
    assert_float_equal(rig.call.tensors[3][0], 4 + 0.1 * (6.0 - 4), 1e-5);
    assert_float_equal(rig.call.tensors[4][0], 8, 0);
    assert_float_equal(rig.call.output[0], (0 - 3.5) / sqrt(5.25 + 1e-5) * 2 + 1, 1e-5);
    rig_free(&rig);
}

/* The convolution straight from its definition, and the sum of its terms' magnitudes. */
static double conv_at(const struct rig *rig, int image, int oy, int ox, int o, double *magnitude) {
    const struct ls_attributes *a = &rig->node.attributes;
    const struct ls_shape in = rig->node.in[0];
    double sum = a->bias ? rig->call.tensors[1][o] : 0;
    *magnitude = fabs(sum);
    for (int c = 0; c < in.channels; c++)
        for (int ky = 0; ky < a->kernel; ky++)
            for (int kx = 0; kx < a->kernel; kx++) {
                const int iy = oy * a->stride + ky - a->padding;
                const int ix = ox * a->stride + kx - a->padding;
                if (iy < 0 || ix < 0 || iy >= in.height || ix >= in.width)
                    continue;
                const double term =
                    (double)rig->call
                        .tensors[0][((o * in.channels + c) * a->kernel + ky) * a->kernel + kx] *
                    rig->call
                        .inputs[0][((image * in.height + iy) * in.width + ix) * in.channels + c];
                sum += term;
                *magnitude += fabs(term);
            }
    return sum;
}

static void conv2d_follows_its_definition(void **state) {
    static const struct {
        int height, width, in, out, kernel, stride, padding;
    } cases[] = {
        {32, 32, 3, 16, 3, 1, 1},  {8, 8, 64, 64, 3, 1, 1}, {16, 16, 16, 32, 3, 2, 1},
        {16, 16, 16, 32, 1, 2, 0}, {1, 1, 17, 3, 3, 1, 1},  {7, 9, 5, 7, 3, 1, 1},
        {7, 9, 5, 7, 3, 2, 1},     {5, 3, 19, 1, 1, 1, 0},  {3, 11, 2, 33, 5, 1, 2},
        {8, 8, 45, 13, 3, 1, 1},   {9, 6, 12, 4, 3, 1, 1},  {8, 8, 48, 12, 3, 1, 1},
        {4, 4, 28, 44, 1, 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_attributes attributes = {.channels = cases[i].out,
                                                 .kernel = cases[i].kernel,
                                                 .stride = cases[i].stride,
                                                 .padding = cases[i].padding,
                                                 .bias = i % 2};
        const struct ls_shape in = {cases[i].height, cases[i].width, cases[i].in};
        struct rig rig;
        rig_create(&rig, &ls_op_conv2d, attributes, 1, &in, 3, 0);
        rig_forward(&rig, 2);
        const struct ls_shape out = rig.node.out;
        const float *y = rig.call.output;
        for (int image = 0; image < 3; image++)
            for (int oy = 0; oy < out.height; oy++)
                for (int ox = 0; ox < out.width; ox++)
                    for (int o = 0; o < out.channels; o++) {
                        double magnitude, value = conv_at(&rig, image, oy, ox, o, &magnitude);
                        assert_true(fabs(*y++ - value) <= 1e-6 * magnitude + 1e-7);
                    }
        rig_free(&rig);
    }
}

/* Of as many floats as a large image has pixels, each sum is right but for a few roundings. */
static void sums_of_many_keep_their_digits(void **state) {
    enum { PIXELS = 1 << 17, CHANNELS = 70 };
    float *x = malloc(sizeof *x * PIXELS * CHANNELS), sum[CHANNELS], products[CHANNELS] = {0};
    (void)state;
    assert_non_null(x);
    for (size_t i = 0; i < (size_t)PIXELS * CHANNELS; i++)
        x[i] = 0.1F;
    ls_kernels()->sum_parts(CHANNELS, x, PIXELS, CHANNELS, sum);
    ls_kernels()->products_add(PIXELS, CHANNELS, x, CHANNELS, x, CHANNELS, products);
    for (int c = 0; c < CHANNELS; c++) {
        assert_float_equal(sum[c] / (PIXELS * (double)0.1F), 1, 2e-5);
        assert_float_equal(products[c] / (PIXELS * (double)0.1F * (double)0.1F), 1, 2e-5);
    }
    free(x);
}

static void shapes_that_do_not_fit_are_refused(void **state) {
    struct ls_error error = {0};
    struct ls_shape out;
    struct ls_node conv = {.op = &ls_op_conv2d,
                           .attributes = {.channels = 4, .kernel = 5, .stride = 1},
                           .in = {{3, 3, 2}}};
    struct ls_node add = {.op = &ls_op_add, .in = {{3, 3, 2}, {3, 3, 4}}};
    struct ls_node pool = {
        .op = &ls_op_avgpool, .attributes = {.kernel = 8, .stride = 8}, .in = {{4, 4, 2}}};
    (void)state;
    assert_int_equal(conv.op->shape(&conv, &out, &error), LS_MISMATCH);
    assert_message(&error, "3x3");
    assert_int_equal(add.op->shape(&add, &out, &error), LS_MISMATCH);
    assert_message(&error, "3x3x4");
    assert_int_equal(pool.op->shape(&pool, &out, &error), LS_MISMATCH);
}

/* Equal logits and such as are no numbers are counted as PyTorch counts them. */
static void predictions_are_those_of_pytorch(void **state) {
    static const struct {
        float logits[4];
        int predicted;
    } cases[] = {
        {{1, 3, 2, -1}, 1},      {{2, 3, 3, 3}, 1},          {{-INFINITY, -INFINITY, -5, 0}, 3},
        {{NAN, NAN, NAN, 1}, 0}, {{1, 2, NAN, INFINITY}, 2},
    };
    const struct ls_shape shape = {1, 1, 4};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int label = 0; label < 4; label++) {
            double correct = 0;
            ls_loss_image(LS_CROSS_ENTROPY, shape, cases[i].logits,
                          &(const uint16_t){(uint16_t)label}, &correct);
            assert_true(correct == (label == cases[i].predicted));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv2d_gradients),
        cmocka_unit_test(single_pixels_are_convolved),
        cmocka_unit_test(linear_gradients),
        cmocka_unit_test(add_gradients),
        cmocka_unit_test(avgpool_gradients),
        cmocka_unit_test(relu_gradients),
        cmocka_unit_test(batchnorm_gradients),
        cmocka_unit_test(batchnorm_fused_gradients),
        cmocka_unit_test(gradients_accumulate),
        cmocka_unit_test(batchnorm_tracks_statistics),
        cmocka_unit_test(conv2d_follows_its_definition),
        cmocka_unit_test(sums_of_many_keep_their_digits),
        cmocka_unit_test(shapes_that_do_not_fit_are_refused),
        cmocka_unit_test(predictions_are_those_of_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
