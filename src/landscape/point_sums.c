#include "landscape/point_sums.h"
#include <math.h>
#include <stdlib.h>

struct ls_early_block {
    bool there;
    struct ls_sums sums;
};

int ls_point_blocks(const struct ls_point_images *images) {
    return (images->count + images->block - 1) / images->block;
}

int ls_point_first(const struct ls_point_images *images, int block) {
    return block < ls_point_blocks(images) ? block * images->block : images->count;
}

/* More images do not make a loss finite that is not. No loss at all does not tell how far off it
 * is. Images that a good network has wrong are few, make much of its loss, and have no part in an
 * error that is computed without them: of what none of n images is, a part of up to 3 / n may be
 * (the rule of three, with 95 % confidence), and may add as much of the loss of an image that is
 * wrong. */
static bool is_enough(const struct ls_point_images *images, const struct ls_result *result,
                      int used) {
    const double allowed = images->relative_error * result->loss;
    if (images->relative_error == 0)
        return false;
    return !isfinite(result->loss) || (result->loss > 0 && result->loss_error <= allowed &&
                                       3 * images->undecided <= allowed * used);
}

/* Adds the next block, and as many after it as are there and needed. */
static void add(struct ls_point_sums *point, const struct ls_point_images *images,
                const struct ls_sums *sums) {
    const int blocks = ls_point_blocks(images);
    while (sums) {
        ls_sums_join(&point->total, sums);
        point->next++;
        point->used = ls_point_first(images, point->next);
        point->result = ls_sums_result(&point->total, point->used);
        point->finished = point->next == blocks || is_enough(images, &point->result, point->used);
        const bool more = !point->finished && point->early && point->early[point->next].there;
        sums = more ? &point->early[point->next].sums : NULL;
    }
}

/* Keeps a block until those before it are there. */
static enum ls_status keep(struct ls_point_sums *point, const struct ls_point_images *images,
                           int block, const struct ls_sums *sums, struct ls_error *error) {
    if (!point->early)
        point->early = calloc((size_t)ls_point_blocks(images), sizeof *point->early);
    if (!point->early)
        return ls_fail_memory(error, "a point's sums");
    point->early[block] = (struct ls_early_block){true, *sums};
    return LS_OK;
}

enum ls_status ls_point_take(struct ls_point_sums *point, const struct ls_point_images *images,
                             int block, const struct ls_sums *sums, bool *finished,
                             struct ls_error *error) {
    *finished = false;
    if (point->finished)
        return LS_OK;
    point->seen += ls_point_first(images, block + 1) - ls_point_first(images, block);
    if (block != point->next)
        return keep(point, images, block, sums, error);
    add(point, images, sums);
    *finished = point->finished;
    if (point->finished)
        ls_point_free(point);
    return LS_OK;
}

void ls_point_free(struct ls_point_sums *point) {
    free(point->early);
    point->early = NULL;
}
