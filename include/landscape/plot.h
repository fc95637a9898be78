/* Pictures of surfaces and of training runs. */
#ifndef LANDSCAPE_PLOT_H
#define LANDSCAPE_PLOT_H

#include "landscape/error.h"
#include "landscape/observer.h"
#include "landscape/surface.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { LS_MAX_PANELS = 6 }; /* surfaces side by side, or runs in one figure */

enum ls_plot_kind {
    LS_PLOT_CONTOUR,
    LS_PLOT_SURFACE,
    LS_PLOT_HEATMAP,
    LS_PLOT_LINES,
    LS_PLOT_CONVEXITY, /* of surfaces with eigenvalues: a heat map of |smallest / largest| */
};

/* What of a grid is drawn. */
enum ls_plot_of {
    LS_PLOT_OF_LOSS,
    LS_PLOT_OF_ERROR,          /* percent of the labels that are wrong */
    LS_PLOT_OF_STANDARD_ERROR, /* of the loss */
};

/* LS_USUAL_COLORMAP: LS_COOLWARM for surfaces in three dimensions and pages, LS_VIRIDIS for all
 * else. */
enum ls_colormap { LS_COOLWARM, LS_VIRIDIS, LS_CIVIDIS, LS_USUAL_COLORMAP };

/* What a surface in three dimensions is drawn on. */
enum ls_background { LS_WHITE, LS_TRANSPARENT };

/* How a surface in three dimensions looks. */
struct ls_surface_options {
    double azimuth;   /* degrees that the camera is turned to the right around the surface; 30 */
    double elevation; /* degrees above the horizon, 0 to 90; 28 */
    double zoom;      /* 1: the whole box fits */
    enum ls_background background; /* LS_WHITE */
    int samples;                   /* a pixel is the mean of samples x samples, 1 to 8; 4 */
    bool contours;                 /* contour lines painted on the surface */
    bool floor_contours;           /* and on the floor of the box */
    bool box, bar;                 /* axes with ticks around the surface; a colour bar; both true */
    bool words;                    /* names, captions and notes; true */
    double compress;     /* losses above are compressed into the upper half of a linear height; 0:
                            never; -1: chosen by the losses, unless zmax cuts some off */
    const char *caption; /* a text below the figure, NULL for none */
    int frames;          /* more than 1: a turntable of so many pictures in PNG, an animation or,
                            if the path holds a number as "%04d" does, numbered files; 1 */
    const struct ls_observer *observer; /* of a turntable; may be NULL */
    int threads; /* 0: as many as the machine has; no matter to the picture */
};

struct ls_plot_options {
    enum ls_plot_kind kind;
    enum ls_plot_of of;        /* LS_PLOT_OF_LOSS; others in pictures of grids, where the words
                                  loss below mean them */
    enum ls_colormap colormap; /* from low to high losses; LS_USUAL_COLORMAP */
    bool log;                  /* logarithmic height, colour or contour levels */
    double zmax;               /* surfaces, meshes and lines are cut off above; INFINITY: nowhere;
                                  NAN: lines and meshes at 10 unless `log` or all lie above,
                                  surfaces nowhere */
    double vmin, vmax, vlevel; /* contour levels vmin, vmin + vlevel, ... < vmax; a heat map's
                                  colours span vmin to vmax. NAN: 0.1, 10 and 0.5; with `log`,
                                  which a surface turns on whose losses are mostly above 10, up to
                                  the highest; of errors 0 (lines: 10), 100 and 10; of standard
                                  errors round numbers around them, with `log` unless vlevel or a
                                  vmin up to 0 is given; of convexity 0 and the largest ratio up
                                  to 1 */
    int interp;                /* points to which a mesh is refined along the longer axis; 0: the
                                  grid's own */
    bool solid;                /* walls and a base close a mesh */
    double relief;             /* height of an obj or ply mesh as part of its longer side: 0.5 */
    int width, height;         /* pixels, of which a PDF has 200 to the inch; 0: chosen by kind and
                                  number of panels */
    bool bare;                 /* the surface alone, without box, bar and words, or a heat map's
                                  cells, as blocks of a PNG's pixels */
    const char *title; /* above the whole figure; NULL: made from the metadata of one surface,
                          none for several */
    const char *const *names; /* [count] labels of the surfaces or runs; NULL, as a whole or for
                                 one: made from the metadata or the directory's name */
    struct ls_surface_options surface; /* of kind LS_PLOT_SURFACE; a page opens with its azimuth,
                                          elevation and zoom */
};

struct ls_plot_options ls_plot_defaults(void);

/* Draws one to LS_MAX_PANELS surfaces side by side on one common scale to `path`; its ending names
 * the format. LS_BAD_ARGUMENT for options that are no matter to what is made. Pictures: png, svg,
 * pdf. Meshes of one surface, of whatever kind: vtp holds loss, ln(loss + 0.1) and accuracy, its
 * height is the loss, or with `log` that logarithm; obj and ply are coloured and scaled to
 * `relief`. csv holds the numbers of one surface, or its contour lines if that is the kind. Losses
 * that are not computed or not finite are left out. */
enum ls_status ls_plot_surfaces(const struct ls_surface *const *surfaces, int count,
                                const struct ls_plot_options *options, const char *path,
                                struct ls_error *error);

/* Draws train and test error over the epochs of one to LS_MAX_PANELS log.csv files. */
enum ls_status ls_plot_training(const char *const *log_paths, int count,
                                const struct ls_plot_options *options, const char *path,
                                struct ls_error *error);

/* Draws the densities of eigenvalues that one to LS_MAX_PANELS files of 'landscape hessian -o'
 * hold, each eigenvalue widened by half a hundredth of their span, on a logarithmic scale. */
enum ls_status ls_plot_spectra(const char *const *paths, int count,
                               const struct ls_plot_options *options, const char *path,
                               struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
