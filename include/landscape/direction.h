/* Directions in weight space: random and normalised, or towards another network. */
#ifndef LANDSCAPE_DIRECTION_H
#define LANDSCAPE_DIRECTION_H

#include "landscape/checkpoint.h"
#include "landscape/observer.h"
#include "landscape/trajectory.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ls_norm {
    LS_NORM_FILTER, /* every filter of d gets the norm of the same filter of w (Li et al. 2018, sec.
                       4) */
    LS_NORM_LAYER,  /* every tensor of d gets the norm of the same tensor of w */
    LS_NORM_WEIGHT, /* d is multiplied by w entry by entry */
    LS_NORM_DFILTER, /* every filter of d gets norm 1 */
    LS_NORM_DLAYER,  /* every tensor of d gets norm 1 */
    LS_NORM_NONE,
};

/* "filter", "layer", ...; parsing an unknown name fails with the known ones. */
const char *ls_norm_name(enum ls_norm norm);
enum ls_status ls_norm_parse(enum ls_norm *norm, const char *name, struct ls_error *error);

/* How a direction is made. */
struct ls_direction_options {
    enum ls_norm norm;
    bool keep_biasbn; /* false: tensors of at most one dimension get d = 0; true: d = w */
    bool states;      /* the direction covers buffers and counters too, in state_dict order */
    uint64_t seed;
};

/* direction[value_count] = random normal numbers of (seed, axis, tensor index, element), normalised
 * against the model's values. Entries the direction does not cover are 0. */
enum ls_status ls_direction_random(const struct ls_model *model,
                                   const struct ls_direction_options *options, int axis,
                                   float *direction, struct ls_error *error);

/* direction[value_count] = target's values - model's values, over what the options cover. */
enum ls_status ls_direction_target(const struct ls_model *model, const struct ls_model *target,
                                   bool states, float *direction, struct ls_error *error);

/* Cosine of the angle between two directions (0 if one is zero), counters of batches left out, as
 * in the paper's code. */
double ls_direction_cosine(const struct ls_network *network, const float *a, const float *b);

/* Writes groups xdirection and, if y is not NULL, ydirection with datasets "0", "1", ...: one per
 * parameter, or per state_dict entry if `states`, as h5_util.py of the paper's code does. */
enum ls_status ls_directions_write(const char *path, const struct ls_network *network,
                                   const float *x, const float *y, bool states,
                                   struct ls_error *error);

/* Reads them back: x[value_count] and, if y is not NULL, y[value_count]. *states tells which layout
 * the file has. Number, shape and finiteness of the datasets are checked against the network.
 * `sha256` gets the file's SHA-256 in hexadecimal; it may be NULL. */
enum ls_status ls_directions_read(const char *path, const struct ls_network *network, float *x,
                                  float *y, bool *states, char sha256[65], struct ls_error *error);

/* The directions of a scan, and how they came about. */
struct ls_directions {
    float *x, *y;                    /* [value_count] each; y NULL for a curve; owned */
    bool states;                     /* they cover buffers and counters too */
    struct ls_trajectory trajectory; /* that they are made of, if they are */
    struct ls_metadata origin; /* "seed", "norm", "dir_file", ...: what a surface records; owned */
};

/* Where directions come from. */
struct ls_direction_source {
    const char *file;                /* both are read from here; NULL: they are made */
    const char *x_target, *y_target; /* the checkpoint each leads to; NULL: it is random */
    const char *const *checkpoints;  /* [checkpoint_count] of a training, in its order: x and y are
                                        the principal components, of length 1, of these and the
                                        model, which is the last if it is not among them; one that
                                        repeats the one before it is left out */
    int checkpoint_count;            /* 0: x and y are made each on its own */
    int threads;                     /* to find these; 0: as many as the machine has */
    struct ls_direction_options options; /* of those that are made */
};

/* Reads or makes a direction x and, if `two`, y at the model. Checkpoints give two, and are all in
 * memory while they do. Free with ls_directions_free. */
enum ls_status ls_directions_make(struct ls_directions *directions, const struct ls_model *model,
                                  const struct ls_direction_source *source, bool two,
                                  struct ls_error *error);
void ls_directions_free(struct ls_directions *directions);

/* Writes the directions to a file, unless one is there already: that is never replaced, and is
 * LS_MISMATCH if it does not hold the same. While another process is writing it, waits, unless the
 * observer, which may be NULL, asks to stop. */
enum ls_status ls_directions_save(const struct ls_directions *directions,
                                  const struct ls_network *network, const char *path,
                                  const struct ls_observer *observer, struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
