#include "landscape/scan.h"
#include <string.h>

/* What may differ between two runs of the same scan. Files are told apart by their SHA-256, not by
 * their names. */
static bool is_volatile(const char *key) {
    static const char *const keys[] = {"version", "kernels", "data",    "model",
                                       "model2",  "model3",  "dir_file"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static enum ls_status same_axis(char letter, const double *wanted, int wanted_count,
                                const double *found, int found_count, const char *path,
                                struct ls_error *error) {
    if (wanted_count != found_count)
        return ls_fail(
            error, LS_MISMATCH,
            "%s: was scanned with %d points along %c, this run asks for %d; choose another "
            "output file or the same settings",
            path, found_count, letter, wanted_count);
    for (int i = 0; i < wanted_count; i++)
        if (wanted[i] != found[i])
            return ls_fail(error, LS_MISMATCH,
                           "%s: was scanned with %c = %g to %g, this run asks for %g to %g; choose "
                           "another output file or the same settings",
                           path, letter, found[0], found[found_count - 1], wanted[0],
                           wanted[wanted_count - 1]);
    return LS_OK;
}

enum ls_status ls_surface_same_scan(const struct ls_surface *wanted, const struct ls_surface *found,
                                    const char *path, struct ls_error *error) {
    enum ls_status status = same_axis('x', wanted->x, wanted->nx, found->x, found->nx, path, error);
    if (!status)
        status = same_axis('y', wanted->y, wanted->ny, found->y, found->ny, path, error);
    if (status)
        return status;
    if (wanted->test != found->test)
        return ls_fail(error, LS_MISMATCH,
                       "%s: was scanned with the %s split, this run asks for the %s split; choose "
                       "another output file or the same settings",
                       path, found->test ? "test" : "train", wanted->test ? "test" : "train");
    for (int i = 0; i < wanted->metadata.count; i++) {
        const struct ls_entry *entry = &wanted->metadata.entries[i];
        if (is_volatile(entry->key))
            continue;
        const char *value = ls_metadata_get(&found->metadata, entry->key);
        if (!value)
            return ls_fail(
                error, LS_MISMATCH,
                "%s: does not say with which %s it was scanned, this run asks for %s %s; "
                "choose another output file",
                path, entry->key, entry->key, entry->value);
        if (strcmp(value, entry->value) != 0)
            return ls_fail(error, LS_MISMATCH,
                           "%s: was scanned with %s %s, this run asks for %s %s; choose another "
                           "output file or the same settings",
                           path, entry->key, value, entry->key, entry->value);
    }
    return LS_OK;
}
