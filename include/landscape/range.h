/* One axis of a grid. */
#ifndef LANDSCAPE_RANGE_H
#define LANDSCAPE_RANGE_H

#include "landscape/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LS_MAX_AXIS = 10001 }; /* points along one axis */

/* As "min:max:count" gives it. */
struct ls_range {
    double min, max;
    int count;
};

/* Reads "min:max:count": finite numbers, min < max (or equal when count is 1), count from 1 to
 * LS_MAX_AXIS. */
enum ls_status ls_range_parse(struct ls_range *range, const char *text, struct ls_error *error);

/* Coordinate i of the range, with numpy.linspace's rounding: min + i * step, the last exactly max.
 */
double ls_range_at(const struct ls_range *range, int i);

#ifdef __cplusplus
}
#endif

#endif
