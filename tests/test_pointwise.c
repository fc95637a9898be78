/* Functions of one value, their derivatives, and how these change. */
#include "gradient.h"
#include "support.h"
#include <math.h>

static const struct ls_shape shape = {3, 4, 5};

/* The function at five points: y[p] of x[p]. */
struct points {
    const struct ls_op *op;
    struct ls_attributes attributes;
    double x[5], y[5];
};

static const struct points cases[] = {
    {&ls_op_sigmoid, {0}, {0, 100, -100, INFINITY, -INFINITY}, {0.5, 1, 0, 1, 0}},
    {&ls_op_tanh, {0}, {0, 50, -50, 0.5, -0.5}, {0, 1, -1, 0.46211715726, -0.46211715726}},
    {&ls_op_gelu, {0}, {0, 100, -100, 1, -1}, {0, 100, 0, 0.84134474607, -0.15865525393}},
    {&ls_op_gelu_tanh, {0}, {0, 100, -100, 1, -1}, {0, 100, 0, 0.84119199061, -0.15880800939}},
    {&ls_op_softplus,
     {0},
     {0, 100, -100, 1, -1},
     {0.69314718056, 100, 0, 1.31326168752, 0.31326168752}},
    {&ls_op_line,
     {.slope = -2, .shift = 0.5F},
     {0, 3, -1, -100, 1e-3},
     {0.5, -5.5, 2.5, 200.5, 0.498}},
    {&ls_op_elu, {.slope = 0.7F}, {0, 3, -1, -100, 1e-3}, {0, 3, -0.44248441, -0.7, 1e-3}},
    {&ls_op_hard_swish, {0}, {-4, -3, 1, 3, 1e6}, {0, 0, 2.0 / 3, 3, 1e6}},
    {&ls_op_hard_sigmoid, {.slope = 0.2F, .shift = 0.5F}, {-4, -1, 0, 1, 4}, {0, 0.3, 0.5, 0.7, 1}},
    {&ls_op_leaky_relu, {.slope = 0.1F}, {-4, -1, 0, 1, 4}, {-0.4, -0.1, 0, 1, 4}},
    {&ls_op_clip, {.low = -1, .high = 6}, {-4, -1, 0, 6, INFINITY}, {-1, -1, 0, 6, 6}},
    {&ls_op_clip, {.low = 1, .high = 0.25F}, {-4, 0.25, 0.5, 1, 6}, {0.25, 0.25, 0.25, 0.25, 0.25}},
};

enum { CASES = sizeof cases / sizeof *cases };

static void values(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct rig rig;
        rig_create(&rig, cases[i].op, cases[i].attributes, 1, &shape, 1, 0);
        for (int p = 0; p < 5; p++)
            ((float *)rig.call.inputs[0])[p] = (float)cases[i].x[p];
        ((float *)rig.call.inputs[0])[5] = NAN;
        rig_forward(&rig, 1);
        for (int p = 0; p < 5; p++)
            if (!(fabs(rig.call.output[p] - cases[i].y[p]) <= 1e-6 * fmax(1, cases[i].y[p])))
                fail_msg("%s(%g) is %g", cases[i].op->name, cases[i].x[p], rig.call.output[p]);
        assert_true(isnan(rig.call.output[5]));
        rig_free(&rig);
    }
}

/* As close as the result of the formula in floats, and closer where that is near 0. */
static void gelu_is_exact_but_for_rounding(void **state) {
    enum { COUNT = 5 * 601 };
    const struct ls_shape wide = {1, 601, 5};
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_gelu, (struct ls_attributes){0}, 1, &wide, 1, 0);
    float *x = (float *)rig.call.inputs[0];
    for (int i = 0; i < COUNT; i++)
        x[i] = (float)(i - COUNT / 2) * 0.01F;
    rig_forward(&rig, 1);
    rig_backward(&rig, 1);
    for (int i = 0; i < COUNT; i++) {
        const double below = erfc(-x[i] * sqrt(0.5)) / 2;
        const double density = exp(-(double)x[i] * x[i] / 2) / sqrt(2 * acos(-1));
        const double y = x[i] * below, slope = below + x[i] * density;
        if (!(fabs(rig.call.output[i] - y) <= 4e-7 * fabs(y) * (1 + fabs(x[i])) + 1e-37))
            fail_msg("GELU of %g is %g, not %g", x[i], rig.call.output[i], y);
        assert_float_equal(rig.call.input_grads[0][i], slope * rig.probe[i],
                           1e-6 * fabsf(rig.probe[i]));
    }
    rig_free(&rig);
}

/* Of inputs in which no kink is within a step. */
static void set_up(struct rig *rig, const struct points *points) {
    rig_create(rig, points->op, points->attributes, 1, &shape, 5, 0);
    float *x = (float *)rig->call.inputs[0];
    for (int i = 0; i < 5 * 60; i++) {
        static const float kinks[] = {-3, -2.5F, -1, 0, 2.5F, 3, 6};
        x[i] *= 3;
        for (size_t k = 0; k < sizeof kinks / sizeof *kinks; k++)
            if (fabsf(x[i] - kinks[k]) < 0.1F)
                x[i] = kinks[k] + 0.2F;
    }
}

static void gradients(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct rig rig;
        set_up(&rig, &cases[i]);
        rig_check(&rig, 2, 0.02F, 3e-4);
        float once[5 * 60];
        memcpy(once, rig.call.input_grads[0], sizeof once);
        rig_forward(&rig, 2);
        rig_backward(&rig, 2);
        rig.call.accumulate[0] = true;
        rig_backward(&rig, 2);
        for (int e = 0; e < 5 * 60; e++)
            assert_float_equal(rig.call.input_grads[0][e], 2 * once[e], 1e-5);
        rig_free(&rig);
    }
}

static void tangents(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct rig rig;
        set_up(&rig, &cases[i]);
        rig_check_tangents(&rig, 0.01F, 1e-3);
        rig_free(&rig);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(gelu_is_exact_but_for_rounding),
        cmocka_unit_test(gradients),
        cmocka_unit_test(tangents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
