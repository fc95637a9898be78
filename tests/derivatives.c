#include "derivatives.h"
#include "engine/backprop.h"
#include "engine/curvature.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

void derivatives_aim(struct derivatives *d, float length) {
    d->vector = normal_floats(d->model.network.value_count, 1);
    for (int t = 0; t < d->model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &d->model.network.tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            d->vector[i] *= ls_curvature_covers(tensor) ? length : 0;
    }
}

void derivatives_free(struct derivatives *d) {
    free(d->vector);
    ls_dataset_free(&d->data);
    ls_model_free(&d->model);
}

double derivatives_loss(const struct derivatives *d, double step, enum ls_precision precision,
                        int threads, float **gradient) {
    struct ls_backprop *backprop;
    const size_t values = d->model.network.value_count;
    const size_t size = (size_t)d->data.height * (size_t)d->data.width * (size_t)d->data.channels;
    float *moved = malloc(values * sizeof *moved), *slopes = calloc(values, sizeof *slopes);
    assert_true(moved && slopes);
    for (size_t i = 0; i < values; i++)
        moved[i] = d->model.values[i] + (float)(step * d->vector[i]);
    assert_int_equal(
        ls_backprop_create(&backprop, &d->model.network, precision, d->data.count, threads, NULL),
        LS_OK);
    for (int i = 0; i < d->data.count; i++)
        ls_dataset_image(&d->data, i, ls_backprop_images(backprop) + size * (size_t)i);
    const double loss =
        ls_backprop_run(backprop, d->data.count, d->data.labels, moved, slopes).loss /
        d->data.count;
    ls_backprop_free(backprop);
    free(moved);
    if (gradient)
        *gradient = slopes;
    else
        free(slopes);
    return loss;
}

double derivatives_multiply(const struct derivatives *d, int threads, double *product) {
    struct ls_curvature *curvature;
    struct ls_sums sums;
    assert_int_equal(ls_curvature_create(&curvature, &d->model.network, threads, NULL), LS_OK);
    ls_curvature_load(curvature, d->model.values);
    assert_true(ls_curvature_product(curvature, &d->data, d->vector, NULL, product, &sums));
    ls_curvature_free(curvature);
    return sums.loss / d->data.count;
}

double derivatives_product_fault(const struct derivatives *d, double step) {
    const size_t values = d->model.network.value_count;
    double *product = calloc(values, sizeof *product);
    float *after, *before;
    double square = 0, difference = 0;
    assert_non_null(product);
    derivatives_multiply(d, 2, product);
    derivatives_loss(d, step, LS_FP32, 2, &after);
    derivatives_loss(d, -step, LS_FP32, 2, &before);
    for (size_t i = 0; i < values; i++)
        if (d->vector[i] != 0) {
            const double found = ((double)after[i] - before[i]) / (2 * step);
            square += product[i] * product[i];
            difference += (product[i] - found) * (product[i] - found);
        }
    free(after);
    free(before);
    free(product);
    return sqrt(difference / square);
}

/* The slope of the loss along a direction in one tensor alone. */
static void check_tensor(struct derivatives *d, const struct ls_tensor *tensor,
                         const float *direction, const float *gradient, double scale) {
    const double step = 0.02;
    double slope = 0, length = 0;
    memset(d->vector, 0, d->model.network.value_count * sizeof *d->vector);
    for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
        d->vector[i] = 0.1F * direction[i];
        slope += (double)gradient[i] * d->vector[i];
        length += (double)d->vector[i] * d->vector[i];
    }
    const double rise =
        derivatives_loss(d, step, LS_FP32, 2, NULL) - derivatives_loss(d, -step, LS_FP32, 2, NULL);
    const double fault = fabs(rise / (2 * step) - slope) / (scale * sqrt(length));
    if (!(fault < 5e-3))
        fail_msg("tensor %s: slope %g, not %g (%g)", tensor->name, slope, rise / (2 * step), fault);
}

void derivatives_check_tensors(struct derivatives *d) {
    const struct ls_network *network = &d->model.network;
    float *gradient, *other, *direction = normal_floats(network->value_count, 7);
    double square = 0;
    derivatives_loss(d, 0, LS_FP32, 1, &gradient);
    derivatives_loss(d, 0, LS_FP32, 3, &other);
    assert_memory_equal(gradient, other, network->value_count * sizeof *gradient);
    for (size_t i = 0; i < network->value_count; i++)
        square += (double)gradient[i] * gradient[i];
    for (int t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].kind == LS_PARAMETER)
            check_tensor(d, &network->tensors[t], direction, gradient, sqrt(square));
    free(gradient);
    free(other);
    free(direction);
}

double derivatives_mixed_fault(const struct derivatives *d) {
    float *exact, *mixed;
    double square = 0, difference = 0;
    derivatives_loss(d, 0, LS_FP32, 2, &exact);
    derivatives_loss(d, 0, LS_BF16, 2, &mixed);
    for (size_t i = 0; i < d->model.network.value_count; i++) {
        square += (double)exact[i] * exact[i];
        difference += ((double)mixed[i] - exact[i]) * ((double)mixed[i] - exact[i]);
    }
    free(exact);
    free(mixed);
    return sqrt(difference / square);
}
