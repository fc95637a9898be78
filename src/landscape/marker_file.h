/* The markers of a surface in its file: the attributes marker0_name, marker0_x, marker0_y,
 * marker1_name, ... */
#ifndef LANDSCAPE_LANDSCAPE_MARKER_FILE_H
#define LANDSCAPE_LANDSCAPE_MARKER_FILE_H

#include "base/hdf5_read.h"
#include "base/hdf5_write.h"
#include "landscape/surface.h"

/* Adds the file's markers to the surface; `attributes` are the file's strings. */
enum ls_status ls_markers_read(const struct ls_h5_file *file, const struct ls_metadata *attributes,
                               struct ls_surface *surface, struct ls_error *error);

/* Is `key` the attribute that names one of the surface's markers? */
bool ls_is_marker_name(const char *key, const struct ls_surface *surface);

enum ls_status ls_markers_write(const struct ls_h5_output *h5, const struct ls_surface *surface,
                                struct ls_error *error);

#endif
