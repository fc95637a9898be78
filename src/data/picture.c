#include "data/picture.h"
#include "base/file.h"
#include "data/picture_parts.h"
#include <stdlib.h>
#include <string.h>

enum ls_status ls_picture_damaged(const struct ls_picture_reading *r, const char *why) {
    return ls_fail(r->error, LS_BAD_FILE, "%s: cannot be read as a picture: %s", r->path, why);
}

enum ls_status ls_picture_make_room(const struct ls_picture_reading *r, size_t width, size_t height,
                                    int channels) {
    const size_t most_pixels = (size_t)1 << 26;
    if (width < 1 || height < 1 || width > most_pixels / height)
        return ls_picture_damaged(r, "it is too large");
    r->picture->width = (int)width;
    r->picture->height = (int)height;
    r->picture->rgb = malloc(width * height * (size_t)channels);
    return r->picture->rgb ? LS_OK : ls_fail_memory(r->error, r->path);
}

enum ls_status ls_picture_decode(struct ls_picture *picture, const char *path,
                                 const unsigned char *bytes, size_t size, struct ls_error *error) {
    static const unsigned char png[] = {0x89, 'P', 'N', 'G'}, jpeg[] = {0xFF, 0xD8, 0xFF};
    const struct ls_picture_reading reading = {picture, path, bytes, size, error};
    enum ls_status status;
    *picture = (struct ls_picture){0};
    if (size > sizeof png && memcmp(bytes, png, sizeof png) == 0)
        status = ls_picture_read_png(&reading);
    else if (size > sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        status = ls_picture_read_jpeg(&reading);
    else
        status = ls_picture_damaged(&reading, "it is neither PNG nor JPEG");
    if (status)
        ls_picture_free(picture);
    return status;
}

enum ls_status ls_picture_read(struct ls_picture *picture, const char *path,
                               struct ls_error *error) {
    enum { MOST_BYTES = 1 << 28 };
    unsigned char *bytes;
    size_t size;
    *picture = (struct ls_picture){0};
    enum ls_status status = ls_file_read(path, MOST_BYTES, &bytes, &size, error);
    if (status)
        return status;
    status = ls_picture_decode(picture, path, bytes, size, error);
    free(bytes);
    return status;
}

void ls_picture_free(struct ls_picture *picture) {
    free(picture->rgb);
    *picture = (struct ls_picture){0};
}
