/* A surface made ready to be drawn: heights on a fine even grid, and how much light reaches them.
 */
#ifndef LANDSCAPE_RENDER_TERRAIN_H
#define LANDSCAPE_RENDER_TERRAIN_H

#include "render/figure.h"
#include "render/pyramid.h"
#include "render/zscale.h"

/* World coordinates: the longer side of the axes runs from -1 to 1, the floor is at z = 0. */
struct ls_world {
    struct ls_axes axes;
    double half_x, half_y; /* the axes run from -half to half */
    double height;         /* z of height 1 */
};

struct ls_world ls_world_of(const struct ls_axes *axes);

/* World coordinates of a point of the axes. */
double ls_world_x(const struct ls_world *world, double x);
double ls_world_y(const struct ls_world *world, double y);

/* Point (i, j) of the grid is at x = left + i * step_x, y = front + j * step_y. */
struct ls_terrain {
    int nx, ny; /* at least 2 */
    float left, front, step_x, step_y;
    float *z;                 /* [ny][nx], NaN where not known; owned, like all arrays here */
    float (*up)[3];           /* [ny][nx] unit normal */
    float *sky;               /* [ny][nx] 0 to 1: how much of the sky is seen from the upper side */
    float *sky_below;         /* the same from the lower side */
    float *sun;               /* [ny][nx] 0 to 1: how much of the key light is seen */
    float top;                /* what is higher is cut away */
    struct ls_pyramid relief; /* of z, for shadows */
};

/* The height of the interpolated surface at world coordinates, NaN where not known. */
double ls_terrain_at(const struct ls_terrain *terrain, double x, double y);

/* Whether nothing of the terrain is between a point and the eye. */
bool ls_terrain_shows(const struct ls_terrain *terrain, const double point[3], const double eye[3]);

/* Interpolates a surface to about `points` grid points along its longer side, and finds normals
 * and the light of the sky; `sun` is left to ls_shadow_cast. */
enum ls_status ls_terrain_create(struct ls_terrain *terrain, const struct ls_surface *surface,
                                 const struct ls_zscale *scale, const struct ls_world *world,
                                 int points, int threads, struct ls_error *error);
void ls_terrain_free(struct ls_terrain *terrain);

#endif
