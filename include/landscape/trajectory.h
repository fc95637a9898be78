/* The way a training took through weight space, seen in the plane that shows most of it (Li et al.
 * 2018, section 7). */
#ifndef LANDSCAPE_TRAJECTORY_H
#define LANDSCAPE_TRAJECTORY_H

#include "landscape/range.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LS_MAX_CHECKPOINTS = 1000 }; /* of a trajectory that is made */

struct ls_trajectory {
    int count;           /* checkpoints, in the order of the training; 0: there is no trajectory */
    double *x, *y;       /* [count] where each is in the plane; owned */
    double explained[2]; /* the part of the checkpoints' variance that lies along x and along y */
};

/* *copy = a trajectory of its own, with the same values. */
enum ls_status ls_trajectory_copy(struct ls_trajectory *copy, const struct ls_trajectory *from,
                                  struct ls_error *error);
void ls_trajectory_free(struct ls_trajectory *trajectory);

/* `count` coordinates along an axis, 0 or 1, from a fifth of the trajectory's extent before it to a
 * fifth behind it; the trajectory must not be empty. */
struct ls_range ls_trajectory_range(const struct ls_trajectory *trajectory, int axis, int count);

#ifdef __cplusplus
}
#endif

#endif
