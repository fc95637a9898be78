#include "gradient.h"
#include "support.h"

static const struct {
    int height, width, in, out, kernel;
} cases[] = {
    {3, 4, 5, 2, 2}, {1, 1, 3, 4, 2}, {2, 3, 1, 1, 3}, {4, 2, 3, 16, 1}, {4, 4, 32, 16, 2}};

static void open_case(struct rig *rig, size_t i, bool bias) {
    const struct ls_shape in = {cases[i].height, cases[i].width, cases[i].in};
    const struct ls_attributes attributes = {
        .channels = cases[i].out, .kernel = cases[i].kernel, .bias = bias};
    rig_create(rig, &ls_op_upconv2d, attributes, 1, &in, 5, 0);
}

/* It is linear in each argument: differences are exact up to rounding whatever the step. */
static void gradients(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int bias = 0; bias < 2; bias++) {
            struct rig rig;
            open_case(&rig, i, bias);
            rig_check(&rig, 2, 0.5F, 1e-5);
            rig_free(&rig);
        }
}

static void gradients_accumulate(void **state) {
    struct rig rig;
    float once[5 * 60];
    (void)state;
    open_case(&rig, 0, true);
    rig_forward(&rig, 2);
    rig_backward(&rig, 2);
    memcpy(once, rig.call.input_grads[0], sizeof once);
    rig.call.accumulate[0] = true;
    rig_backward(&rig, 2);
    for (int i = 0; i < 5 * 60; i++)
        assert_float_equal(rig.call.input_grads[0][i], 2 * once[i], 1e-5);
    rig_free(&rig);
}

/* Straight from the formula, the weights in PyTorch's order [in][out][kernel][kernel]. */
static double output_at(const struct rig *rig, int image, int y, int x, int o) {
    const struct ls_shape in = rig->node.in[0];
    const int kernel = rig->node.attributes.kernel, out = rig->node.out.channels;
    double sum = rig->call.tensors[1][o];
    for (int i = 0; i < in.channels; i++)
        sum +=
            (double)rig->call.inputs[0][((image * in.height + y / kernel) * in.width + x / kernel) *
                                            in.channels +
                                        i] *
            rig->call.tensors[0][((i * out + o) * kernel + y % kernel) * kernel + x % kernel];
    return sum;
}

static void follows_its_definition(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig rig;
        open_case(&rig, i, true);
        rig_forward(&rig, 2);
        const struct ls_shape out = rig.node.out;
        assert_int_equal(out.height, cases[i].height * cases[i].kernel);
        const float *y = rig.call.output;
        for (int image = 0; image < 5; image++)
            for (int oy = 0; oy < out.height; oy++)
                for (int ox = 0; ox < out.width; ox++)
                    for (int o = 0; o < out.channels; o++)
                        assert_float_equal(*y++, output_at(&rig, image, oy, ox, o), 1e-4);
        rig_free(&rig);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients),
        cmocka_unit_test(gradients_accumulate),
        cmocka_unit_test(follows_its_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
