/* What the files about surfaces share. */
#ifndef LANDSCAPE_LANDSCAPE_SURFACE_PARTS_H
#define LANDSCAPE_LANDSCAPE_SURFACE_PARTS_H

#include "landscape/surface.h"
#include <stdbool.h>

enum { LS_MAX_POINTS = 1 << 26 }; /* of a grid */

/* Whether the range has points, and each is greater than the one before. */
bool ls_range_rises(const struct ls_range *range);

/* The arrays of a surface with a value for each point: loss, accuracy, the loss's standard error,
 * largest and smallest eigenvalue, number of images. The last three may be NULL. */
enum { LS_LAYERS = 6 };
double **ls_surface_layer(struct ls_surface *surface, int layer);

/* *layer = room for as many values as the surface has points, each of them `value`; freed with the
 * surface it is a layer of. */
enum ls_status ls_surface_make_layer(const struct ls_surface *surface, double **layer, double value,
                                     struct ls_error *error);

/* As ls_surface_read, of a file's content; `name` is for messages. */
enum ls_status ls_surface_parse(struct ls_surface *surface, const char *name, const void *bytes,
                                size_t byte_count, struct ls_error *error);

/* Adds what `from` lists under the key, separated by commas, to the surface's own list: points
 * computed by different kernels or versions name all of them. */
enum ls_status ls_surface_add_origin(struct ls_surface *surface, const char *key,
                                     const struct ls_surface *from, struct ls_error *error);

/* Whether the entry is a result of the model's own training, "model_test_loss". They follow from
 * the model, but are known only where it is scanned on the data that it was trained on. */
bool ls_surface_is_result(const char *key);

/* Gives the surface what another of the same scan knows besides: results of the model's training,
 * and where the directions are. */
enum ls_status ls_surface_add_knowledge(struct ls_surface *surface, const struct ls_surface *from,
                                        struct ls_error *error);

/* LS_MISMATCH names the first difference of two surfaces, if they are not of one scan. */
enum ls_status ls_surface_parts_of_one(const struct ls_surface *a, const char *a_path,
                                       const struct ls_surface *b, const char *b_path,
                                       struct ls_error *error);

#endif
