#include "landscape/scan.h"
#include "landscape/surface_parts.h"
#include <stdio.h>
#include <string.h>

/* What may differ between two runs of the same scan. Files are told apart by their SHA-256, not by
 * their names. */
static bool is_volatile(const char *key) {
    static const char *const keys[] = {"version", "kernels", "data",    "model",
                                       "model2",  "model3",  "dir_file"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return ls_surface_is_result(key);
}

/* What only scans have that were asked for it. */
static bool is_extra(const char *key) {
    return strcmp(key, "eigenvalues") == 0 || strcmp(key, "relative_error") == 0;
}

/* Two surfaces to compare, and how to speak of them. */
struct pair {
    const struct ls_surface *wanted, *found;
    const char *path;   /* of the one that is found */
    const char *asks;   /* what the other does: "this run asks for" */
    const char *advice; /* what to do about a difference */
};

static enum ls_status same_axis(const struct pair *pair, char letter, const double *wanted,
                                int wanted_count, const double *found, int found_count,
                                struct ls_error *error) {
    if (wanted_count != found_count)
        return ls_fail(error, LS_MISMATCH, "%s: was scanned with %d points along %c, %s %d%s",
                       pair->path, found_count, letter, pair->asks, wanted_count, pair->advice);
    for (int i = 0; i < wanted_count; i++)
        if (wanted[i] != found[i])
            return ls_fail(error, LS_MISMATCH,
                           "%s: was scanned with %c = %.9g to %.9g, %s %.9g to %.9g%s", pair->path,
                           letter, found[0], found[found_count - 1], pair->asks, wanted[0],
                           wanted[wanted_count - 1], pair->advice);
    return LS_OK;
}

static enum ls_status same_entry(const struct pair *pair, const struct ls_entry *entry,
                                 struct ls_error *error) {
    const char *value = ls_metadata_get(&pair->found->metadata, entry->key);
    const bool is_path =
        strcmp(entry->key, "arch") == 0 && ls_metadata_get(&pair->wanted->metadata, "arch_sha256");
    if (is_volatile(entry->key) || is_path || (value && strcmp(value, entry->value) == 0))
        return LS_OK;
    if (!value && is_extra(entry->key))
        return ls_fail(error, LS_MISMATCH, "%s: was scanned without %s, %s %s %s%s", pair->path,
                       entry->key, pair->asks, entry->key, entry->value, pair->advice);
    if (!value)
        return ls_fail(error, LS_MISMATCH,
                       "%s: does not say with which %s it was scanned, %s %s %s%s", pair->path,
                       entry->key, pair->asks, entry->key, entry->value, pair->advice);
    return ls_fail(error, LS_MISMATCH, "%s: was scanned with %s %s, %s %s %s%s", pair->path,
                   entry->key, value, pair->asks, entry->key, entry->value, pair->advice);
}

/* Other pixels make other images, which their digest alone would not explain. */
static enum ls_status same_pixels(const struct pair *pair, struct ls_error *error) {
    const char *pixels = ls_metadata_get(&pair->found->metadata, "pixels");
    if (!pixels || ls_metadata_get(&pair->wanted->metadata, "pixels"))
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "%s: was scanned with --pixels %s, %s the data's own%s",
                   pair->path, pixels, pair->asks, pair->advice);
}

/* The axes come last: what they follow from, such as a trajectory, tells more. */
static enum ls_status compare(const struct pair *pair, struct ls_error *error) {
    const struct ls_surface *wanted = pair->wanted, *found = pair->found;
    if (wanted->test != found->test)
        return ls_fail(error, LS_MISMATCH, "%s: was scanned with the %s split, %s the %s split%s",
                       pair->path, found->test ? "test" : "train", pair->asks,
                       wanted->test ? "test" : "train", pair->advice);
    enum ls_status status = same_pixels(pair, error);
    for (int i = 0; i < wanted->metadata.count && !status; i++)
        status = same_entry(pair, &wanted->metadata.entries[i], error);
    if (!status)
        status = same_axis(pair, 'x', wanted->x, wanted->nx, found->x, found->nx, error);
    if (!status)
        status = same_axis(pair, 'y', wanted->y, wanted->ny, found->y, found->ny, error);
    return status;
}

enum ls_status ls_surface_same_scan(const struct ls_surface *wanted, const struct ls_surface *found,
                                    const char *path, struct ls_error *error) {
    const struct pair pair = {wanted, found, path, "this run asks for",
                              "; choose another output file or the same settings"};
    enum ls_status status = compare(&pair, error);
    for (int i = 0; i < found->metadata.count && !status; i++) {
        const struct ls_entry *entry = &found->metadata.entries[i];
        if (is_extra(entry->key) && !ls_metadata_get(&wanted->metadata, entry->key))
            status = ls_fail(error, LS_MISMATCH, "%s: was scanned with %s %s, this run has none%s",
                             path, entry->key, entry->value, pair.advice);
    }
    return status;
}

/* A surface that says nothing agrees with everything. */
static enum ls_status check_origin(const struct ls_surface *surface, const char *path,
                                   struct ls_error *error) {
    if (ls_metadata_get(&surface->metadata, "model_sha256"))
        return LS_OK;
    return ls_fail(
        error, LS_MISMATCH,
        "%s: does not say which model it was scanned of, and so not of what it is a part", path);
}

enum ls_status ls_surface_parts_of_one(const struct ls_surface *a, const char *a_path,
                                       const struct ls_surface *b, const char *b_path,
                                       struct ls_error *error) {
    char a_asks[512], b_asks[512];
    snprintf(a_asks, sizeof a_asks, "%s with", a_path);
    snprintf(b_asks, sizeof b_asks, "%s with", b_path);
    const struct pair there = {a, b, b_path, a_asks, ""}, back = {b, a, a_path, b_asks, ""};
    enum ls_status status = check_origin(a, a_path, error);
    if (!status)
        status = check_origin(b, b_path, error);
    if (!status)
        status = compare(&there, error);
    return status ? status : compare(&back, error);
}
