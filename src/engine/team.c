#include "engine/team.h"
#include "base/threads.h"
#include <stdlib.h>

enum ls_status ls_team_create(struct ls_team *team, const struct ls_plan *plan, int threads,
                              size_t units, struct ls_error *error) {
    const size_t most = units > 1 ? units : 1;
    team->threads = ls_thread_count(threads);
    if ((size_t)team->threads > most)
        team->threads = (int)most;
    team->workers = calloc((size_t)team->threads, sizeof(struct ls_worker *));
    enum ls_status status = team->workers ? LS_OK : ls_fail_memory(error, "the workers");
    for (int t = 0; t < team->threads && !status; t++)
        status = ls_worker_create(&team->workers[t], plan, error);
    if (status)
        ls_team_free(team);
    return status;
}

void ls_team_free(struct ls_team *team) {
    for (int t = 0; t < team->threads && team->workers; t++)
        ls_worker_free(team->workers[t]);
    free(team->workers);
    *team = (struct ls_team){0};
}
