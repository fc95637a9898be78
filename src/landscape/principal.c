#include "landscape/principal.h"
#include "base/alloc.h"
#include "landscape/eigen.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Less than this part of the variance is rounding of floats, for a trajectory as short as a
 * thousandth of its weights. */
static const double least_part = 1e-8;

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

/* Whether the component is to point the other way, by the first point that is not at 0. */
static bool is_turned(const struct ls_principal *plane, int k, const double *products, int n) {
    double at = 0;
    for (int i = 0; i < n && at == 0; i++)
        at = ls_principal_coordinate(plane, k, products + (size_t)i * n, n);
    return k == 0 ? at > 0 : at < 0;
}

/* weights[n] = the eigenvector over the root of its value. Those of an eigenvector whose value is
 * not 0 add up to 0, so that the points' mean falls out: exactly so, for the mean may be far longer
 * than the component. */
static void scale(const double *vector, double value, int n, double *weights) {
    double mean = 0;
    for (int i = 0; i < n; i++)
        mean += vector[i] / n;
    for (int i = 0; i < n; i++)
        weights[i] = (vector[i] - mean) / sqrt(value);
}

/* Takes the components from the eigenvectors of the centred products, whose diagonal has their
 * values. */
static enum ls_status choose(struct ls_principal *plane, const double *vectors,
                             const double *diagonal, const double *products, int n,
                             struct ls_error *error) {
    int best[2] = {-1, -1};
    double sum = 0;
    for (int i = 0; i < n; i++) {
        const double value = diagonal[(size_t)i * n + i];
        sum += fmax(value, 0);
        if (best[0] < 0 || value > diagonal[(size_t)best[0] * n + best[0]]) {
            best[1] = best[0];
            best[0] = i;
        } else if (best[1] < 0 || value > diagonal[(size_t)best[1] * n + best[1]]) {
            best[1] = i;
        }
    }
    if (!(diagonal[(size_t)best[1] * n + best[1]] > least_part * sum))
        return ls_fail(error, LS_MISMATCH,
                       "the trajectory spans no plane: its %d checkpoints lie on a line", n);
    for (int k = 0; k < 2; k++) {
        const double value = diagonal[(size_t)best[k] * n + best[k]];
        scale(vectors + (size_t)best[k] * n, value, n, plane->weights[k]);
        plane->explained[k] = value / sum;
        if (is_turned(plane, k, products, n))
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
    double *vectors = ls_alloc((size_t)n * (size_t)n, sizeof *vectors);
    double *means = ls_alloc((size_t)n, sizeof *means);
    for (int k = 0; k < 2; k++)
        plane->weights[k] = ls_alloc((size_t)n, sizeof *plane->weights[k]);
    enum ls_status status = LS_OK;
    if (!matrix || !vectors || !means || !plane->weights[0] || !plane->weights[1])
        status = ls_fail_memory(error, "principal components");
    if (!status) {
        centre(products, n, matrix, means);
        ls_eigen(matrix, vectors, n);
        status = choose(plane, vectors, matrix, products, n, error);
    }
    free(matrix);
    free(vectors);
    free(means);
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
