/* An ordered list of named strings: the provenance that checkpoints and surfaces carry. */
#ifndef LANDSCAPE_METADATA_H
#define LANDSCAPE_METADATA_H

#include "landscape/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ls_metadata {
    int count;
    int capacity;
    struct ls_entry {
        char *key;
        char *value;
    } * entries; /* [count], keys unique, in order of first insertion */
};

/* Sets `key` to the printf-formatted value, replacing an earlier one. A zeroed struct is an empty
 * list. */
enum ls_status ls_metadata_set(struct ls_metadata *metadata, struct ls_error *error,
                               const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The value of `key`, or NULL. Owned by the list. */
const char *ls_metadata_get(const struct ls_metadata *metadata, const char *key);

/* Removes `key`, if it is there. */
void ls_metadata_remove(struct ls_metadata *metadata, const char *key);

/* target = a deep copy of source; target must be empty. */
enum ls_status ls_metadata_copy(struct ls_metadata *target, const struct ls_metadata *source,
                                struct ls_error *error);

/* Frees the entries and empties the list. */
void ls_metadata_free(struct ls_metadata *metadata);

#ifdef __cplusplus
}
#endif

#endif
