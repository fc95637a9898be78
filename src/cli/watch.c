#include "cli/watch.h"
#include <signal.h>

/* The only way out of a signal handler. */
static volatile sig_atomic_t stop_requested;

static void request_stop(int number) {
    (void)number;
    stop_requested = 1;
}

static bool stop(void *context) {
    (void)context;
    return stop_requested != 0;
}

static void show(void *context, const struct ls_progress *progress) {
    struct cli_watch *watch = context;
    ls_meter_show(&watch->meter, progress);
}

void cli_watch_start(struct cli_watch *watch) {
    /* A second signal ends the program at once. */
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    watch->meter = ls_meter_create(stderr);
    watch->observer = (struct ls_observer){show, stop, watch};
}

void cli_watch_end(struct cli_watch *watch) {
    ls_meter_end(&watch->meter);
}
