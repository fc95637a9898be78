/* The reader of archives of NumPy arrays. */
#ifndef LANDSCAPE_DATA_NPZ_H
#define LANDSCAPE_DATA_NPZ_H

#include "landscape/dataset.h"
#include <zip.h>

/* Fills the data set, whose name and split are set, from an open archive; `path` is for messages.
 * On failure the caller frees the data set. */
enum ls_status ls_npz_read(struct ls_dataset *dataset, zip_t *archive, const char *path, int limit,
                           struct ls_error *error);

#endif
