/* What skip connections other than addition are made of: concat, gate, multiply. */
#include "gradient.h"
#include "support.h"

static void check(const struct ls_op *op, int input_count, const struct ls_shape *inputs,
                  float step, double tolerance) {
    struct rig rig;
    rig_create(&rig, op, (struct ls_attributes){0}, input_count, inputs, 5, 0);
    rig_check(&rig, 2, step, tolerance);
    rig_check_accumulation(&rig, 2);
    rig_free(&rig);
}

static const struct ls_shape unlike[3] = {{3, 4, 2}, {3, 4, 5}, {3, 4, 1}};
static const struct ls_shape alike[3] = {{3, 4, 5}, {3, 4, 5}, {3, 4, 5}};

static void concat_gradients(void **state) {
    (void)state;
    for (int inputs = 1; inputs <= 3; inputs++)
        check(&ls_op_concat, inputs, unlike, 0.5F, 1e-5);
}

static void concat_keeps_pixels_together(void **state) {
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_concat, (struct ls_attributes){0}, 2, unlike, 5, 0);
    rig_forward(&rig, 2);
    assert_int_equal(rig.node.out.channels, 7);
    for (int p = 0; p < 5 * 12; p++)
        for (int c = 0; c < 7; c++)
            assert_true(rig.call.output[p * 7 + c] == (c < 2 ? rig.call.inputs[0][p * 2 + c]
                                                             : rig.call.inputs[1][p * 5 + c - 2]));
    rig_free(&rig);
}

/* Gate and product are linear in each of their inputs. */
static void gate_gradients(void **state) {
    (void)state;
    check(&ls_op_gate, 3, alike, 0.5F, 1e-5);
}

static void gate_passes_or_carries(void **state) {
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_gate, (struct ls_attributes){0}, 3, alike, 1, 0);
    for (int i = 0; i < 60; i++)
        ((float *)rig.call.inputs[0])[i] = (float)(i % 2);
    rig_forward(&rig, 1);
    for (int i = 0; i < 60; i++)
        assert_true(rig.call.output[i] == rig.call.inputs[i % 2 ? 1 : 2][i]);
    rig_free(&rig);
}

static const struct ls_shape weighed[2] = {{3, 4, 5}, {1, 1, 5}};

static void products_gradients(void **state) {
    (void)state;
    check(&ls_op_multiply, 2, alike, 0.5F, 1e-5);
    check(&ls_op_multiply, 2, weighed, 0.5F, 1e-5);
}

static void a_pixel_weighs_channels(void **state) {
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_multiply, (struct ls_attributes){0}, 2, weighed, 2, 0);
    rig_forward(&rig, 1);
    for (int i = 0; i < 2 * 60; i++)
        assert_true(rig.call.output[i] ==
                    rig.call.inputs[0][i] * rig.call.inputs[1][i / 60 * 5 + i % 5]);
    rig_free(&rig);
}

static void tangents(void **state) {
    static const struct {
        const struct ls_op *op;
        int inputs;
        const struct ls_shape *shapes;
    } cases[] = {
        {&ls_op_multiply, 2, alike}, {&ls_op_multiply, 2, weighed}, {&ls_op_gate, 3, alike}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig rig;
        rig_create(&rig, cases[i].op, (struct ls_attributes){0}, cases[i].inputs, cases[i].shapes,
                   2, 0);
        rig_check_tangents(&rig, 0.02F, 1e-4);
        rig_free(&rig);
    }
}

static void shapes_that_do_not_fit_are_refused(void **state) {
    struct ls_error error = {0};
    struct ls_shape out;
    struct ls_node concat = {.op = &ls_op_concat, .input_count = 2, .in = {{3, 4, 2}, {4, 3, 2}}};
    struct ls_node gate = {
        .op = &ls_op_gate, .input_count = 3, .in = {{3, 4, 2}, {3, 4, 2}, {3, 4, 1}}};
    struct ls_node product = {
        .op = &ls_op_multiply, .input_count = 2, .in = {{3, 4, 2}, {1, 4, 2}}};
    (void)state;
    assert_int_equal(concat.op->shape(&concat, &out, &error), LS_MISMATCH);
    assert_message(&error, "4x3");
    assert_int_equal(gate.op->shape(&gate, &out, &error), LS_MISMATCH);
    assert_message(&error, "3x4x1");
    assert_int_equal(product.op->shape(&product, &out, &error), LS_MISMATCH);
    assert_message(&error, "1x4x2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concat_gradients),   cmocka_unit_test(concat_keeps_pixels_together),
        cmocka_unit_test(gate_gradients),     cmocka_unit_test(gate_passes_or_carries),
        cmocka_unit_test(products_gradients), cmocka_unit_test(a_pixel_weighs_channels),
        cmocka_unit_test(tangents),           cmocka_unit_test(shapes_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
