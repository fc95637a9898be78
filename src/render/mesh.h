/* A surface as a mesh of quadrilaterals, and the files that hold it. */
#ifndef LANDSCAPE_RENDER_MESH_H
#define LANDSCAPE_RENDER_MESH_H

#include "landscape/plot.h"

struct ls_mesh {
    size_t points;
    double (*at)[3];  /* [points] x, y, z; owned */
    double *loss;     /* [points], whatever z makes of it; owned */
    double *accuracy; /* [points] percent, LS_NOT_COMPUTED where not known; owned */
    size_t quads;
    size_t (*quad)[4];      /* [quads] point numbers, counter-clockwise seen from outside; owned */
    size_t top;             /* the first `top` quads are the surface, the others walls and base */
    double lowest, highest; /* z of the surface's extremes */
    enum ls_colormap colormap;
};

/* The surface over its grid, or as finely as options->interp asks. Cells that have a missing corner
 * are left out, and points of no cell with them. z is the loss, at most options->zmax, with
 * options->log the logarithm that the paper's h52vtp.py takes: ln(loss + 0.1). If `scaled`, z
 * begins at 0 and rises to options->relief times the longer side. With options->solid walls and a
 * base close the mesh: every edge then belongs to two quads, which run along it in opposite
 * directions. LS_BAD_FILE if no cell is known. */
enum ls_status ls_mesh_make(struct ls_mesh *mesh, const struct ls_surface *surface,
                            const struct ls_plot_options *options, bool scaled,
                            struct ls_error *error);
void ls_mesh_free(struct ls_mesh *mesh);

/* ln(loss + 0.1), for a height and for the array of that name. */
double ls_mesh_log(double loss);

/* VTK's XML PolyData, with loss, log_loss and accuracy as point data. */
enum ls_status ls_mesh_write_vtp(const struct ls_mesh *mesh, const char *path,
                                 struct ls_error *error);

/* Wavefront OBJ, its points coloured by height. */
enum ls_status ls_mesh_write_obj(const struct ls_mesh *mesh, const char *path,
                                 struct ls_error *error);

/* Stanford PLY, its points coloured by height, with loss and accuracy as properties. */
enum ls_status ls_mesh_write_ply(const struct ls_mesh *mesh, const char *path,
                                 struct ls_error *error);

#endif
