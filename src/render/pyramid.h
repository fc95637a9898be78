/* A height field at halved and halved again resolution, to look at what is far away. */
#ifndef LANDSCAPE_RENDER_PYRAMID_H
#define LANDSCAPE_RENDER_PYRAMID_H

#include "landscape/error.h"

enum { LS_PYRAMID_LEVELS = 12 };

/* Point (i, j) of level l lies at 2^l (i + 1/2) - 1/2 and 2^l (j + 1/2) - 1/2 of level 0's grid. */
struct ls_pyramid {
    int levels;
    int nx[LS_PYRAMID_LEVELS], ny[LS_PYRAMID_LEVELS]; /* at least 2 */
    float *z[LS_PYRAMID_LEVELS]; /* [ny][nx] means of 2 x 2 of the level before; owned */
};

/* Level 0 is sign * z[ny][nx], held down to `top`. What is not known (NaN) is filled with what is
 * around it, so that no shadow falls from the edge of a hole. */
enum ls_status ls_pyramid_create(struct ls_pyramid *pyramid, const float *z, int nx, int ny,
                                 float top, float sign, struct ls_error *error);
void ls_pyramid_free(struct ls_pyramid *pyramid);

/* The level whose points are about `width` grid steps apart. */
int ls_pyramid_level(const struct ls_pyramid *pyramid, float width);

/* The height at grid coordinates (x, y) of level 0, interpolated from a level. */
float ls_pyramid_at(const struct ls_pyramid *pyramid, int level, float x, float y);

/* The level that is fine enough for what changes slowly, as light does. */
int ls_pyramid_coarse(const struct ls_pyramid *pyramid);

/* fine[ny][nx] of level 0 = values[][] on the points of a level, smoothed. */
void ls_pyramid_spread(const struct ls_pyramid *pyramid, int level, const float *values,
                       float *fine, int threads);

#endif
