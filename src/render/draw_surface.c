/* Surfaces seen from above at an angle, lit, on one common scale of height and colour. */
#include "render/caption.h"
#include "render/field.h"
#include "render/figure.h"
#include "render/height.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Points along the longer axis of the interpolated surface; every four of them are one polygon,
 * which vector formats store one by one. */
enum { RASTER_POINTS = 251, VECTOR_POINTS = 101 };

/* How a loss becomes a height. */
struct scale {
    bool log;
    double floor, cap; /* losses outside are drawn there; floor matters to logarithms only */
    double min, max;   /* of the vertical axis, log10 if `log` */
};

static struct scale choose_scale(const struct ls_request *request) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    struct scale scale = {.log = request->options->log};
    scale.cap = fmin(request->options->zmax, extent.max);
    if (scale.log) {
        scale.floor = fmin(isnan(extent.positive) ? scale.cap : extent.positive, scale.cap);
        scale.min = floor(log10(scale.floor));
        scale.max = scale.cap < extent.max ? log10(scale.cap) : ceil(log10(scale.cap));
    } else {
        scale.floor = -INFINITY;
        scale.min = fmin(0, fmin(extent.min, scale.cap));
        scale.max = scale.cap;
    }
    if (!(scale.max > scale.min))
        scale.max = scale.min + 1;
    return scale;
}

/* The height of z = asinh(loss). What is above the cap is going to be cut off; there it rises no
 * faster than asinh, so that the cut runs smoothly between grid points. */
static double height_of(const struct scale *scale, double z) {
    double above = z - asinh(scale->cap);
    if (scale->log)
        return log10(fmax(sinh(z), scale->floor));
    return above > 0 ? scale->cap + above * hypot(1, scale->cap) : sinh(z);
}

/* Ticks at powers of ten, few enough to be read. */
static void add_log_ticks(struct ls_script *script, const struct scale *scale) {
    int first = (int)ceil(scale->min), last = (int)floor(scale->max);
    int step = 1 + (last - first) / 7;
    bool plain = first >= -3 && last <= 3;
    ls_script_add(script, "Z_TICS = \"");
    for (int decade = first; decade <= last; decade += step) {
        const char *separator = decade > first ? ", " : "";
        if (plain)
            ls_script_add(script, "%s'%g' %d", separator, pow(10, decade), decade);
        else
            ls_script_add(script, "%s'10^{%d}' %d", separator, decade, decade);
    }
    ls_script_add(script, "\"\n");
}

static void add_scale(struct ls_script *script, const struct scale *scale) {
    ls_script_add(script, "Z_MIN = %.9g; Z_MAX = %.9g\n", scale->min, scale->max);
    if (scale->log)
        add_log_ticks(script, scale);
    else
        ls_script_add(script, "Z_TICS = ''\n");
}

static enum ls_status add_panel(struct ls_script *script, const struct ls_surface *surface,
                                const struct scale *scale, int points, struct ls_error *error) {
    struct ls_field field;
    enum ls_status status = ls_field_refine(&field, surface, points, error);
    if (status != LS_OK)
        return status;
    for (int j = 0; j < field.ny; j++) {
        for (int i = 0; i < field.nx; i++) {
            double z = field.z[(size_t)j * (size_t)field.nx + (size_t)i];
            ls_script_add(script, "%.5g %.5g ", field.x[i], field.y[j]);
            if (isnan(z))
                ls_script_add(script, "NaN\n");
            else
                ls_script_add(script, "%.5g\n", height_of(scale, z));
        }
        ls_script_add(script, "\n");
    }
    ls_script_add(script, "\n");
    ls_field_free(&field);
    return LS_OK;
}

static void describe(const struct ls_request *request, const struct scale *scale, char *note,
                     size_t size) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    ls_request_missing(request, note, size);
    size_t length = strlen(note);
    char cap[LS_NUMBER_SIZE];
    ls_caption_number(scale->cap, cap);
    if (extent.max > scale->cap)
        snprintf(note + length, size - length, "%scut off at a loss of %s", length ? "; " : "",
                 cap);
}

enum ls_status ls_draw_surface(const struct ls_request *request, struct ls_error *error) {
    struct scale scale = choose_scale(request);
    struct ls_frame frame = {.box_width = 1150,
                             .box_height = 960,
                             .left = 1.5,
                             .right = 0.5,
                             .bottom = 0.5,
                             .top = 3.8,
                             .bar = 6};
    char note[256];
    describe(request, &scale, note, sizeof note);
    struct ls_figure figure = {.options = request->options};
    ls_figure_begin(&figure, request->format, request->count, &frame, ls_request_title(request),
                    note);
    ls_figure_name_surfaces(&figure, request);
    ls_figure_axes(&figure, request);
    struct ls_script *script = &figure.script;
    add_scale(script, &scale);
    int points = request->format == LS_FORMAT_PNG ? RASTER_POINTS : VECTOR_POINTS;
    enum ls_status status = LS_OK;
    ls_script_add(script, "$surface << END\n");
    for (int i = 0; i < request->count && status == LS_OK; i++)
        status = add_panel(script, request->surfaces[i], &scale, points, error);
    ls_script_add(script, "END\n");
    if (status == LS_OK)
        return ls_figure_finish(&figure, "surface.gp", request->path, error);
    ls_script_free(script);
    return status;
}
