/* Gradients and products of the Hessian of networks from ONNX files: against differences, in mixed
 * precision, and with any number of threads. The networks have no batch norm, which would have
 * another loss in training, and no kinks. */
#include "derivatives.h"
#include "networks.h"
#include "support.h"
#include <math.h>

static const char *const names[] = {"next",    "next-later",   "shuffle",  "windows", "pools",
                                    "vision",  "vision-later", "encoder",  "mixer",   "sizes",
                                    "pyramid", "cuts",         "relative", "same",    "shifted",
                                    "orders",  "regrouped",    "letters"};

enum { NAMES = sizeof names / sizeof *names, IMAGES = 20 };

static const float LENGTH = 0.1F; /* of a direction's numbers, which are normal */

static void open_setting(struct derivatives *d, const char *name) {
    load_model(&d->model, text("tests/fixtures/onnx/%s-folded.onnx", name));
    open_synthetic(&d->data, LS_TRAIN, IMAGES);
    derivatives_aim(d, LENGTH);
}

static void check_differences(const struct derivatives *d, double step) {
    const size_t values = d->model.network.value_count;
    float *gradient;
    double slope = 0, square = 0;
    derivatives_loss(d, 0, LS_FP32, 2, &gradient);
    const double rise =
        derivatives_loss(d, step, LS_FP32, 2, NULL) - derivatives_loss(d, -step, LS_FP32, 2, NULL);
    for (size_t i = 0; i < values; i++) {
        slope += (double)gradient[i] * d->vector[i];
        square += (double)gradient[i] * gradient[i];
    }
    assert_float_equal(rise / (2 * step) / (LENGTH * sqrt(square)), slope / (LENGTH * sqrt(square)),
                       2e-4);
    assert_float_equal(derivatives_product_fault(d, step), 0, 5e-4);
    free(gradient);
}

static void derivatives_are_those_of_the_loss(void **state) {
    (void)state;
    for (int n = 0; n < NAMES; n++) {
        struct derivatives d;
        open_setting(&d, names[n]);
        check_differences(&d, 0.005);
        derivatives_free(&d);
    }
}

static void threads_change_no_bit(void **state) {
    (void)state;
    for (int n = 0; n < NAMES; n++) {
        struct derivatives d;
        float *one, *three;
        open_setting(&d, names[n]);
        double *a = calloc(d.model.network.value_count, sizeof *a),
               *b = calloc(d.model.network.value_count, sizeof *b);
        assert_true(derivatives_loss(&d, 0, LS_FP32, 1, &one) ==
                    derivatives_loss(&d, 0, LS_FP32, 3, &three));
        assert_memory_equal(one, three, d.model.network.value_count * sizeof *one);
        assert_true(a && b);
        derivatives_multiply(&d, 1, a);
        derivatives_multiply(&d, 3, b);
        assert_memory_equal(a, b, d.model.network.value_count * sizeof *a);
        free(one);
        free(three);
        free(a);
        free(b);
        derivatives_free(&d);
    }
}

static void gradients_in_mixed_precision_are_near(void **state) {
    (void)state;
    for (int n = 0; n < NAMES; n++) {
        struct derivatives d;
        open_setting(&d, names[n]);
        assert_float_equal(derivatives_mixed_fault(&d), 0, 0.03);
        derivatives_free(&d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_are_those_of_the_loss),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(gradients_in_mixed_precision_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
