#include "gradient.h"
#include "landscape/dataset.h"
#include "support.h"
#include <math.h>

/* Distinct values, 0.1 apart: a step of 0.04 changes no maximum. */
static void spread_values(float *x, int count) {
    int *order = calloc((size_t)count, sizeof *order);
    ls_shuffle(order, count, 3, 1);
    for (int i = 0; i < count; i++)
        x[i] = 0.1F * (float)(order[i] - count / 2);
    free(order);
}

static void gradients(void **state) {
    static const struct {
        int height, width, channels, kernel, stride, padding;
        bool round_up;
    } cases[] = {
        {6, 4, 3, 2, 2, 0, false}, {7, 5, 2, 2, 2, 0, false}, {7, 7, 3, 3, 2, 1, false},
        {5, 6, 2, 3, 1, 1, false}, {4, 4, 1, 4, 1, 2, false}, {1, 1, 5, 1, 1, 0, false},
        {7, 6, 2, 3, 2, 0, true},  {5, 8, 3, 2, 3, 1, true},  {2, 3, 2, 4, 3, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_attributes attributes = {.kernel = cases[i].kernel,
                                                 .stride = cases[i].stride,
                                                 .padding = cases[i].padding,
                                                 .round_up = cases[i].round_up};
        const struct ls_shape in = {cases[i].height, cases[i].width, cases[i].channels};
        struct rig rig;
        rig_create(&rig, &ls_op_maxpool, attributes, 1, &in, 5, 0);
        spread_values((float *)rig.call.inputs[0], 5 * (int)ls_shape_size(in));
        rig_check(&rig, 2, 0.04F, 1e-4);
        rig_free(&rig);
    }
}

/* A rig over one image of one channel. */
static float *one_image(struct rig *rig, int side, int kernel, int stride, int padding) {
    const struct ls_shape in = {side, side, 1};
    const struct ls_attributes attributes = {
        .kernel = kernel, .stride = stride, .padding = padding};
    rig_create(rig, &ls_op_maxpool, attributes, 1, &in, 1, 0);
    return (float *)rig->call.inputs[0];
}

static void padding_never_wins(void **state) {
    struct rig rig;
    float *x = one_image(&rig, 4, 3, 2, 1);
    (void)state;
    for (int i = 0; i < 16; i++)
        x[i] = (float)-i - 1;
    rig_forward(&rig, 1);
    assert_int_equal(ls_shape_size(rig.node.out), 4);
    const float wanted[] = {-1, -2, -5, -6};
    for (int i = 0; i < 4; i++)
        assert_float_equal(rig.call.output[i], wanted[i], 0);
    rig_free(&rig);
}

/* As PyTorch does it; with windows that overlap, a pixel collects from each it wins. */
static void first_of_equals_gets_the_gradient(void **state) {
    struct rig rig;
    float *x = one_image(&rig, 3, 2, 1, 0);
    (void)state;
    for (int i = 0; i < 9; i++)
        x[i] = 1;
    for (int i = 0; i < 4; i++)
        rig.probe[i] = (float)(1 << i);
    rig_forward(&rig, 1);
    rig_backward(&rig, 1);
    const float wanted[] = {1, 2, 0, 4, 8, 0, 0, 0, 0};
    for (int i = 0; i < 9; i++)
        assert_float_equal(rig.call.input_grads[0][i], wanted[i], 0);
    rig.call.accumulate[0] = true;
    rig_backward(&rig, 1);
    for (int i = 0; i < 9; i++)
        assert_float_equal(rig.call.input_grads[0][i], 2 * wanted[i], 0);
    rig_free(&rig);
}

/* The numbers of windows are PyTorch's with ceil_mode. */
static void windows_may_reach_over_the_edge(void **state) {
    static const struct {
        int size, kernel, stride, padding, windows;
    } cases[] = {{4, 3, 2, 0, 2}, {5, 3, 2, 0, 2}, {4, 2, 3, 0, 2}, {4, 2, 3, 1, 2},
                 {5, 2, 3, 1, 2}, {5, 2, 2, 1, 3}, {6, 2, 2, 1, 4}, {6, 1, 4, 0, 2},
                 {2, 3, 2, 0, 1}, {3, 4, 2, 0, 1}, {1, 3, 3, 0, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_node node = {.op = &ls_op_maxpool,
                               .attributes = {.kernel = cases[i].kernel,
                                              .stride = cases[i].stride,
                                              .padding = cases[i].padding,
                                              .round_up = true},
                               .in = {{cases[i].size, cases[i].size, 1}}};
        struct ls_shape out;
        assert_int_equal(node.op->shape(&node, &out, NULL), LS_OK);
        assert_int_equal(out.height, cases[i].windows);
        assert_int_equal(out.width, cases[i].windows);
    }
}

static void what_is_not_a_number_wins(void **state) {
    (void)state;
    for (int place = 0; place < 4; place++) {
        struct rig rig;
        float *x = one_image(&rig, 2, 2, 2, 0);
        x[place] = NAN;
        rig_forward(&rig, 1);
        assert_true(isnan(rig.call.output[0]));
        rig_free(&rig);
    }
}

static void windows_that_do_not_fit_are_refused(void **state) {
    struct ls_error error = {0};
    struct ls_shape out;
    struct ls_node node = {.op = &ls_op_maxpool, .in = {{3, 5, 2}}};
    (void)state;
    node.attributes = (struct ls_attributes){.kernel = 4, .stride = 2};
    assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
    assert_message(&error, "3x5");
    node.attributes = (struct ls_attributes){.kernel = 5, .stride = 2, .round_up = true};
    assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
    node.attributes = (struct ls_attributes){.kernel = 2, .stride = 2, .padding = 2};
    assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
    node.attributes = (struct ls_attributes){.kernel = 2};
    assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients),
        cmocka_unit_test(padding_never_wins),
        cmocka_unit_test(first_of_equals_gets_the_gradient),
        cmocka_unit_test(windows_may_reach_over_the_edge),
        cmocka_unit_test(what_is_not_a_number_wins),
        cmocka_unit_test(windows_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
