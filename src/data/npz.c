/* Images of the user's own: NumPy arrays of bytes and labels in an archive, as numpy.savez writes
 * them, under the names of MedMNIST (train_images, train_labels, test_images, test_labels) or of
 * Keras (x_train, y_train, x_test, y_test). */
#include "data/npz.h"
#include "data/data.h"
#include "data/npy.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_SIDE = 4096, MOST_LABEL = 65535, AT_A_TIME = 1024 };

/* A file that is being read. */
struct reader {
    zip_t *archive;
    const char *path;
    struct ls_error *error;
};

/* An array in it, of which the header has been read. */
struct array {
    const char *name; /* of the file in the archive, "x_train.npy" */
    zip_file_t *file;
    struct ls_npy npy;
};

/* The arrays of a split, by whichever names they have. */
struct names {
    const char *images, *labels;
};
static const struct names names[][2] = {
    {{"train_images.npy", "train_labels.npy"}, {"test_images.npy", "test_labels.npy"}},
    {{"x_train.npy", "y_train.npy"}, {"x_test.npy", "y_test.npy"}}};

static enum ls_status damaged(const struct reader *r, const struct array *array, const char *why) {
    return ls_fail(r->error, LS_BAD_FILE, "%s: cannot read '%s': %s", r->path, array->name, why);
}

static enum ls_status read_bytes(const struct reader *r, const struct array *array, void *bytes,
                                 size_t size) {
    return zip_fread(array->file, bytes, size) == (zip_int64_t)size
               ? LS_OK
               : damaged(r, array, "it ended early, or is damaged");
}

static void close_array(struct array *array) {
    if (array->file)
        zip_fclose(array->file);
    array->file = NULL;
}

/* Whether the archive has as many bytes as the header promises: a small file may claim to hold more
 * than any memory. Deflated numbers take at least a thousandth of their room. */
static bool is_whole(const struct reader *r, const struct array *array, size_t header) {
    enum { MOST_RATIO = 1100 };
    const struct ls_npy *npy = &array->npy;
    double bytes = npy->size;
    zip_stat_t stat;
    for (int d = 0; d < npy->rank; d++)
        bytes *= (double)npy->shape[d];
    return zip_stat(r->archive, array->name, 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE) &&
           (stat.valid & ZIP_STAT_COMP_SIZE) && (double)stat.size == bytes + (double)header &&
           (double)stat.size <= MOST_RATIO * ((double)stat.comp_size + 1);
}

/* Opens an array and reads its header; the caller closes it in any case. */
static enum ls_status open_array(const struct reader *r, const char *name, struct array *array) {
    char header[LS_NPY_HEADER + 1];
    size_t text = 0;
    *array = (struct array){.name = name, .file = zip_fopen(r->archive, name, 0)};
    if (!array->file)
        return damaged(r, array, zip_strerror(r->archive));
    enum ls_status status = read_bytes(r, array, header, LS_NPY_PREFIX);
    const size_t size = status ? 0 : ls_npy_header(header, &text);
    if (!status && !size)
        status = damaged(r, array, "it is no array of NumPy's");
    if (!status)
        status = read_bytes(r, array, header + LS_NPY_PREFIX, size - LS_NPY_PREFIX);
    if (status)
        return status;
    header[size] = 0;
    const char *fault = ls_npy_parse(&array->npy, header + text);
    if (!fault && !is_whole(r, array, size))
        fault = "it has not as many numbers as its header says";
    return fault ? damaged(r, array, fault) : LS_OK;
}

/* Which of the names the file has; NULL after a message if none. */
static const struct names *find_names(const struct reader *r) {
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (zip_name_locate(r->archive, names[n][LS_TRAIN].images, 0) >= 0 ||
            zip_name_locate(r->archive, names[n][LS_TEST].images, 0) >= 0)
            return names[n];
    ls_fail(r->error, LS_BAD_FILE,
            "%s: has no arrays called train_images, train_labels, test_images and test_labels, or "
            "x_train, y_train, x_test and y_test",
            r->path);
    return NULL;
}

static bool is_colour(long long channels) {
    return channels == 1 || channels == 3;
}

/* Takes the images' extent from [n, height, width], [n, height, width, channels] or [n, channels,
 * height, width]; *last = whether channels come last. */
static enum ls_status take_extent(const struct reader *r, const struct array *array,
                                  struct ls_dataset *dataset, bool *last) {
    const struct ls_npy *npy = &array->npy;
    const long long *shape = npy->shape;
    if (npy->type != 'u' || npy->size != 1)
        return damaged(r, array,
                       "images must be of bytes from 0 to 255: (255 * x).astype('uint8') makes "
                       "them of numbers from 0 to 1");
    *last = npy->rank == 4 && is_colour(shape[3]);
    const bool first = npy->rank == 4 && !*last && is_colour(shape[1]);
    if (!*last && !first && npy->rank != 3)
        return damaged(r, array,
                       "images must be [n, height, width], [n, height, width, channels] or [n, "
                       "channels, height, width] with 1 or 3 channels");
    const long long height = shape[first ? 2 : 1], width = shape[first ? 3 : 2];
    if (shape[0] < 1 || height < 1 || width < 1 || height > MOST_SIDE || width > MOST_SIDE)
        return damaged(r, array, "there are no images, or they are too large");
    dataset->height = (int)height;
    dataset->width = (int)width;
    dataset->channels = (int)(*last ? shape[3] : first ? shape[1] : 1);
    return LS_OK;
}

/* to[channels][pixels] = from[pixels][channels] */
static void part_channels(const uint8_t *from, size_t pixels, size_t channels, uint8_t *to) {
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < channels; c++)
            to[c * pixels + p] = from[p * channels + c];
}

static enum ls_status read_images(const struct reader *r, const struct array *array, bool last,
                                  struct ls_dataset *dataset) {
    const size_t size = ls_image_size(dataset), channels = (size_t)dataset->channels;
    uint8_t *image = malloc(size);
    enum ls_status status = image ? LS_OK : ls_fail_memory(r->error, dataset->name);
    for (int i = 0; i < dataset->count && !status; i++) {
        uint8_t *pixels = dataset->pixels + (size_t)i * size;
        status = read_bytes(r, array, last ? image : pixels, size);
        if (!status && last)
            part_channels(image, size / channels, channels, pixels);
    }
    free(image);
    return status;
}

/* The label in npy->size bytes; -1 if it is none. */
static long label_of(const struct ls_npy *npy, const uint8_t *bytes) {
    unsigned long long value = 0;
    for (int b = npy->size - 1; b >= 0; b--)
        value = value << 8 | bytes[b];
    const bool negative = npy->type == 'i' && bytes[npy->size - 1] > 127;
    return value <= MOST_LABEL && !negative ? (long)value : -1;
}

/* How many labels an image has in [n], [n, 1], or those of pixels in [n, height, width] with one
 * channel or without; 0: something else. */
static int labels_of(const struct ls_npy *npy, const struct ls_dataset *dataset) {
    const long long *shape = npy->shape;
    if (!strchr("uib", npy->type) || npy->size > 8)
        return 0;
    if (npy->rank == 1 || (npy->rank == 2 && shape[1] == 1))
        return 1;
    const bool first = npy->rank == 4 && shape[1] == 1, last = npy->rank == 4 && shape[3] == 1;
    if (npy->rank != 3 && !first && !last)
        return 0;
    const bool fits = (shape[1] == dataset->height && shape[2] == dataset->width && !first) ||
                      (first && shape[2] == dataset->height && shape[3] == dataset->width);
    return fits ? dataset->height * dataset->width : 0;
}

/* Reads an array of labels; keeps the first ones where `labels` is not NULL; the classes become as
 * many as the largest label asks for. */
static enum ls_status read_labels(const struct reader *r, const struct array *array,
                                  struct ls_dataset *dataset, uint16_t *labels) {
    const struct ls_npy *npy = &array->npy;
    const long long per_image = labels_of(npy, dataset), all = npy->shape[0] * per_image;
    const long long kept = labels ? dataset->count * per_image : 0;
    const size_t size = (size_t)npy->size;
    uint8_t bytes[AT_A_TIME * 8];
    for (long long i = 0; i < all; i++) {
        const long long in = i % AT_A_TIME, left = all - i;
        const long long more = left < AT_A_TIME ? left : AT_A_TIME;
        enum ls_status status = in ? LS_OK : read_bytes(r, array, bytes, (size_t)more * size);
        if (status)
            return status;
        const long label = label_of(npy, bytes + (size_t)in * size);
        if (label < 0)
            return damaged(r, array, "labels must be from 0 to 65535");
        if (i < kept)
            labels[i] = (uint16_t)label;
        if (label >= dataset->classes)
            dataset->classes = (int)label + 1;
    }
    return LS_OK;
}

/* The labels of a split, for its classes alone where they are not the data set's own. */
static enum ls_status read_split(const struct reader *r, const struct names *of,
                                 enum ls_split split, struct ls_dataset *dataset) {
    struct array array;
    const bool own = split == dataset->split;
    if (!own && zip_name_locate(r->archive, of[split].labels, 0) < 0)
        return LS_OK;
    enum ls_status status = open_array(r, of[split].labels, &array);
    if (!status && labels_of(&array.npy, dataset) != dataset->labels_per_image)
        status = damaged(r, &array, "it is not like the labels of the other split");
    if (!status)
        status = read_labels(r, &array, dataset, own ? dataset->labels : NULL);
    close_array(&array);
    return status;
}

/* What the labels of so many images are like: read before there is room for them. */
static enum ls_status take_labels(const struct reader *r, const char *name, long long images,
                                  struct ls_dataset *dataset) {
    struct array array;
    enum ls_status status = open_array(r, name, &array);
    if (!status)
        dataset->labels_per_image = labels_of(&array.npy, dataset);
    if (!status && dataset->labels_per_image == 0)
        status = damaged(r, &array,
                         "labels must be whole numbers, one an image or one a pixel: [n], [n, 1] "
                         "or [n, height, width]");
    if (!status && array.npy.shape[0] != images)
        status = damaged(r, &array, "there are not as many labels as images");
    close_array(&array);
    return status;
}

enum ls_status ls_npz_read(struct ls_dataset *dataset, zip_t *archive, const char *path, int limit,
                           struct ls_error *error) {
    const struct reader reader = {archive, path, error}, *r = &reader;
    const struct names *of = find_names(r);
    struct array images = {0};
    bool last = false;
    if (!of)
        return LS_BAD_FILE;
    for (int c = 0; c < 3; c++)
        dataset->mean[c] = dataset->deviation[c] = 127.5F;
    dataset->normalised = true; /* the same bytes elsewhere may be so otherwise */
    dataset->more_classes = true;
    enum ls_status status = open_array(r, of[dataset->split].images, &images);
    if (!status)
        status = take_extent(r, &images, dataset, &last);
    if (!status)
        status = take_labels(r, of[dataset->split].labels, images.npy.shape[0], dataset);
    if (!status)
        status = ls_dataset_allocate(dataset, limit, (int)images.npy.shape[0], error);
    if (!status)
        status = read_images(r, &images, last, dataset);
    close_array(&images);
    for (int split = LS_TRAIN; split <= LS_TEST && !status; split++)
        status = read_split(r, of, split, dataset);
    return status;
}

enum ls_status ls_npz_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                           struct ls_error *error) {
    int code;
    enum ls_status status = ls_dataset_name(dataset, "npz", "FILE", opening->argument, error);
    if (status)
        return status;
    zip_t *archive = zip_open(opening->argument, ZIP_RDONLY, &code);
    if (!archive) {
        zip_error_t reason;
        zip_error_init_with_code(&reason, code);
        status = ls_fail(error, LS_IO, "cannot read %s: %s", opening->argument,
                         zip_error_strerror(&reason));
        zip_error_fini(&reason);
        return status;
    }
    status = ls_npz_read(dataset, archive, opening->argument, opening->limit, error);
    zip_discard(archive);
    return status;
}
