/* Bicubic Hermite patches that share value, slopes and twist at every sample, so that slopes are
 * continuous everywhere. Slopes are those of Catmull and Rom (1974), for uneven steps those of a
 * parabola through three samples. Each sample's slopes are scaled down until the Bezier control
 * points they make lie within the range of the 3 x 3 samples around it; a patch lies in the convex
 * hull of its control points. */
#include "render/interpolate.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

/* What a patch knows about its corners. */
struct node {
    double f, fx, fy, fxy;
};

/* Where a coordinate lies: in the interval from sample `at`, `t` of its way. */
struct place {
    int at;
    double t, step; /* step: length of the interval, 0 without one */
};

static struct place find_place(const double *at, int count, double value) {
    int low = 0, high = count - 1;
    if (count < 2)
        return (struct place){0};
    while (high - low > 1) {
        int middle = (low + high) / 2;
        *(at[middle] <= value ? &low : &high) = middle;
    }
    double step = at[high] - at[low], t = (value - at[low]) / step;
    /* What rounding puts beside a sample is at the sample. */
    if (t < 1e-9)
        t = 0;
    return t > 1 - 1e-9 ? (struct place){high, 0, 0} : (struct place){low, t, step};
}

/* The slope in the middle of three values; of two if one is missing, 0 if both are. */
static double slope(double before, double here, double after, double step_before,
                    double step_after) {
    double left = (here - before) / step_before, right = (after - here) / step_after;
    if (isnan(left) || isnan(right))
        return isnan(left) ? (isnan(right) ? 0 : right) : left;
    return (left * step_after + right * step_before) / (step_before + step_after);
}

/* Steps before and after sample i, NaN outside the grid. */
static void steps(const double *at, int count, int i, double *before, double *after) {
    *before = i > 0 ? at[i] - at[i - 1] : NAN;
    *after = i + 1 < count ? at[i + 1] - at[i] : NAN;
}

static void slope_all(const struct ls_samples *s, struct node *nodes) {
    double before, after;
    for (int j = 0; j < s->ny; j++)
        for (int i = 0; i < s->nx; i++) {
            struct node *n = &nodes[(size_t)j * (size_t)s->nx + (size_t)i];
            steps(s->x, s->nx, i, &before, &after);
            n->fx = slope(i > 0 ? n[-1].f : NAN, n->f, i + 1 < s->nx ? n[1].f : NAN, before, after);
            steps(s->y, s->ny, j, &before, &after);
            n->fy = slope(j > 0 ? n[-s->nx].f : NAN, n->f, j + 1 < s->ny ? n[s->nx].f : NAN, before,
                          after);
        }
    for (int j = 0; j < s->ny; j++)
        for (int i = 0; i < s->nx; i++) {
            struct node *n = &nodes[(size_t)j * (size_t)s->nx + (size_t)i];
            const struct node *below = j > 0 && !isnan(n[-s->nx].f) ? n - s->nx : NULL;
            const struct node *above = j + 1 < s->ny && !isnan(n[s->nx].f) ? n + s->nx : NULL;
            steps(s->y, s->ny, j, &before, &after);
            n->fxy = slope(below ? below->fx : NAN, n->fx, above ? above->fx : NAN, before, after);
        }
}

/* The factor that keeps the control points around sample (i, j) in the range of its neighbours. */
static double limit(const struct ls_samples *s, const struct node *nodes, int i, int j) {
    const struct node *n = &nodes[(size_t)j * (size_t)s->nx + (size_t)i];
    double low = INFINITY, high = -INFINITY, before, after, fall = 0, rise = 0;
    for (int q = j > 0 ? j - 1 : 0; q <= j + 1 && q < s->ny; q++)
        for (int p = i > 0 ? i - 1 : 0; p <= i + 1 && p < s->nx; p++) {
            double f = nodes[(size_t)q * (size_t)s->nx + (size_t)p].f;
            low = fmin(low, f);
            high = fmax(high, f);
        }
    steps(s->x, s->nx, i, &before, &after);
    /* A third of the way to each neighbour; nothing where there is none. */
    const double x[3] = {-before / 3, 0, after / 3};
    steps(s->y, s->ny, j, &before, &after);
    const double y[3] = {-before / 3, 0, after / 3};
    for (int q = 0; q < 3; q++)
        for (int p = 0; p < 3; p++) {
            double control = x[p] * n->fx + y[q] * n->fy + x[p] * y[q] * n->fxy;
            fall = fmax(fall, -control);
            rise = fmax(rise, control);
        }
    double factor = fall > n->f - low ? (n->f - low) / fall : 1;
    return rise > high - n->f ? fmin(factor, (high - n->f) / rise) : factor;
}

static void limit_all(const struct ls_samples *s, struct node *nodes) {
    for (int j = 0; j < s->ny; j++)
        for (int i = 0; i < s->nx; i++) {
            struct node *n = &nodes[(size_t)j * (size_t)s->nx + (size_t)i];
            double factor = limit(s, nodes, i, j);
            n->fx *= factor;
            n->fy *= factor;
            n->fxy *= factor;
        }
}

/* Weights of value and slope at both ends of an interval. */
struct weights {
    double value[2], slope[2];
};

static struct weights weigh(struct place place) {
    double t = place.t, s = 1 - t;
    return (struct weights){{s * s * (1 + 2 * t), t * t * (3 - 2 * t)},
                            {place.step * s * s * t, -place.step * t * t * s}};
}

static double evaluate(const struct ls_samples *s, const struct node *nodes, struct place x,
                       struct place y) {
    struct weights wx = weigh(x), wy = weigh(y);
    double sum = 0;
    /* A sample's own line takes nothing from what lies beyond it. */
    for (int q = 0; q < (y.t > 0 ? 2 : 1); q++)
        for (int p = 0; p < (x.t > 0 ? 2 : 1); p++) {
            const struct node *n = &nodes[(size_t)(y.at + q) * (size_t)s->nx + (size_t)(x.at + p)];
            sum += wy.value[q] * (wx.value[p] * n->f + wx.slope[p] * n->fx) +
                   wy.slope[q] * (wx.value[p] * n->fy + wx.slope[p] * n->fxy);
        }
    return sum;
}

enum ls_status ls_interpolate(const struct ls_samples *samples, const double *x, int nx,
                              const double *y, int ny, double *out, int threads,
                              struct ls_error *error) {
    size_t count = (size_t)samples->nx * (size_t)samples->ny;
    struct node *nodes = ls_alloc(count, sizeof *nodes);
    struct place *across = ls_alloc((size_t)nx, sizeof *across);
    enum ls_status status = LS_OK;
    if (nodes && across) {
        for (size_t i = 0; i < count; i++)
            nodes[i].f = samples->f[i];
        slope_all(samples, nodes);
        limit_all(samples, nodes);
        for (int i = 0; i < nx; i++)
            across[i] = find_place(samples->x, samples->nx, x[i]);
#pragma omp parallel for schedule(static) num_threads(threads)
        for (int j = 0; j < ny; j++) {
            struct place up = find_place(samples->y, samples->ny, y[j]);
            for (int i = 0; i < nx; i++)
                out[(size_t)j * (size_t)nx + (size_t)i] = evaluate(samples, nodes, across[i], up);
        }
    } else {
        status = ls_fail_memory(error, "the interpolated surface");
    }
    free(nodes);
    free(across);
    return status;
}
