/* Convolutions with windows of any kind follow their definition. */
#include "gradient.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 3 };

struct layout {
    int groups, in, out; /* channels of a group */
    int height, width;
    struct ls_window window;
};

static const struct layout layouts[] = {
    {1, 4, 6, 7, 9, {{3, 3}, {1, 1}, {2, 2}, {2, 2, 2, 2}}},    /* gaps, the same size */
    {1, 3, 5, 9, 8, {{3, 3}, {2, 2}, {3, 2}, {3, 1, 2, 0}}},    /* other gaps down than across */
    {1, 5, 17, 6, 7, {{1, 7}, {1, 1}, {1, 1}, {0, 3, 0, 3}}},   /* not square */
    {1, 16, 4, 7, 6, {{5, 1}, {2, 1}, {1, 1}, {2, 0, 2, 0}}},   /* other strides */
    {1, 2, 3, 5, 5, {{2, 2}, {1, 1}, {1, 1}, {0, 0, 1, 1}}},    /* padded on two sides */
    {1, 20, 9, 40, 40, {{5, 5}, {1, 1}, {2, 2}, {4, 4, 4, 4}}}, /* more than one block of rows */
    {3, 4, 2, 6, 5, {{3, 3}, {1, 1}, {2, 1}, {2, 1, 2, 1}}},    /* in groups */
    {4, 1, 3, 5, 6, {{2, 3}, {1, 2}, {1, 2}, {0, 2, 0, 2}}},
    {5, 1, 1, 7, 9, {{3, 3}, {1, 1}, {2, 2}, {2, 2, 2, 2}}}, /* depthwise */
    {37, 1, 1, 6, 6, {{1, 5}, {1, 2}, {1, 1}, {0, 4, 0, 1}}},
    {6, 1, 1, 8, 7, {{4, 2}, {3, 1}, {2, 3}, {5, 0, 3, 1}}},
};

enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static bool is_depthwise(const struct layout *l) {
    return l->in == 1 && l->out == 1;
}

static void create(struct rig *rig, const struct layout *l, const struct ls_op *op, bool bias) {
    const struct ls_shape in = {l->height, l->width, l->groups * l->in};
    const struct ls_attributes a = {
        .channels = l->groups * l->out, .window = l->window, .groups = l->groups, .bias = bias};
    rig_create(rig, op, a, 1, &in, IMAGES, 0);
}

/* The output of one image at a pixel and channel. */
static double defined(const struct rig *rig, const struct layout *l, int image, int row, int column,
                      int channel) {
    const struct ls_window *w = &l->window;
    const int taps = w->kernel[0] * w->kernel[1], channels = l->groups * l->in;
    double sum = rig->node.attributes.bias ? rig->call.tensors[1][channel] : 0;
    for (int tap = 0; tap < taps; tap++)
        for (int i = 0; i < l->in; i++) {
            const int ky = tap / w->kernel[1], kx = tap % w->kernel[1];
            const int y = row * w->stride[0] + ky * w->dilation[0] - w->padding[0];
            const int x = column * w->stride[1] + kx * w->dilation[1] - w->padding[1];
            const int from = channel / l->out * l->in + i;
            if (y >= 0 && y < l->height && x >= 0 && x < l->width)
                sum +=
                    (double)rig->call.tensors[0][(channel * l->in + i) * taps + tap] *
                    rig->call.inputs[0][((image * l->height + y) * l->width + x) * channels + from];
        }
    return sum;
}

static void check_output(const struct rig *rig, const struct layout *l, bool relu) {
    const struct ls_shape out = rig->node.out;
    const struct ls_window *w = &l->window;
    const float *y = rig->call.output;
    for (int d = 0; d < 2; d++) { /* the size that PyTorch gives */
        const int in = d ? l->width : l->height;
        assert_int_equal(d ? out.width : out.height, (in + w->padding[d] + w->padding[2 + d] -
                                                      w->dilation[d] * (w->kernel[d] - 1) - 1) /
                                                             w->stride[d] +
                                                         1);
    }
    for (int image = 0; image < IMAGES; image++)
        for (int row = 0; row < out.height; row++)
            for (int column = 0; column < out.width; column++)
                for (int c = 0; c < out.channels; c++, y++) {
                    const double wanted = defined(rig, l, image, row, column, c);
                    assert_float_equal(*y, relu && wanted < 0 ? 0 : wanted, 1e-4);
                }
}

static void check(const struct layout *l, const struct ls_op *op, bool bias) {
    struct rig rig;
    create(&rig, l, op, bias);
    rig_forward(&rig, 2);
    check_output(&rig, l, false);
    rig.node.attributes.fused_relu = true;
    rig_forward(&rig, 2);
    check_output(&rig, l, true);
    rig.node.attributes.fused_relu = false;
    rig_check(&rig, 2, 0.05F, 2e-3);
    const size_t count = IMAGES * ls_shape_size(rig.node.in[0]);
    float *once = malloc(count * sizeof *once);
    assert_non_null(once);
    memcpy(once, rig.call.input_grads[0], count * sizeof *once);
    rig_forward(&rig, 2);
    rig.call.accumulate[0] = true;
    rig_backward(&rig, 2);
    for (size_t i = 0; i < count; i++)
        assert_float_equal(rig.call.input_grads[0][i], 2 * once[i], 1e-4);
    free(once);
    rig_free(&rig);
}

static void convolutions_follow_their_definition(void **state) {
    (void)state;
    for (int i = 0; i < LAYOUTS; i++)
        for (int bias = 0; bias < 2; bias++) {
            check(&layouts[i], &ls_op_general_conv2d, bias);
            if (is_depthwise(&layouts[i]))
                check(&layouts[i], &ls_op_depthwise_conv2d, bias);
        }
}

static void weights_have_the_windows_size(void **state) {
    (void)state;
    for (int i = 0; i < LAYOUTS; i++) {
        struct rig rig;
        create(&rig, &layouts[i], &ls_op_general_conv2d, false);
        assert_int_equal(rig.spec[0].size[0], layouts[i].groups * layouts[i].out);
        assert_int_equal(rig.spec[0].size[1], layouts[i].in);
        assert_int_equal(rig.spec[0].size[2], layouts[i].window.kernel[0]);
        assert_int_equal(rig.spec[0].size[3], layouts[i].window.kernel[1]);
        rig_free(&rig);
    }
}

static void windows_that_do_not_fit_are_refused(void **state) {
    static const struct ls_window windows[] = {
        {{3, 3}, {1, 1}, {4, 1}, {0, 0, 0, 0}}, {{3, 3}, {1, 1}, {1, 3}, {0, 0, 0, 0}},
        {{3, 3}, {1, 1}, {0, 1}, {0, 0, 0, 0}}, {{3, 3}, {1, 0}, {1, 1}, {0, 0, 0, 0}},
        {{3, 0}, {1, 1}, {1, 1}, {0, 0, 0, 0}}, {{3, 3}, {1, 1}, {1, 1}, {0, 0, 0, -1}},
        {{3, 3}, {1, 1}, {2, 2}, {0, 5, 0, 0}}, {{3, 3}, {1, 1}, {2, 2}, {0, 0, 5, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        struct ls_error error = {0};
        struct ls_shape out;
        const struct ls_node node = {.op = &ls_op_general_conv2d,
                                     .attributes = {.channels = 4, .window = windows[i]},
                                     .input_count = 1,
                                     .in = {{8, 6, 3}}};
        assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
        assert_message(&error, "cannot convolve 8x6 pixels with kernel 3x");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_follow_their_definition),
        cmocka_unit_test(weights_have_the_windows_size),
        cmocka_unit_test(windows_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
