/* Images of the user's own: PNG and JPEG files in a directory for each class. */
#include "base/file.h"
#include "base/observer.h"
#include "base/text.h"
#include "base/threads.h"
#include "data/data.h"
#include "data/folder_list.h"
#include "data/picture.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

size_t ls_folder_length(const char *argument, struct ls_image_extent *extent) {
    const char *at = strrchr(argument, '@'), *text = at ? at + 1 : argument;
    if (at && ls_read_image_extent(&text, extent) && !*text && extent->channels != 2)
        return (size_t)(at - argument);
    *extent = (struct ls_image_extent){0};
    return strlen(argument);
}

/* *directory = the directory in the argument, from malloc, without slashes at its end; names the
 * data set after it. */
static enum ls_status take_argument(struct ls_dataset *dataset, const char *argument,
                                    char **directory, struct ls_image_extent *wanted,
                                    struct ls_error *error) {
    struct ls_image_extent other;
    const size_t end = argument ? ls_folder_length(argument, wanted) : 0;
    size_t length = end;
    while (length > 1 && argument[length - 1] == '/')
        length--;
    enum ls_status status = ls_dataset_name(dataset, "folder", "DIR", end ? argument : NULL, error);
    if (status)
        return status;
    *directory = ls_format("%.*s", (int)length, argument);
    if (!*directory)
        return ls_fail_memory(error, argument);
    if (!wanted->height && ls_folder_length(*directory, &other) < length)
        return LS_OK; /* a directory that is called so: the slash behind it tells */
    char *name = ls_format("%s%s", *directory, argument + end);
    status = name ? ls_dataset_name(dataset, "folder", "DIR", name, error)
                  : ls_fail_memory(error, argument);
    free(name);
    return status;
}

/* Where the name of a directory that is not there may have been meant to end in an extent, says
 * what that looks like. */
static enum ls_status check_directory(const char *directory, struct ls_error *error) {
    const char *at = strrchr(directory, '@');
    char *before = ls_format("%.*s", at ? (int)(at - directory) : 0, directory);
    if (!before)
        return ls_fail_memory(error, directory);
    const bool meant = !ls_is_directory(directory) && ls_is_directory(before);
    free(before);
    if (meant)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "'%s' is no extent: @224x224 (height, width) is one, or @28x28x1 for grey, "
                       "with sides up to %d",
                       at, (int)LS_MAX_SIDE);
    return LS_OK;
}

/* Takes the extent that is wanted, or that of the first picture. */
static enum ls_status take_extent(struct ls_dataset *dataset, const struct ls_image_extent *wanted,
                                  const char *first, struct ls_error *error) {
    struct ls_picture picture;
    dataset->height = wanted->height;
    dataset->width = wanted->width;
    dataset->channels = wanted->channels ? wanted->channels : 3;
    if (wanted->height)
        return LS_OK;
    enum ls_status status = ls_picture_read(&picture, first, error);
    if (status)
        return status;
    dataset->height = picture.height;
    dataset->width = picture.width;
    dataset->channels = picture.grey ? 1 : 3;
    ls_picture_free(&picture);
    if (dataset->height > LS_MAX_SIDE || dataset->width > LS_MAX_SIDE)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: %d x %d pixels are too many; folder:DIR@224x224 scales pictures", first,
                       dataset->height, dataset->width);
    return LS_OK;
}

/* Those of photographs (ImageNet's) in torchvision's examples; 0.5 for grey. */
static void set_normalisation(struct ls_dataset *dataset) {
    static const float mean[3] = {0.485F, 0.456F, 0.406F}, deviation[3] = {0.229F, 0.224F, 0.225F};
    for (int c = 0; c < 3; c++) {
        dataset->mean[c] = dataset->channels == 3 ? 255 * mean[c] : 127.5F;
        dataset->deviation[c] = dataset->channels == 3 ? 255 * deviation[c] : 127.5F;
    }
    dataset->normalised = true; /* the same bytes elsewhere may be so otherwise */
}

/* The luminance of ITU-R BT.601. */
static uint8_t grey_of(const uint8_t *rgb) {
    return (uint8_t)((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);
}

/* to[channels][height][width] = the picture */
static void copy_pixels(const struct ls_picture *picture, int channels, uint8_t *to) {
    const size_t pixels = (size_t)picture->height * (size_t)picture->width;
    const uint8_t *rgb = picture->rgb;
    for (size_t p = 0; p < pixels; p++, rgb += 3)
        if (channels == 1)
            to[p] = grey_of(rgb);
        else
            for (size_t c = 0; c < 3; c++)
                to[c * pixels + p] = rgb[c];
}

/* Pictures that are not scaled must be like the first one. */
static enum ls_status check_extent(const struct ls_dataset *dataset,
                                   const struct ls_picture *picture, const char *path,
                                   struct ls_error *error) {
    if (picture->height != dataset->height || picture->width != dataset->width)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: %d x %d pixels (height, width), where the first picture has %d x %d; "
                       "folder:DIR@224x224 scales them all",
                       path, picture->height, picture->width, dataset->height, dataset->width);
    if (dataset->channels == 1 && !picture->grey)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: in colour, where the first picture is grey; folder:DIR@%dx%dx3 makes "
                       "them all colour, x1 grey",
                       path, dataset->height, dataset->width);
    return LS_OK;
}

/* pixels[channels][height][width] = what is in the file */
static enum ls_status read_picture(const struct ls_dataset *dataset,
                                   const struct ls_image_extent *wanted, const char *path,
                                   uint8_t *pixels, struct ls_error *error) {
    struct ls_picture picture;
    enum ls_status status = ls_picture_read(&picture, path, error);
    if (status)
        return status;
    status = wanted->height ? ls_picture_fit(&picture, wanted->height, wanted->width, path, error)
                            : check_extent(dataset, &picture, path, error);
    if (!status)
        copy_pixels(&picture, dataset->channels, pixels);
    ls_picture_free(&picture);
    return status;
}

/* The reading of all pictures; of several that cannot be read, the first one is told of. */
struct reading {
    struct ls_dataset *dataset;
    const struct ls_image_extent *wanted;
    const struct ls_folder_list *list;
    const struct ls_observer *observer;
    double begin;
    int done, failed; /* pictures; the first that failed, their count if none has */
    enum ls_status status;
    struct ls_error *error;
};

/* Short work is not told of. */
static void note_picture(struct reading *r) {
    const double seconds = omp_get_wtime() - r->begin;
    const struct ls_progress progress = {.phase = "read",
                                         .done = ++r->done,
                                         .total = r->dataset->count,
                                         .images = r->done,
                                         .seconds = seconds};
    if (seconds > 1)
        ls_report(r->observer, &progress);
}

static void note_failure(struct reading *r, int index, const struct ls_error *error) {
    if (index >= r->failed)
        return;
    r->status = error->status;
#pragma omp atomic write
    r->failed = index;
    if (r->error)
        *r->error = *error;
}

static void read_one(struct reading *r, int index) {
    struct ls_error error;
    int failed;
#pragma omp atomic read
    failed = r->failed;
    if (index > failed)
        return;
    r->dataset->labels[index] = (uint16_t)r->list->pictures[index].label;
    uint8_t *pixels = r->dataset->pixels + (size_t)index * ls_image_size(r->dataset);
    const enum ls_status status =
        ls_stopped(r->observer)
            ? ls_fail(&error, LS_INTERRUPTED, "interrupted")
            : read_picture(r->dataset, r->wanted, r->list->pictures[index].path, pixels, &error);
#pragma omp critical(ls_folder_picture)
    if (status)
        note_failure(r, index, &error);
    else
        note_picture(r);
}

static enum ls_status read_folder(struct ls_dataset *dataset, const struct ls_image_extent *wanted,
                                  const struct ls_folder_list *list,
                                  const struct ls_opening *opening, struct ls_error *error) {
    enum ls_status status = take_extent(dataset, wanted, list->pictures[0].path, error);
    dataset->classes = list->classes.count;
    dataset->labels_per_image = 1;
    set_normalisation(dataset);
    if (!status)
        status = ls_dataset_allocate(dataset, opening->limit, list->count, error);
    if (status)
        return status;
    struct reading reading = {.dataset = dataset,
                              .wanted = wanted,
                              .list = list,
                              .observer = opening->observer,
                              .begin = omp_get_wtime(),
                              .failed = dataset->count,
                              .error = error};
#pragma omp parallel for schedule(dynamic, 1) num_threads(ls_thread_count(opening->threads))
    for (int i = 0; i < dataset->count; i++)
        read_one(&reading, i);
    return reading.status;
}

enum ls_status ls_folder_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                              struct ls_error *error) {
    struct ls_image_extent wanted = {0};
    struct ls_folder_list list = {0};
    char *directory = NULL;
    enum ls_status status = take_argument(dataset, opening->argument, &directory, &wanted, error);
    if (!status)
        status = check_directory(directory, error);
    if (!status)
        status = ls_folder_list(&list, directory, dataset->split, error);
    if (!status)
        status = read_folder(dataset, &wanted, &list, opening, error);
    ls_folder_list_free(&list);
    free(directory);
    return status;
}
