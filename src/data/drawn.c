#include "data/drawn.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum ls_status parse_seed(const char *name, const char *text, uint64_t *seed,
                                 struct ls_error *error) {
    char *end;
    *seed = 0;
    if (!text)
        return LS_OK;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (strspn(text, "0123456789") == 0 || *end || errno)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "%s:%s: the seed must be a whole number from 0 to %" PRIu64, name, text,
                       UINT64_MAX);
    *seed = value;
    return LS_OK;
}

enum ls_status ls_drawn_open(struct ls_dataset *dataset, const struct ls_drawn *drawn,
                             const struct ls_opening *opening, struct ls_error *error) {
    uint64_t seed;
    enum ls_status status = parse_seed(drawn->name, opening->argument, &seed, error);
    if (status != LS_OK)
        return status;
    snprintf(dataset->name, sizeof dataset->name, "%s:%" PRIu64, drawn->name, seed);
    dataset->height = dataset->width = drawn->side;
    dataset->channels = 3;
    dataset->classes = drawn->classes;
    dataset->labels_per_image = drawn->labels_per_image;
    memcpy(dataset->mean, drawn->mean, sizeof drawn->mean);
    memcpy(dataset->deviation, drawn->deviation, sizeof drawn->deviation);

    const int available = dataset->split == LS_TRAIN ? drawn->train_images : drawn->test_images;
    status = ls_dataset_allocate(dataset, opening->limit, available, error);
    if (status != LS_OK)
        return status;
    const size_t size = ls_image_size(dataset);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < dataset->count; i++)
        drawn->draw(seed, dataset->split, i, dataset->pixels + (size_t)i * size,
                    dataset->labels + (size_t)i * (size_t)drawn->labels_per_image);
    return LS_OK;
}
