#include "render/pyramid.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static float lesser(float a, float b) {
    return a < b ? a : b;
}

static float greater(float a, float b) {
    return a > b ? a : b;
}

float ls_pyramid_at(const struct ls_pyramid *p, int level, float x, float y) {
    float scale = (float)(1 << level);
    float u = lesser(greater((x + 0.5f) / scale - 0.5f, 0), (float)(p->nx[level] - 1));
    float v = lesser(greater((y + 0.5f) / scale - 0.5f, 0), (float)(p->ny[level] - 1));
    int i = smaller((int)u, p->nx[level] - 2), j = smaller((int)v, p->ny[level] - 2);
    const float *z = p->z[level] + (size_t)j * (size_t)p->nx[level] + (size_t)i;
    float s = u - (float)i, t = v - (float)j;
    const float *above = z + p->nx[level];
    return (1 - t) * ((1 - s) * z[0] + s * z[1]) + t * ((1 - s) * above[0] + s * above[1]);
}

/* Point i of a level is the mean of what is known of points 2 i and 2 i + 1 of the one before. */
static void halve(const float *fine, int fine_nx, int fine_ny, float *z, int nx, int ny) {
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++) {
            float sum = 0, known = 0;
            for (int q = 2 * j; q < 2 * j + 2 && q < fine_ny; q++)
                for (int p = 2 * i; p < 2 * i + 2 && p < fine_nx; p++) {
                    float value = fine[(size_t)q * (size_t)fine_nx + (size_t)p];
                    if (!isnan(value)) {
                        sum += value;
                        known++;
                    }
                }
            z[(size_t)j * (size_t)nx + (size_t)i] = known > 0 ? sum / known : NAN;
        }
}

/* Fills what is not known of the coarsest level with the mean of the others, and of each finer one
 * with what the coarser one holds there. */
static void fill(struct ls_pyramid *p) {
    int last = p->levels - 1, count = p->nx[last] * p->ny[last];
    float sum = 0, known = 0;
    for (int i = 0; i < count; i++)
        if (!isnan(p->z[last][i])) {
            sum += p->z[last][i];
            known++;
        }
    for (int i = 0; i < count; i++)
        if (isnan(p->z[last][i]))
            p->z[last][i] = known > 0 ? sum / known : 0;
    for (int l = last - 1; l >= 0; l--)
        for (int j = 0; j < p->ny[l]; j++)
            for (int i = 0; i < p->nx[l]; i++) {
                float *z = &p->z[l][(size_t)j * (size_t)p->nx[l] + (size_t)i], width = 1 << l;
                if (isnan(*z))
                    *z = ls_pyramid_at(p, l + 1, width * (i + 0.5f) - 0.5f,
                                       width * (j + 0.5f) - 0.5f);
            }
}

enum ls_status ls_pyramid_create(struct ls_pyramid *pyramid, const float *z, int nx, int ny,
                                 float top, float sign, struct ls_error *error) {
    *pyramid = (struct ls_pyramid){0};
    for (int l = 0; l < LS_PYRAMID_LEVELS && (l == 0 || smaller(nx, ny) > 4); l++) {
        if (l > 0) {
            nx = (nx + 1) / 2;
            ny = (ny + 1) / 2;
        }
        float *level = ls_alloc((size_t)nx * (size_t)ny, sizeof *level);
        if (!level) {
            ls_pyramid_free(pyramid);
            return ls_fail_memory(error, "the surface's shadows");
        }
        pyramid->z[l] = level;
        pyramid->nx[l] = nx;
        pyramid->ny[l] = ny;
        pyramid->levels = l + 1;
        if (l > 0)
            halve(pyramid->z[l - 1], pyramid->nx[l - 1], pyramid->ny[l - 1], level, nx, ny);
        for (size_t i = 0; l == 0 && i < (size_t)nx * (size_t)ny; i++)
            level[i] = sign * (z[i] > top ? top : z[i]);
    }
    fill(pyramid);
    return LS_OK;
}

void ls_pyramid_free(struct ls_pyramid *pyramid) {
    for (int l = 0; l < pyramid->levels; l++)
        free(pyramid->z[l]);
    *pyramid = (struct ls_pyramid){0};
}

int ls_pyramid_level(const struct ls_pyramid *pyramid, float width) {
    int level = 0;
    for (; width >= 2 && level + 1 < pyramid->levels; width /= 2)
        level++;
    return level;
}

int ls_pyramid_coarse(const struct ls_pyramid *pyramid) {
    enum { ENOUGH = 256 };
    int level = 0;
    while (level + 1 < pyramid->levels &&
           (pyramid->nx[level] > ENOUGH || pyramid->ny[level] > ENOUGH))
        level++;
    return level;
}

/* The weights with which three neighbours of a coarse grid count at a point of the fine one: a
 * quadratic B-spline, which smooths as it interpolates. */
struct stencil {
    int at[3];
    float weight[3];
};

static struct stencil weigh(int fine, int level, int count) {
    float u = ((float)fine + 0.5f) / (float)(1 << level) - 0.5f;
    int middle = smaller((int)(u + 0.5f), count - 1);
    float f = u - (float)middle, low = 0.5f - f, high = 0.5f + f;
    return (struct stencil){{middle > 0 ? middle - 1 : 0, middle, smaller(middle + 1, count - 1)},
                            {low * low / 2, 0.75f - f * f, high * high / 2}};
}

void ls_pyramid_spread(const struct ls_pyramid *pyramid, int level, const float *values,
                       float *fine, int threads) {
    const int nx = pyramid->nx[0], coarse = pyramid->nx[level];
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int j = 0; j < pyramid->ny[0]; j++) {
        struct stencil up = weigh(j, level, pyramid->ny[level]);
        for (int i = 0; i < nx; i++) {
            struct stencil across = weigh(i, level, coarse);
            float sum = 0;
            for (int q = 0; q < 3; q++)
                for (int p = 0; p < 3; p++)
                    sum += up.weight[q] * across.weight[p] *
                           values[(size_t)up.at[q] * (size_t)coarse + (size_t)across.at[p]];
            fine[(size_t)j * (size_t)nx + (size_t)i] = sum;
        }
    }
}
