/* Scaling a picture as PIL does (Pillow's bilinear resampling with its support widened by the
 * scale, Image.resize): whatever library scales otherwise makes other bytes, and other losses. */
#include "data/picture.h"
#include <math.h>
#include <stdlib.h>

/* Binary digits behind the point of a weight: those of sums of weighted bytes fit an int. */
enum { DIGITS = 22 };

/* How one axis of a picture becomes shorter or longer. */
struct axis {
    int from;         /* pixels of the picture */
    long long scaled; /* pixels it is scaled to */
    int to;           /* those in the middle that are kept */
    int most;         /* of the picture that make one of them */
    int *first;       /* [to] the first of those */
    int *count;       /* [to] how many they are */
    int32_t *weights; /* [to][most] of them */
};

/* The height at pixel p of a triangle around `middle` that is 0 from `reach` on. */
static double triangle(int p, double middle, double reach) {
    return fmax(1 - fabs((p - middle + 0.5) * (1 / reach)), 0);
}

/* The weights of the pixels that make kept pixel i: a triangle around its middle, as wide as what
 * it stands for to either side, or one pixel where the picture becomes larger. */
static void weigh(struct axis *axis, int i) {
    const long long before = llrint((double)(axis->scaled - axis->to) / 2);
    const double scale = axis->from / (double)axis->scaled, reach = fmax(scale, 1),
                 middle = ((double)(before + i) + 0.5) * scale;
    const int first = (int)fmax(middle - reach + 0.5, 0),
              end = (int)fmin(middle + reach + 0.5, axis->from);
    double sum = 0;
    for (int p = first; p < end; p++)
        sum += triangle(p, middle, reach);
    for (int p = first; p < end; p++) {
        const double weight = triangle(p, middle, reach) / sum;
        axis->weights[(size_t)i * (size_t)axis->most + (size_t)(p - first)] =
            (int32_t)(0.5 + weight * (1 << DIGITS));
    }
    axis->first[i] = first;
    axis->count[i] = end - first;
}

static bool make_axis(struct axis *axis, int from, long long scaled, int to) {
    const double reach = fmax(from / (double)scaled, 1);
    *axis = (struct axis){from, scaled, to, 2 * (int)ceil(reach) + 1, NULL, NULL, NULL};
    axis->first = malloc((size_t)to * sizeof *axis->first);
    axis->count = malloc((size_t)to * sizeof *axis->count);
    axis->weights = malloc((size_t)to * (size_t)axis->most * sizeof *axis->weights);
    if (!axis->first || !axis->count || !axis->weights)
        return false;
    for (int i = 0; i < to; i++)
        weigh(axis, i);
    return true;
}

static void free_axis(struct axis *axis) {
    free(axis->first);
    free(axis->count);
    free(axis->weights);
}

/* Pixel i of the scaled axis; `line` is that of the picture, with so many bytes from pixel to
 * pixel.
 */
static uint8_t weighted(const struct axis *axis, int i, const uint8_t *line, size_t stride) {
    const int32_t *weights = axis->weights + (size_t)i * (size_t)axis->most;
    const uint8_t *from = line + (size_t)axis->first[i] * stride;
    int32_t sum = 1 << (DIGITS - 1);
    for (int k = 0; k < axis->count[i]; k++, from += stride)
        sum += weights[k] * *from;
    sum >>= DIGITS;
    return (uint8_t)(sum > 255 ? 255 : sum);
}

/* to[rows][x->to][3] = the scaled rows from[rows][x->from][3] */
static void scale_rows(const struct axis *x, const uint8_t *from, int rows, uint8_t *to) {
    for (int row = 0; row < rows; row++, from += 3 * (size_t)x->from)
        for (int i = 0; i < x->to; i++)
            for (int c = 0; c < 3; c++)
                *to++ = weighted(x, i, from + c, 3);
}

/* to[y->to][width][3] = the scaled columns of from[y->from][width][3] */
static void scale_columns(const struct axis *y, const uint8_t *from, int width, uint8_t *to) {
    const size_t bytes = 3 * (size_t)width;
    for (int i = 0; i < y->to; i++)
        for (size_t at = 0; at < bytes; at++)
            *to++ = weighted(y, i, from + at, bytes);
}

/* The extent that covers 8/7 of height x width and has the picture's shape. */
static void cover(const struct ls_picture *picture, int height, int width, long long *rows,
                  long long *columns) {
    *rows = lround(height * 8 / 7.0);
    *columns = lround(width * 8 / 7.0);
    if (picture->height * *columns <= picture->width * *rows)
        *columns = picture->width * *rows / picture->height;
    else
        *rows = picture->height * *columns / picture->width;
}

enum ls_status ls_picture_fit(struct ls_picture *picture, int height, int width, const char *path,
                              struct ls_error *error) {
    struct axis x = {0}, y = {0};
    long long rows, columns;
    cover(picture, height, width, &rows, &columns);
    uint8_t *narrow = malloc(3 * (size_t)width * (size_t)picture->height),
            *fit = malloc(3 * (size_t)width * (size_t)height);
    const bool room = narrow && fit && make_axis(&x, picture->width, columns, width) &&
                      make_axis(&y, picture->height, rows, height);
    if (room) {
        scale_rows(&x, picture->rgb, picture->height, narrow);
        scale_columns(&y, narrow, width, fit);
        free(picture->rgb);
        *picture = (struct ls_picture){width, height, picture->grey, fit};
    } else {
        free(fit);
    }
    free(narrow);
    free_axis(&x);
    free_axis(&y);
    return room ? LS_OK : ls_fail_memory(error, path);
}
