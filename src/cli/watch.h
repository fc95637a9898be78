/* What a command does while the library works: shows progress, and turns Ctrl-C into a clean end.
 */
#ifndef LANDSCAPE_CLI_WATCH_H
#define LANDSCAPE_CLI_WATCH_H

#include "base/meter.h"
#include "landscape/observer.h"

struct cli_watch {
    struct ls_meter meter;
    struct ls_observer observer; /* hand this to the library */
};

/* Starts watching: SIGINT and SIGTERM now ask the work to save itself and end. */
void cli_watch_start(struct cli_watch *watch);
void cli_watch_end(struct cli_watch *watch);

#endif
