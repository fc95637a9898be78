/* What the files about surfaces share. */
#ifndef LANDSCAPE_LANDSCAPE_SURFACE_PARTS_H
#define LANDSCAPE_LANDSCAPE_SURFACE_PARTS_H

#include "landscape/surface.h"

enum {
    LS_MAX_AXIS = 10001,     /* points along one axis */
    LS_MAX_POINTS = 1 << 26, /* of a grid */
};

/* As ls_surface_read, of a file's content; `name` is for messages. */
enum ls_status ls_surface_parse(struct ls_surface *surface, const char *name, const void *bytes,
                                size_t byte_count, struct ls_error *error);

#endif
