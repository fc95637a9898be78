/* PNG files. */
#ifndef LANDSCAPE_RENDER_PNG_H
#define LANDSCAPE_RENDER_PNG_H

#include "landscape/error.h"

struct ls_image {
    int width, height;  /* pixels */
    unsigned char *rgb; /* [height][width][3], the top row first */
};

/* Atomically replaces `path` by the picture. */
enum ls_status ls_png_write(const struct ls_image *image, const char *path, struct ls_error *error);

#endif
