/* The threads of a computation. */
#ifndef LANDSCAPE_ENGINE_TEAM_H
#define LANDSCAPE_ENGINE_TEAM_H

#include "engine/plan.h"

/* A worker for each thread, so that nothing is allocated while they run. */
struct ls_team {
    int threads;
    struct ls_worker **workers; /* [threads] */
};

/* Makes workers for `threads` threads (0: as many as the machine has), but no more than there are
 * `units` of work. */
enum ls_status ls_team_create(struct ls_team *team, const struct ls_plan *plan, int threads,
                              size_t units, struct ls_error *error);
void ls_team_free(struct ls_team *team);

#endif
