/* Direction files from memory. */
#ifndef LANDSCAPE_LANDSCAPE_DIRECTION_FILE_H
#define LANDSCAPE_LANDSCAPE_DIRECTION_FILE_H

#include "landscape/direction.h"

/* As ls_directions_read, of a file's content; `name` is for messages. */
enum ls_status ls_directions_parse(const char *name, const void *bytes, size_t byte_count,
                                   const struct ls_network *network, float *x, float *y,
                                   bool *states, struct ls_error *error);

#endif
