/* Adding many entries to metadata at once. */
#ifndef LANDSCAPE_BASE_METADATA_H
#define LANDSCAPE_BASE_METADATA_H

#include "landscape/metadata.h"

/* Adds a key that is known to be new, as ls_metadata_set would, but without searching for it. */
enum ls_status ls_metadata_add(struct ls_metadata *metadata, const char *key, const char *value,
                               struct ls_error *error);

#endif
