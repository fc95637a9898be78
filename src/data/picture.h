/* Pictures in files: PNG and JPEG, as bytes. */
#ifndef LANDSCAPE_DATA_PICTURE_H
#define LANDSCAPE_DATA_PICTURE_H

#include "landscape/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ls_picture {
    int width, height; /* pixels */
    bool grey;         /* the file has no colours: the three are the same */
    uint8_t *rgb;      /* [height][width][3]; owned */
};

/* Reads a PNG or JPEG file, whichever it is by its content, as PIL's convert("RGB") does: without
 * transparency, not turned by what a camera noted, and whatever a PNG says of gamma. Of samples of
 * two bytes the upper one is taken. Free with ls_picture_free. */
enum ls_status ls_picture_read(struct ls_picture *picture, const char *path,
                               struct ls_error *error);

/* The same of a file's content in memory; `path` is for messages. */
enum ls_status ls_picture_decode(struct ls_picture *picture, const char *path,
                                 const unsigned char *bytes, size_t size, struct ls_error *error);

/* Makes the picture one of height x width pixels, bit by bit as torchvision's Resize and CenterCrop
 * make it from a picture of PIL's: it is scaled so that it just covers 8/7 of that extent (256
 * pixels for 224), and its middle is kept. `path` is for messages. */
enum ls_status ls_picture_fit(struct ls_picture *picture, int height, int width, const char *path,
                              struct ls_error *error);

void ls_picture_free(struct ls_picture *picture);

#endif
