#include "landscape/principal.h"
#include "base/alloc.h"
#include "kernels/gemm.h"
#include <math.h>
#include <stdlib.h>

/* LAPACK's eigenvalues, rising, and eigenvectors, a row each, of a symmetric matrix. OpenBLAS has
 * it; the last two arguments are the lengths of the first two, which Fortran passes at the end. */
extern void dsyev_(const char *job, const char *triangle, const int *n, double *matrix,
                   const int *stride, double *values, double *work, const int *work_size, int *info,
                   size_t job_length, size_t triangle_length);

/* Less than this part of the variance is rounding of floats. */
static const double least_part = 1e-10;

/* centred[n][n] = dot products of the points as seen from their mean. */
static void centre(const double *products, int n, double *centred, double *means) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
        means[i] = 0;
        for (int j = 0; j < n; j++)
            means[i] += products[(size_t)i * n + j] / n;
        mean += means[i] / n;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            centred[(size_t)i * n + j] = products[(size_t)i * n + j] - means[i] - means[j] + mean;
}

/* Replaces the matrix [n][n] by its eigenvectors. */
static enum ls_status decompose(double *matrix, int n, double *values, struct ls_error *error) {
    const int work_size = 3 * n;
    double *work = ls_alloc((size_t)work_size, sizeof *work);
    int info = 0;
    if (!work)
        return ls_fail_memory(error, "principal components");
    ls_gemm_single_threaded();
    dsyev_("V", "U", &n, matrix, &n, values, work, &work_size, &info, 1, 1);
    free(work);
    return info == 0 ? LS_OK
                     : ls_fail(error, LS_NOT_FINITE, "no principal components could be found");
}

/* Takes components k = 0 and 1 from the eigenvectors of the centred products. Weights of an
 * eigenvector whose value is not 0 add up to 0, so that the mean falls out. */
static enum ls_status choose(struct ls_principal *plane, const double *vectors,
                             const double *values, const double *products, int n,
                             struct ls_error *error) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += fmax(values[i], 0);
    if (!(values[n - 2] > least_part * sum))
        return ls_fail(error, LS_MISMATCH,
                       "the trajectory spans no plane: its %d checkpoints lie on a line", n);
    for (int k = 0; k < 2; k++) {
        const double value = values[n - 1 - k];
        const double *vector = vectors + (size_t)(n - 1 - k) * n;
        for (int i = 0; i < n; i++)
            plane->weights[k][i] = vector[i] / sqrt(value);
        plane->explained[k] = value / sum;
        const double first = ls_principal_coordinate(plane, k, products, n);
        if (k == 0 ? first > 0 : first < 0)
            for (int i = 0; i < n; i++)
                plane->weights[k][i] = -plane->weights[k][i];
    }
    return LS_OK;
}

enum ls_status ls_principal_find(struct ls_principal *plane, const double *products, int n,
                                 struct ls_error *error) {
    *plane = (struct ls_principal){0};
    if (n < 3)
        return ls_fail(error, LS_MISMATCH,
                       "a trajectory takes at least three checkpoints, and there are %d", n);
    double *matrix = ls_alloc((size_t)n * (size_t)n, sizeof *matrix);
    double *values = ls_alloc((size_t)n, sizeof *values);
    for (int k = 0; k < 2; k++)
        plane->weights[k] = ls_alloc((size_t)n, sizeof *plane->weights[k]);
    enum ls_status status = LS_OK;
    if (!matrix || !values || !plane->weights[0] || !plane->weights[1])
        status = ls_fail_memory(error, "principal components");
    if (!status) {
        centre(products, n, matrix, values);
        status = decompose(matrix, n, values, error);
    }
    if (!status)
        status = choose(plane, matrix, values, products, n, error);
    free(matrix);
    free(values);
    if (status)
        ls_principal_free(plane);
    return status;
}

void ls_principal_free(struct ls_principal *plane) {
    free(plane->weights[0]);
    free(plane->weights[1]);
    *plane = (struct ls_principal){0};
}

double ls_principal_coordinate(const struct ls_principal *plane, int k, const double *products,
                               int n) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += plane->weights[k][i] * products[i];
    return sum;
}
