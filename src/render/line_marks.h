/* The networks that lie on curves: each a thin upright line that ends at its name above the axes.
 */
#ifndef LANDSCAPE_RENDER_LINE_MARKS_H
#define LANDSCAPE_RENDER_LINE_MARKS_H

#include "render/figure.h"

enum { LS_MAX_LINE_MARKS = 24 };

struct ls_line_mark {
    double x;         /* on the axis along the curves */
    const char *name; /* the surface's own */
    int curve;        /* from 1 that it lies on; 0: on several */
    int row;          /* among names at the same place, from 0 at the axes */
    double centre;    /* pixels, of its name */
};

/* Rising in x. */
struct ls_line_marks {
    int count, rows;
    double size; /* of the names, in em */
    struct ls_line_mark mark[LS_MAX_LINE_MARKS];
};

/* The networks on the curves of a request; a name that several curves share is there once. */
void ls_line_marks_find(struct ls_line_marks *marks, const struct ls_request *request);

/* Height of all names above the axes, in em. */
double ls_line_marks_height(const struct ls_line_marks *marks);

/* Adds them to the figure, whose axis along the curves goes from ends[0] to ends[1]: names side by
 * side, each as near to its network as the others let it. */
void ls_line_marks_add(struct ls_line_marks *marks, struct ls_figure *figure, const double ends[2]);

#endif
