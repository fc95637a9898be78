#include "base/alloc.h"
#include "render/contour.h"
#include "render/floor.h"
#include "render/ticks.h"
#include <math.h>
#include <stdlib.h>

enum { POINTS = 400 }; /* of the grid the lines are traced on, along its longer side */

/* The terrain, thinned out, in world coordinates. */
static enum ls_status thin_out(const struct ls_terrain *t, struct ls_field *field,
                               struct ls_error *error) {
    int longer = t->nx > t->ny ? t->nx : t->ny, stride = (longer - 1) / POINTS + 1;
    *field = (struct ls_field){.nx = (t->nx - 1) / stride + 1, .ny = (t->ny - 1) / stride + 1};
    field->x = ls_alloc((size_t)field->nx, sizeof *field->x);
    field->y = ls_alloc((size_t)field->ny, sizeof *field->y);
    field->z = ls_alloc((size_t)field->nx * (size_t)field->ny, sizeof *field->z);
    if (!field->x || !field->y || !field->z)
        return ls_fail_memory(error, "contour lines");
    for (int i = 0; i < field->nx; i++)
        field->x[i] = t->left + (double)t->step_x * (i * stride);
    for (int j = 0; j < field->ny; j++) {
        field->y[j] = t->front + (double)t->step_y * (j * stride);
        for (int i = 0; i < field->nx; i++)
            field->z[(size_t)j * (size_t)field->nx + (size_t)i] =
                t->z[(size_t)(j * stride) * (size_t)t->nx + (size_t)(i * stride)];
    }
    return LS_OK;
}

/* The colour of a height, darkened where it would hardly differ from the floor. */
static struct ls_color ink(enum ls_colormap map, double height) {
    const struct ls_color color = ls_colormap(map, height);
    return map == LS_COOLWARM ? ls_color_shade(color, 0.35) : color;
}

static void stroke(struct ls_canvas *canvas, const struct ls_camera *camera,
                   const struct ls_lines *lines, const struct ls_line *line) {
    for (size_t i = 0; i < line->count; i++) {
        const struct ls_point *at = &lines->points[line->first + i];
        const double point[3] = {at->x, at->y, 0};
        double x, y;
        ls_camera_project(camera, point, &x, &y);
        (i ? cairo_line_to : cairo_move_to)(canvas->cairo, x, y);
    }
    cairo_stroke(canvas->cairo);
}

enum ls_status ls_floor_lines(struct ls_canvas *canvas, const struct ls_terrain *terrain,
                              const struct ls_zscale *scale, const struct ls_world *world,
                              const struct ls_camera *camera, enum ls_colormap map, double width,
                              struct ls_error *error) {
    struct ls_field field;
    struct ls_lines lines = {0};
    double heights[LS_MAX_SURFACE_LINES];
    int count = ls_zscale_lines(scale, heights);
    enum ls_status status = thin_out(terrain, &field, error);
    for (int l = 0; l < count && status == LS_OK; l++)
        status = ls_lines_trace(&lines, &field, heights[l] * world->height, l, error);
    cairo_set_line_width(canvas->cairo, width);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    for (size_t l = 0; l < lines.line_count && status == LS_OK; l++) {
        ls_canvas_ink(canvas, ink(map, heights[lines.lines[l].level]));
        stroke(canvas, camera, &lines, &lines.lines[l]);
    }
    ls_lines_free(&lines);
    ls_field_free(&field);
    return status;
}
