/* What the data sets share. */
#ifndef LANDSCAPE_DATA_DATA_H
#define LANDSCAPE_DATA_DATA_H

#include "base/text.h"
#include "landscape/dataset.h"

/* Allocates pixels and labels for `limit` of the `available` images, all if limit is 0. The extent
 * of an image, `labels_per_image` and `name` must be set. */
enum ls_status ls_dataset_allocate(struct ls_dataset *dataset, int limit, int available,
                                   struct ls_error *error);

/* Sets the name, "cifar10:DIR" for what the user gave as DIR; `wanted` is what that is called. */
enum ls_status ls_dataset_name(struct ls_dataset *dataset, const char *source, const char *wanted,
                               const char *argument, struct ls_error *error);

/* The file or directory that tells the user's data sets apart by their names, without those above:
 * "a.npz" of "npz:DIR/a.npz", "pets@64x64" of "folder:DIR/pets@64x64". NULL of other kinds, which
 * are the same wherever they are. */
const char *ls_dataset_file(const char *name);

/* Bytes of the directory in "DIR@HxW" or "DIR@HxWxC", all of them if nothing like this stands
 * behind it; *extent = what that says, 0 where it does not. */
size_t ls_folder_length(const char *argument, struct ls_image_extent *extent);

/* Bytes of one image. */
size_t ls_image_size(const struct ls_dataset *dataset);

/* What of a data set is opened, and how. */
struct ls_opening {
    const char *argument; /* what follows the colon of the spec; NULL without a colon */
    int limit;            /* images; 0: all */
    int threads;          /* that read pictures; 0: as many as there are processors */
    const struct ls_observer *observer; /* may be NULL */
};

/* The data sets. They fill a zeroed dataset whose split is set; on failure the caller frees it. */
enum ls_status ls_cifar10_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                               struct ls_error *error);
enum ls_status ls_npz_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                           struct ls_error *error);
enum ls_status ls_folder_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                              struct ls_error *error);
enum ls_status ls_synthetic_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                                 struct ls_error *error);
enum ls_status ls_shapes_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                              struct ls_error *error);

#endif
