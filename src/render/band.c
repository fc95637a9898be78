#include "render/band.h"
#include "render/height.h"
#include <math.h>

/* 95 % of a normal distribution lie within so many standard deviations. */
#define DEVIATIONS 1.96

enum { EDGES = 2, MOST_BENDS = 4 }; /* each edge can cross either end of the axis */

/* Lower and upper edge at a point of the curve, in lengths of the axis above its bottom; NaN where
 * there is none. */
struct interval {
    double x, edge[EDGES];
};

static double place(const struct ls_loss_axis *axis, double loss) {
    const double far = 10; /* beyond what is seen */
    double at = (loss - axis->bottom) / (axis->top - axis->bottom);
    if (axis->log)
        at = loss > 0 ? log(loss / axis->bottom) / log(axis->top / axis->bottom) : -far;
    return fmin(fmax(at, -far), far);
}

static double loss_at(const struct ls_loss_axis *axis, double place) {
    const double at = fmin(fmax(place, 0), 1);
    return axis->log ? axis->bottom * pow(axis->top / axis->bottom, at)
                     : axis->bottom + at * (axis->top - axis->bottom);
}

static struct interval interval_at(const struct ls_surface *curve, const struct ls_row *row, int i,
                                   const struct ls_loss_axis *axis) {
    const double loss = ls_height(curve->loss[i]), error = DEVIATIONS * curve->loss_error[i];
    if (isnan(loss) || !(error >= 0 && isfinite(error)))
        return (struct interval){row->at[i], {NAN, NAN}};
    return (struct interval){row->at[i], {place(axis, loss - error), place(axis, loss + error)}};
}

static void add_row(struct ls_script *script, const struct interval *at,
                    const struct ls_loss_axis *axis) {
    ls_script_add(script, "%.9g %.9g %.9g\n", at->x, loss_at(axis, at->edge[0]),
                  loss_at(axis, at->edge[1]));
}

/* bends[count] = the parts of the way from a to b at which an edge crosses an end of the axis,
 * rising. */
static int find_bends(const struct interval *a, const struct interval *b, double *bends) {
    int count = 0;
    for (int e = 0; e < EDGES; e++)
        for (int end = 0; end <= 1; end++) {
            const double from = a->edge[e] - end, to = b->edge[e] - end;
            if (!(from * to < 0))
                continue;
            int at = count++;
            for (; at > 0 && bends[at - 1] > from / (from - to); at--)
                bends[at] = bends[at - 1];
            bends[at] = from / (from - to);
        }
    return count;
}

/* The rows between a and b at which the band bends. */
static void add_bends(struct ls_script *script, const struct interval *a, const struct interval *b,
                      const struct ls_loss_axis *axis) {
    double bends[MOST_BENDS];
    const int count = find_bends(a, b, bends);
    for (int i = 0; i < count; i++) {
        const double t = bends[i], s = 1 - t;
        const struct interval between = {
            s * a->x + t * b->x,
            {s * a->edge[0] + t * b->edge[0], s * a->edge[1] + t * b->edge[1]}};
        add_row(script, &between, axis);
    }
}

bool ls_has_band(const struct ls_surface *curve) {
    for (size_t i = 0; i < ls_surface_points(curve); i++)
        if (curve->loss_error[i] > 0)
            return true;
    return false;
}

void ls_add_band(struct ls_script *script, const struct ls_surface *curve,
                 const struct ls_loss_axis *axis) {
    struct ls_row row;
    ls_row_of(curve, &row);
    struct interval before = {.x = row.at[0], .edge = {0, 0}};
    add_row(script, &before, axis); /* every block has a row */
    ls_script_add(script, "\n");
    before.edge[0] = before.edge[1] = NAN;
    for (int i = 0; i < row.count; i++) {
        const struct interval here = interval_at(curve, &row, i, axis);
        if (!isnan(here.edge[0])) {
            add_bends(script, &before, &here, axis); /* none from where there is no interval */
            add_row(script, &here, axis);
        } else if (!isnan(before.edge[0])) {
            ls_script_add(script, "\n");
        }
        before = here;
    }
    ls_script_add(script, "%s\n", isnan(before.edge[0]) ? "" : "\n");
}
