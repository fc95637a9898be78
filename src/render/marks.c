#include "render/marks.h"
#include "render/caption.h"
#include "render/height.h"
#include <math.h>
#include <stdio.h>

static const double label_em = 0.85, radius_em = 0.4; /* the sizes of labels and marks */

/* A mark with the text "before after", or "after" alone if `before` is empty. */
static struct ls_mark *add(struct ls_marks *marks, double x, double y, double em,
                           const char *before, const char *after) {
    struct ls_mark *mark = &marks->mark[marks->count++];
    *mark = (struct ls_mark){.at = {x, y}, .foot = {x, y}, .height = 1.1 * em};
    snprintf(mark->text, sizeof mark->text, "%s%s%s", before, *before ? " " : "", after);
    mark->width = label_em * (0.6 * (double)ls_caption_letters(mark->text) + 0.4) * em;
    return mark;
}

bool ls_marker_inside(const struct ls_marker *marker, const struct ls_surface *s) {
    return marker->x >= s->x[0] && marker->x <= s->x[s->nx - 1] && marker->y >= s->y[0] &&
           marker->y <= s->y[s->ny - 1];
}

static void add_networks(struct ls_marks *marks, const struct ls_surface *s, double stretch,
                         double em) {
    for (int i = 0; i < s->marker_count && marks->count + 1 < LS_MAX_MARKS; i++) {
        const struct ls_marker *network = &s->markers[i];
        if (ls_marker_inside(network, s))
            add(marks, network->x, network->y * stretch, em, "", network->name)->network = true;
    }
}

static void add_minimum(struct ls_marks *marks, const struct ls_surface *s, const char *word,
                        double stretch, double em) {
    struct ls_extent extent = ls_heights(&s, 1);
    long lowest = ls_lowest_point(s);
    char number[LS_NUMBER_SIZE];
    if (!(extent.min < extent.max))
        return;
    ls_caption_number(extent.min, number);
    add(marks, s->x[lowest % s->nx], s->y[lowest / s->nx] * stretch, em, word, number);
}

/* How far two intervals overlap. */
static double overlap(double a, double b, double c, double d) {
    return fmax(fmin(b, d) - fmax(a, c), 0);
}

/* The area in which two boxes, given by centre and size, overlap. */
static double shared(struct ls_point a, double width_a, double height_a, struct ls_point b,
                     double width_b, double height_b) {
    return overlap(a.x - width_a / 2, a.x + width_a / 2, b.x - width_b / 2, b.x + width_b / 2) *
           overlap(a.y - height_a / 2, a.y + height_a / 2, b.y - height_b / 2, b.y + height_b / 2);
}

/* Point i of the trail. */
static struct ls_point trail_point(const struct ls_marks *marks, int i) {
    return (struct ls_point){marks->trail->x[i], marks->trail->y[i] * marks->stretch};
}

/* The area of a label that lies over a line, of which pieces count as boxes from `first` on. */
static double over_line(const struct ls_mark *mine, struct ls_point label, struct ls_point from,
                        struct ls_point to, int first, double em) {
    const double size = 0.4 * em, dx = to.x - from.x, dy = to.y - from.y;
    const int pieces = isnan(dx) ? -1 : (int)(hypot(dx, dy) / size);
    double area = 0;
    for (int piece = first; piece <= pieces; piece++) {
        const double part = pieces ? (double)piece / pieces : 0;
        const struct ls_point at = {from.x + part * dx, from.y + part * dy};
        area += shared(label, mine->width, mine->height, at, size, size);
    }
    return area;
}

/* The area of a label that lies over other marks, over labels placed before, or outside. */
static double in_the_way(const struct ls_marks *marks, int m, struct ls_point label,
                         struct ls_point low, struct ls_point high, double em) {
    const struct ls_mark *mine = &marks->mark[m];
    struct ls_point middle = {(low.x + high.x) / 2, (low.y + high.y) / 2};
    double area = mine->width * mine->height -
                  shared(label, mine->width, mine->height, middle, high.x - low.x, high.y - low.y);
    for (int i = 0; i < marks->taken_count; i++) {
        const struct ls_taken *taken = &marks->taken[i];
        area += shared(label, mine->width, mine->height, taken->at, taken->width, taken->height);
    }
    for (int i = 0; i < marks->count; i++) {
        const struct ls_mark *other = &marks->mark[i];
        area += shared(label, mine->width, mine->height, other->at, 2 * radius_em * em,
                       2 * radius_em * em);
        area += over_line(mine, label, other->at, other->foot, 2, em);
        if (i < m)
            area +=
                shared(label, mine->width, mine->height, other->label, other->width, other->height);
    }
    for (int i = 1; marks->trail && i < marks->trail->count; i++)
        area += over_line(mine, label, trail_point(marks, i - 1), trail_point(marks, i), 0, em);
    return area;
}

/* In a crowd labels go one or more lines higher or lower. */
static void place(struct ls_marks *marks, int m, enum ls_label_place first, struct ls_point low,
                  struct ls_point high, double em) {
    static const double sides[][2] = {{0, 1},   {1, 0},  {-1, 0},  {0, 1},  {0, -1}, {1, 1},
                                      {1, -1},  {-1, 1}, {-1, -1}, {1, 2},  {1, -2}, {-1, 2},
                                      {-1, -2}, {1, 3},  {1, -3},  {-1, 3}, {-1, -3}};
    struct ls_mark *mark = &marks->mark[m];
    double flip = mark->at.x <= (low.x + high.x) / 2 ? 1 : -1, least = INFINITY;
    for (size_t s = first == LS_LABEL_BESIDE; s < sizeof sides / sizeof *sides; s++) {
        double aside = mark->width / 2 + 0.7 * em, up = 1.1 * em, half = mark->width / 2;
        struct ls_point label = {mark->at.x + flip * sides[s][0] * aside,
                                 mark->at.y + sides[s][1] * up};
        /* At the edges a little shift is enough. */
        label.y = fmin(fmax(label.y, low.y + 0.8 * em), high.y - 0.8 * em);
        if (sides[s][0] == 0)
            label.x = fmax(fmin(label.x, high.x - half), low.x + half);
        double area = in_the_way(marks, m, label, low, high, em);
        if (area < least - 1e-9 * em * em) {
            least = area;
            mark->label = label;
        }
    }
}

void ls_marks_label(struct ls_marks *marks, enum ls_label_place first, struct ls_point low,
                    struct ls_point high, double em) {
    for (int m = 0; m < marks->count; m++)
        place(marks, m, first, low, high, em);
}

enum ls_status ls_marks_place(struct ls_marks *marks, struct ls_trail *trail,
                              const struct ls_surface *surface, const char *word, double stretch,
                              double em, struct ls_error *error) {
    struct ls_point low = {surface->x[0], surface->y[0] * stretch};
    struct ls_point high = {surface->x[surface->nx - 1], surface->y[surface->ny - 1] * stretch};
    *marks = (struct ls_marks){.trail = trail, .radius = radius_em * em, .stretch = stretch};
    enum ls_status status = ls_trail_clip(trail, surface, error);
    if (status != LS_OK)
        return status;
    add_networks(marks, surface, stretch, em);
    add_minimum(marks, surface, word, stretch, em);
    ls_marks_label(marks, LS_LABEL_BESIDE, low, high, em);
    return LS_OK;
}

bool ls_marks_cover(const struct ls_marks *marks, struct ls_point p, double margin) {
    for (int m = 0; m < marks->count; m++) {
        const struct ls_mark *mark = &marks->mark[m];
        if (hypot(p.x - mark->at.x, p.y - mark->at.y) < marks->radius + margin)
            return true;
        if (fabs(p.x - mark->label.x) < mark->width / 2 + margin &&
            fabs(p.y - mark->label.y) < mark->height / 2 + margin)
            return true;
    }
    for (int i = 1; marks->trail && i < marks->trail->count; i++)
        if (ls_segment_distance(p, trail_point(marks, i - 1), trail_point(marks, i)) < margin)
            return true;
    return false;
}
