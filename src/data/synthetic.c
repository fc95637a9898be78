/* The embedded data set: the images of draw.c, as many as are asked for. */
#include "data/data.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SIDE = 32, CLASSES = 10, TRAIN_IMAGES = 50000, TEST_IMAGES = 10000 };

enum ls_status ls_synthetic_open(struct ls_dataset *dataset, const char *argument, int limit,
                                 struct ls_error *error) {
    /* Measured over the first 10,000 training images of seed 0. */
    static const float mean[3] = {99.7f, 99.0f, 99.6f};
    static const float deviation[3] = {55.4f, 55.6f, 55.4f};
    uint64_t seed;
    enum ls_status status = ls_dataset_seed("synthetic", argument, &seed, error);
    if (status != LS_OK)
        return status;
    snprintf(dataset->name, sizeof dataset->name, "synthetic:%" PRIu64, seed);
    dataset->height = dataset->width = SIDE;
    dataset->channels = 3;
    dataset->classes = CLASSES;
    dataset->labels_per_image = 1;
    memcpy(dataset->mean, mean, sizeof mean);
    memcpy(dataset->deviation, deviation, sizeof deviation);

    int available = dataset->split == LS_TRAIN ? TRAIN_IMAGES : TEST_IMAGES;
    status = ls_dataset_allocate(dataset, limit, available, error);
    if (status != LS_OK)
        return status;
    size_t size = ls_image_size(dataset);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < dataset->count; i++)
        ls_synthetic_draw(seed, dataset->split, i, dataset->pixels + (size_t)i * size,
                          dataset->labels + i);
    return LS_OK;
}
