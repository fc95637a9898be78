/* Confidence bands around curves. */
#ifndef LANDSCAPE_RENDER_BAND_H
#define LANDSCAPE_RENDER_BAND_H

#include "landscape/surface.h"
#include "render/script.h"
#include <stdbool.h>

/* The axis that losses are drawn along. */
struct ls_loss_axis {
    double bottom, top; /* both positive if it is logarithmic */
    bool log;
};

/* Whether any of the losses has a standard error to draw. */
bool ls_has_band(const struct ls_surface *curve);

/* Adds one block of gnuplot data, the two empty lines behind it included: x, and the loss's 95 %
 * confidence interval from lower to upper edge, both within the axis, so that there is nothing to
 * clip. An empty line where there is no interval. */
void ls_add_band(struct ls_script *script, const struct ls_surface *curve,
                 const struct ls_loss_axis *axis);

#endif
