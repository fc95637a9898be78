/* Data sets that are drawn, not read: their images depend on a seed alone. */
#ifndef LANDSCAPE_DATA_DRAWN_H
#define LANDSCAPE_DATA_DRAWN_H

#include "data/data.h"

struct ls_drawn {
    const char *name;
    int side, classes, labels_per_image;
    int train_images, test_images;
    float mean[3], deviation[3]; /* of the channels of the training images of seed 0 */
    /* Draws image `index`: pixels[3][side][side] and its labels. */
    void (*draw)(uint64_t seed, enum ls_split split, int index, uint8_t *pixels, uint16_t *labels);
};

/* Draws the images; the argument is the seed, 0 without one. */
enum ls_status ls_drawn_open(struct ls_dataset *dataset, const struct ls_drawn *drawn,
                             const struct ls_opening *opening, struct ls_error *error);

#endif
