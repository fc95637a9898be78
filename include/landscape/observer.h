/* How long work tells its caller how far it is. The library never prints. */
#ifndef LANDSCAPE_OBSERVER_H
#define LANDSCAPE_OBSERVER_H

#include <stdbool.h>

/* A snapshot of long work. `done` and `total` count the work's own units (grid points, training
 * steps), `done` also parts of them; `seconds` is the time since this run began, `resumed` the
 * units an earlier run had done.
 */
struct ls_progress {
    const char *phase; /* "read", "train", "scan" ... */
    double done, total, resumed;
    double images; /* images evaluated by this run so far */
    double seconds;
    int epoch, epochs; /* training only, otherwise 0 */
    double loss;       /* latest: running training loss, or the latest grid point's; 0 if none is */
    double accuracy;   /* percent, as `loss`; negative: not known */
};

/* A caller's ear. `report` may be NULL; it is called from one thread at a time. `stop` may be NULL;
 * it is polled from any thread and returns true when the work should save itself and end. */
struct ls_observer {
    void (*report)(void *context, const struct ls_progress *progress);
    bool (*stop)(void *context);
    void *context;
};

#endif
