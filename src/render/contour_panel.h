/* One panel of a contour plot, computed. */
#ifndef LANDSCAPE_RENDER_CONTOUR_PANEL_H
#define LANDSCAPE_RENDER_CONTOUR_PANEL_H

#include "render/contour.h"
#include "render/levels.h"

struct ls_contour_panel {
    const struct ls_surface *surface;
    double unit; /* length of an axis' unit in pixels */
    double em;   /* height of text in units of the axes */
    struct ls_field field;
    struct ls_lines lines;
    struct ls_label *labels; /* [label_count] */
    size_t label_count;
    long lowest; /* grid point of the minimum */
    char lowest_label[64];
    struct ls_point lowest_at;          /* centre of the minimum's label */
    double lowest_width, lowest_height; /* of the minimum's label, in units of the axes */
};

/* Traces the lines of all levels over `field`, a finer grid that is made for it. Both are to be
 * freed, whatever it returns. */
enum ls_status ls_contour_trace(const struct ls_surface *surface, const struct ls_levels *levels,
                                struct ls_field *field, struct ls_lines *lines,
                                struct ls_error *error);

/* Traces the lines of panel->surface and places the labels; unit and em are given. Free with
 * ls_contour_panel_free, whatever it returns. */
enum ls_status ls_contour_panel_trace(struct ls_contour_panel *panel,
                                      const struct ls_levels *levels, struct ls_error *error);
void ls_contour_panel_free(struct ls_contour_panel *panel);

#endif
