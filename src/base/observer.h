/* What long work asks and tells its observer. */
#ifndef LANDSCAPE_BASE_OBSERVER_H
#define LANDSCAPE_BASE_OBSERVER_H

#include "landscape/observer.h"

/* Whether the observer, which may be NULL, wants the work to end. */
bool ls_stopped(const struct ls_observer *observer);

/* Tells the observer, which may be NULL or deaf; one thread at a time. */
void ls_report(const struct ls_observer *observer, const struct ls_progress *progress);

#endif
