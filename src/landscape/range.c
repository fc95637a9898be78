#include "base/locale.h"
#include "landscape/surface_parts.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

/* Reads a finite number that `end` follows, and moves *text behind that. */
static bool parse_number(const char **text, char end, double *value) {
    char *stop;
    if (isspace((unsigned char)**text))
        return false;
    *value = strtod(*text, &stop);
    if (stop == *text || *stop != end || !isfinite(*value))
        return false;
    *text = stop + 1;
    return true;
}

static bool parse_count(const char *text, int *count) {
    char *stop;
    if (!isdigit((unsigned char)*text))
        return false;
    long value = strtol(text, &stop, 10);
    if (*stop || value < 1 || value > LS_MAX_AXIS)
        return false;
    *count = (int)value;
    return true;
}

bool ls_range_rises(const struct ls_range *range) {
    if (range->count < 1 || !isfinite(range->max - range->min))
        return false;
    for (int i = 1; i < range->count; i++)
        if (!(ls_range_at(range, i) > ls_range_at(range, i - 1)))
            return false;
    return true;
}

enum ls_status ls_range_parse(struct ls_range *range, const char *text, struct ls_error *error) {
    const char *rest = text;
    if (ls_locale_check(error))
        return LS_UNSUPPORTED;
    if (!parse_number(&rest, ':', &range->min) || !parse_number(&rest, ':', &range->max))
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "'%s' is not a range: give min:max:count, for example -1:1:51", text);
    if (!parse_count(rest, &range->count))
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "the range '%s' needs a number of points from 1 to %d, for example -1:1:51",
                       text, LS_MAX_AXIS);
    if (range->min > range->max || (range->min == range->max && range->count > 1))
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "the range '%s' does not rise: its minimum must be below its maximum", text);
    if (!ls_range_rises(range))
        return ls_fail(error, LS_BAD_ARGUMENT, "the range '%s' does not hold %d points that differ",
                       text, range->count);
    return LS_OK;
}

double ls_range_at(const struct ls_range *range, int i) {
    if (range->count == 1)
        return range->min;
    if (i == range->count - 1)
        return range->max;
    double step = (range->max - range->min) / (range->count - 1);
    return range->min + i * step;
}
