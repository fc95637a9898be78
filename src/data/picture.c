/* Reading pictures, by libpng and libjpeg-turbo. */
#include "data/picture.h"
#include "base/file.h"
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static const size_t most_bytes = (size_t)1 << 28, most_pixels = (size_t)1 << 27;

/* A file's content, and what it becomes. */
struct reading {
    struct ls_picture *picture;
    const char *path;
    const unsigned char *bytes;
    size_t size;
    struct ls_error *error;
};

static enum ls_status damaged(const struct reading *r, const char *why) {
    return ls_fail(r->error, LS_BAD_FILE, "%s: cannot be read as a picture: %s", r->path, why);
}

/* Makes room for the pixels, `channels` bytes each. */
static enum ls_status make_room(const struct reading *r, size_t width, size_t height,
                                int channels) {
    if (width < 1 || height < 1 || width > most_pixels / height)
        return damaged(r, "it is too large");
    r->picture->width = (int)width;
    r->picture->height = (int)height;
    r->picture->rgb = malloc(width * height * (size_t)channels);
    return r->picture->rgb ? LS_OK : ls_fail_memory(r->error, r->path);
}

/* Drops what comes behind each pixel's three bytes. */
static void drop_fourth(struct ls_picture *picture) {
    const size_t pixels = (size_t)picture->width * (size_t)picture->height;
    for (size_t p = 0; p < pixels; p++)
        memmove(picture->rgb + 3 * p, picture->rgb + 4 * p, 3);
}

static enum ls_status decode_png(const struct reading *r, png_image *image) {
    r->picture->grey = !(image->format & PNG_FORMAT_FLAG_COLOR);
    image->format = PNG_FORMAT_RGBA;
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* samples of two bytes mean what those of one do */
    enum ls_status status = make_room(r, image->width, image->height, 4);
    if (!status && !png_image_finish_read(image, NULL, r->picture->rgb, 0, NULL))
        status = damaged(r, image->message);
    if (!status)
        drop_fourth(r->picture);
    return status;
}

static enum ls_status read_png(const struct reading *r) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, r->bytes, r->size))
        return damaged(r, image.message);
    enum ls_status status = decode_png(r, &image);
    png_image_free(&image);
    return status;
}

/* Inks, stored as what they leave of the light, become red, green and blue. */
static void mix_inks(struct ls_picture *picture) {
    const size_t pixels = (size_t)picture->width * (size_t)picture->height;
    for (size_t p = 0; p < pixels; p++) {
        uint8_t *inks = picture->rgb + 4 * p;
        for (int c = 0; c < 3; c++)
            inks[c] = (uint8_t)((inks[c] * inks[3] + 127) / 255);
    }
    drop_fourth(picture);
}

/* libjpeg-turbo warns of many a harmless oddity. A file that ends early is none. */
static bool is_whole(tjhandle decoder, int result) {
    return result == 0 || (tjGetErrorCode(decoder) == TJERR_WARNING &&
                           !strstr(tjGetErrorStr2(decoder), "Premature end of JPEG file"));
}

static enum ls_status decode_jpeg(const struct reading *r, tjhandle decoder) {
    int width, height, sampling, space;
    if (tjDecompressHeader3(decoder, r->bytes, r->size, &width, &height, &sampling, &space))
        return damaged(r, tjGetErrorStr2(decoder));
    const bool inks = space == TJCS_CMYK || space == TJCS_YCCK;
    const int format = inks ? TJPF_CMYK : TJPF_RGB;
    enum ls_status status = make_room(r, (size_t)width, (size_t)height, tjPixelSize[format]);
    if (status)
        return status;
    const int result = tjDecompress2(decoder, r->bytes, r->size, r->picture->rgb, width, 0, height,
                                     format, TJFLAG_ACCURATEDCT);
    if (!is_whole(decoder, result))
        return damaged(r, tjGetErrorStr2(decoder));
    r->picture->grey = space == TJCS_GRAY;
    if (inks)
        mix_inks(r->picture);
    return LS_OK;
}

static enum ls_status read_jpeg(const struct reading *r) {
    tjhandle decoder = tjInitDecompress();
    if (!decoder)
        return ls_fail_memory(r->error, r->path);
    enum ls_status status = decode_jpeg(r, decoder);
    tjDestroy(decoder);
    return status;
}

enum ls_status ls_picture_read(struct ls_picture *picture, const char *path,
                               struct ls_error *error) {
    static const unsigned char png[] = {0x89, 'P', 'N', 'G'}, jpeg[] = {0xFF, 0xD8, 0xFF};
    unsigned char *bytes;
    struct reading r = {.picture = picture, .path = path, .error = error};
    *picture = (struct ls_picture){0};
    enum ls_status status = ls_file_read(path, most_bytes, &bytes, &r.size, error);
    if (status)
        return status;
    r.bytes = bytes;
    if (r.size > sizeof png && memcmp(bytes, png, sizeof png) == 0)
        status = read_png(&r);
    else if (r.size > sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        status = read_jpeg(&r);
    else
        status = damaged(&r, "it is neither PNG nor JPEG");
    free(bytes);
    if (status)
        ls_picture_free(picture);
    return status;
}

void ls_picture_free(struct ls_picture *picture) {
    free(picture->rgb);
    *picture = (struct ls_picture){0};
}
