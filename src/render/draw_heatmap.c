/* Heat maps with axes: one coloured cell a grid point, which reaches half the way to its
 * neighbours. */
#include "render/caption.h"
#include "render/colormap.h"
#include "render/figure.h"
#include "render/height.h"
#include "render/marks_script.h"
#include "render/quantity.h"
#include "render/ticks.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Where cell i of at[count] begins, or cell i - 1 ends. */
static double cell_edge(const double *at, int count, int i) {
    if (i == 0)
        return at[0] - (at[1] - at[0]) / 2;
    if (i == count)
        return at[count - 1] + (at[count - 1] - at[count - 2]) / 2;
    return (at[i - 1] + at[i]) / 2;
}

/* One axis of a surface's picture. */
struct ruler {
    const double *at; /* [count] */
    int count, pixels;
    double start, step; /* edge of the first pixel, and a pixel's width */
};

static bool is_even(const double *at, int count) {
    double step = (at[count - 1] - at[0]) / (count - 1);
    for (int i = 0; i < count; i++)
        if (fabs(at[i] - at[0] - i * step) > 1e-6 * step)
            return false;
    return true;
}

/* Cells are drawn in whole pixels, if they are even, as many as keep the picture's smoothing in a
 * viewer at their edges. */
static struct ruler measure(const double *at, int count, int pixels) {
    struct ruler ruler = {.at = at, .count = count, .pixels = pixels};
    if (is_even(at, count))
        ruler.pixels = count * (1 + (pixels - 1) / count);
    ruler.start = cell_edge(at, count, 0);
    ruler.step = (cell_edge(at, count, count) - ruler.start) / ruler.pixels;
    return ruler;
}

/* The cell that holds the centre of a pixel, at or behind `cell`. */
static int cell_of(const struct ruler *ruler, int pixel, int cell) {
    double centre = ruler->start + (pixel + 0.5) * ruler->step;
    while (cell + 1 < ruler->count && cell_edge(ruler->at, ruler->count, cell + 1) <= centre)
        cell++;
    return cell;
}

static void add_row(struct ls_script *script, const double *values, const struct ruler *ruler,
                    const struct ls_plot_options *options) {
    for (int p = 0, cell = 0; p < ruler->pixels; p++) {
        cell = cell_of(ruler, p, cell);
        double height = ls_height(values[cell]);
        if (isnan(height))
            ls_script_add(script, " NaN");
        else
            ls_script_add(script, " %.9g", fmin(fmax(height, options->vmin), options->vmax));
    }
    ls_script_add(script, "\n");
}

static void add_panel(struct ls_script *script, const struct ls_request *request, int i) {
    const struct ls_surface *s = request->surfaces[i];
    int pixels = (int)(450 / sqrt(fmax(1, request->count / 2.0)));
    struct ruler x = measure(s->x, s->nx, pixels), y = measure(s->y, s->ny, pixels);
    ls_script_columns(script, x.start + x.step / 2, x.step, x.pixels);
    for (int p = 0, row = 0; p < y.pixels; p++) {
        row = cell_of(&y, p, row);
        ls_script_add(script, "%.9g", y.start + (p + 0.5) * y.step);
        add_row(script, s->loss + (size_t)row * (size_t)s->nx, &x, request->options);
    }
    ls_script_add(script, "\n\n");
}

/* The plane with the outer halves of the cells. */
static struct ls_axes widen(const struct ls_request *request) {
    struct ls_axes axes = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (int i = 0; i < request->count; i++) {
        const struct ls_surface *s = request->surfaces[i];
        axes.x_min = fmin(axes.x_min, cell_edge(s->x, s->nx, 0));
        axes.x_max = fmax(axes.x_max, cell_edge(s->x, s->nx, s->nx));
        axes.y_min = fmin(axes.y_min, cell_edge(s->y, s->ny, 0));
        axes.y_max = fmax(axes.y_max, cell_edge(s->y, s->ny, s->ny));
    }
    return axes;
}

static void add_palette(struct ls_script *script, enum ls_colormap map) {
    ls_script_add(script, "PALETTE = \"");
    for (int i = 0; i <= 16; i++)
        ls_script_add(script, "%s%g '#%06x'", i ? ", " : "", i / 16.0,
                      ls_color_number(ls_colormap(map, i / 16.0)));
    ls_script_add(script, "\"\n");
}

/* The networks, the trail and the minimum of every panel. */
static enum ls_status add_marks(struct ls_figure *figure, const struct ls_request *request,
                                const struct ls_axes *axes, struct ls_error *error) {
    double stretch, unit = ls_axes_unit(axes, figure, &stretch);
    struct ls_marks marks[LS_MAX_PANELS];
    struct ls_trail trails[LS_MAX_PANELS] = {0};
    const struct ls_marks *pointers[LS_MAX_PANELS] = {0};
    enum ls_status status = LS_OK;
    const int count = request->count;
    for (int i = 0; i < count && status == LS_OK; i++) {
        status = ls_marks_place(&marks[i], &trails[i], request->marked[i],
                                request->quantity->lowest, stretch, figure->em / unit, error);
        pointers[i] = &marks[i];
    }
    if (status == LS_OK)
        ls_marks_script(&figure->script, pointers, count, stretch);
    for (int i = 0; i < count; i++)
        ls_trail_free(&trails[i]);
    return status;
}

/* What is missing, and what the ends of the colours hide. */
static void describe(const struct ls_request *request, char *note, size_t size) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    char low[LS_NUMBER_SIZE], high[LS_NUMBER_SIZE];
    const double ends[2] = {extent.min, extent.max};
    ls_caption_digits(extent.min, ls_tick_digits(ends, 2), low);
    ls_caption_digits(extent.max, ls_tick_digits(ends, 2), high);
    ls_request_missing(request, " (white)", note, size);
    if (extent.min < request->options->vmin || extent.max > request->options->vmax)
        ls_note_add(note, size, "%s from %s to %s, clipped to the colours", request->quantity->many,
                    low, high);
}

/* The ticks of the colour bar; returns their number. */
static int find_ticks(const struct ls_plot_options *options, double ticks[LS_MAX_TICKS]) {
    return options->log ? ls_log_ticks(options->vmin, options->vmax, ticks)
                        : ls_linear_ticks(options->vmin, options->vmax, 10, ticks);
}

/* The width of the colour bar with its numbers and its name, in em. */
static double bar_width(const double *ticks, int count) {
    const int digits = ls_tick_digits(ticks, count);
    return fmax(6.6, 4.3 + 0.62 * (double)ls_tick_letters(ticks, count, digits));
}

enum ls_status ls_draw_heatmap(const struct ls_request *request, struct ls_error *error) {
    struct ls_axes axes = ls_request_axes(request);
    double ticks[LS_MAX_TICKS];
    const int tick_count = find_ticks(request->options, ticks);
    struct ls_frame frame = {.keep_aspect = true,
                             .left = 5.2,
                             .right = 1.4,
                             .bottom = 4.1,
                             .top = 4,
                             .bar = bar_width(ticks, tick_count)};
    ls_axes_box(&axes, 1000, &frame);
    char note[256];
    describe(request, note, sizeof note);
    struct ls_figure figure = {.options = request->options};
    ls_figure_begin(&figure, request->format, request->count, &frame, ls_request_title(request),
                    note);
    ls_figure_name_surfaces(&figure, request);
    const struct ls_axes wide = widen(request);
    ls_figure_axes(&figure, request, &wide);
    struct ls_script *script = &figure.script;
    add_palette(script, ls_colormap_or(request->options->colormap, LS_VIRIDIS));
    ls_script_add(script, "HEAT_MIN = %.9g; HEAT_MAX = %.9g; HEAT_LOG = %d; BAR = %g\n",
                  request->options->vmin, request->options->vmax, request->options->log, frame.bar);
    ls_figure_ticks(&figure, "HEAT_TICKS", ticks, tick_count);
    ls_script_string(script, "HEAT_LABEL", ls_request_label(request));
    ls_script_add(script, "$heat << END\n");
    for (int i = 0; i < request->count; i++)
        add_panel(script, request, i);
    ls_script_add(script, "END\n");
    enum ls_status status = add_marks(&figure, request, &wide, error);
    if (status == LS_OK)
        return ls_figure_finish(&figure, "heatmap.gp", request->path, error);
    ls_script_free(&figure.script);
    return status;
}
