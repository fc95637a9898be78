#include "render/contour_bands.h"
#include "render/caption.h"
#include "render/colormap.h"
#include "render/field.h"
#include <math.h>

static double part_of(const struct ls_levels *levels, int level) {
    return levels->count > 1 ? (double)level / (levels->count - 1) : 0;
}

unsigned ls_contour_line_color(const struct ls_levels *levels, int level, enum ls_colormap map) {
    map = ls_colormap_or(map, LS_VIRIDIS);
    if (map == LS_COOLWARM)
        return ls_color_number(ls_color_shade(ls_colormap(map, part_of(levels, level)), 0.35));
    return ls_color_number(ls_colormap(map, 0.78 * part_of(levels, level)));
}

/* What lies above all levels is grey. */
static unsigned band_color(const struct ls_levels *levels, int band, enum ls_colormap map) {
    if (band == levels->count)
        return 0xdcdcdc;
    struct ls_color color = ls_colormap(ls_colormap_or(map, LS_VIRIDIS), part_of(levels, band));
    return ls_color_number(ls_color_tint(color, 0.68));
}

void ls_contour_bands_begin(struct ls_figure *figure, const struct ls_levels *levels) {
    struct ls_script *script = &figure->script;
    enum ls_colormap map = figure->options->colormap;
    int n = levels->count;
    ls_script_add(script, "BANDS = %d\narray BAND_COLOR[%d]\n", n, n + 1);
    ls_script_add(script, "array LINE_COLOR[%d]; array LEVEL[%d]\n", n, n);
    for (int b = 0; b <= n; b++)
        ls_script_add(script, "BAND_COLOR[%d] = %u\n", b + 1, band_color(levels, b, map));
    for (int l = 0; l < n; l++) {
        char text[LS_NUMBER_SIZE];
        ls_level_text(levels, l, text);
        ls_script_add(script, "LINE_COLOR[%d] = %u; LEVEL[%d] = '%s'\n", l + 1,
                      ls_contour_line_color(levels, l, map), l + 1, text);
    }
}

/* Pixels across and upwards of a surface's picture. All pictures together have as many as `most`
 * squared, for vector files hold them as they are. */
static void band_pixels(const struct ls_surface *surface, int panels, int *nx, int *ny) {
    const double most = 500, most_in_one = 450;
    double pixels = fmin(most / sqrt(panels), most_in_one);
    double width = surface->x[surface->nx - 1] - surface->x[0];
    double height = surface->y[surface->ny - 1] - surface->y[0];
    *nx = (int)fmax(pixels * fmin(width / height, 1), 1);
    *ny = (int)fmax(pixels * fmin(height / width, 1), 1);
}

/* The number of levels not above each pixel, -1 where nothing is known. */
static enum ls_status add_picture(struct ls_script *script, const struct ls_surface *surface,
                                  int panels, const struct ls_levels *levels,
                                  struct ls_error *error) {
    int nx, ny;
    struct ls_field field;
    band_pixels(surface, panels, &nx, &ny);
    enum ls_status status = ls_field_pixels(&field, surface, nx, ny, error);
    if (status != LS_OK)
        return status;
    const double dx = (surface->x[surface->nx - 1] - surface->x[0]) / nx;
    const double dy = (surface->y[surface->ny - 1] - surface->y[0]) / ny;
    ls_script_columns(script, surface->x[0] + dx / 2, dx, nx);
    for (int j = 0; j < ny; j++) {
        ls_script_add(script, "%.9g", surface->y[0] + (j + 0.5) * dy);
        for (int i = 0; i < nx; i++) {
            double z = field.z[(size_t)j * (size_t)nx + (size_t)i];
            int band = isnan(z) ? -1 : 0;
            while (band >= 0 && band < levels->count && z >= ls_level_at(levels, band))
                band++;
            ls_script_add(script, " %d", band);
        }
        ls_script_add(script, "\n");
    }
    ls_script_add(script, "\n\n");
    ls_field_free(&field);
    return LS_OK;
}

enum ls_status ls_contour_bands_add(struct ls_figure *figure, const struct ls_request *request,
                                    const struct ls_levels *levels, struct ls_error *error) {
    enum ls_status status = LS_OK;
    ls_script_add(&figure->script, "$bands << END\n");
    for (int i = 0; i < request->count && status == LS_OK; i++)
        status = add_picture(&figure->script, request->surfaces[i], request->count, levels, error);
    ls_script_add(&figure->script, "END\n");
    return status;
}
