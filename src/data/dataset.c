/* Opening data sets by name. */
#include "landscape/dataset.h"
#include "base/text.h"
#include "data/data.h"
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct source {
    const char *name;
    enum ls_status (*open)(struct ls_dataset *dataset, const struct ls_opening *opening,
                           struct ls_error *error);
    bool own; /* of the user's: what stands behind the colon says what it is */
} sources[] = {
    {"cifar10", ls_cifar10_open, false}, {"npz", ls_npz_open, true},
    {"folder", ls_folder_open, true},    {"synthetic", ls_synthetic_open, false},
    {"shapes", ls_shapes_open, false},
};

static const struct source *find_source(const char *spec) {
    size_t length = strcspn(spec, ":");
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strlen(sources[i].name) == length && memcmp(sources[i].name, spec, length) == 0)
            return &sources[i];
    return NULL;
}

enum ls_status ls_dataset_open(struct ls_dataset *dataset, const char *spec, enum ls_split split,
                               int limit, int threads, const struct ls_observer *observer,
                               struct ls_error *error) {
    *dataset = (struct ls_dataset){.split = split};
    const struct source *source = find_source(spec);
    if (!source)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "unknown data set '%s': known are cifar10:DIR, npz:FILE, folder:DIR[@HxW], "
                       "synthetic[:SEED] and shapes[:SEED]",
                       spec);
    const char *colon = strchr(spec, ':');
    const struct ls_opening opening = {colon ? colon + 1 : NULL, limit, threads, observer};
    enum ls_status status = source->open(dataset, &opening, error);
    if (status != LS_OK)
        ls_dataset_free(dataset);
    return status;
}

void ls_dataset_free(struct ls_dataset *dataset) {
    free(dataset->pixels);
    free(dataset->labels);
    *dataset = (struct ls_dataset){0};
}

void ls_dataset_widen(struct ls_dataset *dataset, int classes) {
    if (dataset->more_classes && dataset->classes < classes)
        dataset->classes = classes;
}

/* Bits, so that the same numbers are the same on every machine. */
static void hash_normalisation(SHA2_CTX *context, const struct ls_dataset *dataset) {
    for (int c = 0; c < 6; c++) {
        uint32_t bits;
        memcpy(&bits, c < 3 ? &dataset->mean[c] : &dataset->deviation[c - 3], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            SHA256Update(context, (const uint8_t[]){(uint8_t)(bits >> shift)}, 1);
    }
}

void ls_dataset_sha256(const struct ls_dataset *dataset, char text[65]) {
    const size_t count = (size_t)dataset->count;
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, dataset->pixels, count * ls_image_size(dataset));
    for (size_t i = 0; i < count * (size_t)dataset->labels_per_image; i++) {
        const uint16_t label = dataset->labels[i];
        SHA256Update(&context, (const uint8_t[]){(uint8_t)label, (uint8_t)(label >> 8)}, 2);
    }
    if (dataset->normalised)
        hash_normalisation(&context, dataset);
    SHA256End(&context, text);
}

const char *ls_split_name(enum ls_split split) {
    return split == LS_TRAIN ? "train" : "test";
}

enum ls_status ls_dataset_name(struct ls_dataset *dataset, const char *source, const char *wanted,
                               const char *argument, struct ls_error *error) {
    if (!argument || !*argument)
        return ls_fail(error, LS_BAD_ARGUMENT, "%s needs a name behind it: %s:%s", source, source,
                       wanted);
    const int length = snprintf(dataset->name, sizeof dataset->name, "%s:%s", source, argument);
    if (length >= (int)sizeof dataset->name)
        return ls_fail(error, LS_BAD_ARGUMENT, "the name is too long: %.60s...", argument);
    if (!ls_is_utf8(argument)) /* a trained model could not be saved with it */
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "the name is not UTF-8, as what checkpoints say must be: %s", argument);
    return LS_OK;
}

const char *ls_dataset_file(const char *name) {
    const struct source *source = find_source(name);
    if (!source || !source->own)
        return NULL;
    const char *slash = strrchr(name, '/'), *colon = strchr(name, ':');
    return slash ? slash + 1 : colon ? colon + 1 : name;
}

size_t ls_image_size(const struct ls_dataset *dataset) {
    return (size_t)dataset->channels * (size_t)dataset->height * (size_t)dataset->width;
}

enum ls_status ls_dataset_allocate(struct ls_dataset *dataset, int limit, int available,
                                   struct ls_error *error) {
    if (limit < 0 || limit > available)
        return ls_fail(error, LS_BAD_ARGUMENT, "%s has %d %s images, %d asked for", dataset->name,
                       available, ls_split_name(dataset->split), limit);
    dataset->count = limit ? limit : available;
    size_t count = (size_t)dataset->count;
    dataset->pixels = malloc(count * ls_image_size(dataset));
    dataset->labels = calloc(count, (size_t)dataset->labels_per_image * sizeof *dataset->labels);
    if (!dataset->pixels || !dataset->labels)
        return ls_fail_memory(error, dataset->name);
    return LS_OK;
}
