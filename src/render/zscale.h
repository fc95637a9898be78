/* How losses become heights of a three-dimensional surface. */
#ifndef LANDSCAPE_RENDER_ZSCALE_H
#define LANDSCAPE_RENDER_ZSCALE_H

#include "landscape/plot.h"

struct ls_zscale {
    bool log;
    double low, high; /* losses at height 0 and 1 */
    double compress;  /* linear well below a loss of low + compress, logarithmic well above;
                         INFINITY: linear */
    bool cut;         /* whether there are losses above `high`, which are cut off */
};

/* One scale for all the surfaces. */
struct ls_zscale ls_zscale_choose(const struct ls_surface *const *surfaces, int count,
                                  const struct ls_plot_options *options);

/* The height of a loss: 0 to 1 from low to high; above it rises without bound, but slowly, so that
 * surfaces are cut off smoothly. NaN stays. */
double ls_zscale_height(const struct ls_zscale *scale, double loss);

#endif
