/* Marks on pictures, the networks that span the plane and the minimum, and where their labels go.
 */
#ifndef LANDSCAPE_RENDER_MARKS_H
#define LANDSCAPE_RENDER_MARKS_H

#include "render/contour.h"
#include "render/trail.h"

enum { LS_MAX_MARKS = 16, LS_MARK_TEXT = 96 };

struct ls_mark {
    struct ls_point at;    /* of the mark */
    struct ls_point foot;  /* of a pin whose head the mark is; else the same as `at` */
    struct ls_point label; /* the centre of its label */
    double width, height;  /* of the label */
    bool network;          /* else the minimum */
    char text[LS_MARK_TEXT];
};

/* A place where no label should go. */
struct ls_taken {
    struct ls_point at; /* the centre */
    double width, height;
};

struct ls_marks {
    int count;
    struct ls_mark mark[LS_MAX_MARKS];
    int taken_count;
    const struct ls_taken *taken; /* [taken_count] */
    const struct ls_trail *trail; /* of a training, which labels keep off; NULL for none */
    double radius;                /* of a mark */
    double stretch;               /* the trail's y coordinates are multiplied by this */
};

/* Whether a network lies within the surface's axes. */
bool ls_marker_inside(const struct ls_marker *marker, const struct ls_surface *surface);

/* Where a label goes if it can: beside its mark on the side that has more room, or above it. */
enum ls_label_place { LS_LABEL_BESIDE, LS_LABEL_ABOVE };

/* Places the labels of marks whose size is known between `low` and `high`, where they are least in
 * the way of one another, of marks and of what is taken; y grows upwards. em: height of text. */
void ls_marks_label(struct ls_marks *marks, enum ls_label_place first, struct ls_point low,
                    struct ls_point high, double em);

/* Marks the surface's networks that lie within its axes, and the lowest point unless the surface is
 * flat, which `word` and its loss name; *trail = the part of its trajectory within the axes, to be
 * freed. y coordinates are multiplied by `stretch`, which makes the axes' units equal; em is the
 * height of text. Labels go beside their marks, where they are least in the way of one another and
 * of the trail. */
enum ls_status ls_marks_place(struct ls_marks *marks, struct ls_trail *trail,
                              const struct ls_surface *surface, const char *word, double stretch,
                              double em, struct ls_error *error);

/* Whether a point is within `margin` of a label or nearer to a mark or the trail. */
bool ls_marks_cover(const struct ls_marks *marks, struct ls_point p, double margin);

#endif
