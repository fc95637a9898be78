/* JPEG files, by libjpeg-turbo. */
#include "data/picture_parts.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* They need those above. */
#include <jerror.h>
#include <jpeglib.h>

struct jpeg_reading {
    struct jpeg_error_mgr errors; /* first, so that libjpeg's pointer to it is one to the whole */
    const struct ls_picture_reading *of;
    jmp_buf end;
    bool cut;  /* the file has ended before the picture */
    bool inks; /* it is of cyan, magenta, yellow and black */
    char why[JMSG_LENGTH_MAX];
};

static void take_error(j_common_ptr jpeg) {
    struct jpeg_reading *r = (struct jpeg_reading *)jpeg->err;
    r->errors.format_message(jpeg, r->why);
    longjmp(r->end, 1);
}

/* libjpeg warns of many a harmless oddity, and of a file that ends early. */
static void take_warning(j_common_ptr jpeg, int level) {
    struct jpeg_reading *r = (struct jpeg_reading *)jpeg->err;
    if (level < 0 && r->errors.msg_code == JWRN_JPEG_EOF)
        r->cut = true;
}

/* Inks, stored as what they leave of the light, become red, green and blue. */
static void mix_inks(struct ls_picture *picture) {
    const size_t pixels = (size_t)picture->width * (size_t)picture->height;
    const uint8_t *inks = picture->rgb;
    for (size_t p = 0; p < pixels; p++, inks += 4)
        for (int c = 0; c < 3; c++)
            picture->rgb[3 * p + (size_t)c] = (uint8_t)((inks[c] * inks[3] + 127) / 255);
}

/* Errors of libjpeg come back to setjmp: what has changed since is in *r alone. */
static enum ls_status decode(struct jpeg_reading *r, struct jpeg_decompress_struct *jpeg) {
    if (setjmp(r->end))
        return ls_picture_damaged(r->of, r->why);
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, r->of->bytes, r->of->size);
    jpeg_read_header(jpeg, TRUE);
    r->inks = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    r->of->picture->grey = jpeg->jpeg_color_space == JCS_GRAYSCALE;
    jpeg->out_color_space = r->inks ? JCS_CMYK : JCS_RGB;
    const int channels = r->inks ? 4 : 3;
    enum ls_status status =
        ls_picture_make_room(r->of, jpeg->image_width, jpeg->image_height, channels);
    if (status) /* before libjpeg makes room for what a small file may claim */
        return status;
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = r->of->picture->rgb +
                       (size_t)jpeg->output_scanline * jpeg->output_width * (size_t)channels;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    return r->cut ? ls_picture_damaged(r->of, "it ends early") : LS_OK;
}

enum ls_status ls_picture_read_jpeg(const struct ls_picture_reading *reading) {
    struct jpeg_decompress_struct jpeg = {0};
    struct jpeg_reading r = {.of = reading};
    jpeg.err = jpeg_std_error(&r.errors);
    r.errors.error_exit = take_error;
    r.errors.emit_message = take_warning;
    enum ls_status status = decode(&r, &jpeg);
    jpeg_destroy_decompress(&jpeg);
    if (!status && r.inks)
        mix_inks(reading->picture);
    return status;
}
