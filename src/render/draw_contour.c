/* Contour plots: bands of light colour between labelled lines, the minimum marked. Lines and labels
 * are computed here; gnuplot only draws them. */
#include "base/alloc.h"
#include "render/caption.h"
#include "render/colormap.h"
#include "render/contour_panel.h"
#include "render/figure.h"
#include "render/height.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAND_PIXELS = 450 }; /* of the bands' picture, along the longer axis */

static double part_of(const struct ls_levels *levels, int level) {
    return levels->count > 1 ? (double)level / (levels->count - 1) : 0;
}

/* Lines end well before yellow, which is too light for a line on white paper. */
static unsigned line_color(const struct ls_levels *levels, int level) {
    return ls_color_number(ls_colormap(LS_VIRIDIS, 0.78 * part_of(levels, level)));
}

/* Band b lies below level b; the last one, above all levels, is grey. */
static void add_bands_palette(struct ls_script *script, const struct ls_levels *levels) {
    ls_script_add(script, "BANDS = %d\nBAND_PALETTE = \"-1 '#ffffff'", levels->count);
    for (int b = 0; b < levels->count; b++) {
        double t = levels->count > 1 ? (double)b / (levels->count - 1) : 0;
        ls_script_add(script, ", %d '#%06x'", b,
                      ls_color_number(ls_color_tint(ls_colormap(LS_VIRIDIS, t), 0.68)));
    }
    ls_script_add(script, ", %d '#dcdcdc'\"\n", levels->count);
}

static void band_pixels(const struct ls_surface *surface, int *nx, int *ny) {
    double width = surface->x[surface->nx - 1] - surface->x[0];
    double height = surface->y[surface->ny - 1] - surface->y[0];
    *nx = (int)fmax(BAND_PIXELS * fmin(width / height, 1), 1);
    *ny = (int)fmax(BAND_PIXELS * fmin(height / width, 1), 1);
}

/* Centre of the lower left pixel of the bands' picture, and the size of a pixel. */
static void add_band_places(struct ls_figure *figure, const struct ls_contour_panel *panels) {
    struct ls_script *script = &figure->script;
    int n = figure->panels;
    ls_script_add(script,
                  "array BAND_X[%d]; array BAND_Y[%d]; array BAND_DX[%d]; array BAND_DY[%d]\n", n,
                  n, n, n);
    for (int i = 0; i < n; i++) {
        const struct ls_surface *s = panels[i].surface;
        int nx, ny;
        band_pixels(s, &nx, &ny);
        double dx = (s->x[s->nx - 1] - s->x[0]) / nx, dy = (s->y[s->ny - 1] - s->y[0]) / ny;
        ls_script_add(script, "BAND_X[%d] = %.9g; BAND_DX[%d] = %.9g; ", i + 1, s->x[0] + dx / 2,
                      i + 1, dx);
        ls_script_add(script, "BAND_Y[%d] = %.9g; BAND_DY[%d] = %.9g\n", i + 1, s->y[0] + dy / 2,
                      i + 1, dy);
    }
}

/* The number of levels not above each pixel, -1 where nothing is known. */
static enum ls_status add_bands(struct ls_script *script, const struct ls_surface *surface,
                                const struct ls_levels *levels, struct ls_error *error) {
    int nx, ny;
    struct ls_field field;
    band_pixels(surface, &nx, &ny);
    enum ls_status status = ls_field_pixels(&field, surface, nx, ny, error);
    if (status != LS_OK)
        return status;
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++) {
            double z = field.z[(size_t)j * (size_t)nx + (size_t)i];
            int band = isnan(z) ? -1 : 0;
            while (band >= 0 && band < levels->count && z >= asinh(levels->height[band]))
                band++;
            ls_script_add(script, "%d%s", band, i + 1 < nx ? " " : "\n");
        }
    ls_script_add(script, "\n\n");
    ls_field_free(&field);
    return LS_OK;
}

/* Whether point i is hidden by the label of its line or by that of the minimum. */
static bool hidden(const struct ls_contour_panel *panel, const struct ls_label *label, size_t i) {
    struct ls_point p = panel->lines.points[i];
    return (label && i > label->from && i < label->to) ||
           (panel->lowest >= 0 && fabs(p.x - panel->lowest_at.x) < panel->lowest_width / 2 &&
            fabs(p.y - panel->lowest_at.y) < panel->lowest_height / 2);
}

static void add_run(struct ls_script *script, const struct ls_contour_panel *panel, size_t first,
                    size_t count, unsigned color, bool *keep) {
    const struct ls_point *points = panel->lines.points + first;
    ls_simplify(points, count, 0.25 / panel->unit, keep);
    for (size_t i = 0; i < count; i++)
        if (keep[i])
            ls_script_add(script, "%.5g %.5g %u\n", points[i].x, points[i].y, color);
    ls_script_add(script, "\n");
}

/* The visible runs of points of one line. keep[line->count] is scratch space. */
static void add_line(struct ls_script *script, const struct ls_contour_panel *panel,
                     const struct ls_line *line, const struct ls_label *label, unsigned color,
                     bool *keep) {
    size_t end = line->first + line->count, i = line->first;
    while (i < end) {
        size_t first = i;
        while (i < end && !hidden(panel, label, i))
            i++;
        if (i - first > 1)
            add_run(script, panel, first, i - first, color, keep);
        i += i == first;
    }
}

static enum ls_status add_lines(struct ls_script *script, const struct ls_contour_panel *panel,
                                const struct ls_levels *levels, struct ls_error *error) {
    bool *keep = ls_alloc(panel->lines.point_count, sizeof *keep);
    if (!keep)
        return ls_fail_memory(error, "contour lines");
    size_t next = 0; /* labels come in the order of the lines */
    ls_script_add(script, "NaN NaN 0\n\n");
    for (size_t l = 0; l < panel->lines.line_count; l++) {
        const struct ls_line *line = &panel->lines.lines[l];
        bool labelled = next < panel->label_count && panel->labels[next].line == l;
        add_line(script, panel, line, labelled ? &panel->labels[next] : NULL,
                 line_color(levels, line->level), keep);
        next += labelled;
    }
    ls_script_add(script, "\n\n");
    free(keep);
    return LS_OK;
}

/* x, y, angle, text */
static void add_labels(struct ls_script *script, const struct ls_contour_panel *panel,
                       const struct ls_levels *levels) {
    ls_script_add(script, "NaN NaN 0 -\n");
    for (size_t i = 0; i < panel->label_count; i++) {
        const struct ls_label *label = &panel->labels[i];
        char text[LS_NUMBER_SIZE];
        ls_caption_number(levels->height[panel->lines.lines[label->line].level], text);
        ls_script_add(script, "%.5g %.5g %.1f %s\n", label->at.x, label->at.y, label->angle, text);
    }
    ls_script_add(script, "\n\n");
}

/* Adds one datablock that holds a part of every panel, each followed by two empty lines. */
static enum ls_status add_blocks(struct ls_figure *figure, const struct ls_contour_panel *panels,
                                 const struct ls_levels *levels, struct ls_error *error) {
    struct ls_script *script = &figure->script;
    enum ls_status status = LS_OK;
    ls_script_add(script, "$bands << END\n");
    for (int i = 0; i < figure->panels && status == LS_OK; i++)
        status = add_bands(script, panels[i].surface, levels, error);
    ls_script_add(script, "END\n$lines << END\n");
    for (int i = 0; i < figure->panels && status == LS_OK; i++)
        status = add_lines(script, &panels[i], levels, error);
    ls_script_add(script, "END\n$labels << END\n");
    for (int i = 0; i < figure->panels; i++)
        add_labels(script, &panels[i], levels);
    ls_script_add(script, "END\n$minimum << END\n");
    for (int i = 0; i < figure->panels; i++) {
        const struct ls_contour_panel *p = &panels[i];
        const struct ls_surface *s = p->surface;
        if (p->lowest >= 0)
            ls_script_add(script, "%.6g %.6g %.6g %.6g \"%s\"\n", s->x[p->lowest % s->nx],
                          s->y[p->lowest / s->nx], p->lowest_at.x, p->lowest_at.y, p->lowest_label);
        else
            ls_script_add(script, "NaN NaN NaN NaN -\n");
        ls_script_add(script, "\n\n");
    }
    ls_script_add(script, "END\n");
    return status;
}

/* What the colours do not tell by themselves. */
static void describe(const struct ls_request *request, const struct ls_levels *levels, char *note,
                     size_t size) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    double last = levels->height[levels->count - 1];
    ls_request_missing(request, note, size);
    size_t length = strlen(note);
    const char *separator = length ? " (white); " : "";
    char number[LS_NUMBER_SIZE];
    ls_caption_number(last, number);
    if (extent.max >= last)
        snprintf(note + length, size - length, "%sgrey: loss above %s", separator, number);
    else if (length)
        snprintf(note + length, size - length, " (white)");
}

static enum ls_status trace_all(struct ls_figure *figure, const struct ls_request *request,
                                const struct ls_axes *axes, const struct ls_levels *levels,
                                struct ls_contour_panel *panels, struct ls_error *error) {
    double unit = (figure->box[0].right - figure->box[0].left) / (axes->x_max - axes->x_min);
    enum ls_status status = LS_OK;
    for (int i = 0; i < request->count && status == LS_OK; i++) {
        panels[i].surface = request->surfaces[i];
        panels[i].unit = unit;
        panels[i].em = figure->em / unit;
        status = ls_contour_panel_trace(&panels[i], levels, error);
    }
    return status;
}

enum ls_status ls_draw_contour(const struct ls_request *request, struct ls_error *error) {
    struct ls_levels levels;
    enum ls_status status = ls_levels_choose(&levels, request->options, error);
    if (status != LS_OK)
        return status;
    struct ls_axes axes = ls_request_axes(request);
    struct ls_frame frame = {
        .keep_aspect = true, .left = 5.2, .right = 1.4, .bottom = 4.1, .top = 4};
    ls_axes_box(&axes, 1000, &frame);
    char note[256];
    describe(request, &levels, note, sizeof note);
    struct ls_figure figure = {.options = request->options};
    struct ls_contour_panel panels[LS_MAX_PANELS] = {0};
    ls_figure_begin(&figure, request->format, request->count, &frame, ls_request_title(request),
                    note);
    ls_figure_name_surfaces(&figure, request);
    ls_figure_axes(&figure, request);
    status = trace_all(&figure, request, &axes, &levels, panels, error);
    if (status == LS_OK) {
        add_bands_palette(&figure.script, &levels);
        add_band_places(&figure, panels);
        status = add_blocks(&figure, panels, &levels, error);
    }
    for (int i = 0; i < request->count; i++)
        ls_contour_panel_free(&panels[i]);
    if (status == LS_OK)
        return ls_figure_finish(&figure, "contour.gp", request->path, error);
    ls_script_free(&figure.script);
    return status;
}
