/* What the files about directions share. */
#ifndef LANDSCAPE_LANDSCAPE_DIRECTION_PARTS_H
#define LANDSCAPE_LANDSCAPE_DIRECTION_PARTS_H

#include "landscape/direction.h"

/* Whether directions, of the states or of the weights only, cover the tensor. */
bool ls_direction_covers(const struct ls_tensor *tensor, bool states);

/* As ls_directions_read, of a file's content; `name` is for messages. */
enum ls_status ls_directions_parse(const char *name, const void *bytes, size_t byte_count,
                                   const struct ls_network *network, float *x, float *y,
                                   bool *states, struct ls_error *error);

#endif
