/* From bytes to what a network sees. */
#include "data/data.h"
#include "landscape/rng.h"
#include <stdbool.h>

enum { PADDING = 4 };

/* A window of an image's own size whose corner lies at (top, left) of it; `flip` mirrors left and
 * right. */
struct view {
    int top, left;
    bool flip;
};

/* The column of the image that column j of the window shows, -1 outside. */
static int column_of(const struct ls_dataset *dataset, struct view view, int j) {
    const int x = view.left + (view.flip ? dataset->width - 1 - j : j);
    return x < 0 || x >= dataset->width ? -1 : x;
}

static int row_of(const struct ls_dataset *dataset, struct view view, int i) {
    const int y = view.top + i;
    return y < 0 || y >= dataset->height ? -1 : y;
}

/* out[height][width][channels] = the normalised image through the window, black outside. */
static void normalise(const struct ls_dataset *dataset, int index, struct view view, float *out) {
    int height = dataset->height, width = dataset->width, channels = dataset->channels;
    const uint8_t *image = dataset->pixels + (size_t)index * ls_image_size(dataset);
    for (int c = 0; c < channels; c++) {
        float mean = dataset->mean[c], deviation = dataset->deviation[c];
        for (int i = 0; i < height; i++) {
            const int y = row_of(dataset, view, i);
            const uint8_t *row = y < 0 ? NULL : image + ((size_t)c * height + y) * width;
            for (int j = 0; j < width; j++) {
                const int x = column_of(dataset, view, j);
                const int pixel = row && x >= 0 ? row[x] : 0;
                out[(i * width + j) * channels + c] = ((float)pixel - mean) / deviation;
            }
        }
    }
}

void ls_dataset_image(const struct ls_dataset *dataset, int index, float *out) {
    normalise(dataset, index, (struct view){0, 0, false}, out);
}

/* The labels of the pixels that the window shows, or of the image if it has but one. */
static void view_labels(const struct ls_dataset *dataset, int index, struct view view,
                        uint16_t *labels) {
    const int width = dataset->width, count = dataset->labels_per_image;
    const uint16_t *from = dataset->labels + (size_t)index * (size_t)count;
    for (int i = 0; i < count; i++) {
        const int y = row_of(dataset, view, i / width), x = column_of(dataset, view, i % width);
        labels[i] = count == 1 ? from[0] : y < 0 || x < 0 ? 0 : from[y * width + x];
    }
}

void ls_dataset_augmented(const struct ls_dataset *dataset, int index, uint64_t seed, int epoch,
                          float *out, uint16_t *labels) {
    struct ls_rng rng = {seed, LS_RNG_AUGMENT, (uint32_t)epoch, (uint32_t)index};
    const struct view view = {.top = (int)ls_rng_below(&rng, 0, 2 * PADDING + 1) - PADDING,
                              .left = (int)ls_rng_below(&rng, 1, 2 * PADDING + 1) - PADDING,
                              .flip = ls_rng_below(&rng, 2, 2) == 1};
    normalise(dataset, index, view, out);
    view_labels(dataset, index, view, labels);
}
