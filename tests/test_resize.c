/* Images of another size. The numbers of the rows are PyTorch's torch.nn.functional.interpolate's
 * of the row 0, 1, ..., whose names the cases have. */
#include "gradient.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 3, MOST = 12 };

/* What is the same in both dimensions. */
static struct ls_attributes sampling(enum ls_sampling_method method, int height, int width,
                                     float step, float start) {
    return (struct ls_attributes){
        .sampling = {method, {height, width}, {step, step}, {start, start}}};
}

static void rows_are_those_of_pytorch(void **state) {
    static const struct {
        const char *name;
        int from, to;
        enum ls_sampling_method method;
        float step, start, wanted[MOST];
    } cases[] = {
        {"nearest", 3, 6, LS_NEAREST_BEFORE, 0.5F, 0, {0, 0, 1, 1, 2, 2}},
        {"nearest", 5, 3, LS_NEAREST_BEFORE, 5.0F / 3, 0, {0, 1, 3}},
        {"nearest-exact", 5, 3, LS_NEAREST_BEFORE, 5.0F / 3, 5.0F / 6, {0, 2, 4}},
        {"ONNX's round_prefer_floor", 6, 3, LS_NEAREST_BEHIND, 2, 0, {0, 2, 4}},
        {"bilinear", 2, 4, LS_LINEAR, 0.5F, -0.25F, {0, 0.25F, 0.75F, 1}},
        {"bilinear", 5, 3, LS_LINEAR, 5.0F / 3, 1.0F / 3, {1.0F / 3, 2, 11.0F / 3}},
        {"align_corners", 3, 5, LS_LINEAR, 0.5F, 0, {0, 0.5F, 1, 1.5F, 2}},
        {"bilinear", 1, 4, LS_LINEAR, 0.25F, -0.375F, {0, 0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int down = 0; down < 2; down++) { /* or across */
            struct ls_attributes a = sampling(cases[i].method, 1, 1, cases[i].step, cases[i].start);
            struct ls_shape in = {1, 1, 2};
            struct rig rig;
            a.sampling.size[!down] = cases[i].to;
            *(down ? &in.height : &in.width) = cases[i].from;
            rig_create(&rig, &ls_op_resize, a, 1, &in, 1, 0);
            float *x = (float *)rig.call.inputs[0];
            for (int k = 0; k < cases[i].from; k++) {
                x[2 * k] = (float)k;
                x[2 * k + 1] = -(float)k;
            }
            rig_forward(&rig, 1);
            for (int k = 0; k < cases[i].to; k++)
                for (int c = 0; c < 2; c++)
                    if (!(fabsf(rig.call.output[2 * k + c] -
                                (c ? -1.0F : 1.0F) * cases[i].wanted[k]) < 1e-6F))
                        fail_msg("case %zu, number %d: %g", i, k, rig.call.output[2 * k + c]);
            rig_free(&rig);
        }
}

/* Pixels between four others are as near to each as their lines and columns are. */
static void lines_and_columns_are_mixed(void **state) {
    const struct ls_shape in = {2, 2, 1};
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_resize, sampling(LS_LINEAR, 3, 3, 0.5F, 0), 1, &in, 1, 0);
    memcpy((float *)rig.call.inputs[0], (float[]){1, 3, 5, 11}, 4 * sizeof(float));
    rig_forward(&rig, 1);
    const float wanted[] = {1, 2, 3, 3, 5, 7, 5, 8, 11};
    for (int i = 0; i < 9; i++)
        assert_float_equal(rig.call.output[i], wanted[i], 1e-6);
    rig_free(&rig);
}

static void gradients(void **state) {
    static const struct ls_shape shapes[] = {{3, 5, 4}, {1, 1, 7}, {6, 2, 1}};
    static const struct {
        enum ls_sampling_method method;
        int height, width;
        float step, start;
    } cases[] = {{LS_NEAREST_BEFORE, 6, 10, 0.5F, 0},
                 {LS_NEAREST_BEHIND, 2, 3, 1.7F, -0.5F},
                 {LS_LINEAR, 6, 10, 0.5F, -0.25F},
                 {LS_LINEAR, 4, 1, 1.4F, 0.2F}};
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct rig rig;
            rig_create(&rig, &ls_op_resize,
                       sampling(cases[i].method, cases[i].height, cases[i].width, cases[i].step,
                                cases[i].start),
                       1, &shapes[s], IMAGES, 0);
            assert_true(
                ls_shape_equal(rig.node.out, (struct ls_shape){cases[i].height, cases[i].width,
                                                               shapes[s].channels}));
            rig_check(&rig, 2, 0.5F, 1e-5);
            rig_check_accumulation(&rig, 2);
            rig_free(&rig);
        }
}

static void sizes_that_are_none_are_refused(void **state) {
    const struct ls_attributes cases[] = {
        sampling(LS_LINEAR, 0, 3, 1, 0), sampling(LS_LINEAR, 3, -1, 1, 0),
        sampling(LS_LINEAR, 3, 3, NAN, 0), sampling(LS_LINEAR, 3, 3, 1, INFINITY)};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_node node = {
            .op = &ls_op_resize, .attributes = cases[i], .input_count = 1, .in = {{2, 4, 1}}};
        struct ls_error error = {0};
        struct ls_shape out;
        assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
        assert_message(&error, "cannot give 2 x 4 pixels the size");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_pytorch),
        cmocka_unit_test(lines_and_columns_are_mixed),
        cmocka_unit_test(gradients),
        cmocka_unit_test(sizes_that_are_none_are_refused),
    };
    return cmocka_run_group_tests_name("resizing", tests, NULL, NULL);
}
