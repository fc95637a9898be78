#include "landscape/trajectory_file.h"
#include "base/alloc.h"
#include "landscape/surface_parts.h"
#include <math.h>

static const char x_name[] = "proj_xcoord", y_name[] = "proj_ycoord";
static const char explained_name[] = "explained_variance_ratio_";
static const double farthest = 1e100; /* so that differences of coordinates are finite */

/* *values = the `count` finite numbers of a dataset; a count of 0 takes, and becomes, whatever
 * there are. */
static enum ls_status read_row(const struct ls_h5_file *file, const char *name, int *count,
                               double **values, struct ls_error *error) {
    struct ls_h5_value stored;
    enum ls_status status = ls_h5_numbers(file, name, &stored, error);
    if (status)
        return status;
    if (stored.extent.rank != 1 || stored.count < 1 || stored.count > LS_MAX_AXIS ||
        (*count > 0 && stored.count != (size_t)*count))
        return ls_fail(error, LS_BAD_FILE, "%s: dataset '%s' is %s, not a row of a trajectory",
                       file->name, name, ls_extent_text(&stored.extent).text);
    *values = ls_alloc(stored.count, sizeof **values);
    if (!*values)
        return ls_fail_memory(error, "a trajectory");
    *count = (int)stored.count;
    for (int i = 0; i < *count; i++) {
        (*values)[i] = ls_h5_number(&stored, (size_t)i);
        if (!(fabs((*values)[i]) <= farthest))
            return ls_fail(error, LS_BAD_FILE, "%s: number %d of '%s' is no coordinate", file->name,
                           i, name);
    }
    return LS_OK;
}

/* Directions of the paper's code may have more components than two. */
static enum ls_status read_explained(const struct ls_h5_file *file, double explained[2],
                                     struct ls_error *error) {
    struct ls_h5_value stored;
    if (!ls_h5_has(file, explained_name))
        return LS_OK;
    enum ls_status status = ls_h5_numbers(file, explained_name, &stored, error);
    for (size_t k = 0; k < 2 && !status; k++) {
        explained[k] = k < stored.count ? ls_h5_number(&stored, k) : NAN;
        if (!(explained[k] >= 0 && explained[k] <= 1))
            status = ls_fail(error, LS_BAD_FILE, "%s: '%s' is not two numbers from 0 to 1",
                             file->name, explained_name);
    }
    return status;
}

enum ls_status ls_trajectory_read(const struct ls_h5_file *file, struct ls_trajectory *trajectory,
                                  struct ls_error *error) {
    if (!ls_h5_has(file, x_name) || !ls_h5_has(file, y_name))
        return LS_OK;
    int count = 0;
    enum ls_status status = read_row(file, x_name, &count, &trajectory->x, error);
    if (!status)
        status = read_row(file, y_name, &count, &trajectory->y, error);
    if (!status)
        status = read_explained(file, trajectory->explained, error);
    if (!status)
        trajectory->count = count;
    return status;
}

enum ls_status ls_trajectory_write(const struct ls_h5_output *h5,
                                   const struct ls_trajectory *trajectory, struct ls_error *error) {
    const struct ls_extent row = {1, {trajectory->count}}, two = {1, {2}};
    if (trajectory->count == 0)
        return LS_OK;
    enum ls_status status = ls_h5_write_doubles(h5, x_name, &row, trajectory->x, error);
    if (!status)
        status = ls_h5_write_doubles(h5, y_name, &row, trajectory->y, error);
    if (!status && trajectory->explained[0] > 0)
        status = ls_h5_write_doubles(h5, explained_name, &two, trajectory->explained, error);
    return status;
}
