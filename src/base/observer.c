#include "base/observer.h"
#include <stddef.h>

bool ls_stopped(const struct ls_observer *observer) {
    return observer && observer->stop && observer->stop(observer->context);
}

void ls_report(const struct ls_observer *observer, const struct ls_progress *progress) {
    if (observer && observer->report)
        observer->report(observer->context, progress);
}
