/* Pictures in files: PNG and JPEG, as bytes. */
#ifndef LANDSCAPE_DATA_PICTURE_H
#define LANDSCAPE_DATA_PICTURE_H

#include "landscape/error.h"
#include <stdbool.h>
#include <stdint.h>

struct ls_picture {
    int width, height; /* pixels */
    bool grey;         /* the file has no colours: the three are the same */
    uint8_t *rgb;      /* [height][width][3]; owned */
};

/* Reads a PNG or JPEG file, whichever it is by its content, as PIL's convert("RGB") does: without
 * transparency, and not turned by what a camera noted. Free with ls_picture_free. */
enum ls_status ls_picture_read(struct ls_picture *picture, const char *path,
                               struct ls_error *error);

/* Makes the picture one of height x width pixels, as torchvision's Resize and CenterCrop do for an
 * evaluation: it is scaled, each pixel a mean weighted by a triangle that is as wide as what it
 * stands for, so that it covers 8/7 of the extent (256 pixels for 224), and its middle is kept.
 * `path` is for messages. */
enum ls_status ls_picture_fit(struct ls_picture *picture, int height, int width, const char *path,
                              struct ls_error *error);

void ls_picture_free(struct ls_picture *picture);

#endif
