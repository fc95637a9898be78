/* Surfaces as HDF5 files, in the layout of the paper's plot_surface.py. */
#include "base/alloc.h"
#include "base/file.h"
#include "base/hdf5_read.h"
#include "base/hdf5_write.h"
#include "landscape/marker_file.h"
#include "landscape/surface_parts.h"
#include "landscape/trajectory_file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char dir_file_key[] = "dir_file";

/* The dataset of a layer of values. */
static const char *layer_name(int layer, bool test) {
    static const char *const names[LS_LAYERS][2] = {{"train_loss", "test_loss"},
                                                    {"train_acc", "test_acc"},
                                                    {"train_loss_error", "test_loss_error"},
                                                    {"max_eig", "max_eig"},
                                                    {"min_eig", "min_eig"},
                                                    {"train_loss_images", "test_loss_images"}};
    return names[layer][test];
}

/* *axis = the *count rising coordinates of a dataset. */
static enum ls_status read_axis(const struct ls_h5_file *file, const char *name, double **axis,
                                int *count, struct ls_error *error) {
    struct ls_h5_value stored;
    enum ls_status status = ls_h5_numbers(file, name, &stored, error);
    if (status)
        return status;
    if (stored.extent.rank != 1 || stored.count < 1 || stored.count > LS_MAX_AXIS)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: dataset '%s' is %s, not a row of 1 to %d coordinates", file->name, name,
                       ls_extent_text(&stored.extent).text, LS_MAX_AXIS);
    *count = (int)stored.count;
    double *values = *axis = ls_alloc(stored.count, sizeof *values);
    if (!values)
        return ls_fail_memory(error, "a surface's coordinates");
    for (int i = 0; i < *count; i++) {
        values[i] = ls_h5_number(&stored, (size_t)i);
        if (!isfinite(values[i]))
            return ls_fail(error, LS_BAD_FILE, "%s: coordinate %d of '%s' is not a finite number",
                           file->name, i, name);
        if (i > 0 && values[i] <= values[i - 1])
            return ls_fail(error, LS_BAD_FILE, "%s: the coordinates of '%s' do not rise at %d",
                           file->name, name, i);
    }
    return LS_OK;
}

/* [nx] for a curve, [ny, nx] for a grid. */
static struct ls_extent values_extent(int nx, int ny) {
    return ny ? (struct ls_extent){2, {ny, nx}} : (struct ls_extent){1, {nx}};
}

/* *values = loss or accuracy. The paper's code makes its arrays [nx, ny] but fills them in the
 * order of [ny, nx] (scheduler.py ravels a meshgrid), so either shape holds row after row of
 * constant y. */
static enum ls_status read_values(const struct ls_h5_file *file, const struct ls_surface *surface,
                                  const char *name, double **values, struct ls_error *error) {
    struct ls_h5_value stored;
    enum ls_status status = ls_h5_numbers(file, name, &stored, error);
    if (status)
        return status;
    struct ls_extent ours = values_extent(surface->nx, surface->ny);
    struct ls_extent theirs = {2, {surface->nx, surface->ny}};
    if (!ls_extent_equal(&stored.extent, &ours) &&
        !(surface->ny && ls_extent_equal(&stored.extent, &theirs)))
        return ls_fail(error, LS_BAD_FILE, "%s: dataset '%s' is %s, its coordinates ask for %s",
                       file->name, name, ls_extent_text(&stored.extent).text,
                       ls_extent_text(&ours).text);
    *values = ls_alloc(stored.count, sizeof **values);
    if (!*values)
        return ls_fail_memory(error, "a surface's values");
    for (size_t i = 0; i < stored.count; i++)
        (*values)[i] = ls_h5_number(&stored, i);
    return LS_OK;
}

/* Sorts the attributes into markers and other metadata. */
static enum ls_status sort_attributes(const struct ls_h5_file *file, struct ls_surface *surface,
                                      const struct ls_metadata *attributes,
                                      struct ls_error *error) {
    enum ls_status status = ls_markers_read(file, attributes, surface, error);
    for (int i = 0; i < attributes->count && !status; i++) {
        const struct ls_entry *entry = &attributes->entries[i];
        if (!ls_is_marker_name(entry->key, surface))
            status = ls_metadata_set(&surface->metadata, error, entry->key, "%s", entry->value);
    }
    return status;
}

static enum ls_status read_metadata(const struct ls_h5_file *file, struct ls_surface *surface,
                                    struct ls_error *error) {
    struct ls_metadata attributes = {0};
    enum ls_status status = ls_h5_attributes(file, &attributes, error);
    if (!status)
        status = sort_attributes(file, surface, &attributes, error);
    ls_metadata_free(&attributes);
    if (status || !ls_h5_has(file, dir_file_key))
        return status;
    char *text = NULL;
    status = ls_h5_text(file, dir_file_key, &text, error);
    if (!status)
        status = ls_metadata_set(&surface->metadata, error, dir_file_key, "%s", text);
    free(text);
    return status;
}

/* Losses and accuracies must be there, and eigenvalues of both ends or of none. */
static enum ls_status read_layers(const struct ls_h5_file *file, struct ls_surface *surface,
                                  struct ls_error *error) {
    enum { NEEDED = 2 };
    enum ls_status status = LS_OK;
    if (ls_h5_has(file, "max_eig") != ls_h5_has(file, "min_eig"))
        return ls_fail(error, LS_BAD_FILE,
                       "%s: of the datasets 'max_eig' and 'min_eig' one is missing", file->name);
    for (int layer = 0; layer < LS_LAYERS && !status; layer++) {
        const char *name = layer_name(layer, surface->test);
        if (layer < NEEDED || ls_h5_has(file, name))
            status = read_values(file, surface, name, ls_surface_layer(surface, layer), error);
    }
    return status;
}

/* The standard errors, of which other programs' files have none. */
static enum ls_status fill_errors(struct ls_surface *surface, struct ls_error *error) {
    return surface->loss_error
               ? LS_OK
               : ls_surface_make_layer(surface, &surface->loss_error, LS_NOT_COMPUTED, error);
}

static enum ls_status read_surface(const struct ls_h5_file *file, struct ls_surface *surface,
                                   struct ls_error *error) {
    enum ls_status status = read_axis(file, "xcoordinates", &surface->x, &surface->nx, error);
    if (!status && ls_h5_has(file, "ycoordinates"))
        status = read_axis(file, "ycoordinates", &surface->y, &surface->ny, error);
    if (!status && ls_surface_points(surface) > LS_MAX_POINTS)
        status =
            ls_fail(error, LS_BAD_FILE, "%s: a grid of %d x %d points is too large; %d fit at most",
                    file->name, surface->nx, surface->ny, LS_MAX_POINTS);
    surface->test = ls_h5_has(file, "test_loss") && !ls_h5_has(file, "train_loss");
    if (!status)
        status = read_layers(file, surface, error);
    if (!status)
        status = fill_errors(surface, error);
    if (!status && surface->ny)
        status = ls_trajectory_read(file, &surface->trajectory, error);
    if (!status)
        status = read_metadata(file, surface, error);
    return status;
}

enum ls_status ls_surface_parse(struct ls_surface *surface, const char *name, const void *bytes,
                                size_t byte_count, struct ls_error *error) {
    *surface = (struct ls_surface){0};
    struct ls_h5_file file;
    enum ls_status status = ls_h5_open(&file, name, bytes, byte_count, error);
    if (!status)
        status = read_surface(&file, surface, error);
    if (status)
        ls_surface_free(surface);
    return status;
}

enum ls_status ls_surface_read(struct ls_surface *surface, const char *path,
                               struct ls_error *error) {
    *surface = (struct ls_surface){0};
    unsigned char *bytes = NULL;
    size_t byte_count = 0;
    enum ls_status status = ls_file_read(path, LS_H5_MAX_BYTES, &bytes, &byte_count, error);
    if (status)
        return status;
    status = ls_surface_parse(surface, path, bytes, byte_count, error);
    free(bytes);
    return status;
}

static int compare_keys(const void *a, const void *b) {
    const struct ls_entry *const *s = a, *const *t = b;
    return strcmp((*s)->key, (*t)->key);
}

/* Writes the attributes in order of their names, in which they are also read. */
static enum ls_status write_metadata(const struct ls_h5_output *h5,
                                     const struct ls_metadata *metadata, struct ls_error *error) {
    size_t count = (size_t)metadata->count;
    const struct ls_entry **sorted = calloc(count + 1, sizeof *sorted);
    if (!sorted)
        return ls_fail_memory(error, "a surface's attributes");
    for (size_t i = 0; i < count; i++)
        sorted[i] = &metadata->entries[i];
    qsort(sorted, count, sizeof *sorted, compare_keys);
    enum ls_status status = LS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        if (strcmp(sorted[i]->key, dir_file_key) == 0)
            status = ls_h5_write_text(h5, dir_file_key, sorted[i]->value, error);
        else
            status = ls_h5_write_attribute(h5, sorted[i]->key, sorted[i]->value, error);
    }
    free(sorted);
    return status;
}

static enum ls_status write_surface(const struct ls_h5_output *h5, const struct ls_surface *surface,
                                    struct ls_error *error) {
    struct ls_extent x = {1, {surface->nx}}, y = {1, {surface->ny}};
    struct ls_extent values = values_extent(surface->nx, surface->ny);
    enum ls_status status = ls_h5_write_doubles(h5, "xcoordinates", &x, surface->x, error);
    if (!status && surface->ny)
        status = ls_h5_write_doubles(h5, "ycoordinates", &y, surface->y, error);
    struct ls_surface of = *surface;
    for (int layer = 0; layer < LS_LAYERS && !status; layer++)
        if (*ls_surface_layer(&of, layer))
            status = ls_h5_write_doubles(h5, layer_name(layer, surface->test), &values,
                                         *ls_surface_layer(&of, layer), error);
    if (!status)
        status = ls_trajectory_write(h5, &surface->trajectory, error);
    if (!status)
        status = write_metadata(h5, &surface->metadata, error);
    if (!status)
        status = ls_markers_write(h5, surface, error);
    return status;
}

enum ls_status ls_surface_write(const struct ls_surface *surface, const char *path,
                                struct ls_error *error) {
    struct ls_h5_output h5;
    enum ls_status status = ls_h5_create(&h5, path, error);
    if (status)
        return status;
    status = write_surface(&h5, surface, error);
    if (!status)
        status = ls_h5_save(&h5, path, error);
    ls_h5_close(&h5);
    return status;
}
