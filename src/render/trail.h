/* The part of a training's trajectory that lies within the axes of its surface. */
#ifndef LANDSCAPE_RENDER_TRAIL_H
#define LANDSCAPE_RENDER_TRAIL_H

#include "landscape/surface.h"

/* Lines from point to point; where x and y are NAN, they are interrupted. */
struct ls_trail {
    int count;
    double *x, *y; /* [count] */
    bool *stop;    /* [count] a checkpoint; else where a line leaves or enters */
};

/* Clips the surface's trajectory to its axes; an empty one without a trajectory. Free with
 * ls_trail_free. */
enum ls_status ls_trail_clip(struct ls_trail *trail, const struct ls_surface *surface,
                             struct ls_error *error);
void ls_trail_free(struct ls_trail *trail);

#endif
