#include "render/png.h"
#include "base/file.h"
#include <png.h>
#include <stdlib.h>

enum ls_status ls_png_write(const struct ls_image *image, const char *path,
                            struct ls_error *error) {
    png_image header = {.version = PNG_IMAGE_VERSION,
                        .width = (png_uint_32)image->width,
                        .height = (png_uint_32)image->height,
                        .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
    unsigned char *bytes = malloc(size);
    if (!bytes)
        return ls_fail_memory(error, path);
    enum ls_status status;
    if (png_image_write_to_memory(&header, bytes, &size, 0, image->rgb, 0, NULL))
        status = ls_file_write(path, bytes, size, error);
    else
        status = ls_fail(error, LS_IO, "cannot make a PNG of %dx%d pixels for %s: %s", image->width,
                         image->height, path, header.message);
    free(bytes);
    return status;
}
