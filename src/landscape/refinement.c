#include "landscape/refinement.h"
#include "landscape/surface_parts.h"

/* The level of the i-th of n coordinates. */
static int level_of(int i, int n) {
    int low = 0, high = n - 1, level = 0;
    while (i != low && i != high) {
        const int middle = (low + high) / 2;
        *(i < middle ? &high : &low) = middle;
        level++;
    }
    return level;
}

int ls_point_level(const struct ls_surface *surface, size_t point) {
    const size_t nx = (size_t)surface->nx;
    const int x = level_of((int)(point % nx), surface->nx);
    const int y = surface->ny ? level_of((int)(point / nx), surface->ny) : 0;
    return x > y ? x : y;
}

/* The levels from 0 on of which no point is missing. */
static int complete_levels(const struct ls_surface *surface) {
    int levels = LS_LEVELS;
    for (size_t i = 0; i < ls_surface_points(surface); i++)
        if (surface->loss[i] == LS_NOT_COMPUTED && ls_point_level(surface, i) < levels)
            levels = ls_point_level(surface, i);
    return levels;
}

/* Keeps those of values[n] whose level is below `levels`; returns how many they are. */
static int thin_axis(double *values, int n, int levels) {
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (level_of(i, n) < levels)
            values[kept++] = values[i];
    return kept;
}

/* Whether the points of these levels show more than all that are computed. The level that a scan is
 * at has at most three times as many points as all before it. */
static bool is_worth_it(const struct ls_surface *surface, int levels) {
    enum { FEWEST = 3, FINER = 3, TOLERABLE = 10 };
    const size_t points = ls_surface_points(surface), missing = ls_surface_missing(surface);
    size_t kept = 0;
    for (size_t i = 0; i < points; i++)
        kept += ls_point_level(surface, i) < levels;
    return levels >= FEWEST && missing > points / TOLERABLE &&
           points - missing - kept <= FINER * kept;
}

bool ls_surface_coarsen(struct ls_surface *surface) {
    const int levels = complete_levels(surface);
    if (!is_worth_it(surface, levels))
        return false;
    const size_t points = ls_surface_points(surface);
    size_t kept = 0;
    for (size_t i = 0; i < points; i++)
        if (ls_point_level(surface, i) < levels) {
            for (int layer = 0; layer < LS_LAYERS; layer++) {
                double *values = *ls_surface_layer(surface, layer);
                if (values)
                    values[kept] = values[i];
            }
            kept++;
        }
    surface->nx = thin_axis(surface->x, surface->nx, levels);
    if (surface->ny)
        surface->ny = thin_axis(surface->y, surface->ny, levels);
    surface->left_out = points - kept;
    return true;
}
