#include "render/contour_panel.h"
#include "base/alloc.h"
#include "render/caption.h"
#include "render/height.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_POINTS = 301 }; /* of the finer grid, along the longer axis */

/* Puts the minimum's label beside its mark, on the side where there is more room. */
static void label_minimum(struct ls_contour_panel *panel) {
    const struct ls_surface *surface = panel->surface;
    panel->lowest = ls_lowest_point(surface);
    if (panel->lowest < 0)
        return;
    double x = surface->x[panel->lowest % surface->nx];
    double middle = (surface->x[0] + surface->x[surface->nx - 1]) / 2;
    char number[LS_NUMBER_SIZE];
    ls_caption_number(surface->loss[panel->lowest], number);
    snprintf(panel->lowest_label, sizeof panel->lowest_label, "min %s", number);
    panel->lowest_width =
        0.85 * (0.6 * (double)ls_caption_letters(panel->lowest_label) + 0.4) * panel->em;
    panel->lowest_height = 1.1 * panel->em;
    double aside = panel->lowest_width / 2 + 0.7 * panel->em;
    panel->lowest_at.x = x + (x <= middle ? aside : -aside);
    double y = surface->y[panel->lowest / surface->nx], margin = 0.8 * panel->em;
    panel->lowest_at.y =
        fmin(fmax(y, surface->y[0] + margin), surface->y[surface->ny - 1] - margin);
}

static enum ls_status place_labels(struct ls_contour_panel *panel, const struct ls_levels *levels,
                                   struct ls_error *error) {
    double values[LS_MAX_LEVELS], widths[LS_MAX_LEVELS];
    for (int l = 0; l < levels->count; l++) {
        char text[LS_NUMBER_SIZE];
        ls_caption_number(levels->height[l], text);
        values[l] = asinh(levels->height[l]);
        widths[l] = 0.8 * (0.62 * (double)ls_caption_letters(text) + 0.2) * panel->em;
    }
    struct ls_labelling how = {.field = &panel->field,
                               .values = values,
                               .widths = widths,
                               .levels = levels->count,
                               .em = 0.8 * panel->em,
                               .keep_off = panel->lowest_at,
                               .keep_off_width = panel->lowest_width,
                               .keep_off_height = panel->lowest_height};
    panel->labels = ls_alloc(panel->lines.line_count, sizeof *panel->labels);
    if (!panel->labels)
        return ls_fail_memory(error, "contour labels");
    panel->label_count = ls_labels_place(&panel->lines, &how, panel->labels);
    return LS_OK;
}

enum ls_status ls_contour_trace(const struct ls_surface *surface, const struct ls_levels *levels,
                                struct ls_field *field, struct ls_lines *lines,
                                struct ls_error *error) {
    enum ls_status status = ls_field_refine(field, surface, LINE_POINTS, error);
    for (int l = 0; l < levels->count && status == LS_OK; l++)
        status = ls_lines_trace(lines, field, asinh(levels->height[l]), l, error);
    return status;
}

enum ls_status ls_contour_panel_trace(struct ls_contour_panel *panel,
                                      const struct ls_levels *levels, struct ls_error *error) {
    enum ls_status status =
        ls_contour_trace(panel->surface, levels, &panel->field, &panel->lines, error);
    label_minimum(panel);
    if (status == LS_OK)
        status = place_labels(panel, levels, error);
    return status;
}

void ls_contour_panel_free(struct ls_contour_panel *panel) {
    ls_field_free(&panel->field);
    ls_lines_free(&panel->lines);
    free(panel->labels);
}
