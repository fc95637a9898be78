/* Derivatives of a loss by the values of a network, and by differences. */
#ifndef LANDSCAPE_TESTS_DERIVATIVES_H
#define LANDSCAPE_TESTS_DERIVATIVES_H

#include "landscape/checkpoint.h"
#include "landscape/dataset.h"
#include "landscape/precision.h"

/* A model on images, and a direction in the space of its values. */
struct derivatives {
    struct ls_model model;
    struct ls_dataset data;
    float *vector; /* [value_count] */
};

/* vector = normal numbers of deviation `length`, 0 for values that the Hessian has no rows for. */
void derivatives_aim(struct derivatives *d, float length);
void derivatives_free(struct derivatives *d);

/* The mean loss, in training mode, at the model's values plus `step` times the vector;
 * *gradient is from malloc, and may be NULL. */
double derivatives_loss(const struct derivatives *d, double step, enum ls_precision precision,
                        int threads, float **gradient);

/* product[value_count] = the Hessian times the vector; returns the mean loss in inference mode. */
double derivatives_multiply(const struct derivatives *d, int threads, double *product);

/* How far, relative to its length, the product is from differences of gradients, which are those
 * of inference mode only without batch norm. */
double derivatives_product_fault(const struct derivatives *d, double step);

/* Fails the test unless the gradient is that of differences along a direction in each tensor alone,
 * and the same bits with any number of threads. The vector is another one then. */
void derivatives_check_tensors(struct derivatives *d);

/* How far, relative to its length, the gradient in mixed precision is from that in floats. */
double derivatives_mixed_fault(const struct derivatives *d);

#endif
