/* CIFAR-10 (Krizhevsky 2009) in its binary version: files of 10,000 records, each a label byte and
 * 3 x 32 x 32 pixel bytes. */
#include "base/file.h"
#include "base/text.h"
#include "data/data.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CLASSES = 10, SIDE = 32, RECORDS = 10000, RECORD_BYTES = 1 + 3 * SIDE * SIDE };

#define HINT "unpack cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html"

static const char *const train_files[] = {"data_batch_1.bin", "data_batch_2.bin",
                                          "data_batch_3.bin", "data_batch_4.bin",
                                          "data_batch_5.bin"};
static const char *const test_files[] = {"test_batch.bin"};

/* The file must hold 10,000 records to the byte, however few of them are wanted. */
static enum ls_status check_file(const char *path, FILE *file, struct ls_error *error) {
    struct stat info;
    long long expected = (long long)RECORDS * RECORD_BYTES;
    if (fstat(fileno(file), &info) != 0)
        return ls_fail(error, LS_IO, "cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return ls_fail(error, LS_IO, "cannot read %s: it is a directory", path);
    if (info.st_size == 0)
        return ls_fail(error, LS_BAD_FILE, "%s: empty; " HINT, path);
    if (info.st_size != expected)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: %lld bytes instead of the %lld of CIFAR-10's binary version; " HINT,
                       path, (long long)info.st_size, expected);
    return LS_OK;
}

/* Reads the first `count` records of an open file to image `first` and on. */
static enum ls_status read_records(struct ls_dataset *dataset, const char *path, FILE *file,
                                   int first, int count, struct ls_error *error) {
    enum ls_status status = check_file(path, file, error);
    if (status != LS_OK)
        return status;
    size_t size = ls_image_size(dataset);
    for (int i = 0; i < count; i++) {
        uint8_t label;
        uint8_t *pixels = dataset->pixels + (size_t)(first + i) * size;
        if (fread(&label, 1, 1, file) != 1 || fread(pixels, 1, size, file) != size)
            return ls_fail(error, LS_IO, "cannot read %s: %s", path,
                           ferror(file) ? strerror(errno) : "it ended early");
        if (label >= CLASSES)
            return ls_fail(error, LS_BAD_FILE,
                           "%s: record %d has label %d, but the last class is 9", path, i, label);
        dataset->labels[first + i] = label;
    }
    return LS_OK;
}

static enum ls_status read_file(struct ls_dataset *dataset, const char *path, int first, int count,
                                struct ls_error *error) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return ls_fail(error, LS_IO, "cannot open %s: %s; " HINT, path, strerror(errno));
    enum ls_status status = read_records(dataset, path, file, first, count, error);
    fclose(file);
    return status;
}

/* *found = the directory of the binary files: `directory` or the one of the archive's name in it.
 */
static enum ls_status find_directory(const char *directory, char **found, struct ls_error *error) {
    struct stat info;
    if (stat(directory, &info) != 0)
        return ls_fail(error, LS_IO, "cannot open the CIFAR-10 directory %s: %s; " HINT, directory,
                       strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return ls_fail(error, LS_IO, "%s is not a directory; " HINT " and name its directory",
                       directory);
    *found = ls_format("%s/cifar-10-batches-bin", directory);
    if (*found && !ls_is_directory(*found)) {
        free(*found);
        *found = ls_format("%s", directory);
    }
    return *found ? LS_OK : ls_fail_memory(error, directory);
}

/* Reads as many of the files as the wanted images need. */
static enum ls_status read_files(struct ls_dataset *dataset, const char *directory,
                                 struct ls_error *error) {
    const char *const *names = dataset->split == LS_TRAIN ? train_files : test_files;
    enum ls_status status = LS_OK;
    for (int first = 0; first < dataset->count && status == LS_OK; first += RECORDS) {
        int left = dataset->count - first;
        char *path = ls_format("%s/%s", directory, names[first / RECORDS]);
        if (!path)
            return ls_fail_memory(error, directory);
        status = read_file(dataset, path, first, left < RECORDS ? left : RECORDS, error);
        free(path);
    }
    return status;
}

enum ls_status ls_cifar10_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                               struct ls_error *error) {
    static const float mean[3] = {125.3f, 123.0f, 113.9f};
    static const float deviation[3] = {63.0f, 62.1f, 66.7f};
    enum ls_status status = ls_dataset_name(dataset, "cifar10", "DIR", opening->argument, error);
    if (status)
        return status;
    dataset->height = dataset->width = SIDE;
    dataset->channels = 3;
    dataset->classes = CLASSES;
    dataset->labels_per_image = 1;
    memcpy(dataset->mean, mean, sizeof mean);
    memcpy(dataset->deviation, deviation, sizeof deviation);

    char *directory;
    int available = dataset->split == LS_TRAIN ? 5 * RECORDS : RECORDS;
    status = find_directory(opening->argument, &directory, error);
    if (status != LS_OK)
        return status;
    status = ls_dataset_allocate(dataset, opening->limit, available, error);
    if (status == LS_OK)
        status = read_files(dataset, directory, error);
    free(directory);
    return status;
}
