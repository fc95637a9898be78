/* A surface interpolated on a finer grid. */
#ifndef LANDSCAPE_RENDER_FIELD_H
#define LANDSCAPE_RENDER_FIELD_H

#include "landscape/surface.h"

/* Heights on a grid of its own. Losses span many powers of ten, so all work is done on
 * asinh(height), which is linear near zero and logarithmic far from it. */
struct ls_field {
    int nx, ny;
    double *x; /* [nx] rising coordinates; owned */
    double *y; /* [ny] */
    double *z; /* [ny][nx] asinh(height), NaN where not known */
};

/* Every interval of the surface's grid cut into equal parts, as many as leave at most `most` points
 * along the longer axis. */
enum ls_status ls_field_refine(struct ls_field *field, const struct ls_surface *surface, int most,
                               struct ls_error *error);

/* The same of loss and accuracy, as a surface without metadata: NaN where not known. Free with
 * ls_surface_free. */
enum ls_status ls_surface_refine(struct ls_surface *fine, const struct ls_surface *surface,
                                 int most, struct ls_error *error);

/* The surface at the centres of nx by ny equal pixels that cover it. */
enum ls_status ls_field_pixels(struct ls_field *field, const struct ls_surface *surface, int nx,
                               int ny, struct ls_error *error);
void ls_field_free(struct ls_field *field);

/* asinh(height) at a point inside the grid, interpolated linearly; NaN where not known. */
double ls_field_at(const struct ls_field *field, double x, double y);

#endif
