/* What the files about directions share. */
#ifndef LANDSCAPE_LANDSCAPE_DIRECTION_PARTS_H
#define LANDSCAPE_LANDSCAPE_DIRECTION_PARTS_H

#include "landscape/direction.h"

/* Whether directions, of the states or of the weights only, cover the tensor. */
bool ls_direction_covers(const struct ls_tensor *tensor, bool states);

/* Loads a network of the model's kind. Free with ls_model_free. */
enum ls_status ls_direction_load(struct ls_model *target, const struct ls_model *model,
                                 const char *path, struct ls_error *error);

/* As ls_direction_target, but *same tells whether the networks are the same. */
enum ls_status ls_direction_between(const struct ls_model *model, const struct ls_model *target,
                                    bool states, float *direction, bool *same,
                                    struct ls_error *error);

/* Fills in both directions from the source's checkpoints, their trajectory and its origin. */
enum ls_status ls_directions_along(struct ls_directions *directions, const struct ls_model *model,
                                   const struct ls_direction_source *source,
                                   struct ls_error *error);

/* As ls_directions_read, of a file's content; `name` is for messages. */
enum ls_status ls_directions_parse(const char *name, const void *bytes, size_t byte_count,
                                   const struct ls_network *network, float *x, float *y,
                                   bool *states, struct ls_error *error);

#endif
