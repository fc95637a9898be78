/* Operations on the channels of every pixel. */
#include "gradient.h"
#include "support.h"
#include <math.h>

static const int widths[] = {1, 2, 5, 16, 37, 64, 100};

enum { WIDTHS = sizeof widths / sizeof *widths, IMAGES = 5 };

static void create(struct rig *rig, const struct ls_op *op, struct ls_attributes a, int channels) {
    const struct ls_shape in = {2, 3, channels};
    rig_create(rig, op, a, 1, &in, IMAGES, 0);
}

/* A layer norm with so many tensors. */
static struct ls_attributes norm(int tensors, float epsilon) {
    return (struct ls_attributes){
        .epsilon = epsilon, .bias = tensors == 2, .unweighted = tensors == 0};
}

/* One pixel's, by the definition. */
static void normalise(int channels, const float *x, double epsilon, double *y) {
    double mean = 0, variance = 0;
    for (int c = 0; c < channels; c++)
        mean += (double)x[c] / channels;
    for (int c = 0; c < channels; c++)
        variance += (x[c] - mean) * (x[c] - mean) / channels;
    for (int c = 0; c < channels; c++)
        y[c] = (x[c] - mean) / sqrt(variance + epsilon);
}

static void layer_norm_follows_its_definition(void **state) {
    (void)state;
    for (int i = 0; i < 3 * WIDTHS; i++) {
        const int channels = widths[i / 3];
        struct rig rig;
        double y[100];
        create(&rig, &ls_op_layernorm, norm(i % 3, 0.01F), channels);
        float *x = (float *)rig.call.inputs[0];
        for (int e = 0; e < IMAGES * 6 * channels; e++)
            x[e] += 30; /* far from 0 */
        rig_forward(&rig, 2);
        for (int p = 0; p < IMAGES * 6; p++) {
            normalise(channels, x + p * channels, 0.01F, y);
            for (int c = 0; c < channels; c++)
                assert_float_equal(rig.call.output[p * channels + c],
                                   y[c] * (i % 3 ? rig.call.tensors[0][c] : 1) +
                                       (i % 3 == 2 ? rig.call.tensors[1][c] : 0),
                                   2e-5);
        }
        rig_free(&rig);
    }
}

static void layer_norm_gradients(void **state) {
    (void)state;
    for (int i = 0; i < 3 * WIDTHS; i++) {
        struct rig rig;
        create(&rig, &ls_op_layernorm, norm(i % 3, 0.1F), widths[i / 3]);
        rig_check(&rig, 2, 0.02F, 2e-3);
        rig_check_accumulation(&rig, 2);
        rig_free(&rig);
    }
}

/* With weights that do not change. */
static void layer_norm_tangents(void **state) {
    float weight[100], bias[100];
    (void)state;
    for (int c = 0; c < 100; c++) {
        weight[c] = cosf((float)c);
        bias[c] = sinf((float)c);
    }
    for (int i = 0; i < 2 * WIDTHS; i++) {
        struct rig rig;
        create(&rig, &ls_op_fixed_layernorm, norm(i % 2 ? 2 : 0, 1), widths[i / 2]);
        rig.call.tensors[0] = weight;
        rig.call.tensors[1] = bias;
        rig_check_tangents(&rig, 0.01F, 3e-3);
        rig_free(&rig);
    }
}

/* One factor for each channel, or for all. */
static void scale_gradients(void **state) {
    (void)state;
    for (int i = 0; i < 2 * WIDTHS; i++) {
        const int channels = widths[i / 2], different = i % 2 ? 1 : channels;
        const struct ls_attributes a = {.rank = 3, .single = i % 2};
        struct rig rig;
        create(&rig, &ls_op_scale, a, channels);
        assert_int_equal(rig.tensor_size[0], different);
        rig_check(&rig, 2, 0.05F, 1e-3);
        rig_check_accumulation(&rig, 2);
        for (int e = 0; e < IMAGES * 6 * channels; e++)
            assert_true(rig.call.output[e] ==
                        rig.call.inputs[0][e] * rig.call.tensors[0][e % different]);
        rig_free(&rig);
    }
}

static void scales_have_the_files_dimensions(void **state) {
    (void)state;
    for (int rank = 0; rank <= 4; rank++)
        for (int axis = -1; axis < rank; axis++) {
            const struct ls_attributes a = {.rank = rank, .axis = axis, .single = axis < 0};
            struct rig rig;
            create(&rig, &ls_op_scale, a, 5);
            assert_int_equal(rig.spec[0].rank, rank);
            for (int d = 0; d < rank; d++)
                assert_int_equal(rig.spec[0].size[d], d == axis ? 5 : 1);
            rig_free(&rig);
        }
}

static void scales_of_no_channels_are_refused(void **state) {
    static const struct ls_attributes cases[] = {{.rank = 0},
                                                 {.rank = 5},
                                                 {.rank = 2, .axis = 2},
                                                 {.rank = 2, .axis = -1},
                                                 {.rank = -1, .single = true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_node node = {.op = &ls_op_scale, .attributes = cases[i], .in = {{2, 2, 6}}};
        struct ls_error error = {0};
        struct ls_shape out;
        assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
        assert_message(&error, text("a scale of %d dimensions is none", cases[i].rank));
    }
}

/* Channels 2, 3 and 4 of 7. */
static void slices_take_channels(void **state) {
    struct rig rig;
    (void)state;
    create(&rig, &ls_op_slice, (struct ls_attributes){.channels = 3, .begin = 2}, 7);
    rig_check(&rig, 2, 0.05F, 1e-3);
    rig_check_accumulation(&rig, 2);
    for (int p = 0; p < IMAGES * 6; p++)
        assert_memory_equal(rig.call.output + 3 * p, rig.call.inputs[0] + 7 * p + 2,
                            3 * sizeof(float));
    rig_free(&rig);
}

/* The first of each group, then the second of each, ... */
static void shuffles_mix_groups(void **state) {
    static const int groups[] = {1, 2, 3, 6, 12};
    (void)state;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        struct rig rig;
        create(&rig, &ls_op_shuffle, (struct ls_attributes){.groups = groups[i]}, 12);
        rig_check(&rig, 2, 0.05F, 1e-3);
        rig_check_accumulation(&rig, 2);
        for (int e = 0; e < IMAGES * 6 * 12; e++) {
            const int group = e % 12 % groups[i], member = e % 12 / groups[i];
            assert_true(rig.call.output[e] ==
                        rig.call.inputs[0][e / 12 * 12 + group * (12 / groups[i]) + member]);
        }
        rig_free(&rig);
    }
}

static void channels_that_are_not_there_are_refused(void **state) {
    static const struct {
        const struct ls_op *op;
        struct ls_attributes attributes;
        const char *why;
    } cases[] = {
        {&ls_op_slice, {.channels = 3, .begin = 6}, "cannot take 3 channels of 8 from number 6"},
        {&ls_op_slice, {.channels = 3, .begin = -1}, "cannot take 3 channels of 8 from number -1"},
        {&ls_op_slice, {.channels = 0, .begin = 1}, "cannot take 0 channels"},
        {&ls_op_shuffle, {.groups = 3}, "3 groups cannot share 8 channels"},
        {&ls_op_shuffle, {.groups = 0}, "0 groups cannot share 8 channels"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error error = {0};
        struct ls_shape out;
        const struct ls_node node = {.op = cases[i].op,
                                     .attributes = cases[i].attributes,
                                     .input_count = 1,
                                     .in = {{3, 3, 8}}};
        assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
        assert_message(&error, cases[i].why);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layer_norm_follows_its_definition),
        cmocka_unit_test(layer_norm_gradients),
        cmocka_unit_test(layer_norm_tangents),
        cmocka_unit_test(scale_gradients),
        cmocka_unit_test(scales_have_the_files_dimensions),
        cmocka_unit_test(scales_of_no_channels_are_refused),
        cmocka_unit_test(slices_take_channels),
        cmocka_unit_test(shuffles_mix_groups),
        cmocka_unit_test(channels_that_are_not_there_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
