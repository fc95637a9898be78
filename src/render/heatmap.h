/* Heat maps: losses as colours. */
#ifndef LANDSCAPE_RENDER_HEATMAP_H
#define LANDSCAPE_RENDER_HEATMAP_H

#include "landscape/plot.h"

/* Where a loss lies between options->vmin (0) and vmax (1), clamped; by its logarithm with
 * options->log. NaN where it is not known. */
double ls_heat(double loss, const struct ls_plot_options *options);

/* Writes the bare picture of the surfaces side by side: every grid point a block of pixels, the
 * first row at the bottom, unknown points white. Blocks are as large as the size in the options
 * allows, or about 1000 pixels make the longer side of a surface. */
enum ls_status ls_heatmap_png(const struct ls_surface *const *surfaces, int count,
                              const struct ls_plot_options *options, const char *path,
                              struct ls_error *error);

#endif
