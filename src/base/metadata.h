/* Adding many entries to metadata at once. */
#ifndef LANDSCAPE_BASE_METADATA_H
#define LANDSCAPE_BASE_METADATA_H

#include "landscape/metadata.h"

/* Adds a key that is known to be new, as ls_metadata_set would, but without searching for it. */
enum ls_status ls_metadata_add(struct ls_metadata *metadata, const char *key, const char *value,
                               struct ls_error *error);

/* Entries that are set one after the other; after a failure nothing more happens. */
struct ls_notes {
    struct ls_metadata *metadata;
    struct ls_error *error;
    enum ls_status status; /* LS_OK, or the first failure */
};

/* As ls_metadata_set. */
void ls_note(struct ls_notes *notes, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
