#include "landscape/marker_file.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct key {
    char text[32];
};

/* "marker3_x" */
static struct key marker_key(int index, const char *what) {
    struct key key;
    snprintf(key.text, sizeof key.text, "marker%d_%s", index, what);
    return key;
}

static enum ls_status read_coordinate(const struct ls_h5_file *file, int index, const char *what,
                                      double *value, struct ls_error *error) {
    struct key key = marker_key(index, what);
    enum ls_status status = ls_h5_attribute_number(file, key.text, value, error);
    if (!status && !isfinite(*value))
        status = ls_fail(error, LS_BAD_FILE, "%s: attribute '%s' is not a finite number",
                         file->name, key.text);
    return status;
}

enum ls_status ls_markers_read(const struct ls_h5_file *file, const struct ls_metadata *attributes,
                               struct ls_surface *surface, struct ls_error *error) {
    const char *name;
    enum ls_status status = LS_OK;
    for (int i = 0; !status && (name = ls_metadata_get(attributes, marker_key(i, "name").text));
         i++) {
        double x = 0, y = 0;
        status = read_coordinate(file, i, "x", &x, error);
        if (!status)
            status = read_coordinate(file, i, "y", &y, error);
        if (!status)
            status = ls_surface_mark(surface, name, x, y, error);
    }
    return status;
}

bool ls_is_marker_name(const char *key, const struct ls_surface *surface) {
    for (int i = 0; i < surface->marker_count; i++)
        if (strcmp(key, marker_key(i, "name").text) == 0)
            return true;
    return false;
}

enum ls_status ls_markers_write(const struct ls_h5_output *h5, const struct ls_surface *surface,
                                struct ls_error *error) {
    enum ls_status status = LS_OK;
    for (int i = 0; i < surface->marker_count && !status; i++) {
        const struct ls_marker *marker = &surface->markers[i];
        status = ls_h5_write_attribute(h5, marker_key(i, "name").text, marker->name, error);
        if (!status)
            status = ls_h5_write_number_attribute(h5, marker_key(i, "x").text, marker->x, error);
        if (!status)
            status = ls_h5_write_number_attribute(h5, marker_key(i, "y").text, marker->y, error);
    }
    return status;
}
