/* A reader of plain HDF5 files: numbers and strings that lie in the file in one piece, in groups of
 * at most one level. It believes nothing before it is checked against the file's length, which the
 * HDF5 library does not promise: on damaged files that library (1.10) overruns its buffers or never
 * returns. The format: "HDF5 File Format Specification", version 3.0. */
#ifndef LANDSCAPE_BASE_HDF5_READ_H
#define LANDSCAPE_BASE_HDF5_READ_H

#include "base/extent.h"
#include "landscape/metadata.h"
#include <stddef.h>
#include <stdint.h>

/* Larger files are refused; an address space of 32 bits has less room. */
#define LS_H5_MAX_BYTES (SIZE_MAX >> 31 > 1 ? (size_t)UINT64_C(4294967296) : SIZE_MAX / 2)

/* A file in memory. */
struct ls_h5_file {
    const char *name;           /* for messages; the caller's */
    const unsigned char *bytes; /* [byte_count]; the caller's */
    size_t byte_count;
    uint64_t root; /* address of the root group's object header */
};

enum ls_h5_kind { LS_H5_INTEGER, LS_H5_FLOAT, LS_H5_STRING, LS_H5_VARIABLE_STRING, LS_H5_OTHER };

/* The value of a dataset or an attribute. */
struct ls_h5_value {
    struct ls_extent extent;
    size_t count; /* product of the extent */
    enum ls_h5_kind kind;
    size_t size; /* bytes of one element */
    bool big_endian, is_signed, space_padded;
    const unsigned char *data; /* [count * size], in the file's bytes */
};

/* Finds the root group. The bytes must outlive the file. Nothing needs closing. */
enum ls_status ls_h5_open(struct ls_h5_file *file, const char *name, const void *bytes,
                          size_t byte_count, struct ls_error *error);

/* Is there an object called `path` ("a" or "a/b"), reached without soft or external links? */
bool ls_h5_has(const struct ls_h5_file *file, const char *path);

/* The number of links in a group. */
enum ls_status ls_h5_group_size(const struct ls_h5_file *file, const char *group, size_t *count,
                                struct ls_error *error);

/* The value of a dataset of integers or floating-point numbers of any usual size and byte order. */
enum ls_status ls_h5_numbers(const struct ls_h5_file *file, const char *dataset,
                             struct ls_h5_value *value, struct ls_error *error);

/* Element i of a value of numbers. */
double ls_h5_number(const struct ls_h5_value *value, size_t i);

/* *text = the string a dataset holds, from malloc. */
enum ls_status ls_h5_text(const struct ls_h5_file *file, const char *dataset, char **text,
                          struct ls_error *error);

/* Adds the root group's string attributes to the metadata; others are left alone. */
enum ls_status ls_h5_attributes(const struct ls_h5_file *file, struct ls_metadata *metadata,
                                struct ls_error *error);

/* *number = the root group's attribute `key`, which must be a single number. */
enum ls_status ls_h5_attribute_number(const struct ls_h5_file *file, const char *key,
                                      double *number, struct ls_error *error);

#endif
