/* Contour lines where they are too many: as on a map of steep country, lines end where the ground
 * gets steep and only every second, fourth, ... of them goes on. */
#include "render/contour.h"
#include <math.h>

/* Distance between neighbouring lines where the field is as steep as at p. */
static double spacing_at(const struct ls_thinning *how, struct ls_point p, int level) {
    const struct ls_field *field = how->field;
    double reach = (field->x[field->nx - 1] - field->x[0]) / (field->nx - 1);
    double left = fmax(p.x - reach, field->x[0]);
    double right = fmin(p.x + reach, field->x[field->nx - 1]);
    double low = fmax(p.y - reach, field->y[0]);
    double high = fmin(p.y + reach, field->y[field->ny - 1]);
    double along_x = (ls_field_at(field, right, p.y) - ls_field_at(field, left, p.y));
    double along_y = (ls_field_at(field, p.x, high) - ls_field_at(field, p.x, low));
    double slope_x = isnan(along_x) ? 0 : along_x / (right - left);
    double slope_y = isnan(along_y) ? 0 : along_y / (high - low);
    int lower = level > 0 ? level - 1 : 0;
    return (how->values[lower + 1] - how->values[lower]) / hypot(slope_x, slope_y);
}

/* The least spacing at which lines of `level` are drawn. The highest is drawn everywhere, for it
 * bounds what lies above all levels; of the others every second at half the spacing, and so on. */
static double least_spacing(const struct ls_thinning *how, int level) {
    int from_top = how->levels - 1 - level, stride = 1;
    while (from_top > 0 && from_top % (2 * stride) == 0)
        stride *= 2;
    return from_top > 0 ? how->spacing / stride : 0;
}

double ls_points_length(const struct ls_point *points, size_t count) {
    double length = 0;
    for (size_t i = 0; i + 1 < count; i++)
        length += hypot(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y);
    return length;
}

/* Turns runs of `value` that are shorter than `least` over. */
static void turn_short_runs(const struct ls_point *points, size_t count, bool value, double least,
                            bool *shown) {
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first; end < count && shown[end] == shown[first];)
            end++;
        if (shown[first] == value && ls_points_length(points + first, end - first) < least)
            for (size_t i = first; i < end; i++)
                shown[i] = !value;
    }
}

void ls_lines_thin(const struct ls_lines *lines, const struct ls_thinning *how, bool *shown) {
    for (size_t l = 0; l < lines->line_count; l++) {
        const struct ls_line *line = &lines->lines[l];
        const struct ls_point *points = lines->points + line->first;
        bool *mine = shown + line->first;
        double least = least_spacing(how, line->level);
        for (size_t i = 0; i < line->count; i++)
            mine[i] = least == 0 || spacing_at(how, points[i], line->level) >= least;
        turn_short_runs(points, line->count, false, 4 * how->spacing, mine);
        turn_short_runs(points, line->count, true, 4 * how->spacing, mine);
    }
}
