/* A loss surface: values of loss and accuracy on a grid, and the HDF5 file that holds them. */
#ifndef LANDSCAPE_SURFACE_H
#define LANDSCAPE_SURFACE_H

#include "landscape/error.h"
#include "landscape/metadata.h"
#include "landscape/range.h"
#include "landscape/trajectory.h"
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A network that lies in the plane or on the line of a surface, for figures to mark and name. */
struct ls_marker {
    char *name;  /* owned by the surface */
    double x, y; /* in units of the directions; y is 0 on a curve */
};

struct ls_surface {
    int nx;             /* grid points along x */
    int ny;             /* along y; 0 for a curve */
    double *x;          /* [nx] coordinates along the first direction */
    double *y;          /* [ny] along the second; NULL for a curve */
    double *loss;       /* [ny][nx] (a curve: [nx]), row = y; LS_NOT_COMPUTED where not known yet */
    double *accuracy;   /* same shape, percent */
    double *loss_error; /* same shape: the loss's standard error (struct ls_result), LS_NOT_COMPUTED
                         where not known */
    double *max_eig;    /* same shape: the largest eigenvalue of the loss's Hessian and ... */
    double *min_eig;    /* ... the smallest, NAN where not known; NULL: the scan did not look for
                           them. The file's max_eig and min_eig, as in the paper's code */
    double *images;  /* same shape: how many images a point's values are of, LS_NOT_COMPUTED where
                        not known yet; NULL: all the scan's. The file's train_loss_images
                        or test_loss_images */
    size_t left_out; /* points that ls_surface_coarsen took away; not in the file */
    bool test;       /* the values are of the test split: stored as test_loss, test_acc and so on */
    int marker_count;
    struct ls_marker *markers; /* [marker_count]; the file's attributes marker0_name, marker0_x,
                                  marker0_y, ... */
    struct ls_trajectory trajectory; /* of the training; the file's proj_xcoord, proj_ycoord and
                                        explained_variance_ratio_, as in the paper's code */
    struct ls_metadata metadata;     /* the file's other attributes; `dir_file` among them */
};

/* The paper's code marks a point that is still to be computed with this value. */
#define LS_NOT_COMPUTED (-1.0)

/* Makes a surface over x and y (NULL: a curve) with no point computed yet; LS_BAD_ARGUMENT if an
 * axis does not rise from point to point, or there are more than 2^26 points. */
enum ls_status ls_surface_create(struct ls_surface *surface, const struct ls_range *x,
                                 const struct ls_range *y, struct ls_error *error);
void ls_surface_free(struct ls_surface *surface);

/* Makes room for eigenvalues of the Hessian, none of them known yet. */
enum ls_status ls_surface_add_eigenvalues(struct ls_surface *surface, struct ls_error *error);

/* Makes room for every point's number of images, none of them known yet. */
enum ls_status ls_surface_add_images(struct ls_surface *surface, struct ls_error *error);

/* Adds a marker with a copy of `name`. */
enum ls_status ls_surface_mark(struct ls_surface *surface, const char *name, double x, double y,
                               struct ls_error *error);

/* nx * ny, or nx for a curve. */
size_t ls_surface_points(const struct ls_surface *surface);

/* Grid points still to be computed. */
size_t ls_surface_missing(const struct ls_surface *surface);

/* Makes a complete surface of one that a scan, which goes from coarse to fine, is in the middle of,
 * for pictures of it: leaves out points in between, computed or not, until none is missing. Returns
 * whether it did: not if less than a tenth is missing, if an axis would have fewer than 5 points
 * that has more, or if so many points would be lost that it is not such a scan. */
bool ls_surface_coarsen(struct ls_surface *surface);

/* Takes the points that `surface` lacks from `part`, which may have been computed elsewhere.
 * LS_MISMATCH names the first difference if they are not of one scan; the paths are for messages.
 */
enum ls_status ls_surface_merge(struct ls_surface *surface, const char *path,
                                const struct ls_surface *part, const char *part_path,
                                struct ls_error *error);

/* Reads a surface written by this program or by the paper's code (which leaves out metadata, may
 * hold train_* and test_* values, of which train_* are taken, and stores [nx, ny] for grids that
 * are not square). */
enum ls_status ls_surface_read(struct ls_surface *surface, const char *path,
                               struct ls_error *error);

/* Writes the whole file anew and moves it into place: at any moment the path holds either the old
 * or the new content. */
enum ls_status ls_surface_write(const struct ls_surface *surface, const char *path,
                                struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
