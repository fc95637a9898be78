#include "landscape/trajectory.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum ls_status ls_trajectory_copy(struct ls_trajectory *copy, const struct ls_trajectory *from,
                                  struct ls_error *error) {
    *copy = (struct ls_trajectory){.explained = {from->explained[0], from->explained[1]}};
    if (from->count == 0)
        return LS_OK;
    const size_t count = (size_t)from->count;
    copy->x = ls_alloc(count, sizeof *copy->x);
    copy->y = ls_alloc(count, sizeof *copy->y);
    if (!copy->x || !copy->y) {
        ls_trajectory_free(copy);
        return ls_fail_memory(error, "a trajectory");
    }
    memcpy(copy->x, from->x, count * sizeof *copy->x);
    memcpy(copy->y, from->y, count * sizeof *copy->y);
    copy->count = from->count;
    return LS_OK;
}

void ls_trajectory_free(struct ls_trajectory *trajectory) {
    free(trajectory->x);
    free(trajectory->y);
    *trajectory = (struct ls_trajectory){0};
}

struct ls_range ls_trajectory_range(const struct ls_trajectory *trajectory, int axis, int count) {
    const double margin = 0.2, *at = axis ? trajectory->y : trajectory->x;
    double low = at[0], high = at[0];
    for (int i = 1; i < trajectory->count; i++) {
        low = fmin(low, at[i]);
        high = fmax(high, at[i]);
    }
    const double more = margin * (high - low);
    return count == 1 ? (struct ls_range){(low + high) / 2, (low + high) / 2, 1}
                      : (struct ls_range){low - more, high + more, count};
}
