/* Mixed precision: every operation against itself in floats, whole networks against fp32. */
#include "gradient.h"
#include "kernels/bfloat.h"
#include "kernels/tiles.h"
#include "networks.h"
#include "ops/conv2d.h"
#include "support.h"
#include "train/step.h"
#include <math.h>

enum { IMAGES = 5, CHUNK = 2 };

/* Fails unless a[count] is b[count] within `relative` of each value and `absolute` of the largest.
 */
static void assert_near(const char *what, const float *a, const float *b, size_t count,
                        double relative, double absolute) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(b[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)a[i] - b[i]) <= relative * fabs(b[i]) + absolute * largest))
            fail_msg("%s[%zu]: %g in bfloat16, %g in float, of at most %g", what, i, a[i], b[i],
                     largest);
}

/* The same of an activation of both rigs. */
static void assert_same_activation(const char *what, const struct rig *mixed, const float *a,
                                   const struct rig *plain, const float *b, size_t count) {
    float *first = malloc(count * sizeof *first), *second = malloc(count * sizeof *second);
    assert_true(first && second);
    rig_read(mixed, a, count, first);
    rig_read(plain, b, count, second);
    /* Rounded once to 8 bits of mantissa: half of 2^-7 of the value at most. What rounding a sum in
     * another order can do to it is far below. */
    assert_near(what, first, second, count, 1.0 / 256, 2e-6);
    free(first);
    free(second);
}

/* What `other` does on what bfloat16 holds must come to what `op` comes to in floats, rounded once.
 */
static void compare_ops(const struct ls_op *op, const struct ls_op *other,
                        struct ls_attributes attributes, int inputs, const struct ls_shape *in,
                        bool accumulate) {
    const int chunk = accumulate ? IMAGES : CHUNK;
    struct rig plain, mixed;
    rig_create(&plain, op, attributes, inputs, in, IMAGES, 0);
    rig_create(&mixed, op, attributes, inputs, in, IMAGES, 0);
    rig_round(&plain);
    for (size_t i = 0; op == &ls_op_conv2d && i < plain.tensor_size[0]; i++)
        plain.call.tensors[0][i] = ls_float_of(ls_bfloat_of(plain.call.tensors[0][i]));
    rig_narrow(&mixed, other);
    rig_forward(&plain, chunk);
    rig_forward(&mixed, chunk);
    assert_same_activation(op->name, &mixed, mixed.call.output, &plain, plain.call.output,
                           IMAGES * ls_shape_size(plain.node.out));
    /* The derivative of some is taken from their output. */
    rig_read(&mixed, mixed.call.output, IMAGES * ls_shape_size(plain.node.out), plain.call.output);
    rig_backward(&plain, chunk);
    rig_backward(&mixed, chunk);
    if (accumulate) { /* on top of gradients that are exact in both */
        for (int i = 0; i < inputs; i++) {
            const size_t count = IMAGES * ls_shape_size(in[i]);
            rig_read(&mixed, mixed.call.input_grads[i], count, plain.call.input_grads[i]);
            plain.call.accumulate[i] = mixed.call.accumulate[i] = true;
        }
        rig_backward(&plain, chunk);
        rig_backward(&mixed, chunk);
    }
    for (int i = 0; i < inputs; i++)
        assert_same_activation(text("%s, gradient of input %d", op->name, i), &mixed,
                               mixed.call.input_grads[i], &plain, plain.call.input_grads[i],
                               IMAGES * ls_shape_size(in[i]));
    for (int t = 0; t < plain.node.tensor_count; t++)
        assert_near(text("%s, gradient of %s", op->name, plain.spec[t].suffix),
                    mixed.call.tensor_grads[t], plain.call.tensor_grads[t], plain.tensor_size[t], 0,
                    1e-5);
    rig_free(&plain);
    rig_free(&mixed);
}

static void compare(const struct ls_op *op, struct ls_attributes attributes, int inputs,
                    const struct ls_shape *in, bool accumulate) {
    compare_ops(op, op, attributes, inputs, in, accumulate);
}

static void operations_round_once(void **state) {
    const struct ls_shape one = {5, 7, 16}, two[2] = {{5, 7, 16}, {5, 7, 16}}, odd = {6, 6, 3};
    const struct ls_shape three[3] = {one, one, one}, wide[2] = {{5, 7, 16}, {5, 7, 3}};
    const struct ls_attributes norm = {.epsilon = 1e-5F, .momentum = 0.1F};
    struct ls_attributes fused = norm;
    (void)state;
    fused.fused_relu = fused.fused_residual = true;
    for (int accumulate = 0; accumulate < 2; accumulate++) {
        compare(&ls_op_relu, (struct ls_attributes){0}, 1, &one, accumulate);
        compare(&ls_op_add, (struct ls_attributes){0}, 2, two, accumulate);
        compare(&ls_op_concat, (struct ls_attributes){0}, 2, wide, accumulate);
        compare(&ls_op_sigmoid, (struct ls_attributes){0}, 1, &odd, accumulate);
        compare(&ls_op_gate, (struct ls_attributes){0}, 3, three, accumulate);
        compare(&ls_op_batchnorm, norm, 1, &odd, accumulate);
        compare(&ls_op_batchnorm, fused, 2, two, accumulate);
        compare(&ls_op_avgpool, (struct ls_attributes){.kernel = 2, .stride = 2}, 1, &odd,
                accumulate);
        compare(&ls_op_maxpool, (struct ls_attributes){.kernel = 2, .stride = 2}, 1, &odd,
                accumulate);
        compare(&ls_op_linear, (struct ls_attributes){.channels = 5, .bias = true}, 1, &odd,
                accumulate);
        compare(&ls_op_upconv2d, (struct ls_attributes){.channels = 4, .kernel = 2, .bias = true},
                1, &odd, accumulate);
    }
}

/* Those of networks from ONNX files, on copies in floats. */
static void other_operations_round_once(void **state) {
    const struct ls_shape in = {6, 7, 18}, wide[2] = {{1, 1, 18}, in},
                          tokens[3] = {in, {3, 5, 18}, {5, 3, 12}};
    const struct ls_attributes window = {
        .channels = 9, .window = {{3, 2}, {2, 1}, {1, 3}, {2, 1, 0, 2}}, .groups = 3, .bias = true};
    (void)state;
    for (int accumulate = 0; accumulate < 2; accumulate++) {
        compare(&ls_op_gelu, (struct ls_attributes){0}, 1, &in, accumulate);
        compare(&ls_op_layernorm, (struct ls_attributes){.epsilon = 1e-5F, .bias = true}, 1, &in,
                accumulate);
        compare(&ls_op_groupnorm, (struct ls_attributes){.epsilon = 1e-5F, .groups = 3}, 1, &in,
                accumulate);
        compare(&ls_op_scale, (struct ls_attributes){.rank = 3}, 1, &in, accumulate);
        compare(&ls_op_scale, (struct ls_attributes){.single = true}, 1, &in, accumulate);
        compare(&ls_op_spread, (struct ls_attributes){.pixels = 5, .channels = 18}, 1, wide,
                accumulate);
        compare(
            &ls_op_resize,
            (struct ls_attributes){.sampling = {LS_LINEAR, {9, 11}, {0.6F, 0.7F}, {-0.2F, -0.1F}}},
            1, &in, accumulate);
        compare(&ls_op_pick, (struct ls_attributes){.pixels = 3, .given = (const float[]){7, 0, 7}},
                1, &in, accumulate);
        compare(&ls_op_slice, (struct ls_attributes){.channels = 7, .begin = 5}, 1, &in,
                accumulate);
        compare(&ls_op_shuffle, (struct ls_attributes){.groups = 3}, 1, &in, accumulate);
        compare(&ls_op_general_conv2d, window, 1, &in, accumulate);
        compare(&ls_op_learned, (struct ls_attributes){.channels = 7, .pixels = 5, .rank = 3}, 0,
                NULL, accumulate);
        compare(&ls_op_append, (struct ls_attributes){0}, 2, wide, accumulate);
        compare(&ls_op_span, (struct ls_attributes){.begin = 9, .pixels = 4}, 1, &in, accumulate);
        compare(&ls_op_transpose, (struct ls_attributes){0}, 1, &in, accumulate);
        compare(&ls_op_attention, (struct ls_attributes){.groups = 3, .slope = 0.5F}, 3, tokens,
                accumulate);
    }
}

static void convolutions_round_once(void **state) {
    /* height, width, in, out, kernel, stride, padding */
    static const int cases[][7] = {
        {5, 7, 16, 16, 3, 1, 1}, {6, 6, 3, 16, 3, 2, 1},   {7, 5, 2, 3, 3, 2, 1},
        {9, 8, 32, 16, 3, 1, 1}, {5, 4, 32, 8, 1, 2, 0},   {9, 8, 2, 2, 5, 3, 2},
        {8, 8, 16, 32, 3, 2, 1}, {7, 6, 17, 24, 3, 2, 1},  {8, 7, 32, 16, 1, 2, 0},
        {1, 1, 16, 16, 3, 1, 1}, {8, 16, 16, 16, 3, 1, 1}, {9, 20, 16, 32, 5, 3, 2},
        {6, 7, 13, 10, 3, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int variant = 0; variant < 2; variant++) {
            const int *c = cases[i];
            const struct ls_shape in = {c[0], c[1], c[2]};
            const struct ls_attributes attributes = {
                .channels = c[3], .kernel = c[4], .stride = c[5], .padding = c[6], .bias = variant};
            compare(&ls_op_conv2d, attributes, 1, &in, variant);
            if (c[2] >= LS_TILE_COLUMNS && c[3] >= LS_TILE_COLUMNS)
                compare_ops(&ls_op_conv2d, &ls_op_bfloat_conv2d, attributes, 1, &in, variant);
        }
}

/* A network in training on synthetic images. */
struct training {
    struct ls_model model;
    struct ls_dataset data;
    struct ls_recipe recipe;
    struct ls_stepper stepper;
    float *velocity;
    int order[64];
};

static void start(struct training *t, const char *arch, enum ls_precision precision, int threads) {
    open_synthetic(&t->data, LS_TRAIN, 64);
    assert_int_equal(ls_model_create(&t->model, arch, 1, NULL), LS_OK);
    t->recipe = ls_recipe_default();
    t->recipe.precision = precision;
    for (int i = 0; i < 64; i++)
        t->order[i] = i;
    t->velocity = calloc(t->model.network.value_count, sizeof *t->velocity);
    assert_non_null(t->velocity);
    assert_int_equal(ls_stepper_create(&t->stepper, &t->model, &t->recipe, &t->data, threads, NULL),
                     LS_OK);
}

static void stop(struct training *t) {
    ls_stepper_free(&t->stepper);
    ls_model_free(&t->model);
    ls_dataset_free(&t->data);
    free(t->velocity);
}

/* Shifts of batch norm that put every channel of a network far on one side of ReLU's kink. Where
 * values stand near it, rounding them decides whether gradients pass: rounding an initial
 * ResNet-20's weights alone changes its gradient in floats by a fifth. */
static void shift_away_from_kinks(struct ls_model *model) {
    for (int t = 0; t < model->network.tensor_count; t++) {
        const struct ls_tensor *tensor = &model->network.tensors[t];
        const char *suffix = strrchr(tensor->name, '.');
        for (size_t i = 0; i < tensor->count && tensor->rank == 1; i++)
            if (strcmp(suffix, ".bias") == 0)
                model->values[tensor->offset + i] = i % 2 ? -3 : 3;
    }
}

/* Adds the squares of a - b and of b over a tensor. */
static void add_squares(const struct ls_tensor *tensor, const float *a, const float *b,
                        double *difference, double *norm) {
    for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
        *difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        *norm += (double)b[i] * b[i];
    }
}

/* The parameters of one layer together: alone, the gradient of a shift that another batch norm
 * takes out again is hardly anything. */
static void assert_gradient_near(const char *arch) {
    struct training plain, mixed;
    start(&plain, arch, LS_FP32, 1);
    start(&mixed, arch, LS_BF16, 1);
    shift_away_from_kinks(&plain.model);
    shift_away_from_kinks(&mixed.model);
    ls_stepper_gradient(&plain.stepper, plain.order, 64, 1);
    ls_stepper_gradient(&mixed.stepper, mixed.order, 64, 1);
    const struct ls_network *network = &plain.model.network;
    for (int t = 0; t < network->tensor_count;) {
        const char *name = network->tensors[t].name;
        const int layer = (int)(strrchr(name, '.') - name);
        double difference = 0, norm = 0;
        for (; t < network->tensor_count &&
               strncmp(network->tensors[t].name, name, (size_t)layer + 1) == 0;
             t++)
            if (network->tensors[t].kind == LS_PARAMETER)
                add_squares(&network->tensors[t], mixed.stepper.gradient, plain.stepper.gradient,
                            &difference, &norm);
        /* Some two hundredths in most layers, the most in the last ones, whose gradients cancel. */
        if (!(difference <= 0.1 * 0.1 * norm))
            fail_msg("%.*s: the gradient is off by %.1f %%", layer, name,
                     100 * sqrt(difference / norm));
    }
    stop(&plain);
    stop(&mixed);
}

static void gradient_of_a_network_is_near(void **state) {
    (void)state;
    assert_gradient_near("resnet20");
}

/* An operation that widens its inputs takes one of them twice. */
static void gradient_of_what_is_taken_twice_is_near(void **state) {
    (void)state;
    assert_gradient_near("tests/fixtures/onnx/small-twice-folded.onnx");
}

static double step(struct training *t, int number) {
    const int images = 16, first = number % 4 * images;
    const double loss = ls_stepper_gradient(&t->stepper, t->order + first, images, 1).loss / images;
    ls_stepper_update(&t->stepper, 0.01, t->velocity);
    return loss;
}

static void steps_follow_those_in_floats(void **state) {
    struct training plain, mixed;
    (void)state;
    start(&plain, "resnet20", LS_FP32, 1);
    start(&mixed, "resnet20", LS_BF16, 1);
    for (int i = 0; i < 20; i++) {
        const double a = step(&mixed, i), b = step(&plain, i);
        if (!(fabs(a - b) <= 0.005 * b))
            fail_msg("step %d: loss %g in bfloat16, %g in float", i, a, b);
    }
    stop(&plain);
    stop(&mixed);
}

/* Every kind of operation, on every number of threads. */
static void threads_change_no_bit(void **state) {
    static const char *const archs[] = {"resnet20", "densenet-bc-40-12", "highway20", "vgg9"};
    (void)state;
    for (size_t a = 0; a < sizeof archs / sizeof *archs; a++) {
        struct training one, three;
        start(&one, archs[a], LS_BF16, 1);
        start(&three, archs[a], LS_BF16, 3);
        assert_true(step(&one, 0) == step(&three, 0));
        assert_memory_equal(one.model.values, three.model.values,
                            one.model.network.value_count * sizeof(float));
        for (size_t i = 0; i < one.model.network.value_count; i++)
            assert_true(isfinite(one.model.values[i]));
        stop(&one);
        stop(&three);
    }
}

static void other_precisions_are_refused(void **state) {
    struct ls_network network;
    struct ls_backprop *backprop;
    struct ls_error error = {0};
    (void)state;
    assert_int_equal(ls_network_create(&network, "resnet20", NULL), LS_OK);
    assert_int_equal(ls_backprop_create(&backprop, &network, LS_BF16X3, 4, 1, &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "bf16x3");
    ls_network_free(&network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_round_once),
        cmocka_unit_test(other_operations_round_once),
        cmocka_unit_test(convolutions_round_once),
        cmocka_unit_test(gradient_of_a_network_is_near),
        cmocka_unit_test(gradient_of_what_is_taken_twice_is_near),
        cmocka_unit_test(steps_follow_those_in_floats),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(other_precisions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
