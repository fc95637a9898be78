/* Heat maps without axes and words. */
#ifndef LANDSCAPE_RENDER_HEATMAP_H
#define LANDSCAPE_RENDER_HEATMAP_H

#include "landscape/plot.h"

/* Writes a PNG of the surfaces side by side: every grid point a block of pixels, the
 * first row at the bottom, unknown points white. Blocks are as large as the size in the options
 * allows, or about 1000 pixels make the longer side of a surface. */
enum ls_status ls_heatmap_bare(const struct ls_surface *const *surfaces, int count,
                               const struct ls_plot_options *options, const char *path,
                               struct ls_error *error);

#endif
