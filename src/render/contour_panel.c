#include "render/contour_panel.h"
#include "base/alloc.h"
#include "render/caption.h"
#include <math.h>
#include <stdlib.h>

enum { LINE_POINTS = 301 }; /* of the finer grid, along the longer axis */

static const double label_em = 0.8; /* the size of lines' labels */

static void place_labels(struct ls_contour_panel *panel, const struct ls_levels *levels,
                         const double *values) {
    double widths[LS_MAX_LEVELS];
    for (int l = 0; l < levels->count; l++) {
        char text[LS_NUMBER_SIZE];
        ls_level_text(levels, l, text);
        widths[l] = label_em * (0.62 * (double)ls_caption_letters(text) + 0.2) * panel->em;
    }
    struct ls_labelling how = {.field = &panel->field,
                               .values = values,
                               .widths = widths,
                               .levels = levels->count,
                               .shown = panel->shown,
                               .em = label_em * panel->em,
                               .marks = &panel->marks};
    panel->label_count = ls_labels_place(&panel->lines, &how, panel->labels);
}

/* Leaves out what is behind a line's own label or that of a mark. */
static void hide_labelled(struct ls_contour_panel *panel) {
    for (size_t l = 0; l < panel->label_count; l++)
        for (size_t i = panel->labels[l].from + 1; i < panel->labels[l].to; i++)
            panel->shown[i] = false;
    for (size_t i = 0; i < panel->lines.point_count; i++)
        if (ls_marks_cover(&panel->marks, panel->lines.points[i], 0))
            panel->shown[i] = false;
}

enum ls_status ls_contour_trace(const struct ls_surface *surface, const struct ls_levels *levels,
                                double stretch, struct ls_field *field, struct ls_lines *lines,
                                struct ls_error *error) {
    enum ls_status status = ls_field_refine(field, surface, LINE_POINTS, error);
    for (int j = 0; j < field->ny; j++)
        field->y[j] *= stretch;
    for (int l = 0; l < levels->count && status == LS_OK; l++)
        status = ls_lines_trace(lines, field, ls_level_at(levels, l), l, error);
    return status;
}

enum ls_status ls_contour_panel_trace(struct ls_contour_panel *panel,
                                      const struct ls_levels *levels, struct ls_error *error) {
    enum ls_status status = ls_contour_trace(panel->surface, levels, panel->stretch, &panel->field,
                                             &panel->lines, error);
    if (status != LS_OK)
        return status;
    panel->shown = ls_alloc(panel->lines.point_count, sizeof *panel->shown);
    panel->keep = ls_alloc(panel->lines.point_count, sizeof *panel->keep);
    panel->labels = ls_alloc(panel->lines.line_count, sizeof *panel->labels);
    if (!panel->shown || !panel->keep || !panel->labels)
        return ls_fail_memory(error, "contour lines");
    return ls_marks_place(&panel->marks, &panel->trail, panel->marked, panel->lowest,
                          panel->stretch, panel->em, error);
}

void ls_contour_panel_arrange(struct ls_contour_panel *panel, const struct ls_levels *levels,
                              double spacing) {
    double values[LS_MAX_LEVELS];
    for (int l = 0; l < levels->count; l++)
        values[l] = ls_level_at(levels, l);
    struct ls_thinning how = {.field = &panel->field,
                              .values = values,
                              .levels = levels->count,
                              .spacing = spacing * panel->em};
    ls_lines_thin(&panel->lines, &how, panel->shown);
    place_labels(panel, levels, values);
    hide_labelled(panel);
}

size_t ls_contour_run(const struct ls_contour_panel *panel, const struct ls_line *line,
                      size_t *at) {
    size_t end = line->first + line->count, last;
    while (*at < end && !panel->shown[*at])
        ++*at;
    for (last = *at; last < end && panel->shown[last];)
        last++;
    return last - *at;
}

size_t ls_contour_panel_simplify(struct ls_contour_panel *panel, double tolerance) {
    const double least = 12 * tolerance;
    const struct ls_point *points = panel->lines.points;
    size_t kept = 0;
    for (size_t l = 0; l < panel->lines.line_count; l++) {
        const struct ls_line *line = &panel->lines.lines[l];
        size_t count;
        for (size_t at = line->first; (count = ls_contour_run(panel, line, &at)) > 0; at += count) {
            bool speck = ls_points_length(points + at, count) < least;
            ls_simplify(points + at, count, tolerance, panel->keep + at);
            for (size_t i = at; i < at + count; i++) {
                panel->shown[i] = !speck;
                kept += panel->keep[i] && !speck;
            }
        }
    }
    return kept;
}

void ls_contour_panel_free(struct ls_contour_panel *panel) {
    ls_field_free(&panel->field);
    ls_lines_free(&panel->lines);
    ls_trail_free(&panel->trail);
    free(panel->shown);
    free(panel->keep);
    free(panel->labels);
}
