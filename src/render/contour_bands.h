/* The bands of light colour between contour lines, and the bar that explains them. */
#ifndef LANDSCAPE_RENDER_CONTOUR_BANDS_H
#define LANDSCAPE_RENDER_CONTOUR_BANDS_H

#include "render/figure.h"
#include "render/levels.h"

/* The colour of the lines of a level. Those of maps from dark to light end well before yellow,
 * which is too light for a line on white paper; those of a map that is light in its middle are
 * darker. */
unsigned ls_contour_line_color(const struct ls_levels *levels, int level, enum ls_colormap map);

/* Adds colours and bar: BANDS levels, of which band b lies below level b and the last above all. */
void ls_contour_bands_begin(struct ls_figure *figure, const struct ls_levels *levels);

/* Adds the picture of every surface: $bands. */
enum ls_status ls_contour_bands_add(struct ls_figure *figure, const struct ls_request *request,
                                    const struct ls_levels *levels, struct ls_error *error);

#endif
