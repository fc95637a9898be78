#include "landscape/lanczos.h"
#include "base/alloc.h"
#include "landscape/eigen.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of vectors and products in float, as a part of the largest eigenvalue. */
static const double rounding = 1e-6;

/* A value whose bound is small is near some eigenvalue, not surely the last: one that the first
 * vector hardly has a share in shows later. So a search ends only after some products, and when
 * both ends have stayed where they are for a few. */
enum { LEAST_PRODUCTS = 20, UNCHANGED = 5 };

/* A search. The matrix, as seen from the basis, is tridiagonal: `diagonal`, and `beside` it. */
struct search {
    const struct ls_matrix *matrix;
    int most, count;           /* vectors of the basis */
    float **basis;             /* [most] of length 1 each, orthogonal */
    double *diagonal, *beside; /* [most] */
    double *rest;              /* [size] what of a product is outside the basis */
    double *shares;            /* [most] */
    double size;               /* the largest magnitude in the tridiagonal matrix */
    double ends[2];          /* the smallest and the largest eigenvalue when they last moved, ... */
    int unchanged;           /* ... and for how many products they have not */
    double *small, *vectors; /* [most][most] */
};

/* Always in the same order, which the compiler keeps. */
static double dot(const float *x, const double *y, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * y[i];
    return sum;
}

static double length(const double *x, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

/* Takes what the basis spans out of the rest, and returns the last vector's share. */
static double reduce(struct search *s) {
    const size_t size = s->matrix->size;
    const int count = s->count;
#pragma omp parallel num_threads(s->matrix->threads)
    {
#pragma omp for schedule(static)
        for (int k = 0; k < count; k++)
            s->shares[k] = dot(s->basis[k], s->rest, size);
#pragma omp for schedule(static)
        for (size_t i = 0; i < size; i++)
            for (int k = 0; k < count; k++)
                s->rest[i] -= s->shares[k] * s->basis[k][i];
    }
    return s->shares[count - 1];
}

/* The next vector of the basis: the rest, made of length 1. */
static enum ls_status extend(struct search *s, double size, struct ls_error *error) {
    float *next = ls_alloc(s->matrix->size, sizeof *next);
    if (!next)
        return ls_fail_memory(error, "the vectors that eigenvalues are found by");
    for (size_t i = 0; i < s->matrix->size; i++)
        next[i] = (float)(s->rest[i] / size);
    s->basis[s->count++] = next;
    return LS_OK;
}

/* Multiplies the last vector. */
static enum ls_status multiply(struct search *s, struct ls_error *error) {
    const int last = s->count - 1;
    if (!s->matrix->multiply(s->matrix->context, s->basis[last], s->rest))
        return ls_fail(error, LS_INTERRUPTED, "interrupted");
    s->diagonal[last] = reduce(s);
    reduce(s); /* what rounding left of it */
    s->beside[last] = length(s->rest, s->matrix->size);
    if (!isfinite(s->diagonal[last]) || !isfinite(s->beside[last]))
        return ls_fail(error, LS_NOT_FINITE,
                       "the loss bends infinitely: a product with its Hessian is not finite");
    s->size = fmax(s->size, fmax(fabs(s->diagonal[last]), s->beside[last]));
    return LS_OK;
}

static void swap(double *values, int i, int j) {
    const double value = values[i];
    values[i] = values[j];
    values[j] = value;
}

static void sort(struct ls_spectrum *spectrum) {
    for (int i = 1; i < spectrum->count; i++)
        for (int j = i; j > 0 && spectrum->values[j] < spectrum->values[j - 1]; j--) {
            swap(spectrum->values, j, j - 1);
            swap(spectrum->bounds, j, j - 1);
            swap(spectrum->weights, j, j - 1);
        }
}

/* The largest magnitude of a spectrum in order. */
static double largest(const struct ls_spectrum *spectrum) {
    return fmax(fabs(spectrum->values[0]), fabs(spectrum->values[spectrum->count - 1]));
}

/* The eigenvalues of the small matrix. */
static void solve(struct search *s, struct ls_spectrum *spectrum) {
    const size_t n = (size_t)s->count;
    memset(s->small, 0, n * n * sizeof *s->small);
    for (size_t i = 0; i < n; i++) {
        s->small[i * n + i] = s->diagonal[i];
        if (i + 1 < n)
            s->small[i * n + i + 1] = s->small[(i + 1) * n + i] = s->beside[i];
    }
    ls_eigen(s->small, s->vectors, s->count);
    spectrum->count = s->count;
    for (size_t i = 0; i < n; i++) {
        const double first = s->vectors[i * n], last = s->vectors[i * n + n - 1];
        spectrum->values[i] = s->small[i * n + i];
        spectrum->bounds[i] = s->beside[n - 1] * fabs(last);
        spectrum->weights[i] = first * first;
    }
    sort(spectrum);
    for (size_t i = 0; i < n; i++)
        spectrum->bounds[i] += rounding * largest(spectrum);
}

/* How far value i may be off. */
static double allowed(const struct ls_spectrum *spectrum, int i, double tolerance) {
    const double most = largest(spectrum);
    return tolerance * fmax(fabs(spectrum->values[i]), tolerance * most) + rounding * most;
}

static bool is_near(const struct ls_spectrum *spectrum, int i, double tolerance) {
    return spectrum->bounds[i] <= allowed(spectrum, i, tolerance);
}

/* Whether nothing is left outside the basis. */
static bool is_exhausted(const struct search *s) {
    return s->beside[s->count - 1] <= 1e-12 * s->size;
}

/* Whether both ends of the spectrum are near eigenvalues and stay there. */
static bool is_settled(struct search *s, double tolerance, const struct ls_spectrum *spectrum) {
    const int at[2] = {0, spectrum->count - 1};
    bool moved = s->count == 1;
    for (int end = 0; end < 2; end++)
        moved =
            moved || !is_near(spectrum, at[end], tolerance) ||
            fabs(spectrum->values[at[end]] - s->ends[end]) > allowed(spectrum, at[end], tolerance);
    s->unchanged = moved ? 0 : s->unchanged + 1;
    for (int end = 0; moved && end < 2; end++)
        s->ends[end] = spectrum->values[at[end]];
    return s->count >= LEAST_PRODUCTS && s->unchanged >= UNCHANGED;
}

static enum ls_status run(struct search *s, const float *start, double tolerance,
                          struct ls_spectrum *spectrum, struct ls_error *error) {
    for (size_t i = 0; i < s->matrix->size; i++)
        s->rest[i] = start[i];
    double size = length(s->rest, s->matrix->size);
    while (s->count < s->most) {
        enum ls_status status = extend(s, size, error);
        if (!status)
            status = multiply(s, error);
        if (status)
            return status;
        const bool last = is_exhausted(s) || s->count == s->most;
        if (last || tolerance > 0)
            solve(s, spectrum);
        spectrum->converged =
            is_exhausted(s) || (tolerance > 0 && is_settled(s, tolerance, spectrum));
        if (last || spectrum->converged)
            break;
        size = s->beside[s->count - 1];
    }
    return LS_OK;
}

enum ls_status ls_lanczos(const struct ls_matrix *matrix, const float *start, int steps,
                          double tolerance, struct ls_spectrum *spectrum, struct ls_error *error) {
    const size_t most = (size_t)steps;
    struct search s = {.matrix = matrix, .most = steps};
    *spectrum = (struct ls_spectrum){.values = ls_alloc(most, sizeof(double)),
                                     .bounds = ls_alloc(most, sizeof(double)),
                                     .weights = ls_alloc(most, sizeof(double))};
    s.basis = calloc(most, sizeof *s.basis);
    s.diagonal = ls_alloc(most, sizeof(double));
    s.beside = ls_alloc(most, sizeof(double));
    s.shares = ls_alloc(most, sizeof(double));
    s.small = ls_alloc(most, most * sizeof(double));
    s.vectors = ls_alloc(most, most * sizeof(double));
    s.rest = ls_alloc(matrix->size, sizeof(double));
    enum ls_status status = LS_OK;
    if (!spectrum->values || !spectrum->bounds || !spectrum->weights || !s.basis || !s.diagonal ||
        !s.beside || !s.shares || !s.small || !s.vectors || !s.rest)
        status = ls_fail_memory(error, "eigenvalues");
    if (!status)
        status = run(&s, start, tolerance, spectrum, error);
    for (int k = 0; k < s.count; k++)
        free(s.basis[k]);
    free(s.basis);
    free(s.diagonal);
    free(s.beside);
    free(s.shares);
    free(s.small);
    free(s.vectors);
    free(s.rest);
    if (status)
        ls_spectrum_free(spectrum);
    return status;
}

void ls_spectrum_free(struct ls_spectrum *spectrum) {
    free(spectrum->values);
    free(spectrum->bounds);
    free(spectrum->weights);
    *spectrum = (struct ls_spectrum){0};
}
