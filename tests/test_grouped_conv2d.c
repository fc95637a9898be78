/* Convolutions in groups are convolutions with weights of 0 between groups. */
#include "gradient.h"
#include "support.h"
#include <math.h>

struct layout {
    int groups, in, out; /* channels of a group */
    int height, width, kernel, stride, padding;
};

static const struct layout layouts[] = {
    {3, 4, 8, 5, 7, 3, 1, 1},   {4, 6, 10, 6, 6, 2, 2, 0}, {32, 4, 4, 4, 5, 3, 1, 1},
    {33, 2, 2, 5, 6, 3, 1, 1},  {15, 3, 3, 6, 4, 3, 2, 1}, {37, 1, 2, 3, 4, 3, 1, 1},
    {2, 16, 32, 6, 5, 3, 2, 1}, {8, 1, 2, 5, 5, 3, 1, 1},  {4, 3, 1, 7, 7, 1, 1, 0},
    {5, 1, 1, 5, 7, 3, 1, 1},   {40, 1, 1, 6, 5, 5, 2, 2}, {16, 1, 1, 7, 4, 3, 3, 0},
    {96, 1, 1, 4, 4, 3, 1, 1},  {7, 1, 1, 1, 2, 3, 1, 1},  {3, 1, 1, 9, 8, 7, 2, 6},
    {6, 1, 1, 3, 3, 2, 1, 0},   {2, 1, 1, 8, 8, 4, 3, 1},
};

static const struct ls_op *op_of(const struct layout *l) {
    return l->in == 1 && l->out == 1 ? &ls_op_depthwise_conv2d : &ls_op_grouped_conv2d;
}

/* Where weight (o, i, tap) of a group's layout is among those of a dense convolution. */
static size_t dense_index(const struct layout *l, int o, int i, int tap) {
    const int taps = l->kernel * l->kernel, in = l->groups * l->in;
    return (size_t)((o * in + o / l->out * l->in + i) * taps + tap);
}

/* The weights of a group in those of a dense convolution. */
static void spread(const struct layout *l, const float *grouped, float *dense) {
    const int taps = l->kernel * l->kernel;
    for (int o = 0; o < l->groups * l->out; o++)
        for (int i = 0; i < l->in; i++)
            for (int tap = 0; tap < taps; tap++)
                dense[dense_index(l, o, i, tap)] = grouped[(o * l->in + i) * taps + tap];
}

static void assert_near(const char *what, const struct layout *l, const float *found,
                        const float *wanted, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(found[i] - wanted[i]) <= 2e-5F * (1 + fabsf(wanted[i]))))
            fail_msg("%d groups of %d and %d, %s %zu: %g, not %g", l->groups, l->in, l->out, what,
                     i, found[i], wanted[i]);
}

static void assert_weight_grads(const struct layout *l, const float *grouped, const float *dense) {
    const int taps = l->kernel * l->kernel;
    for (int o = 0; o < l->groups * l->out; o++)
        for (int i = 0; i < l->in; i++)
            for (int tap = 0; tap < taps; tap++)
                assert_near("weight", l, &grouped[(o * l->in + i) * taps + tap],
                            &dense[dense_index(l, o, i, tap)], 1);
}

static void check(const struct layout *l, bool bias, bool relu, bool accumulate) {
    enum { IMAGES = 3 };
    struct rig grouped, dense;
    const struct ls_shape in = {l->height, l->width, l->groups * l->in};
    struct ls_attributes a = {.channels = l->groups * l->out,
                              .kernel = l->kernel,
                              .stride = l->stride,
                              .padding = l->padding,
                              .bias = bias,
                              .fused_relu = relu};
    rig_create(&dense, &ls_op_conv2d, a, 1, &in, IMAGES, 0);
    a.groups = l->groups;
    rig_create(&grouped, op_of(l), a, 1, &in, IMAGES, 0);
    memset(dense.call.tensors[0], 0, dense.tensor_size[0] * sizeof(float));
    spread(l, grouped.call.tensors[0], dense.call.tensors[0]);
    for (int pass = 0; pass <= accumulate; pass++) {
        grouped.call.accumulate[0] = dense.call.accumulate[0] = pass;
        rig_forward(&grouped, 2);
        rig_forward(&dense, 2);
        rig_backward(&grouped, 2);
        rig_backward(&dense, 2);
    }
    assert_near("output", l, grouped.call.output, dense.call.output,
                IMAGES * ls_shape_size(grouped.node.out));
    assert_near("input", l, grouped.call.input_grads[0], dense.call.input_grads[0],
                IMAGES * ls_shape_size(in));
    assert_weight_grads(l, grouped.call.tensor_grads[0], dense.call.tensor_grads[0]);
    if (bias)
        assert_near("bias", l, grouped.call.tensor_grads[1], dense.call.tensor_grads[1],
                    grouped.tensor_size[1]);
    assert_true(dense.node.op->flops(&dense.node) ==
                l->groups * grouped.node.op->flops(&grouped.node));
    rig_free(&grouped);
    rig_free(&dense);
}

static void groups_do_not_meet(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (int way = 0; way < 4; way++)
            check(&layouts[i], way & 1, way & 2, way == 3);
}

static void channels_must_fit(void **state) {
    struct ls_error error = {0};
    struct ls_shape out;
    struct ls_node node = {.op = &ls_op_grouped_conv2d,
                           .attributes = {.channels = 6, .groups = 4, .kernel = 1, .stride = 1},
                           .input_count = 1,
                           .in = {{3, 3, 8}}};
    (void)state;
    assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
    assert_message(&error, "4 groups cannot share 8 channels in, 6 out");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_do_not_meet),
        cmocka_unit_test(channels_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
