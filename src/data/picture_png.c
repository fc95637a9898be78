/* PNG files, by libpng. */
#include "data/picture_parts.h"
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct png_reading {
    const struct ls_picture_reading *of;
    size_t at;       /* bytes read so far */
    png_bytep *rows; /* [height] where they go; owned */
    char why[256];   /* the last error */
};

static void take_error(png_structp png, png_const_charp message) {
    struct png_reading *r = png_get_error_ptr(png);
    snprintf(r->why, sizeof r->why, "%s", message);
    png_longjmp(png, 1);
}

static void pass_over(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep to, size_t size) {
    struct png_reading *r = png_get_io_ptr(png);
    if (size > r->of->size - r->at)
        png_error(png, "it ends early");
    memcpy(to, r->of->bytes + r->at, size);
    r->at += size;
}

/* Pixels become three bytes, without what the file says of transparency and gamma. */
static void ask_for_rgb(png_structp png) {
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
}

static enum ls_status make_rows(struct png_reading *r, png_structp png, png_infop info) {
    const size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    enum ls_status status = ls_picture_make_room(r->of, width, height, 3);
    if (status)
        return status;
    r->rows = malloc(height * sizeof *r->rows);
    if (!r->rows)
        return ls_fail_memory(r->of->error, r->of->path);
    for (size_t y = 0; y < height; y++)
        r->rows[y] = r->of->picture->rgb + 3 * width * y;
    return LS_OK;
}

/* Errors of libpng come back to setjmp: what has changed since is in *r alone. */
static enum ls_status decode(struct png_reading *r, png_structp png, png_infop info) {
    if (setjmp(png_jmpbuf(png)))
        return ls_picture_damaged(r->of, r->why);
    png_read_info(png, info);
    r->of->picture->grey = !(png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR);
    enum ls_status status = make_rows(r, png, info);
    if (status)
        return status;
    ask_for_rgb(png);
    png_read_image(png, r->rows);
    return LS_OK;
}

enum ls_status ls_picture_read_png(const struct ls_picture_reading *reading) {
    struct png_reading r = {.of = reading};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, take_error, pass_over);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    enum ls_status status = LS_OK;
    if (info) {
        png_set_read_fn(png, &r, read_bytes);
        status = decode(&r, png, info);
    } else {
        status = ls_fail_memory(reading->error, reading->path);
    }
    png_destroy_read_struct(&png, &info, NULL);
    free(r.rows);
    return status;
}
