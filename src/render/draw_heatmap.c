/* Heat maps with axes: one coloured cell a grid point. */
#include "render/figure.h"
#include "render/height.h"
#include <math.h>

static void add_panel(struct ls_script *script, const struct ls_surface *surface,
                      const struct ls_plot_options *options) {
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        size_t column = i % (size_t)surface->nx, row = i / (size_t)surface->nx;
        double height = ls_height(surface->loss[i]);
        ls_script_add(script, "%.9g %.9g ", surface->x[column], surface->y[row]);
        if (isnan(height))
            ls_script_add(script, "NaN\n");
        else
            ls_script_add(script, "%.6g\n", fmin(fmax(height, options->vmin), options->vmax));
    }
    ls_script_add(script, "\n\n");
}

enum ls_status ls_draw_heatmap(const struct ls_request *request, struct ls_error *error) {
    const struct ls_surface *first = request->surfaces[0];
    struct ls_axes axes = ls_request_axes(request);
    struct ls_frame frame = {
        .keep_aspect = true, .left = 5.2, .right = 1.4, .bottom = 4.1, .top = 4, .bar = 6.6};
    ls_axes_box(&axes, 1000, &frame);
    char note[256];
    ls_request_missing(request, note, sizeof note);
    struct ls_figure figure = {.options = request->options};
    ls_figure_begin(&figure, request->format, request->count, &frame, ls_request_title(request),
                    note);
    ls_figure_name_surfaces(&figure, request);
    ls_figure_axes(&figure, request);
    struct ls_script *script = &figure.script;
    ls_script_add(script, "HALF_X = %.9g; HALF_Y = %.9g\n",
                  (first->x[first->nx - 1] - first->x[0]) / (first->nx - 1) / 2,
                  (first->y[first->ny - 1] - first->y[0]) / (first->ny - 1) / 2);
    ls_script_add(script, "HEAT_MIN = %.9g; HEAT_MAX = %.9g; HEAT_LOG = %d\n",
                  request->options->vmin, request->options->vmax, request->options->log);
    ls_script_add(script, "$heat << END\n");
    for (int i = 0; i < request->count; i++)
        add_panel(script, request->surfaces[i], request->options);
    ls_script_add(script, "END\n");
    return ls_figure_finish(&figure, "heatmap.gp", request->path, error);
}
