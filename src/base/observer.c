#include "base/observer.h"
#include <stddef.h>

bool ls_stopped(const struct ls_observer *observer) {
    return observer && observer->stop && observer->stop(observer->context);
}
