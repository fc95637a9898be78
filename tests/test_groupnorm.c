/* Group norm, and instance norm, which is one of a group for each channel. */
#include "gradient.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 5, MOST = 64 };

/* Height, width, channels, groups. */
static const int cases[][4] = {{2, 3, 1, 1},  {3, 3, 6, 1},   {3, 2, 6, 2}, {4, 1, 6, 6},
                               {5, 5, 12, 3}, {3, 3, 64, 16}, {1, 1, 8, 2}, {2, 2, 37, 37}};

enum { CASES = sizeof cases / sizeof *cases };

static void create(struct rig *rig, const struct ls_op *op, int i, float epsilon, bool unweighted) {
    const struct ls_shape in = {cases[i][0], cases[i][1], cases[i][2]};
    const struct ls_attributes a = {
        .groups = cases[i][3], .epsilon = epsilon, .unweighted = unweighted};
    rig_create(rig, op, a, 1, &in, IMAGES, 0);
}

/* Number i of a group's values in an image. */
static int place(const int *shape, int group, int i) {
    const int members = shape[2] / shape[3];
    return i / members * shape[2] + group * members + i % members;
}

/* normal[] = an image, by the definition. */
static void normalise(const int *shape, const float *x, double epsilon, double *normal) {
    const int count = shape[0] * shape[1] * shape[2] / shape[3];
    for (int g = 0; g < shape[3]; g++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < count; i++)
            mean += (double)x[place(shape, g, i)] / count;
        for (int i = 0; i < count; i++)
            variance += pow(x[place(shape, g, i)] - mean, 2) / count;
        for (int i = 0; i < count; i++)
            normal[place(shape, g, i)] = (x[place(shape, g, i)] - mean) / sqrt(variance + epsilon);
    }
}

static void it_follows_its_definition(void **state) {
    double normal[MOST * 25];
    (void)state;
    for (int i = 0; i < 2 * CASES; i++) {
        const int *shape = cases[i / 2], channels = shape[2], size = shape[0] * shape[1] * channels;
        struct rig rig;
        create(&rig, &ls_op_groupnorm, i / 2, 0.01F, i % 2);
        float *x = (float *)rig.call.inputs[0];
        for (int e = 0; e < IMAGES * size; e++)
            x[e] += 30; /* far from 0 */
        rig_forward(&rig, 2);
        for (int n = 0; n < IMAGES; n++) {
            normalise(shape, x + n * size, 0.01F, normal);
            for (int e = 0; e < size; e++) {
                const int c = e % channels;
                const double wanted =
                    i % 2 ? normal[e] : normal[e] * rig.call.tensors[0][c] + rig.call.tensors[1][c];
                assert_float_equal(rig.call.output[n * size + e], wanted, 5e-5);
            }
        }
        rig_free(&rig);
    }
}

static void gradients(void **state) {
    (void)state;
    for (int i = 0; i < 2 * CASES; i++) {
        struct rig rig;
        create(&rig, &ls_op_groupnorm, i / 2, 0.1F, i % 2);
        rig_check(&rig, 2, 0.02F, 2e-3);
        rig_check_accumulation(&rig, 2);
        rig_free(&rig);
    }
}

static void gradients_that_nobody_wants_are_left_out(void **state) {
    struct rig rig;
    (void)state;
    create(&rig, &ls_op_groupnorm, 2, 0.1F, false);
    free(rig.call.input_grads[0]);
    rig.call.input_grads[0] = NULL;
    rig_forward(&rig, 2);
    rig_backward(&rig, 2);
    rig_free(&rig);
}

/* With weights that do not change. */
static void tangents(void **state) {
    float weight[MOST], bias[MOST];
    (void)state;
    for (int c = 0; c < MOST; c++) {
        weight[c] = cosf((float)c);
        bias[c] = sinf((float)c);
    }
    for (int i = 0; i < 2 * CASES; i++) {
        struct rig rig;
        create(&rig, &ls_op_fixed_groupnorm, i / 2, 1, i % 2);
        rig.call.tensors[0] = weight;
        rig.call.tensors[1] = bias;
        rig_check_tangents(&rig, 0.01F, 3e-3);
        rig_free(&rig);
    }
}

static void groups_that_do_not_fit_are_refused(void **state) {
    (void)state;
    for (int groups = 0; groups < 8; groups++) {
        const struct ls_node node = {
            .op = &ls_op_groupnorm, .attributes = {.groups = groups}, .in = {{2, 2, 6}}};
        struct ls_error error = {0};
        struct ls_shape out;
        const enum ls_status status = node.op->shape(&node, &out, &error);
        if (groups > 0 && 6 % groups == 0) {
            assert_int_equal(status, LS_OK);
            assert_true(ls_shape_equal(out, node.in[0]));
        } else {
            assert_int_equal(status, LS_MISMATCH);
            assert_message(&error, text("%d groups cannot share 6 channels", groups));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_follows_its_definition),
        cmocka_unit_test(gradients),
        cmocka_unit_test(gradients_that_nobody_wants_are_left_out),
        cmocka_unit_test(tangents),
        cmocka_unit_test(groups_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests_name("groupnorm", tests, NULL, NULL);
}
