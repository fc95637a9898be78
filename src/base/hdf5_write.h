/* Writing HDF5 files by way of memory: the HDF5 library never opens, locks or half-writes a file,
 * and leaves nothing of the time or the machine in it, so that the same content is the same bytes.
 * While an output is open, the library keeps its error messages to itself; they reach the caller's
 * ls_error. It is not thread-safe: one thread at a time may use these functions, for one output at
 * a time. */
#ifndef LANDSCAPE_BASE_HDF5_WRITE_H
#define LANDSCAPE_BASE_HDF5_WRITE_H

#include "base/extent.h"
#include "landscape/error.h"
#include <hdf5.h>

/* A file that is being made. */
struct ls_h5_output {
    hid_t file;
    const char *name;   /* for messages; the caller's */
    H5E_auto2_t report; /* how HDF5 reported errors before, and its argument */
    void *report_data;
};

/* Starts an empty file in memory. */
enum ls_status ls_h5_create(struct ls_h5_output *h5, const char *name, struct ls_error *error);

/* Replaces the file at `path` by what was made, atomically. */
enum ls_status ls_h5_save(const struct ls_h5_output *h5, const char *path, struct ls_error *error);

/* Frees what ls_h5_create made. */
void ls_h5_close(struct ls_h5_output *h5);

enum ls_status ls_h5_write_group(const struct ls_h5_output *h5, const char *group,
                                 struct ls_error *error);

/* Writes a dataset of numbers of `type` in memory (H5T_NATIVE_DOUBLE, ...) as `file_type`
 * (H5T_IEEE_F64LE, ...). */
enum ls_status ls_h5_write(const struct ls_h5_output *h5, const char *dataset, hid_t file_type,
                           hid_t type, const struct ls_extent *extent, const void *data,
                           struct ls_error *error);

/* The same of doubles. */
enum ls_status ls_h5_write_doubles(const struct ls_h5_output *h5, const char *dataset,
                                   const struct ls_extent *extent, const double *values,
                                   struct ls_error *error);

/* Writes a scalar dataset that holds a UTF-8 string. */
enum ls_status ls_h5_write_text(const struct ls_h5_output *h5, const char *dataset,
                                const char *text, struct ls_error *error);

/* Writes an attribute of the root group: a UTF-8 string, or a double. */
enum ls_status ls_h5_write_attribute(const struct ls_h5_output *h5, const char *key,
                                     const char *text, struct ls_error *error);
enum ls_status ls_h5_write_number_attribute(const struct ls_h5_output *h5, const char *key,
                                            double number, struct ls_error *error);

#endif
