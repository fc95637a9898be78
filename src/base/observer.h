/* What long work asks its observer. */
#ifndef LANDSCAPE_BASE_OBSERVER_H
#define LANDSCAPE_BASE_OBSERVER_H

#include "landscape/observer.h"

/* Whether the observer, which may be NULL, wants the work to end. */
bool ls_stopped(const struct ls_observer *observer);

#endif
