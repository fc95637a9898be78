/* One panel of a contour plot, computed. */
#ifndef LANDSCAPE_RENDER_CONTOUR_PANEL_H
#define LANDSCAPE_RENDER_CONTOUR_PANEL_H

#include "render/contour.h"
#include "render/levels.h"
#include "render/marks.h"

/* All places and lengths are in units of the x axis, also those along y, so that they are as on
 * paper. */
struct ls_contour_panel {
    const struct ls_surface *surface; /* whose losses the lines are of */
    const struct ls_surface *marked;  /* whose lowest loss is marked */
    const char *lowest;               /* as this */
    double unit;                      /* pixels */
    double stretch;                   /* length of the y axis' unit */
    double em;                        /* height of text */
    struct ls_field field;
    struct ls_lines lines;
    bool *shown; /* [points of the lines] not left out, and not behind a label */
    bool *keep;  /* [points of the lines] what ls_contour_panel_simplify needs of the shown ones */
    struct ls_label *labels; /* [label_count] */
    size_t label_count;
    struct ls_marks marks;
    struct ls_trail trail;
};

/* Traces the lines of all levels over `field`, a finer grid that is made for it, its y coordinates
 * multiplied by `stretch`. Both are to be freed, whatever it returns. */
enum ls_status ls_contour_trace(const struct ls_surface *surface, const struct ls_levels *levels,
                                double stretch, struct ls_field *field, struct ls_lines *lines,
                                struct ls_error *error);

/* Traces the lines of panel->surface; what stands before the field is given. Free with
 * ls_contour_panel_free, whatever it returns. */
enum ls_status ls_contour_panel_trace(struct ls_contour_panel *panel,
                                      const struct ls_levels *levels, struct ls_error *error);

/* Chooses the lines to show, which keep `spacing` (in em) from each other, and places the labels.
 */
void ls_contour_panel_arrange(struct ls_contour_panel *panel, const struct ls_levels *levels,
                              double spacing);
void ls_contour_panel_free(struct ls_contour_panel *panel);

/* The shown points from *at on, up to the end of their line: *at becomes the first, and their
 * number is returned; 0 if there are none. */
size_t ls_contour_run(const struct ls_contour_panel *panel, const struct ls_line *line, size_t *at);

/* Chooses the points with which the shown runs stay within `tolerance`, leaves out those that would
 * be little longer, and returns the number of points. */
size_t ls_contour_panel_simplify(struct ls_contour_panel *panel, double tolerance);

#endif
