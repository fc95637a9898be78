/* What evaluating images adds up to. */
#ifndef LANDSCAPE_ENGINE_SUMS_H
#define LANDSCAPE_ENGINE_SUMS_H

#include "landscape/evaluate.h"

struct ls_sums {
    double loss;
    double square;  /* of the losses */
    double correct; /* images, or the mean over an image's pixels */
};

/* Adds an image. */
void ls_sums_add(struct ls_sums *sums, double loss, double correct);

/* Adds a block of images. */
void ls_sums_join(struct ls_sums *sums, const struct ls_sums *block);

/* The sums of blocks[count], added in that order. */
struct ls_sums ls_sums_total(const struct ls_sums *blocks, int count);

/* What they mean for so many images; mean_iou -1. */
struct ls_result ls_sums_result(const struct ls_sums *sums, int images);

#endif
