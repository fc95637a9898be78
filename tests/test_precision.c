/* Evaluation in bfloat16 against evaluation in float. */
#include "engine/plan.h"
#include "networks.h"
#include "support.h"
#include <math.h>

static void is_near_fp32(void **state) {
    static const char *const archs[] = {"resnet20@16x16x3", "resnet20-noshort@16x16x3",
                                        "resnet32@16x16x3"};
    (void)state;
    for (size_t a = 0; a < sizeof archs / sizeof *archs; a++) {
        struct ls_dataset data;
        struct ls_model model;
        open_small(&data, LS_TEST, 21);
        make_model(&model, archs[a], a);
        const double exact = evaluate(&model, &data, LS_FP32, 1).loss;
        const double rounded = evaluate(&model, &data, LS_BF16, 1).loss;
        assert_true(fabs(evaluate(&model, &data, LS_BF16X3, 1).loss - exact) <= 1e-4 * exact);
        assert_true(fabs(rounded - exact) <= 0.02 * exact);
        assert_true(rounded != exact);
        ls_model_free(&model);
        ls_dataset_free(&data);
    }
}

static void is_the_same_on_any_threads(void **state) {
    (void)state;
    struct ls_dataset data;
    struct ls_model model;
    open_small(&data, LS_TEST, 261); /* more than a block, and an odd number */
    make_model(&model, "resnet20@16x16x3", 1);
    const struct ls_result one = evaluate(&model, &data, LS_BF16, 1);
    const struct ls_result three = evaluate(&model, &data, LS_BF16, 3);
    assert_memory_equal(&one, &three, sizeof one);
    ls_model_free(&model);
    ls_dataset_free(&data);
}

/* The sum of the images' losses: all evaluated together, or every eighth alone and the seven
 * between them together. */
static double loss_of(struct ls_worker *worker, const struct ls_dataset *data, bool apart) {
    double loss = 0;
    for (int i = 0, next; i < data->count; i = next) {
        next = !apart ? data->count : i % 8 ? i + 7 : i + 1;
        next = next < data->count ? next : data->count;
        loss += ls_worker_evaluate(worker, data, LS_CROSS_ENTROPY, i, next, NULL).loss;
    }
    return loss;
}

static void check_alone(const char *arch, enum ls_precision precision, double tolerance) {
    struct ls_model model;
    struct ls_dataset data;
    struct ls_plan *plan;
    struct ls_worker *worker;
    float image[16 * 16 * 3];
    make_model(&model, arch, 2);
    assert_int_equal(ls_plan_create(&plan, &model.network, precision, NULL), LS_OK);
    /* two of the largest groups, the second with empty places */
    open_small(&data, LS_TEST, ls_plan_images(plan) + 7);
    assert_int_equal(ls_worker_create(&worker, plan, NULL), LS_OK);
    ls_worker_load_values(worker, model.values);
    const double apart = loss_of(worker, &data, true), together = loss_of(worker, &data, false);
    assert_true(fabs(apart - together) <= tolerance * apart);
    ls_dataset_image(&data, 1, image);
    const double second = ls_worker_evaluate(worker, &data, LS_CROSS_ENTROPY, 1, 2, NULL).loss;
    const float *logits = ls_worker_run(worker, image);
    double sum = 0;
    for (int c = 0; c < 10; c++)
        sum += exp(logits[c] - logits[data.labels[1]]);
    assert_true(fabs(log(sum) - second) < 1e-6);
    ls_worker_free(worker);
    ls_plan_free(plan);
    ls_dataset_free(&data);
    ls_model_free(&model);
}

static void images_are_evaluated_as_if_alone(void **state) {
    (void)state;
    for (int p = LS_FP32; p <= LS_BF16; p++)
        check_alone("resnet20@16x16x3", (enum ls_precision)p, 1e-13); /* sums of doubles */
    /* Some of OpenBLAS's kernels round otherwise with the number of images. */
    check_alone("densenet-cifar@16x16x3", LS_FP32, 1e-8);
    check_alone("vgg9@16x16x3", LS_BF16X3, 1e-8);
}

static void names_are_read_back(void **state) {
    enum ls_precision precision;
    struct ls_error error;
    (void)state;
    for (int p = LS_FP32; p <= LS_BF16; p++) {
        assert_int_equal(
            ls_precision_parse(&precision, ls_precision_name((enum ls_precision)p), &error), LS_OK);
        assert_int_equal(precision, p);
    }
    assert_int_equal(ls_precision_parse(&precision, "auto", &error), LS_OK);
    assert_int_equal(precision, ls_precision_auto());
    assert_int_not_equal(precision, LS_BF16);
    assert_int_equal(ls_precision_parse(&precision, "fp12", &error), LS_BAD_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_near_fp32),
        cmocka_unit_test(is_the_same_on_any_threads),
        cmocka_unit_test(images_are_evaluated_as_if_alone),
        cmocka_unit_test(names_are_read_back),
    };
    return cmocka_run_group_tests_name("precision", tests, NULL, NULL);
}
