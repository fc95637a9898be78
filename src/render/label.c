/* Labels in the course of contour lines. */
#include "render/contour.h"
#include "render/marks.h"
#include <math.h>

/* The placing in progress. */
struct placing {
    const struct ls_lines *lines;
    const struct ls_labelling *how;
    const struct ls_label *labels; /* [count] placed so far */
    size_t count;
};

static double between(struct ls_point a, struct ls_point b) {
    return hypot(a.x - b.x, a.y - b.y);
}

/* Whether a text `width` wide, centred at `at` and turned by `angle` (radians), keeps off the
 * border, off the labels of marks and off the lines of other levels: along its edges the field must
 * stay between the neighbouring levels. */
static bool fits(const struct ls_labelling *how, struct ls_point at, double angle, double width,
                 int level) {
    const struct ls_field *field = how->field;
    double c = cos(angle), s = sin(angle), margin = 0.3 * how->em;
    double below = level > 0 ? how->values[level - 1] : -INFINITY;
    double above = level + 1 < how->levels ? how->values[level + 1] : INFINITY;
    for (int u = -4; u <= 4; u++)
        for (int v = -1; v <= 1; v++) {
            double along = u * width / 8, across = v * 0.6 * how->em;
            double x = at.x + c * along - s * across, y = at.y + s * along + c * across;
            if (x < field->x[0] + margin || x > field->x[field->nx - 1] - margin ||
                y < field->y[0] + margin || y > field->y[field->ny - 1] - margin)
                return false;
            if (ls_marks_cover(how->marks, (struct ls_point){x, y}, margin))
                return false;
            double z = ls_field_at(field, x, y);
            if (!(z > below && z < above))
                return false;
        }
    return true;
}

/* Distance from the nearest label, in em, at most 12; negative if two would touch. */
static double room(const struct placing *placing, struct ls_point at, double width, int level) {
    double em = placing->how->em, nearest = 12;
    for (size_t i = 0; i < placing->count; i++) {
        const struct ls_label *other = &placing->labels[i];
        int other_level = placing->lines->lines[other->line].level;
        double other_width = placing->how->widths[other_level];
        double apart = between(at, other->at) - 0.5 * (width + other_width) - 0.3 * em;
        /* Two equal labels side by side tell nothing new. */
        if (other_level == level)
            apart -= 4 * em;
        nearest = fmin(nearest, apart / em);
    }
    return nearest;
}

/* Rates the piece of line between points a and b for a label; -INFINITY: it does not fit. Straight
 * pieces, level ones and those far from other labels are better. */
static double rate(const struct placing *placing, size_t a, size_t b, double length, int level,
                   struct ls_label *label) {
    const struct ls_point *p = placing->lines->points;
    double chord = between(p[a], p[b]), angle = atan2(p[b].y - p[a].y, p[b].x - p[a].x);
    struct ls_point middle = p[a + (b - a) / 2];
    label->at = (struct ls_point){0.5 * middle.x + 0.25 * (p[a].x + p[b].x),
                                  0.5 * middle.y + 0.25 * (p[a].y + p[b].y)};
    if (fabs(angle) > acos(-1) / 2)
        angle -= copysign(acos(-1), angle);
    label->angle = angle * 180 / acos(-1);
    label->from = a;
    label->to = b;
    for (size_t i = a; i <= b; i++)
        if (!placing->how->shown[i])
            return -INFINITY;
    double width = placing->how->widths[level];
    double space = room(placing, label->at, width, level);
    if (chord < 0.93 * length || space < 0 || !fits(placing->how, label->at, angle, width, level))
        return -INFINITY;
    return 8 * chord / length + 0.15 * space - fabs(sin(angle));
}

/* The best place on line l. */
static bool place(const struct placing *placing, size_t l, struct ls_label *best) {
    const struct ls_line *line = &placing->lines->lines[l];
    const struct ls_point *p = placing->lines->points;
    double want = placing->how->widths[line->level] + 0.5 * placing->how->em;
    size_t end = line->first + line->count, b = line->first;
    double length = 0, total = 0, score = -INFINITY;
    for (size_t a = line->first; a + 1 < end; a++)
        total += between(p[a], p[a + 1]);
    if (total < 2.5 * want)
        return false;
    for (size_t a = line->first; a < end; a++) {
        while (length < want && b + 1 < end) {
            length += between(p[b], p[b + 1]);
            b++;
        }
        if (length < want)
            break;
        struct ls_label label = {.line = l};
        double rating = rate(placing, a, b, length, line->level, &label);
        if (rating > score) {
            score = rating;
            *best = label;
        }
        length -= between(p[a], p[a + 1]);
    }
    return score > -INFINITY;
}

size_t ls_labels_place(const struct ls_lines *lines, const struct ls_labelling *labelling,
                       struct ls_label *labels) {
    struct placing placing = {.lines = lines, .how = labelling, .labels = labels};
    for (size_t l = 0; l < lines->line_count; l++)
        if (place(&placing, l, &labels[placing.count]))
            placing.count++;
    return placing.count;
}
