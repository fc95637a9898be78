/* Gradients and products of the Hessian of networks from ONNX files: against differences, in mixed
 * precision, and with any number of threads. The networks have no batch norm, which would have
 * another loss in training, and no kinks. */
#include "engine/backprop.h"
#include "engine/curvature.h"
#include "networks.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

static const char *const names[] = {"next", "next-later", "shuffle", "windows", "pools"};

enum { NAMES = sizeof names / sizeof *names, IMAGES = 20 };

static const float LENGTH = 0.1F; /* of a direction's numbers, which are normal */

struct setting {
    struct ls_model model;
    struct ls_dataset data;
    size_t count;  /* of values */
    float *vector; /* a direction in the space of what the Hessian covers */
};

static void open_setting(struct setting *s, const char *name) {
    load_model(&s->model, text("tests/fixtures/onnx/%s-folded.onnx", name));
    open_synthetic(&s->data, LS_TRAIN, IMAGES);
    s->count = s->model.network.value_count;
    s->vector = normal_floats(s->count, 1);
    for (int t = 0; t < s->model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &s->model.network.tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            s->vector[i] *= ls_curvature_covers(tensor) ? LENGTH : 0;
    }
}

static void close_setting(struct setting *s) {
    free(s->vector);
    ls_dataset_free(&s->data);
    ls_model_free(&s->model);
}

/* The mean loss at the model's values plus `step` times the vector; gradient[count] is from malloc.
 */
static double loss_at(struct setting *s, double step, enum ls_precision precision, int threads,
                      float **gradient) {
    struct ls_backprop *backprop;
    const size_t size = 32 * 32 * 3;
    float *values = malloc(s->count * sizeof *values);
    *gradient = calloc(s->count, sizeof **gradient);
    assert_true(values && *gradient);
    for (size_t i = 0; i < s->count; i++)
        values[i] = s->model.values[i] + (float)(step * s->vector[i]);
    assert_int_equal(
        ls_backprop_create(&backprop, &s->model.network, precision, IMAGES, threads, NULL), LS_OK);
    for (int i = 0; i < IMAGES; i++)
        ls_dataset_image(&s->data, i, ls_backprop_images(backprop) + size * (size_t)i);
    const double loss =
        ls_backprop_run(backprop, IMAGES, s->data.labels, values, *gradient).loss / IMAGES;
    ls_backprop_free(backprop);
    free(values);
    return loss;
}

static void multiply(struct setting *s, int threads, double *product) {
    struct ls_curvature *curvature;
    struct ls_sums sums;
    assert_int_equal(ls_curvature_create(&curvature, &s->model.network, threads, NULL), LS_OK);
    ls_curvature_load(curvature, s->model.values);
    assert_true(ls_curvature_product(curvature, &s->data, s->vector, NULL, product, &sums));
    ls_curvature_free(curvature);
}

/* How far b is from a, where the Hessian has rows. */
static double distance(const struct setting *s, const double *a, const double *b) {
    double square = 0, difference = 0;
    for (size_t i = 0; i < s->count; i++) {
        square += s->vector[i] ? a[i] * a[i] : 0;
        difference += s->vector[i] ? (a[i] - b[i]) * (a[i] - b[i]) : 0;
    }
    return sqrt(difference / square);
}

static void check_differences(struct setting *s, double step) {
    float *gradient, *after, *before;
    double *product = calloc(s->count, sizeof *product), *found = calloc(s->count, sizeof *found);
    double slope = 0, square = 0;
    assert_true(product && found);
    loss_at(s, 0, LS_FP32, 2, &gradient);
    const double rise =
        loss_at(s, step, LS_FP32, 2, &after) - loss_at(s, -step, LS_FP32, 2, &before);
    for (size_t i = 0; i < s->count; i++) {
        slope += (double)gradient[i] * s->vector[i];
        square += (double)gradient[i] * gradient[i];
        found[i] = ((double)after[i] - before[i]) / (2 * step);
    }
    assert_float_equal(rise / (2 * step) / (LENGTH * sqrt(square)), slope / (LENGTH * sqrt(square)),
                       2e-4);
    multiply(s, 2, product);
    assert_float_equal(distance(s, product, found), 0, 5e-4);
    free(gradient);
    free(after);
    free(before);
    free(product);
    free(found);
}

static void derivatives_are_those_of_the_loss(void **state) {
    (void)state;
    for (int n = 0; n < NAMES; n++) {
        struct setting s;
        open_setting(&s, names[n]);
        check_differences(&s, 0.005);
        close_setting(&s);
    }
}

static void threads_change_no_bit(void **state) {
    (void)state;
    for (int n = 0; n < NAMES; n++) {
        struct setting s;
        float *one, *three;
        open_setting(&s, names[n]);
        double *a = calloc(s.count, sizeof *a), *b = calloc(s.count, sizeof *b);
        assert_true(loss_at(&s, 0, LS_FP32, 1, &one) == loss_at(&s, 0, LS_FP32, 3, &three));
        assert_memory_equal(one, three, s.count * sizeof *one);
        assert_true(a && b);
        multiply(&s, 1, a);
        multiply(&s, 3, b);
        assert_memory_equal(a, b, s.count * sizeof *a);
        free(one);
        free(three);
        free(a);
        free(b);
        close_setting(&s);
    }
}

static void gradients_in_mixed_precision_are_near(void **state) {
    (void)state;
    for (int n = 0; n < NAMES; n++) {
        struct setting s;
        float *exact, *mixed;
        double square = 0, difference = 0;
        open_setting(&s, names[n]);
        loss_at(&s, 0, LS_FP32, 2, &exact);
        loss_at(&s, 0, LS_BF16, 2, &mixed);
        for (size_t i = 0; i < s.count; i++) {
            square += (double)exact[i] * exact[i];
            difference += ((double)mixed[i] - exact[i]) * ((double)mixed[i] - exact[i]);
        }
        assert_float_equal(sqrt(difference / square), 0, 0.03);
        free(exact);
        free(mixed);
        close_setting(&s);
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
