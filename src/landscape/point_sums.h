/* How blocks of images become a grid point's result. */
#ifndef LANDSCAPE_LANDSCAPE_POINT_SUMS_H
#define LANDSCAPE_LANDSCAPE_POINT_SUMS_H

#include "engine/sums.h"

/* Of which images a point's result is. */
struct ls_point_images {
    int count;             /* all there are */
    int block;             /* so many are summed at a time */
    double relative_error; /* fewer, where their loss's standard error is this part of it or less,
                              and enough to have met with what is rare; 0: all */
    double undecided;      /* the loss of an image of which a network can tell nothing */
};

/* A point's sums so far; begins as {0}. Blocks may come in any order and from any thread: they are
 * added in their own order, so that it is always the same one that is found to be enough. */
struct ls_point_sums {
    struct ls_sums total; /* of the blocks before the next */
    int next;
    int seen; /* images of all blocks that were taken */
    bool finished;
    struct ls_result result;      /* of a finished point, and ... */
    int used;                     /* ... of how many images it is */
    struct ls_early_block *early; /* blocks after the next; NULL: none yet. Owned */
};

/* The blocks that all images are, and the first image of one of them, or where the last one ends.
 */
int ls_point_blocks(const struct ls_point_images *images);
int ls_point_first(const struct ls_point_images *images, int block);

/* Takes a block's sums; one thread at a time. *finished = whether they finish the point; a finished
 * one takes no more. LS_NO_MEMORY. */
enum ls_status ls_point_take(struct ls_point_sums *point, const struct ls_point_images *images,
                             int block, const struct ls_sums *sums, bool *finished,
                             struct ls_error *error);
void ls_point_free(struct ls_point_sums *point);

#endif
