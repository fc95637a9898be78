/* libpng makes each picture a PNG file of its own, whose chunks are put together: IHDR, acTL, then
 * for each picture fcTL and its IDAT, which in all but the first become fdAT, then IEND. */
#include "render/apng.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE = 8 };

static void put32(unsigned char *at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static uint32_t get32(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A chunk of the head's and the body's bytes. Errors show when the file is closed. */
static void write_chunk(FILE *out, const char *type, const unsigned char *head, uint32_t head_size,
                        const unsigned char *body, uint32_t body_size) {
    unsigned char number[4];
    uLong check = crc32(0, (const unsigned char *)type, 4);
    put32(number, head_size + body_size);
    fwrite(number, 1, 4, out);
    fwrite(type, 1, 4, out);
    if (head_size) {
        check = crc32(check, head, head_size);
        fwrite(head, 1, head_size, out);
    }
    if (body_size) {
        check = crc32(check, body, body_size);
        fwrite(body, 1, body_size, out);
    }
    put32(number, (uint32_t)check);
    fwrite(number, 1, 4, out);
}

static void write_frame_control(struct ls_apng *apng) {
    /* Number, size, offset 0, delay as a fraction, nothing disposed of, nothing blended. */
    unsigned char control[26] = {0};
    put32(control, apng->sequence++);
    put32(control + 4, (uint32_t)apng->width);
    put32(control + 8, (uint32_t)apng->height);
    control[21] = 1;
    control[22] = (unsigned char)(apng->pictures_per_second >> 8);
    control[23] = (unsigned char)apng->pictures_per_second;
    write_chunk(apng->out, "fcTL", control, sizeof control, NULL, 0);
}

static void write_start(struct ls_apng *apng, const unsigned char *png) {
    unsigned char control[8] = {0}; /* number of frames, of repetitions: 0 for ever */
    fwrite(png, 1, SIGNATURE, apng->out);
    write_chunk(apng->out, "IHDR", png + SIGNATURE + 8, get32(png + SIGNATURE), NULL, 0);
    put32(control, (uint32_t)apng->frames);
    write_chunk(apng->out, "acTL", control, sizeof control, NULL, 0);
}

/* Copies the picture's IDAT chunks. */
static void write_data(struct ls_apng *apng, const unsigned char *png, size_t size) {
    for (size_t at = SIGNATURE; at + 12 <= size;) {
        uint32_t length = get32(png + at);
        const unsigned char *data = png + at + 8;
        unsigned char number[4];
        at += 12 + (size_t)length;
        if (memcmp(data - 4, "IDAT", 4) != 0)
            continue;
        if (apng->written == 0) {
            write_chunk(apng->out, "IDAT", NULL, 0, data, length);
        } else {
            put32(number, apng->sequence++);
            write_chunk(apng->out, "fdAT", number, sizeof number, data, length);
        }
    }
}

static enum ls_status fail_write(struct ls_apng *apng, struct ls_error *error) {
    return ls_fail(error, LS_IO, "cannot write %s: %s", apng->file.path, strerror(errno));
}

enum ls_status ls_apng_begin(struct ls_apng *apng, const char *path, int frames,
                             int pictures_per_second, struct ls_error *error) {
    *apng = (struct ls_apng){.frames = frames, .pictures_per_second = pictures_per_second};
    enum ls_status status = ls_pending_open(&apng->file, path, error);
    if (status != LS_OK)
        return status;
    apng->out = fopen(apng->file.temporary, "wb");
    if (apng->out)
        return LS_OK;
    fail_write(apng, error);
    ls_pending_discard(&apng->file);
    return LS_IO;
}

enum ls_status ls_apng_add(struct ls_apng *apng, const struct ls_image *image,
                           struct ls_error *error) {
    unsigned char *png;
    size_t size;
    enum ls_status status = ls_png_encode(image, &png, &size, error);
    if (status != LS_OK)
        return status;
    if (apng->written == 0) {
        apng->width = image->width;
        apng->height = image->height;
        apng->channels = image->channels;
        write_start(apng, png);
    } else if (image->width != apng->width || image->height != apng->height ||
               image->channels != apng->channels) {
        status = ls_fail(error, LS_MISMATCH, "%s: all pictures must be %dx%d pixels of %d channels",
                         apng->file.path, apng->width, apng->height, apng->channels);
    }
    if (status == LS_OK) {
        write_frame_control(apng);
        write_data(apng, png, size);
        apng->written++;
        if (ferror(apng->out))
            status = fail_write(apng, error);
    }
    free(png);
    return status;
}

enum ls_status ls_apng_finish(struct ls_apng *apng, struct ls_error *error) {
    write_chunk(apng->out, "IEND", NULL, 0, NULL, 0);
    bool failed = ferror(apng->out) != 0;
    failed = fclose(apng->out) != 0 || failed;
    apng->out = NULL;
    if (!failed)
        return ls_pending_commit(&apng->file, error);
    fail_write(apng, error);
    ls_pending_discard(&apng->file);
    return LS_IO;
}

void ls_apng_discard(struct ls_apng *apng) {
    if (!apng->out)
        return;
    fclose(apng->out);
    ls_pending_discard(&apng->file);
    *apng = (struct ls_apng){0};
}
