/* A surface's trajectory in its file: the datasets proj_xcoord and proj_ycoord of the paper's
 * projection files and explained_variance_ratio_ of its direction files. */
#ifndef LANDSCAPE_LANDSCAPE_TRAJECTORY_FILE_H
#define LANDSCAPE_LANDSCAPE_TRAJECTORY_FILE_H

#include "base/hdf5_read.h"
#include "base/hdf5_write.h"
#include "landscape/trajectory.h"

/* Reads the trajectory, if the file has one; without parts of the variance, they are 0. */
enum ls_status ls_trajectory_read(const struct ls_h5_file *file, struct ls_trajectory *trajectory,
                                  struct ls_error *error);

/* Writes it, if there is one. */
enum ls_status ls_trajectory_write(const struct ls_h5_output *h5,
                                   const struct ls_trajectory *trajectory, struct ls_error *error);

#endif
