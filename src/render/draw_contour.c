/* Contour plots: bands of light colour between labelled lines, networks and the minimum
 * marked. Lines and labels are computed here; gnuplot only draws them. */
#include "render/caption.h"
#include "render/contour_bands.h"
#include "render/contour_panel.h"
#include "render/height.h"
#include "render/marks_script.h"
#include "render/quantity.h"
#include "render/ticks.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Vector files hold at most so many points of lines, about 20 bytes each, however wild the surfaces
 * are. */
enum { MOST_POINTS = 11500 };

static void add_lines(struct ls_script *script, const struct ls_contour_panel *panel,
                      const struct ls_levels *levels, enum ls_colormap map) {
    ls_script_add(script, "NaN NaN 0\n\n");
    for (size_t l = 0; l < panel->lines.line_count; l++) {
        const struct ls_line *line = &panel->lines.lines[l];
        unsigned color = ls_contour_line_color(levels, line->level, map);
        size_t count;
        for (size_t at = line->first; (count = ls_contour_run(panel, line, &at)) > 0; at += count) {
            for (size_t i = at; i < at + count; i++)
                if (panel->keep[i])
                    ls_script_add(script, "%.5g %.5g %u\n", panel->lines.points[i].x,
                                  panel->lines.points[i].y / panel->stretch, color);
            ls_script_add(script, "\n");
        }
    }
    ls_script_add(script, "\n\n");
}

/* x, y, angle, text */
static void add_labels(struct ls_script *script, const struct ls_contour_panel *panel,
                       const struct ls_levels *levels) {
    ls_script_add(script, "NaN NaN 0 -\n");
    for (size_t i = 0; i < panel->label_count; i++) {
        const struct ls_label *label = &panel->labels[i];
        char text[LS_NUMBER_SIZE];
        ls_level_text(levels, panel->lines.lines[label->line].level, text);
        ls_script_add(script, "%.5g %.5g %.1f %s\n", label->at.x, label->at.y / panel->stretch,
                      label->angle, text);
    }
    ls_script_add(script, "\n\n");
}

/* Adds datablocks that hold a part of every panel, each followed by two empty lines. */
static void add_blocks(struct ls_figure *figure, const struct ls_contour_panel *panels,
                       const struct ls_levels *levels) {
    struct ls_script *script = &figure->script;
    ls_script_add(script, "$lines << END\n");
    for (int i = 0; i < figure->panels; i++)
        add_lines(script, &panels[i], levels, figure->options->colormap);
    ls_script_add(script, "END\n$labels << END\n");
    for (int i = 0; i < figure->panels; i++)
        add_labels(script, &panels[i], levels);
    ls_script_add(script, "END\n");
    const struct ls_marks *marks[LS_MAX_PANELS];
    for (int i = 0; i < figure->panels; i++)
        marks[i] = &panels[i].marks;
    ls_marks_script(script, marks, figure->panels, panels[0].stretch);
}

/* What the picture does not tell by itself. */
static void describe(const struct ls_request *request, const struct ls_levels *levels, char *note,
                     size_t size) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    char low[LS_NUMBER_SIZE], high[LS_NUMBER_SIZE];
    const char *noun = request->quantity->noun;
    int between = 0;
    for (int l = 0; l < levels->count; l++)
        between += levels->height[l] > extent.min && levels->height[l] <= extent.max;
    const double ends[2] = {extent.min, extent.max};
    ls_caption_digits(extent.min, ls_tick_digits(ends, 2), low);
    ls_caption_digits(extent.max, ls_tick_digits(ends, 2), high);
    ls_request_missing(request, " (white)", note, size);
    if (extent.min == extent.max)
        ls_note_add(note, size, "the %s is %s everywhere", noun, low);
    else if (between == 0)
        ls_note_add(note, size,
                    "no contour level lies between the lowest %s, %s, and the highest, %s", noun,
                    low, high);
}

/* Chooses the lines of all panels. While they have too many points, the panel that has the most
 * gets fewer and coarser lines. */
static void arrange_all(struct ls_contour_panel *panels, int count,
                        const struct ls_levels *levels) {
    const double widest = 4;
    size_t total = 0, points[LS_MAX_PANELS];
    double spacing[LS_MAX_PANELS], pixels[LS_MAX_PANELS];
    for (int i = 0; i < count; i++) {
        spacing[i] = 0.2;
        pixels[i] = 0.25;
        ls_contour_panel_arrange(&panels[i], levels, spacing[i]);
        points[i] = ls_contour_panel_simplify(&panels[i], pixels[i] / panels[i].unit);
        total += points[i];
    }
    while (total > MOST_POINTS) {
        int most = 0;
        for (int i = 1; i < count; i++)
            if (points[i] > points[most])
                most = i;
        if (spacing[most] > widest)
            break;
        spacing[most] *= 1.2;
        pixels[most] *= 1.2;
        total -= points[most];
        ls_contour_panel_arrange(&panels[most], levels, spacing[most]);
        points[most] = ls_contour_panel_simplify(&panels[most], pixels[most] / panels[most].unit);
        total += points[most];
    }
}

static enum ls_status trace_all(struct ls_figure *figure, const struct ls_request *request,
                                const struct ls_levels *levels, struct ls_contour_panel *panels,
                                struct ls_error *error) {
    struct ls_axes axes = ls_request_axes(request);
    double stretch, unit = ls_axes_unit(&axes, figure, &stretch);
    enum ls_status status = LS_OK;
    for (int i = 0; i < request->count && status == LS_OK; i++) {
        panels[i].surface = request->surfaces[i];
        panels[i].marked = request->marked[i];
        panels[i].lowest = request->quantity->lowest;
        panels[i].unit = unit;
        panels[i].stretch = stretch;
        panels[i].em = figure->em / unit;
        status = ls_contour_panel_trace(&panels[i], levels, error);
    }
    if (status == LS_OK)
        arrange_all(panels, request->count, levels);
    return status;
}

/* The width of the bar with the names of its levels and its own, in em. */
static double bar_width(const struct ls_levels *levels) {
    size_t most = 0;
    for (int l = 0; l < levels->count; l++) {
        char text[LS_NUMBER_SIZE];
        ls_level_text(levels, l, text);
        const size_t letters = ls_caption_letters(text);
        most = letters > most ? letters : most;
    }
    return fmax(6.6, 3.6 + 0.53 * (double)most);
}

enum ls_status ls_draw_contour(const struct ls_request *request, struct ls_error *error) {
    struct ls_levels levels;
    enum ls_status status = ls_levels_choose(&levels, request->options, error);
    if (status != LS_OK)
        return status;
    struct ls_axes axes = ls_request_axes(request);
    struct ls_frame frame = {.keep_aspect = true,
                             .left = 5.2,
                             .right = 1.4,
                             .bottom = 4.1,
                             .top = 4,
                             .bar = bar_width(&levels)};
    ls_axes_box(&axes, 1000, &frame);
    char note[256];
    describe(request, &levels, note, sizeof note);
    struct ls_figure figure = {.options = request->options};
    struct ls_contour_panel panels[LS_MAX_PANELS] = {0};
    ls_figure_begin(&figure, request->format, request->count, &frame, ls_request_title(request),
                    note);
    ls_figure_name_surfaces(&figure, request);
    ls_figure_axes(&figure, request, &axes);
    ls_contour_bands_begin(&figure, &levels);
    ls_script_add(&figure.script, "BAR = %g\n", frame.bar);
    status = ls_contour_bands_add(&figure, request, &levels, error);
    if (status == LS_OK)
        status = trace_all(&figure, request, &levels, panels, error);
    if (status == LS_OK)
        add_blocks(&figure, panels, &levels);
    for (int i = 0; i < request->count; i++)
        ls_contour_panel_free(&panels[i]);
    if (status == LS_OK)
        return ls_figure_finish(&figure, "contour.gp", request->path, error);
    ls_script_free(&figure.script);
    return status;
}
