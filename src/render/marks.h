/* What is marked in a contour plot: the networks that span the plane, and the minimum. */
#ifndef LANDSCAPE_RENDER_MARKS_H
#define LANDSCAPE_RENDER_MARKS_H

#include "render/contour.h"

enum { LS_MAX_MARKS = 16 };

struct ls_mark {
    struct ls_point at;    /* of the mark */
    struct ls_point label; /* the centre of its label */
    double width, height;  /* of the label */
    bool network;          /* else the minimum */
    char text[96];
};

struct ls_marks {
    int count;
    struct ls_mark mark[LS_MAX_MARKS];
};

/* Marks the surface's networks that lie within its axes, and the lowest point unless the surface is
 * flat. y coordinates are multiplied by `stretch`, which makes the axes' units equal; em is the
 * height of text. Labels go beside their marks, where they are least in the way of one another. */
void ls_marks_place(struct ls_marks *marks, const struct ls_surface *surface, double stretch,
                    double em);

/* Whether a point is within `margin` of a label. */
bool ls_marks_cover(const struct ls_marks *marks, struct ls_point p, double margin);

#endif
