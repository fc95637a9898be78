/* Which options a picture takes. */
#ifndef LANDSCAPE_RENDER_TAKERS_H
#define LANDSCAPE_RENDER_TAKERS_H

#include "landscape/plot.h"

/* What can be made of surfaces, logs and spectra. */
enum ls_product {
    LS_CONTOUR_PLOT,
    LS_SURFACE_PICTURE,
    LS_HEAT_MAP,
    LS_LINE_PLOT,
    LS_CONTOUR_LINES, /* as numbers */
    LS_NUMBERS,
    LS_VTP_MESH,
    LS_COLORED_MESH,
    LS_PAGE,
    LS_TRAINING_CURVES,
    LS_SPECTRUM,
};

/* Whether the product can be made so: LS_BAD_ARGUMENT if an option is not what it is by default,
 * and does not apply to the product. */
enum ls_status ls_takers_check(const struct ls_plot_options *options, enum ls_product product,
                               struct ls_error *error);

#endif
