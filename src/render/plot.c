/* Which picture of surfaces is drawn how. */
#include "landscape/plot.h"
#include "render/csv.h"
#include "render/figure.h"
#include "render/heatmap.h"
#include "render/height.h"
#include <math.h>

struct ls_plot_options ls_plot_defaults(void) {
    return (struct ls_plot_options){
        .kind = LS_PLOT_CONTOUR, .zmax = 10, .vmin = 0.1, .vmax = 10, .vlevel = 0.5};
}

static enum ls_status check_options(const struct ls_plot_options *options, struct ls_error *error) {
    if (!(options->vmin < options->vmax) || !isfinite(options->vmax - options->vmin))
        return ls_fail(error, LS_BAD_ARGUMENT, "vmin (%g) must be below vmax (%g)", options->vmin,
                       options->vmax);
    if (!(options->vlevel > 0))
        return ls_fail(error, LS_BAD_ARGUMENT, "vlevel (%g) must be above 0", options->vlevel);
    if (isnan(options->zmax) || (options->log && !(options->zmax > 0)))
        return ls_fail(error, LS_BAD_ARGUMENT, "zmax (%g) must be above 0", options->zmax);
    if (options->log && options->kind == LS_PLOT_HEATMAP && options->vmin <= 0)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "logarithmic colours have to start above 0, not at vmin %g", options->vmin);
    return LS_OK;
}

/* Curves go with curves, grids with grids, and each with the kinds of picture it has. */
static enum ls_status check_shapes(const struct ls_surface *const *surfaces, int count,
                                   enum ls_plot_kind kind, struct ls_error *error) {
    for (int i = 0; i < count; i++) {
        const struct ls_surface *surface = surfaces[i];
        if (surface->ny == 0 && kind != LS_PLOT_LINES)
            return ls_fail(error, LS_MISMATCH,
                           "surface %d is a curve (it has no y axis): draw it with lines", i + 1);
        if (surface->ny > 0 && kind == LS_PLOT_LINES)
            return ls_fail(error, LS_MISMATCH,
                           "surface %d is a grid of %dx%d points: lines are drawn of curves only",
                           i + 1, surface->nx, surface->ny);
        if (surface->nx < 2 || surface->ny == 1)
            return ls_fail(error, LS_MISMATCH,
                           "surface %d has %dx%d points: a picture needs at least 2 along an axis",
                           i + 1, surface->nx, surface->ny ? surface->ny : 1);
    }
    return ls_heights_check(surfaces, count, error);
}

static enum ls_status draw(const struct ls_request *request, struct ls_error *error) {
    switch (request->options->kind) {
    case LS_PLOT_CONTOUR:
        return ls_draw_contour(request, error);
    case LS_PLOT_SURFACE:
        return ls_draw_surface(request, error);
    case LS_PLOT_LINES:
        return ls_draw_lines(request, error);
    case LS_PLOT_HEATMAP:
        if (request->format == LS_FORMAT_PNG)
            return ls_heatmap_png(request->surfaces, request->count, request->options,
                                  request->path, error);
        return ls_draw_heatmap(request, error);
    }
    return ls_fail(error, LS_BAD_ARGUMENT, "there is no such kind of picture");
}

enum ls_status ls_plot_surfaces(const struct ls_surface *const *surfaces, int count,
                                const struct ls_plot_options *options, const char *path,
                                struct ls_error *error) {
    struct ls_request request = {
        .surfaces = surfaces, .count = count, .options = options, .path = path};
    enum ls_status status = ls_format_of(path, &request.format, error);
    if (status != LS_OK)
        return status;
    if (count < 1 || count > LS_MAX_PANELS)
        return ls_fail(error, LS_BAD_ARGUMENT, "1 to %d surfaces can be drawn, not %d",
                       (int)LS_MAX_PANELS, count);
    if (request.format == LS_FORMAT_CSV && count != 1)
        return ls_fail(error, LS_BAD_ARGUMENT, "%s: a CSV file holds one surface, not %d", path,
                       count);
    if (request.format == LS_FORMAT_CSV)
        return ls_csv_write(surfaces[0], path, error);
    status = check_options(options, error);
    if (status == LS_OK)
        status = check_shapes(surfaces, count, options->kind, error);
    return status == LS_OK ? draw(&request, error) : status;
}
