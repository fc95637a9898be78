#include "base/alloc.h"
#include "render/box.h"
#include "render/caption.h"
#include "render/colorbar.h"
#include "render/floor.h"
#include "render/render.h"
#include "render/scene.h"
#include "render/shadow.h"
#include "render/trail_draw.h"
#include <math.h>
#include <stdlib.h>

static const struct ls_color grey = {95, 95, 95};
static const double line_width = 0.07; /* of contour lines, in em */

/* What a panel is drawn with. */
struct brush {
    struct ls_camera camera; /* on the figure */
    struct ls_look *look;
    uint32_t *pixels; /* of the panel's cell */
};

/* Lays what is in brush->pixels over the panel's cell. */
static enum ls_status lay(const struct ls_panel3 *panel, const struct brush *brush,
                          struct ls_canvas *canvas, struct ls_error *error) {
    return ls_canvas_lay(canvas, brush->pixels, (int)panel->cell.width, (int)panel->cell.height,
                         (int)panel->cell.left, (int)panel->cell.top, error);
}

static struct ls_camera inside(const struct ls_panel3 *panel, const struct ls_camera *camera) {
    struct ls_camera own = *camera;
    own.x -= panel->cell.left;
    own.y -= panel->cell.top;
    return own;
}

static enum ls_colormap colormap(const struct ls_scene *scene) {
    return ls_colormap_or(scene->request->options->colormap, LS_COOLWARM);
}

/* The names of the axes along the plane are kept in `names`. */
static struct ls_box3 box_of(const struct ls_scene *scene, const struct ls_panel3 *panel,
                             const struct ls_camera *camera, char names[2][LS_AXIS_NAME]) {
    for (int axis = 0; axis < 2; axis++)
        ls_caption_axis(panel->surface, axis, names[axis]);
    return (struct ls_box3){
        .world = &scene->world,
        .camera = camera,
        .scale = &scene->scale,
        .em = 0.88 * scene->em,
        .label = {names[0], names[1],
                  scene->options->bar ? NULL : ls_request_label(scene->request)}};
}

static enum ls_status draw_floor(const struct ls_scene *scene, const struct ls_panel3 *panel,
                                 const struct brush *brush, struct ls_canvas *canvas,
                                 struct ls_error *error) {
    const struct ls_surface_options *options = scene->options;
    struct ls_camera camera = inside(panel, &brush->camera);
    enum ls_status status = LS_OK;
    if (options->box) {
        status =
            ls_floor_shadow(&panel->terrain, &camera, brush->look->key, scene->threads,
                            (int)panel->cell.width, (int)panel->cell.height, brush->pixels, error);
        cairo_save(canvas->cairo);
        ls_box_clip_floor(canvas, &scene->world, &brush->camera);
        if (status == LS_OK)
            status = lay(panel, brush, canvas, error);
        cairo_restore(canvas->cairo);
        char names[2][LS_AXIS_NAME];
        struct ls_box3 box = box_of(scene, panel, &brush->camera, names);
        ls_box_draw(canvas, &box);
    }
    if (status == LS_OK && options->floor_contours)
        status = ls_floor_lines(canvas, &panel->terrain, &scene->scale, &scene->world,
                                &brush->camera, colormap(scene), line_width * scene->em, error);
    return status;
}

static enum ls_status draw_terrain(struct ls_scene *scene, struct ls_panel3 *panel,
                                   const struct brush *brush, struct ls_canvas *canvas,
                                   struct ls_error *error) {
    struct ls_camera camera = inside(panel, &brush->camera);
    enum ls_status status =
        ls_shadow_cast(&panel->terrain, brush->look->key, scene->threads, error);
    if (status == LS_OK)
        status = ls_render(&panel->terrain, &camera, brush->look, scene->options->samples,
                           scene->threads, (int)panel->cell.width, (int)panel->cell.height,
                           brush->pixels, error);
    return status == LS_OK ? lay(panel, brush, canvas, error) : status;
}

static void choose_look(const struct ls_scene *scene, const struct ls_camera *camera,
                        struct ls_look *look) {
    ls_look_light(look, camera);
    ls_look_color(look, colormap(scene), &scene->world);
    if (scene->options->contours)
        ls_look_lines(look, &scene->scale, &scene->world,
                      line_width * scene->em * ls_scene_distance / camera->scale);
}

static enum ls_status draw_panel(struct ls_scene *scene, struct ls_panel3 *panel, double turn,
                                 struct ls_canvas *canvas, struct ls_error *error) {
    size_t pixels = (size_t)panel->cell.width * (size_t)panel->cell.height;
    struct brush brush = {.look = ls_alloc(1, sizeof *brush.look),
                          .pixels = ls_alloc(pixels, sizeof *brush.pixels)};
    enum ls_status status =
        brush.look && brush.pixels ? LS_OK : ls_fail_memory(error, "the picture");
    if (status == LS_OK) {
        ls_scene_aim(scene, turn, &panel->cell, &brush.camera);
        choose_look(scene, &brush.camera, brush.look);
        cairo_save(canvas->cairo);
        cairo_rectangle(canvas->cairo, panel->cell.left, panel->cell.top, panel->cell.width,
                        panel->cell.height);
        cairo_clip(canvas->cairo);
        char names[2][LS_AXIS_NAME];
        struct ls_box3 box = box_of(scene, panel, &brush.camera, names);
        struct ls_box_labels labels = {.count = 0};
        status = draw_floor(scene, panel, &brush, canvas, error);
        if (status == LS_OK)
            status = draw_terrain(scene, panel, &brush, canvas, error);
        if (scene->options->box)
            ls_box_label(canvas, &box, &labels);
        ls_trail_draw(canvas, &panel->trail, &panel->terrain, &scene->world, &brush.camera,
                      scene->em);
        ls_pins_draw(canvas, &panel->pins, &panel->terrain, &brush.camera, &panel->cell, &labels,
                     scene->em);
        cairo_restore(canvas->cairo);
    }
    free(brush.look);
    free(brush.pixels);
    return status;
}

/* The size, at most `em`, at which the text fits into `width` pixels. */
static double fit(struct ls_canvas *canvas, const char *text, double width, double em, bool bold) {
    const double need = ls_canvas_measure(canvas, text, em, bold), room = 0.96 * width;
    return need > room ? em * room / need : em;
}

/* Writes in the middle of `width` pixels, smaller if it does not fit. */
static void write_fitting(struct ls_canvas *canvas, const char *text, double left, double y,
                          double width, double em, bool bold) {
    struct ls_words words = {.text = text,
                             .x = left + width / 2,
                             .y = y,
                             .em = fit(canvas, text, width, em, bold),
                             .bold = bold};
    if (*text)
        ls_canvas_write(canvas, &words);
}

/* Names and details of the panels, each of one size. */
static void name_panels(const struct ls_scene *scene, struct ls_canvas *canvas) {
    const int count = scene->request->count;
    const double em = scene->em;
    double name_em = 1.3 * em, detail_em = 0.88 * em;
    for (int i = 0; i < count; i++) {
        const struct ls_panel3 *panel = &scene->panels[i];
        name_em = fit(canvas, panel->name, panel->cell.width, name_em, true);
        detail_em = fit(canvas, panel->detail, panel->cell.width, detail_em, false);
    }
    for (int i = 0; i < count; i++) {
        const struct ls_panel3 *panel = &scene->panels[i];
        const struct ls_rectangle *cell = &panel->cell;
        const double top = cell->top - scene->header;
        ls_canvas_ink(canvas, ls_ink);
        write_fitting(canvas, panel->name, cell->left, top + 1.4 * em, cell->width, name_em, true);
        ls_canvas_ink(canvas, grey);
        write_fitting(canvas, panel->detail, cell->left, top + 2.9 * em, cell->width, detail_em,
                      false);
    }
}

static void draw_words(const struct ls_scene *scene, struct ls_canvas *canvas) {
    double em = scene->em, bottom = scene->height - 0.4 * em;
    ls_canvas_ink(canvas, ls_ink);
    write_fitting(canvas, scene->title, 0, 1.5 * em, scene->width, 1.5 * em, true);
    name_panels(scene, canvas);
    ls_canvas_ink(canvas, grey);
    if (*scene->note) {
        write_fitting(canvas, scene->note, 0, bottom - 0.6 * em, scene->width, 0.8 * em, false);
        bottom -= 1.8 * em;
    }
    ls_canvas_ink(canvas, ls_ink);
    for (int i = scene->caption_lines - 1; i >= 0; i--, bottom -= 1.5 * em)
        write_fitting(canvas, scene->caption[i], 0, bottom - 0.6 * em, scene->width, em, false);
}

enum ls_status ls_scene_draw(struct ls_scene *scene, double turn, struct ls_canvas *canvas,
                             struct ls_error *error) {
    enum ls_status status = LS_OK;
    for (int i = 0; i < scene->request->count && status == LS_OK; i++)
        status = draw_panel(scene, &scene->panels[i], turn, canvas, error);
    draw_words(scene, canvas);
    if (scene->bar.width > 0) {
        struct ls_colorbar bar = {.bar = scene->bar,
                                  .em = 0.88 * scene->em,
                                  .colormap = colormap(scene),
                                  .scale = &scene->scale,
                                  .label = ls_request_label(scene->request)};
        ls_colorbar_draw(canvas, &bar);
    }
    return status;
}
