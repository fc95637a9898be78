/* PNG files. */
#ifndef LANDSCAPE_RENDER_PNG_H
#define LANDSCAPE_RENDER_PNG_H

#include "landscape/error.h"
#include <stddef.h>

struct ls_image {
    int width, height; /* pixels */
    int channels;      /* 3: red, green, blue; 4: and alpha, which colours are not multiplied by */
    unsigned char *pixels; /* [height][width][channels], the top row first */
};

/* *bytes[*size] = the picture as a PNG file; from malloc. */
enum ls_status ls_png_encode(const struct ls_image *image, unsigned char **bytes, size_t *size,
                             struct ls_error *error);

/* Atomically replaces `path` by the picture. */
enum ls_status ls_png_write(const struct ls_image *image, const char *path, struct ls_error *error);

#endif
