/* Round numbers for the ticks of axes. */
#ifndef LANDSCAPE_RENDER_TICKS_H
#define LANDSCAPE_RENDER_TICKS_H

#include "render/zscale.h"

enum { LS_MAX_TICKS = 16 };

/* The smallest of 1, 2 and 5 times powers of ten that is not below x > 0, and the largest that is
 * not above. */
double ls_round_up(double x);
double ls_round_down(double x);

/* values[] = the multiples from low to high of a round step, about `parts` steps; returns their
 * number. */
int ls_linear_ticks(double low, double high, int parts, double values[LS_MAX_TICKS]);

/* values[] = losses for the ticks of a height, rising and readably far apart; returns their number.
 */
int ls_zscale_ticks(const struct ls_zscale *scale, double values[LS_MAX_TICKS]);

/* values[] = round numbers for a logarithmic axis from low > 0 to high. */
int ls_log_ticks(double low, double high, double values[LS_MAX_TICKS]);

/* The digits, at least four, that tell each of values[count], none below the one before, from the
 * next if that is another. */
int ls_tick_digits(const double *values, int count);

/* Letters of the longest of values[count], written in so many digits. */
size_t ls_tick_letters(const double *values, int count, int digits);

/* heights[] = where contour lines run, rising: at the ticks and evenly in height between them;
 * returns their number. */
enum { LS_MAX_SURFACE_LINES = 64 };
int ls_zscale_lines(const struct ls_zscale *scale, double heights[LS_MAX_SURFACE_LINES]);

#endif
