/* Curves: loss (left axis) and accuracy (right axis) along a direction, several runs in one figure.
 */
#include "render/band.h"
#include "render/caption.h"
#include "render/figure.h"
#include "render/height.h"
#include "render/line_marks.h"
#include "render/ticks.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_number(struct ls_script *script, double value) {
    if (isnan(value))
        ls_script_add(script, " NaN");
    else
        ls_script_add(script, " %.9g", value);
}

/* Whether any surface knows an accuracy. */
static bool have_accuracy(const struct ls_request *request) {
    for (int i = 0; i < request->count; i++) {
        const struct ls_surface *surface = request->surfaces[i];
        for (size_t p = 0; surface->accuracy && p < ls_surface_points(surface); p++)
            if (surface->accuracy[p] >= 0)
                return true;
    }
    return false;
}

/* x, loss, accuracy. A loss is at most `cap`, where the curve has left the axes. */
static void add_curve(struct ls_script *script, const struct ls_surface *surface, double cap) {
    struct ls_row row;
    ls_row_of(surface, &row);
    for (int i = 0; i < row.count; i++) {
        double height = ls_height(surface->loss[i]);
        bool known = !isnan(height) && surface->accuracy && surface->accuracy[i] >= 0;
        ls_script_add(script, "%.9g", row.at[i]);
        add_number(script, isnan(height) ? NAN : fmin(height, cap));
        add_number(script, known ? surface->accuracy[i] : NAN);
        ls_script_add(script, "\n");
    }
    ls_script_add(script, "\n\n");
}

/* The axis along the curves, which lead along directions of one kind or not; ends = where it begins
 * and ends. */
static void add_steps(struct ls_script *script, const struct ls_request *request, double ends[2]) {
    const double margin = 0.015; /* curves do not end on the axes at their sides */
    char label[LS_AXIS_NAME] = "";
    ends[0] = INFINITY;
    ends[1] = -INFINITY;
    for (int i = 0; i < request->count; i++) {
        struct ls_row row;
        ls_row_of(request->surfaces[i], &row);
        ends[0] = fmin(ends[0], row.at[0]);
        ends[1] = fmax(ends[1], row.at[row.count - 1]);
        char mine[LS_AXIS_NAME];
        ls_caption_axis(request->surfaces[i], row.axis, mine);
        if (i > 0 && strcmp(label, mine) != 0)
            strcpy(mine, "step along the direction");
        strcpy(label, mine);
    }
    const double more = margin * (ends[1] - ends[0]);
    ends[0] -= more;
    ends[1] += more;
    ls_script_add(script, "X_MIN = %.9g; X_MAX = %.9g\n", ends[0], ends[1]);
    ls_script_string(script, "X_LABEL", label);
    ls_script_string(script, "LOSS_LABEL", ls_request_label(request));
}

static struct ls_loss_axis choose_axis(const struct ls_request *request) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    bool log = request->options->log && !isnan(extent.positive);
    double bottom = fmin(0, extent.min);
    double top = fmin(request->options->zmax, extent.max + 0.04 * (extent.max - bottom));
    if (log) {
        bottom = ls_round_down(extent.positive);
        top = fmin(request->options->zmax, ls_round_up(extent.max));
    }
    if (!(top > bottom))
        top = log ? 10 * bottom : bottom + 1;
    return (struct ls_loss_axis){bottom, top, log};
}

static void add_axes(struct ls_figure *figure, const double ends[2],
                     const struct ls_loss_axis *axis) {
    ls_script_add(&figure->script, "LOSS_MIN = %.9g; LOSS_MAX = %.9g; LOSS_LOG = %d\n",
                  axis->bottom, axis->top, axis->log);
    ls_figure_axis(figure, "X_TICKS", ends[0], ends[1], false);
    if (!axis->log) {
        ls_figure_axis(figure, "LOSS_TICKS", axis->bottom, axis->top, true);
        return;
    }
    double ticks[LS_MAX_TICKS];
    const int count = ls_log_ticks(axis->bottom, axis->top, ticks);
    ls_figure_ticks(figure, "LOSS_TICKS", ticks, count);
}

/* What the curves do not tell by themselves. */
static void describe(const struct ls_request *request, char *note, size_t size) {
    char cap[LS_NUMBER_SIZE];
    ls_caption_number(request->options->zmax, cap);
    ls_request_missing(request, "", note, size);
    if (ls_heights(request->surfaces, request->count).max > request->options->zmax)
        ls_note_add(note, size, "cut off at a loss of %s", cap);
    for (int i = 0; i < request->count; i++)
        if (ls_has_band(request->surfaces[i])) {
            ls_note_add(note, size,
                        "band: 95 %% confidence of the loss, from its spread over the images");
            break;
        }
}

/* The curves' number, and what they are. */
static void name_curves(struct ls_figure *figure, const struct ls_request *request) {
    char names[LS_MAX_PANELS][LS_LEGEND_NAME];
    for (int i = 0; i < request->count; i++)
        ls_request_name(request, i, names[i], sizeof names[i]);
    ls_script_add(&figure->script, "CURVES = %d; ACCURACY = %d\n", request->count,
                  have_accuracy(request));
    ls_figure_legend(figure, "CURVE", names, request->count);
}

enum ls_status ls_draw_lines(const struct ls_request *request, struct ls_error *error) {
    enum ls_status status = ls_request_check_zmax(request, error);
    if (status != LS_OK)
        return status;
    const struct ls_loss_axis axis = choose_axis(request);
    struct ls_line_marks marks;
    ls_line_marks_find(&marks, request);
    double ends[2], names = ls_line_marks_height(&marks);
    struct ls_frame frame = {.box_width = 1300,
                             .box_height = 900,
                             .left = fmax(5.5, ls_axis_margin(axis.bottom, axis.top, axis.log)),
                             .right = 5.5,
                             .bottom = request->count == 1 ? 5.9 : 4.7 + 1.35 * request->count,
                             .top = (request->count == 1 ? 4 : 1.5) + names};
    char note[256];
    describe(request, note, sizeof note);
    struct ls_figure figure = {.options = request->options};
    ls_figure_begin(&figure, request->format, 1, &frame, ls_request_title(request), note);
    if (request->count == 1)
        ls_figure_name_surfaces(&figure, request);
    struct ls_script *script = &figure.script;
    add_steps(script, request, ends);
    ls_line_marks_add(&marks, &figure, ends);
    name_curves(&figure, request);
    add_axes(&figure, ends, &axis);
    const double cap = axis.top + 10 * (axis.top - axis.bottom);
    ls_script_add(script, "$curves << END\n");
    for (int i = 0; i < request->count; i++)
        add_curve(script, request->surfaces[i], cap);
    ls_script_add(script, "END\n$bands << END\n");
    for (int i = 0; i < request->count; i++)
        ls_add_band(script, request->surfaces[i], &axis);
    ls_script_add(script, "END\n");
    return ls_figure_finish(&figure, "lines.gp", request->path, error);
}
