/* Scaling a picture, by pixman's convolutions. */
#include "data/picture.h"
#include <math.h>
#include <pixman.h>
#include <stdlib.h>

/* What pixman's coordinates can reach. */
enum { MOST_SIDE = 32767 };

/* An extent that is kept, and that of the whole scaled picture around it. */
struct fit {
    int height, width;
    long long scaled_height, scaled_width;
};

static size_t pixels_of(const struct ls_picture *picture) {
    return (size_t)picture->width * (size_t)picture->height;
}

/* Pixman's pixels are numbers of 32 bits. */
static void pack(const struct ls_picture *picture, uint32_t *packed) {
    const uint8_t *rgb = picture->rgb;
    for (size_t p = 0; p < pixels_of(picture); p++, rgb += 3)
        packed[p] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static void unpack(const uint32_t *packed, struct ls_picture *picture) {
    uint8_t *rgb = picture->rgb;
    for (size_t p = 0; p < pixels_of(picture); p++, rgb += 3)
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(packed[p] >> (16 - 8 * c));
}

static struct fit fit_to(const struct ls_picture *picture, int height, int width) {
    const long long rows = lround(height * 8 / 7.0), columns = lround(width * 8 / 7.0);
    struct fit fit = {height, width, rows, columns};
    if (picture->height * columns <= picture->width * rows)
        fit.scaled_width = picture->width * rows / picture->height;
    else
        fit.scaled_height = picture->height * columns / picture->width;
    return fit;
}

/* The filter for pixels that stand for `step` of the picture's: a triangle, at least as wide as one
 * that interpolates between two. */
static bool set_filter(pixman_image_t *image, double step_x, double step_y) {
    enum { POSITIONS = 10 }; /* binary digits of where between two pixels the triangle is */
    int count;
    pixman_fixed_t *values = pixman_filter_create_separable_convolution(
        &count, pixman_double_to_fixed(fmax(step_x, 1)), pixman_double_to_fixed(fmax(step_y, 1)),
        PIXMAN_KERNEL_IMPULSE, PIXMAN_KERNEL_IMPULSE, PIXMAN_KERNEL_LINEAR, PIXMAN_KERNEL_LINEAR,
        step_x == 1 ? 0 : POSITIONS, step_y == 1 ? 0 : POSITIONS);
    const bool done = values && pixman_image_set_filter(image, PIXMAN_FILTER_SEPARABLE_CONVOLUTION,
                                                        values, count);
    free(values);
    return done;
}

/* Draws what is at (left, top) of the image when each of its pixels stands for step_x by step_y of
 * them. */
static bool scale(pixman_image_t *from, double step_x, double step_y, int left, int top,
                  pixman_image_t *to) {
    pixman_transform_t step;
    pixman_transform_init_scale(&step, pixman_double_to_fixed(step_x),
                                pixman_double_to_fixed(step_y));
    if (!pixman_image_set_transform(from, &step) || !set_filter(from, step_x, step_y))
        return false;
    pixman_image_set_repeat(from, PIXMAN_REPEAT_PAD);
    pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, to, left, top, 0, 0, 0, 0,
                             pixman_image_get_width(to), pixman_image_get_height(to));
    return true;
}

/* An image in memory of its own; NULL without memory. */
static pixman_image_t *make_image(int width, int height) {
    return pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL, 0);
}

static void drop(pixman_image_t *image) {
    if (image)
        pixman_image_unref(image);
}

/* to = the middle of the scaled picture. First along rows, then along columns, rounded to bytes
 * after each, as PIL does it. */
static bool scale_middle(pixman_image_t *from, const struct fit *fit, pixman_image_t *to) {
    const int width = pixman_image_get_width(from), height = pixman_image_get_height(from);
    const int left = (int)nearbyint((double)(fit->scaled_width - fit->width) / 2),
              top = (int)nearbyint((double)(fit->scaled_height - fit->height) / 2);
    pixman_image_t *narrow = make_image(fit->width, height);
    const bool done = narrow &&
                      scale(from, width / (double)fit->scaled_width, 1, left, 0, narrow) &&
                      scale(narrow, 1, height / (double)fit->scaled_height, 0, top, to);
    drop(narrow);
    return done;
}

static bool is_in_reach(const struct ls_picture *picture, const struct fit *fit) {
    return picture->width <= MOST_SIDE && picture->height <= MOST_SIDE &&
           fit->scaled_width <= MOST_SIDE && fit->scaled_height <= MOST_SIDE;
}

enum ls_status ls_picture_fit(struct ls_picture *picture, int height, int width, const char *path,
                              struct ls_error *error) {
    const struct fit fit = fit_to(picture, height, width);
    if (!is_in_reach(picture, &fit))
        return ls_fail(error, LS_BAD_FILE,
                       "%s: %d x %d pixels are too large, or too narrow, to scale", path,
                       picture->height, picture->width);
    pixman_image_t *from = make_image(picture->width, picture->height),
                   *to = make_image(width, height);
    uint8_t *rgb = malloc(3 * (size_t)width * (size_t)height);
    if (from)
        pack(picture, pixman_image_get_data(from));
    const bool done = from && to && rgb && scale_middle(from, &fit, to);
    if (done) {
        free(picture->rgb);
        *picture = (struct ls_picture){width, height, picture->grey, rgb};
        unpack(pixman_image_get_data(to), picture);
    } else {
        free(rgb);
    }
    drop(from);
    drop(to);
    return done ? LS_OK : ls_fail_memory(error, path);
}
