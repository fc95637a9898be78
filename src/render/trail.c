#include "render/trail.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

static void append(struct ls_trail *trail, double x, double y, bool stop) {
    trail->x[trail->count] = x;
    trail->y[trail->count] = y;
    trail->stop[trail->count++] = stop;
}

/* Appends the point at a part of the line from checkpoint i - 1 to i; rounding must not take it
 * beyond the axes. */
static void append_part(struct ls_trail *trail, const struct ls_surface *s, int i, double part,
                        bool stop) {
    const double *x = s->trajectory.x + i, *y = s->trajectory.y + i;
    const double at_x = part == 1 ? x[0] : x[-1] + part * (x[0] - x[-1]);
    const double at_y = part == 1 ? y[0] : y[-1] + part * (y[0] - y[-1]);
    append(trail, fmin(fmax(at_x, s->x[0]), s->x[s->nx - 1]),
           fmin(fmax(at_y, s->y[0]), s->y[s->ny - 1]), stop);
}

/* Narrows the part [*from, *to] of a line from a to b to what lies in [low, high]. */
static void narrow(double a, double b, double low, double high, double *from, double *to) {
    const double apart = b - a;
    if (apart == 0) {
        if (a < low || a > high)
            *to = -1;
        return;
    }
    const double p = (low - a) / apart, q = (high - a) / apart;
    *from = fmax(*from, fmin(p, q));
    *to = fmin(*to, fmax(p, q));
}

/* Appends the visible part of the line from checkpoint i - 1 to i (Liang and Barsky 1984). */
static void add_line(struct ls_trail *trail, const struct ls_surface *s, int i) {
    const double *x = s->trajectory.x + i, *y = s->trajectory.y + i;
    double from = 0, to = 1;
    narrow(x[-1], x[0], s->x[0], s->x[s->nx - 1], &from, &to);
    narrow(y[-1], y[0], s->y[0], s->y[s->ny - 1], &from, &to);
    if (!(from <= to))
        return;
    const bool goes_on = trail->count > 0 && from == 0 && trail->stop[trail->count - 1];
    if (!goes_on && trail->count > 0)
        append(trail, NAN, NAN, false);
    if (!goes_on)
        append_part(trail, s, i, from, from == 0);
    append_part(trail, s, i, to, to == 1);
}

enum ls_status ls_trail_clip(struct ls_trail *trail, const struct ls_surface *surface,
                             struct ls_error *error) {
    const size_t most =
        3 * (size_t)surface->trajectory.count; /* each line two points and a break */
    *trail = (struct ls_trail){0};
    if (surface->trajectory.count < 2 || !surface->ny)
        return LS_OK;
    trail->x = ls_alloc(most, sizeof *trail->x);
    trail->y = ls_alloc(most, sizeof *trail->y);
    trail->stop = ls_alloc(most, sizeof *trail->stop);
    if (!trail->x || !trail->y || !trail->stop) {
        ls_trail_free(trail);
        return ls_fail_memory(error, "a trajectory");
    }
    for (int i = 1; i < surface->trajectory.count; i++)
        add_line(trail, surface, i);
    return LS_OK;
}

void ls_trail_free(struct ls_trail *trail) {
    free(trail->x);
    free(trail->y);
    free(trail->stop);
    *trail = (struct ls_trail){0};
}
