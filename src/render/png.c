#include "render/png.h"
#include "base/file.h"
#include <png.h>
#include <stdlib.h>

enum ls_status ls_png_encode(const struct ls_image *image, unsigned char **bytes, size_t *size,
                             struct ls_error *error) {
    png_image header = {.version = PNG_IMAGE_VERSION,
                        .width = (png_uint_32)image->width,
                        .height = (png_uint_32)image->height,
                        .format = image->channels == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB};
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(header);
    *bytes = malloc(room);
    if (!*bytes)
        return ls_fail_memory(error, "the picture");
    if (png_image_write_to_memory(&header, *bytes, &room, 0, image->pixels, 0, NULL)) {
        *size = room;
        return LS_OK;
    }
    free(*bytes);
    *bytes = NULL;
    return ls_fail(error, LS_IO, "cannot make a PNG of %dx%d pixels: %s", image->width,
                   image->height, header.message);
}

enum ls_status ls_png_write(const struct ls_image *image, const char *path,
                            struct ls_error *error) {
    unsigned char *bytes;
    size_t size;
    enum ls_status status = ls_png_encode(image, &bytes, &size, error);
    if (status != LS_OK)
        return status;
    status = ls_file_write(path, bytes, size, error);
    free(bytes);
    return status;
}
