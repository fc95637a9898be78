/* From bytes to what a network sees. */
#include "data/data.h"
#include "landscape/rng.h"
#include <stdbool.h>

enum { PADDING = 4 };

/* out[height][width][channels] = the normalised image seen through a window of its own size whose
 * corner lies at (top, left); outside the image all is black. `flip` mirrors left and right. */
static void normalise(const struct ls_dataset *dataset, int index, int top, int left, bool flip,
                      float *out) {
    int height = dataset->height, width = dataset->width, channels = dataset->channels;
    const uint8_t *image = dataset->pixels + (size_t)index * ls_image_size(dataset);
    for (int c = 0; c < channels; c++) {
        float mean = dataset->mean[c], deviation = dataset->deviation[c];
        for (int i = 0; i < height; i++) {
            int y = top + i;
            const uint8_t *row =
                y < 0 || y >= height ? NULL : image + ((size_t)c * height + y) * width;
            for (int j = 0; j < width; j++) {
                int x = left + (flip ? width - 1 - j : j);
                int pixel = row && x >= 0 && x < width ? row[x] : 0;
                out[(i * width + j) * channels + c] = ((float)pixel - mean) / deviation;
            }
        }
    }
}

void ls_dataset_image(const struct ls_dataset *dataset, int index, float *out) {
    normalise(dataset, index, 0, 0, false, out);
}

void ls_dataset_augmented(const struct ls_dataset *dataset, int index, uint64_t seed, int epoch,
                          float *out) {
    struct ls_rng rng = {seed, LS_RNG_AUGMENT, (uint32_t)epoch, (uint32_t)index};
    int top = (int)ls_rng_below(&rng, 0, 2 * PADDING + 1) - PADDING;
    int left = (int)ls_rng_below(&rng, 1, 2 * PADDING + 1) - PADDING;
    bool flip = ls_rng_below(&rng, 2, 2) == 1;
    normalise(dataset, index, top, left, flip, out);
}
