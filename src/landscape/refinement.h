/* The order of a scan, from coarse to fine: after any time, what is computed is a grid itself, only
 * coarser, and some of the next. */
#ifndef LANDSCAPE_LANDSCAPE_REFINEMENT_H
#define LANDSCAPE_LANDSCAPE_REFINEMENT_H

#include "landscape/surface.h"

/* Levels halve the gaps of those before: 0 is both ends of an axis, 1 its middle, 2 the middles of
 * its halves, and so on. A grid point has the level of the finer of its coordinates; an axis as
 * long as there may be has fewer levels than LS_LEVELS. */
enum { LS_LEVELS = 32 };
int ls_point_level(const struct ls_surface *surface, size_t point);

#endif
