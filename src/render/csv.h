/* A surface as comma-separated values. */
#ifndef LANDSCAPE_RENDER_CSV_H
#define LANDSCAPE_RENDER_CSV_H

#include "landscape/surface.h"

/* Writes a header and one line a grid point, row by row: x,y,loss,accuracy,loss_error
 * (a curve: without y) and what else the surface has, numbers with the digits that tell
 * them from all others; what is not known is an empty field. */
enum ls_status ls_csv_write(const struct ls_surface *surface, const char *path,
                            struct ls_error *error);

#endif
