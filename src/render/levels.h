/* The levels of a contour plot. */
#ifndef LANDSCAPE_RENDER_LEVELS_H
#define LANDSCAPE_RENDER_LEVELS_H

#include "landscape/plot.h"
#include "render/caption.h"

enum { LS_MAX_LEVELS = 500 };

struct ls_levels {
    int count;
    int digits;                   /* that heights are written in */
    double height[LS_MAX_LEVELS]; /* [count] rising */
};

/* vmin, vmin + vlevel, ... < vmax, as numpy.arange; with options->log those of 1, 2 and 5 times
 * powers of ten that lie in [vmin, vmax], or of the powers if these are many. */
enum ls_status ls_levels_choose(struct ls_levels *levels, const struct ls_plot_options *options,
                                struct ls_error *error);

/* asinh of level l, as losses between grid points are interpolated, and a hair less: ground that is
 * level with it lies above it, rounded up or down. */
double ls_level_at(const struct ls_levels *levels, int l);

/* The height of level l in as many digits as tell it from its neighbours. */
void ls_level_text(const struct ls_levels *levels, int l, char text[LS_NUMBER_SIZE]);

#endif
