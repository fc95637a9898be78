/* Which picture of surfaces is drawn how. */
#include "render/contour_csv.h"
#include "render/csv.h"
#include "render/figure.h"
#include "render/heatmap.h"
#include "render/height.h"
#include "render/mesh.h"
#include "render/quantity.h"
#include "render/takers.h"
#include "render/viewer.h"
#include <math.h>

struct ls_plot_options ls_plot_defaults(void) {
    return (struct ls_plot_options){.kind = LS_PLOT_CONTOUR,
                                    .colormap = LS_USUAL_COLORMAP,
                                    .zmax = NAN,
                                    .vmin = NAN,
                                    .vmax = NAN,
                                    .vlevel = NAN,
                                    .relief = 0.5,
                                    .surface = {.azimuth = 30,
                                                .elevation = 28,
                                                .zoom = 1,
                                                .samples = 4,
                                                .box = true,
                                                .bar = true,
                                                .words = true,
                                                .compress = -1,
                                                .frames = 1}};
}

static bool is_mesh(enum ls_file_format format) {
    return format == LS_FORMAT_VTP || format == LS_FORMAT_OBJ || format == LS_FORMAT_PLY;
}

static enum ls_status check_mesh_options(const struct ls_plot_options *options,
                                         struct ls_error *error) {
    enum { FINEST = 2001 };
    if (options->interp != 0 && (options->interp < 2 || options->interp > FINEST))
        return ls_fail(error, LS_BAD_ARGUMENT, "interp (%d) must be from 2 to %d points",
                       options->interp, (int)FINEST);
    if (!(options->relief > 0 && options->relief <= 100))
        return ls_fail(error, LS_BAD_ARGUMENT, "relief (%g) must be above 0 and at most 100",
                       options->relief);
    return LS_OK;
}

static enum ls_status check_options(const struct ls_plot_options *options,
                                    enum ls_file_format format, struct ls_error *error) {
    if (!(options->vmin < options->vmax) || !isfinite(options->vmax - options->vmin))
        return ls_fail(error, LS_BAD_ARGUMENT, "vmin (%g) must be below vmax (%g)", options->vmin,
                       options->vmax);
    if (!(options->vlevel > 0))
        return ls_fail(error, LS_BAD_ARGUMENT, "vlevel (%g) must be above 0", options->vlevel);
    if (options->log && !(options->zmax > 0))
        return ls_fail(error, LS_BAD_ARGUMENT, "zmax (%g) must be above 0", options->zmax);
    const bool cells = options->kind == LS_PLOT_HEATMAP || options->kind == LS_PLOT_CONVEXITY;
    if (options->bare && cells && format != LS_FORMAT_PNG)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "the bare cells of a heat map are pixels: the name must end in .png");
    if (options->log && cells && options->vmin <= 0)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "logarithmic colours have to start above 0, not at vmin %g", options->vmin);
    return LS_OK;
}

/* Curves go with curves, grids with grids, and each with the kinds of picture it has. */
static enum ls_status check_shapes(const struct ls_surface *const *surfaces, int count,
                                   enum ls_plot_kind kind, struct ls_error *error) {
    for (int i = 0; i < count; i++) {
        const struct ls_surface *surface = surfaces[i];
        struct ls_row row;
        bool is_row = ls_row_of(surface, &row);
        if (row.count == 1)
            return ls_fail(error, LS_MISMATCH,
                           "surface %d is a single point: a picture needs at least two", i + 1);
        if (is_row && kind != LS_PLOT_LINES)
            return ls_fail(error, LS_MISMATCH,
                           "surface %d is a curve, its points lie in one row: draw it with lines",
                           i + 1);
        if (!is_row && kind == LS_PLOT_LINES)
            return ls_fail(error, LS_MISMATCH,
                           "surface %d is a grid of %dx%d points: lines are drawn of curves only",
                           i + 1, surface->nx, surface->ny);
    }
    return LS_OK;
}

static enum ls_status write_mesh(const struct ls_request *request, struct ls_error *error) {
    struct ls_mesh mesh;
    enum ls_status status = ls_mesh_make(&mesh, request->surfaces[0], request->options,
                                         request->format != LS_FORMAT_VTP, error);
    if (status != LS_OK)
        return status;
    if (request->format == LS_FORMAT_VTP)
        status = ls_mesh_write_vtp(&mesh, request->path, error);
    else if (request->format == LS_FORMAT_OBJ)
        status = ls_mesh_write_obj(&mesh, request->path, error);
    else
        status = ls_mesh_write_ply(&mesh, request->path, error);
    ls_mesh_free(&mesh);
    return status;
}

static enum ls_status draw(const struct ls_request *request, struct ls_error *error) {
    if (is_mesh(request->format))
        return write_mesh(request, error);
    if (request->format == LS_FORMAT_CSV)
        return ls_contour_csv_write(request->surfaces[0], request->options, request->path, error);
    if (request->format == LS_FORMAT_HTML)
        return ls_viewer_write(request, error);
    switch (request->options->kind) {
    case LS_PLOT_CONTOUR:
        return ls_draw_contour(request, error);
    case LS_PLOT_SURFACE:
        return ls_draw_surface(request, error);
    case LS_PLOT_LINES:
        return ls_draw_lines(request, error);
    case LS_PLOT_CONVEXITY:
    case LS_PLOT_HEATMAP:
        if (request->options->bare)
            return ls_heatmap_bare(request->surfaces, request->count, request->options,
                                   request->path, error);
        return ls_draw_heatmap(request, error);
    }
    return ls_fail(error, LS_BAD_ARGUMENT, "there is no such kind of picture");
}

/* Where to cut off losses if nothing is said: where it would leave something to see. */
static double usual_zmax(const struct ls_request *request, bool compressed) {
    const double most = 10;
    const bool above = ls_heights(request->surfaces, request->count).min >= most;
    return compressed || request->options->log || above ? INFINITY : most;
}

/* Whether the file is to hold the numbers of a surface. */
static bool is_numbers(const struct ls_request *request) {
    return request->format == LS_FORMAT_CSV && request->options->kind != LS_PLOT_CONTOUR;
}

/* Whether the options choose among what there is. */
static enum ls_status check_choices(const struct ls_plot_options *options, struct ls_error *error) {
    if ((unsigned)options->kind <= LS_PLOT_CONVEXITY &&
        (unsigned)options->of <= LS_PLOT_OF_STANDARD_ERROR)
        return LS_OK;
    return ls_fail(error, LS_BAD_ARGUMENT, "there is no picture of kind %d, of %d",
                   (int)options->kind, (int)options->of);
}

/* What a file of that format cannot show. */
static enum ls_status check_format(const struct ls_request *request, struct ls_error *error) {
    enum ls_file_format format;
    const struct ls_plot_options *options = request->options;
    if (request->count < 1 || request->count > LS_MAX_PANELS)
        return ls_fail(error, LS_BAD_ARGUMENT, "1 to %d surfaces can be drawn, not %d",
                       (int)LS_MAX_PANELS, request->count);
    if ((is_mesh(request->format) || request->format == LS_FORMAT_CSV) && request->count != 1)
        return ls_fail(error, LS_BAD_ARGUMENT, "%s: such a file holds one surface, not %d",
                       request->path, request->count);
    if (options->kind == LS_PLOT_CONVEXITY && options->of != LS_PLOT_OF_LOSS)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "a map of convexity is of eigenvalues, not of other numbers");
    if (options->kind == LS_PLOT_CONVEXITY)
        return ls_picture_format(request->path, "maps of convexity are", &format, error);
    if (options->of == LS_PLOT_OF_LOSS)
        return LS_OK;
    struct ls_row row;
    if (options->kind == LS_PLOT_LINES && ls_row_of(request->surfaces[0], &row))
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "curves show losses, their errors and accuracies: other numbers than the "
                       "loss are drawn of grids");
    return ls_picture_format(request->path, "other numbers than the loss are", &format, error);
}

static enum ls_product product_of(const struct ls_request *request) {
    static const enum ls_product pictures[] = {[LS_PLOT_CONTOUR] = LS_CONTOUR_PLOT,
                                               [LS_PLOT_SURFACE] = LS_SURFACE_PICTURE,
                                               [LS_PLOT_HEATMAP] = LS_HEAT_MAP,
                                               [LS_PLOT_LINES] = LS_LINE_PLOT,
                                               [LS_PLOT_CONVEXITY] = LS_HEAT_MAP};
    if (request->format == LS_FORMAT_VTP)
        return LS_VTP_MESH;
    if (is_mesh(request->format))
        return LS_COLORED_MESH;
    if (request->format == LS_FORMAT_CSV)
        return is_numbers(request) ? LS_NUMBERS : LS_CONTOUR_LINES;
    return request->format == LS_FORMAT_HTML ? LS_PAGE : pictures[request->options->kind];
}

/* Decides what the options leave open. */
static void settle(const struct ls_request *request, enum ls_plot_kind kind,
                   struct ls_plot_options *own) {
    own->kind = kind;
    if (own->bare)
        own->surface.box = own->surface.bar = own->surface.words = false;
    if (isnan(own->zmax))
        own->zmax = usual_zmax(request, kind == LS_PLOT_SURFACE && !is_mesh(request->format));
    ls_quantity_defaults(request->quantity, request->surfaces, request->count, own);
}

/* Draws what the request shows. */
static enum ls_status draw_shown(const struct ls_request *request, struct ls_error *error) {
    enum ls_status status = check_options(request->options, request->format, error);
    if (status == LS_OK)
        status = check_mesh_options(request->options, error);
    if (status == LS_OK && is_numbers(request))
        return ls_csv_write(request->surfaces[0], request->path, error);
    if (status == LS_OK)
        status =
            ls_heights_check(request->surfaces, request->count, request->quantity->noun, error);
    if (status == LS_OK)
        status = ls_request_check_losses(request, error);
    return status == LS_OK ? draw(request, error) : status;
}

enum ls_status ls_plot_surfaces(const struct ls_surface *const *surfaces, int count,
                                const struct ls_plot_options *options, const char *path,
                                struct ls_error *error) {
    struct ls_plot_options own = *options;
    struct ls_shown shown = {.count = 0};
    if (check_choices(options, error))
        return LS_BAD_ARGUMENT;
    struct ls_request request = {.surfaces = surfaces,
                                 .marked = surfaces,
                                 .quantity = ls_quantity_of(options->kind, options->of),
                                 .count = count,
                                 .options = &own,
                                 .path = path};
    enum ls_status status = ls_format_of(path, &request.format, error);
    const bool solid = is_mesh(request.format) || request.format == LS_FORMAT_HTML;
    const enum ls_plot_kind kind = solid ? LS_PLOT_SURFACE : options->kind;
    if (status == LS_OK)
        status = check_format(&request, error);
    if (status == LS_OK)
        status = ls_takers_check(options, product_of(&request), error);
    if (status == LS_OK && !is_numbers(&request))
        status = check_shapes(surfaces, count, kind, error);
    if (status == LS_OK && request.quantity->value) {
        status = ls_shown_make(&shown, request.quantity, surfaces, count, error);
        request.surfaces = shown.pointers;
    }
    if (status == LS_OK) {
        settle(&request, kind, &own);
        status = draw_shown(&request, error);
    }
    ls_shown_free(&shown);
    return status;
}
