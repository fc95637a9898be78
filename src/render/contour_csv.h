/* Contour lines as comma-separated values. */
#ifndef LANDSCAPE_RENDER_CONTOUR_CSV_H
#define LANDSCAPE_RENDER_CONTOUR_CSV_H

#include "landscape/plot.h"

/* Columns line, level, x, y, one row a point, line by line: a closed line ends with the point it
 * starts with. The levels are the figure's. */
enum ls_status ls_contour_csv_write(const struct ls_surface *surface,
                                    const struct ls_plot_options *options, const char *path,
                                    struct ls_error *error);

#endif
