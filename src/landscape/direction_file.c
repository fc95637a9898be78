/* Directions as HDF5 files, in the layout of the paper's h5_util.py. */
#include "base/file.h"
#include "base/hdf5_read.h"
#include "base/hdf5_write.h"
#include "landscape/direction_parts.h"
#include "model/tensor_extent.h"
#include <float.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path of a dataset, "xdirection/17". */
struct dataset_path {
    char text[64];
};

static struct dataset_path dataset_path(const char *group, int index) {
    struct dataset_path path;
    snprintf(path.text, sizeof path.text, "%s/%d", group, index);
    return path;
}

static int stored_count(const struct ls_network *network, bool states) {
    int count = 0;
    for (int t = 0; t < network->tensor_count; t++)
        count += ls_direction_covers(&network->tensors[t], states);
    return count;
}

static enum ls_status write_direction(const struct ls_h5_output *h5, const char *group,
                                      const struct ls_network *network, const float *direction,
                                      bool states, struct ls_error *error) {
    enum ls_status status = ls_h5_write_group(h5, group, error);
    int index = 0;
    for (int t = 0; !status && t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (!ls_direction_covers(tensor, states))
            continue;
        struct ls_extent extent = ls_tensor_extent(tensor);
        status = ls_h5_write(h5, dataset_path(group, index++).text, H5T_IEEE_F32LE,
                             H5T_NATIVE_FLOAT, &extent, direction + tensor->offset, error);
    }
    return status;
}

enum ls_status ls_directions_write(const char *path, const struct ls_network *network,
                                   const float *x, const float *y, bool states,
                                   struct ls_error *error) {
    struct ls_h5_output h5;
    enum ls_status status = ls_h5_create(&h5, path, error);
    if (status)
        return status;
    status = write_direction(&h5, "xdirection", network, x, states, error);
    if (!status && y)
        status = write_direction(&h5, "ydirection", network, y, states, error);
    if (!status)
        status = ls_h5_save(&h5, path, error);
    ls_h5_close(&h5);
    return status;
}

/* Does the number of datasets in the group say that it covers the parameters or the states? Where
 * all states are parameters, these. */
static enum ls_status read_layout(const struct ls_h5_file *file, const char *group,
                                  const struct ls_network *network, bool *states,
                                  struct ls_error *error) {
    size_t found;
    enum ls_status status = ls_h5_group_size(file, group, &found, error);
    if (status)
        return status;
    int parameters = stored_count(network, false);
    *states = found != (size_t)parameters;
    if (!*states || found == (size_t)network->tensor_count)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH,
                   "%s: '%s' has %zu datasets; directions of %s have %d (weights) or %d (states)",
                   file->name, group, found, network->arch, parameters, network->tensor_count);
}

static enum ls_status read_tensor(const struct ls_h5_file *file, const char *dataset,
                                  const struct ls_network *network, const struct ls_tensor *tensor,
                                  float *values, struct ls_error *error) {
    struct ls_extent wanted = ls_tensor_extent(tensor);
    struct ls_h5_value stored;
    enum ls_status status = ls_h5_numbers(file, dataset, &stored, error);
    if (status)
        return status;
    if (!ls_extent_equal(&stored.extent, &wanted))
        return ls_fail(error, LS_MISMATCH, "%s: dataset '%s' is %s, '%s' of %s is %s", file->name,
                       dataset, ls_extent_text(&stored.extent).text, tensor->name, network->arch,
                       ls_extent_text(&wanted).text);
    for (size_t i = 0; i < tensor->count; i++) {
        double value = ls_h5_number(&stored, i);
        if (!isfinite(value) || fabs(value) > FLT_MAX)
            return ls_fail(error, LS_NOT_FINITE,
                           "%s: element %zu of dataset '%s' is %g, not a finite float", file->name,
                           i, dataset, value);
        values[i] = (float)value;
    }
    return LS_OK;
}

static enum ls_status read_direction(const struct ls_h5_file *file, const char *group,
                                     const struct ls_network *network, float *direction,
                                     bool *states, struct ls_error *error) {
    enum ls_status status = read_layout(file, group, network, states, error);
    if (status)
        return status;
    memset(direction, 0, network->value_count * sizeof *direction);
    int index = 0;
    for (int t = 0; !status && t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (ls_direction_covers(tensor, *states))
            status = read_tensor(file, dataset_path(group, index++).text, network, tensor,
                                 direction + tensor->offset, error);
    }
    return status;
}

enum ls_status ls_directions_parse(const char *name, const void *bytes, size_t byte_count,
                                   const struct ls_network *network, float *x, float *y,
                                   bool *states, struct ls_error *error) {
    struct ls_h5_file file;
    enum ls_status status = ls_h5_open(&file, name, bytes, byte_count, error);
    if (status)
        return status;
    bool y_states = false;
    status = read_direction(&file, "xdirection", network, x, states, error);
    if (!status && y)
        status = read_direction(&file, "ydirection", network, y, &y_states, error);
    if (!status && y && y_states != *states)
        status = ls_fail(error, LS_MISMATCH,
                         "%s: one direction covers the weights, the other the states", name);
    return status;
}

enum ls_status ls_directions_read(const char *path, const struct ls_network *network, float *x,
                                  float *y, bool *states, char sha256[65], struct ls_error *error) {
    unsigned char *bytes = NULL;
    size_t byte_count = 0;
    enum ls_status status = ls_file_read(path, LS_H5_MAX_BYTES, &bytes, &byte_count, error);
    if (status)
        return status;
    status = ls_directions_parse(path, bytes, byte_count, network, x, y, states, error);
    if (!status && sha256)
        SHA256Data(bytes, byte_count, sha256);
    free(bytes);
    return status;
}
