#include "render/caption.h"
#include "base/text.h"
#include "data/data.h"
#include "landscape/network.h"
#include "render/height.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *get(const struct ls_surface *surface, const char *key) {
    const char *value = ls_metadata_get(&surface->metadata, key);
    return value && *value ? value : NULL;
}

static bool starts(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

void ls_caption_name(const struct ls_surface *surface, char *text, size_t size) {
    const char *arch = get(surface, "arch");
    struct ls_row row;
    if (!arch)
        snprintf(text, size, "Loss %s", ls_row_of(surface, &row) ? "along a line" : "surface");
    else if (!ls_arch_title(arch, text, size))
        snprintf(text, size, "%s", arch);
}

void ls_caption_count(size_t number, char text[32]) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", number), out = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[out++] = ',';
        text[out++] = digits[i];
    }
    text[out] = 0;
}

/* Appends to text[size], which is cut off when it is full. */
static void append(char *text, size_t size, const char *separator, const char *more) {
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", length ? separator : "", more);
}

/* "CIFAR-10" of "cifar10:DIR", "synthetic data", "mine" of "npz:data/mine.npz", "pets" of
 * "folder:data/pets@64x64", or what stands before the colon. */
static void append_data(char *text, size_t size, const char *data) {
    char name[512];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(data, ":"), data);
    const char *file = ls_dataset_file(data);
    if (file) {
        struct ls_image_extent extent;
        const size_t stem = strcmp(name, "folder") == 0 ? ls_folder_length(file, &extent)
                                                        : ls_stem_length(file, ".npz");
        snprintf(name, sizeof name, "%.*s", (int)stem, file);
    }
    if (strcmp(name, "cifar10") == 0)
        append(text, size, "", "CIFAR-10");
    else if (strcmp(name, "synthetic") == 0)
        append(text, size, "", "synthetic data");
    else
        append(text, size, "", name);
}

static void append_images(char *text, size_t size, const char *bound, const char *images,
                          const char *split, const char *what) {
    char count[32], words[128];
    char *end;
    unsigned long number = strtoul(images, &end, 10);
    if (*end || !isdigit((unsigned char)*images))
        return;
    ls_caption_count(number, count);
    snprintf(words, sizeof words, "%s%s%s%s %s", bound, count, split ? " " : "", split ? split : "",
             what);
    append(text, size, ", ", words);
}

/* Which part of an unfinished scan is seen. */
static void append_drawn(char *text, size_t size, const struct ls_surface *surface) {
    char drawn[32], all[32], words[80];
    ls_caption_count(ls_surface_points(surface), drawn);
    ls_caption_count(ls_surface_points(surface) + surface->left_out, all);
    snprintf(words, sizeof words, "%s of %s points", drawn, all);
    append(text, size, "; ", words);
}

static const char *split_words(const char *split) {
    return strcmp(split, "train") == 0 ? "training" : split;
}

/* Whether any of the others has another value than the surface, which has one. */
static bool differs(const struct ls_surface *surface, const struct ls_surface *const *others,
                    int count, const char *key) {
    const char *mine = get(surface, key);
    for (int i = 0; i < count && mine; i++) {
        const char *value = get(others[i], key);
        if (value && strcmp(mine, value) != 0)
            return true;
    }
    return false;
}

void ls_caption_apart(const struct ls_surface *surface, const struct ls_surface *const *others,
                      int count, char *text, size_t size) {
    static const char *const keys[] = {"split", "seed", "norm", "precision"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *mine = get(surface, keys[k]);
        char words[64];
        if (!differs(surface, others, count, keys[k]))
            continue;
        if (k == 0)
            snprintf(words, sizeof words, "%s images", split_words(mine));
        else
            snprintf(words, sizeof words, "%s %s", keys[k], mine);
        append(text, size, ", ", words);
    }
}

/* How much of a trajectory its plane shows. */
static void append_explained(char *text, size_t size, const struct ls_trajectory *trajectory) {
    char words[80];
    if (trajectory->count == 0 || trajectory->explained[0] == 0)
        return;
    snprintf(words, sizeof words, "%.0f %% + %.0f %% of the variance",
             100 * trajectory->explained[0], 100 * trajectory->explained[1]);
    append(text, size, "; ", words);
}

void ls_caption_detail(const struct ls_surface *surface, char *text, size_t size) {
    const char *data = get(surface, "data"), *images = get(surface, "images");
    const char *samples = get(surface, "samples"); /* of an evaluator */
    const char *split = get(surface, "split"), *test_error = get(surface, "model_test_error");
    text[0] = 0;
    if (data)
        append_data(text, size, data);
    if (!split && surface->test)
        split = "test";
    if (split)
        split = split_words(split);
    if (images)
        append_images(text, size, get(surface, "relative_error") ? "up to " : "", images, split,
                      "images");
    else if (samples)
        append_images(text, size, "", samples, split, "samples");
    if (surface->left_out > 0)
        append_drawn(text, size, surface);
    if (test_error) {
        char words[64], *end;
        double percent = strtod(test_error, &end);
        snprintf(words, sizeof words, "test error %.2f %%", percent);
        if (*end == 0)
            append(text, size, "; ", words);
    }
    if (surface->ny > 1 && surface->nx > 1) /* the plane is seen */
        append_explained(text, size, &surface->trajectory);
}

const char *ls_caption_loss(const struct ls_surface *surface) {
    const char *loss = get(surface, "loss");
    if (loss && starts(loss, "cross"))
        return "cross-entropy loss";
    if (loss && strcmp(loss, "mse") == 0)
        return "mean square error";
    return NULL;
}

/* The name of the network at a point, if it has a short one. */
static const char *name_at(const struct ls_surface *surface, double x, double y) {
    enum { MOST_LETTERS = 30 };
    for (int i = 0; i < surface->marker_count; i++) {
        const struct ls_marker *m = &surface->markers[i];
        if (m->x == x && m->y == y)
            return ls_caption_letters(m->name) <= MOST_LETTERS ? m->name : NULL;
    }
    return NULL;
}

void ls_caption_axis(const struct ls_surface *surface, int axis, char text[LS_AXIS_NAME]) {
    static const char *const number[] = {"first", "second", "third"};
    const char *from = name_at(surface, 0, 0), *to = name_at(surface, !axis, axis);
    if (get(surface, axis ? "model3" : "model2") && from && to)
        snprintf(text, LS_AXIS_NAME, "step from %s to %s", from, to);
    else if (get(surface, axis ? "model3" : "model2"))
        snprintf(text, LS_AXIS_NAME, "step towards the %s model", number[axis + 1]);
    else if (surface->trajectory.count > 0)
        snprintf(text, LS_AXIS_NAME, "%s principal component", number[axis]);
    else if (!surface->ny)
        snprintf(text, LS_AXIS_NAME, "step along the direction");
    else
        snprintf(text, LS_AXIS_NAME, "%s direction", number[axis]);
}

size_t ls_caption_letters(const char *text) {
    size_t letters = 0;
    for (; *text; text++)
        letters += (*text & 0xc0) != 0x80;
    return letters;
}

void ls_caption_digits(double number, int digits, char text[LS_NUMBER_SIZE]) {
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char mantissa[32], exponent[8];
    double size = fabs(number);
    snprintf(text, LS_NUMBER_SIZE, "%s", number < 0 ? "−" : "");
    if ((size >= 0.9999e-4 && size < 99999.5) || size == 0 || !isfinite(number)) {
        snprintf(mantissa, sizeof mantissa, "%.*g", digits < 5 && size >= 9999.5 ? 5 : digits,
                 size);
        append(text, LS_NUMBER_SIZE, "", mantissa);
        return;
    }
    snprintf(mantissa, sizeof mantissa, "%.*e", digits - 1, size);
    char *e = strchr(mantissa, 'e');
    snprintf(exponent, sizeof exponent, "%d", atoi(e + 1));
    *e = 0;
    snprintf(mantissa, sizeof mantissa, "%.*g", digits, atof(mantissa));
    if (strcmp(mantissa, "1") != 0) {
        append(text, LS_NUMBER_SIZE, "", mantissa);
        append(text, LS_NUMBER_SIZE, "", "×");
    }
    append(text, LS_NUMBER_SIZE, "", "10");
    for (const char *digit = exponent; *digit; digit++)
        append(text, LS_NUMBER_SIZE, "", *digit == '-' ? "⁻" : raised[*digit - '0']);
}

void ls_caption_number(double number, char text[LS_NUMBER_SIZE]) {
    ls_caption_digits(number, 4, text);
}
