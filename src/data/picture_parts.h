/* What the readers of picture files share. */
#ifndef LANDSCAPE_DATA_PICTURE_PARTS_H
#define LANDSCAPE_DATA_PICTURE_PARTS_H

#include "data/picture.h"

/* A file's content, and what it becomes. */
struct ls_picture_reading {
    struct ls_picture *picture;
    const char *path;
    const unsigned char *bytes;
    size_t size;
    struct ls_error *error;
};

/* Fails with the reason. */
enum ls_status ls_picture_damaged(const struct ls_picture_reading *reading, const char *why);

/* Makes room for the pixels, `channels` bytes each. */
enum ls_status ls_picture_make_room(const struct ls_picture_reading *reading, size_t width,
                                    size_t height, int channels);

/* The readers; on failure the caller frees the picture. */
enum ls_status ls_picture_read_png(const struct ls_picture_reading *reading);
enum ls_status ls_picture_read_jpeg(const struct ls_picture_reading *reading);

#endif
