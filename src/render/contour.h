/* Contour lines of a field, and where their labels go. */
#ifndef LANDSCAPE_RENDER_CONTOUR_H
#define LANDSCAPE_RENDER_CONTOUR_H

#include "render/field.h"

struct ls_marks;

struct ls_point {
    double x, y;
};

struct ls_line {
    size_t first, count; /* of the points; a closed line ends with the point it starts with */
    int level;           /* index of the level it was traced for */
};

struct ls_lines {
    struct ls_point *points; /* [point_count], line by line; owned */
    size_t point_count, point_capacity;
    struct ls_line *lines; /* [line_count]; owned */
    size_t line_count, line_capacity;
};

/* Appends the lines on which the field crosses `value` (an asinh of a height, as the field's), the
 * higher ground on their left. A zeroed struct is empty. */
enum ls_status ls_lines_trace(struct ls_lines *lines, const struct ls_field *field, double value,
                              int level, struct ls_error *error);
void ls_lines_free(struct ls_lines *lines);

/* The length of the line through the points. */
double ls_points_length(const struct ls_point *points, size_t count);

/* Distance of p from the segment a-b; a and b may be one point. */
double ls_segment_distance(struct ls_point p, struct ls_point a, struct ls_point b);

/* What keeps lines from crowding. */
struct ls_thinning {
    const struct ls_field *field;
    const double *values; /* [levels] asinh of each level, rising */
    int levels;
    double spacing; /* the least distance between lines, in units of the axes */
};

/* shown[i] = whether points[i] is drawn: where lines are closer than the spacing, only every
 * second, fourth, ... level goes on, counted from the highest. Lines that would be mere specks are
 * left out. */
void ls_lines_thin(const struct ls_lines *lines, const struct ls_thinning *how, bool *shown);

/* keep[i] = whether points[i] is needed to stay within `tolerance` of the line (Douglas and Peucker
 * 1973); the ends always are. */
void ls_simplify(const struct ls_point *points, size_t count, double tolerance, bool *keep);

/* A label on a line, which is left out between the points `from` and `to`. */
struct ls_label {
    struct ls_point at; /* its centre */
    double angle;       /* degrees, -90 to 90 */
    size_t line;        /* index into the lines */
    size_t from, to;    /* indices into the points */
};

/* What placing labels has to know. Axes are equal: one unit is as long in x as in y. */
struct ls_labelling {
    const struct ls_field *field;
    const double *values; /* [levels] asinh of each level, rising */
    const double *widths; /* [levels] of each level's label, in units of the axes */
    int levels;
    const bool *shown;            /* [point_count] points of lines that are drawn */
    double em;                    /* height of the text, in units of the axes */
    const struct ls_marks *marks; /* whose labels the lines' labels avoid */
};

/* Places at most one label on each line: where the line is shown, straight and its neighbours are
 * far enough for the text. labels[lines->line_count]; returns their number. */
size_t ls_labels_place(const struct ls_lines *lines, const struct ls_labelling *labelling,
                       struct ls_label *labels);

#endif
