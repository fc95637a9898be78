#include "render/scene.h"
#include "base/threads.h"
#include "render/caption.h"
#include "render/colorbar.h"
#include "render/height.h"
#include "render/quantity.h"
#include "render/utf8.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ordinary text is this part of a panel's shorter side. */
static const double text_share = 1.0 / 46;
/* In em: lines above and below the panels, and sizes of their words. */
static const double title_lines = 2.6, name_lines = 2.2, detail_lines = 1.5, caption_line = 1.5,
                    note_lines = 1.8;

static void choose_size(struct ls_scene *scene, int columns, int rows) {
    const struct ls_plot_options *options = scene->request->options;
    scene->width = options->width;
    scene->height = options->height;
    if (scene->width <= 0 || scene->height <= 0) {
        scene->width = columns == 1 ? 1600 : 1000 * columns;
        scene->height = columns == 1 ? 1200 : 840 * rows;
        if (scene->options->frames > 1) {
            scene->width /= 2;
            scene->height /= 2;
        }
    }
    scene->em = ls_canvas_em(fmin((double)scene->width / columns, (double)scene->height / rows),
                             text_share);
}

static void describe_scale(const struct ls_scene *scene, char *note, size_t size) {
    const struct ls_zscale *scale = &scene->scale;
    const struct ls_quantity *quantity = scene->request->quantity;
    char number[LS_NUMBER_SIZE];
    ls_caption_number(scale->high, number);
    if (scale->cut)
        ls_note_add(note, size, "cut off at %s %s of %s", quantity->article, quantity->noun,
                    number);
    if (isfinite(scale->compress))
        ls_note_add(note, size, "height linear for small %s, logarithmic for large ones",
                    quantity->many);
}

/* The end of the words from `line` on that fit the figure's width, of one at least. */
static char *end_line(const struct ls_scene *scene, struct ls_canvas *canvas, char *line) {
    char *end = line + strcspn(line, " ");
    while (*end) {
        char *next = end + 1 + strcspn(end + 1, " "), kept = *next;
        *next = 0;
        bool full = ls_canvas_measure(canvas, line, scene->em, false) > 0.9 * scene->width;
        *next = kept;
        if (full)
            break;
        end = next;
    }
    return end;
}

static void break_caption(struct ls_scene *scene, struct ls_canvas *canvas, const char *text) {
    char clean[LS_CAPTION_LINES * LS_SCENE_TEXT], *line = clean;
    ls_utf8_clean(text, clean, sizeof clean);
    line += strspn(line, " ");
    while (*line && scene->caption_lines < LS_CAPTION_LINES) {
        char *end = end_line(scene, canvas, line), *next = end + strspn(end, " ");
        *end = 0;
        ls_utf8_clean(line, scene->caption[scene->caption_lines++], LS_SCENE_TEXT);
        line = next;
    }
}

static void find_words(struct ls_scene *scene, struct ls_canvas *canvas) {
    const struct ls_request *request = scene->request;
    bool details = false;
    if (!scene->options->words)
        return;
    for (int i = 0; i < request->count; i++) {
        struct ls_panel3 *panel = &scene->panels[i];
        char text[LS_SCENE_TEXT];
        ls_request_name(request, i, text, sizeof text);
        ls_utf8_clean(text, panel->name, sizeof panel->name);
        ls_caption_detail(request->surfaces[i], text, sizeof text);
        ls_utf8_clean(text, panel->detail, sizeof panel->detail);
        details = details || *panel->detail;
    }
    scene->header = (name_lines + (details ? detail_lines : 0)) * scene->em;
    ls_utf8_clean(ls_request_title(request), scene->title, sizeof scene->title);
    ls_request_missing(request, "", scene->note, sizeof scene->note);
    describe_scale(scene, scene->note, sizeof scene->note);
    if (scene->options->caption)
        break_caption(scene, canvas, scene->options->caption);
}

/* The shape of the cell that a surface over a square fills, width by height; 0: any, for who looks
 * closer sees the whole page full. */
static double cell_shape(const struct ls_surface_options *options) {
    const double down = options->elevation * acos(-1) / 180;
    /* About the box and its numbers, seen over a corner, in halves of its side. */
    const double across = 3.4, upwards = 1.2 * cos(down) + 2.8 * sin(down);
    return options->zoom <= 1 ? across / upwards : 0;
}

static void lay_out(struct ls_scene *scene, struct ls_canvas *canvas, int columns, int rows) {
    double em = scene->em,
           bar = scene->options->bar ? ls_colorbar_width(canvas, &scene->scale, em) : 0;
    double above = *scene->title ? title_lines * em : 0;
    double below = (*scene->note ? note_lines * em : 0) + scene->caption_lines * caption_line * em;
    if (scene->caption_lines)
        below += 0.8 * em;
    double width = (scene->width - bar) / columns, height = (scene->height - above - below) / rows;
    /* On a wide page the bar stays beside the surfaces, on a tall one their names above them. */
    const double shape = cell_shape(scene->options), loose = 1.25;
    const double sides = scene->world.half_x / scene->world.half_y;
    if (bar > 0 && shape > 0)
        width = fmin(width, shape * fmax(sides, 1 / sides) * (height - scene->header));
    if (shape > 0)
        height = fmin(height, scene->header + loose * width / shape);
    const double spare = scene->width - bar - width * columns;
    const double top = above + (scene->height - above - below - height * rows) / 2;
    for (int i = 0; i < scene->request->count; i++) {
        struct ls_rectangle *cell = &scene->panels[i].cell;
        cell->left = floor(spare / 2 + i % columns * width);
        cell->top = floor(top + i / columns * height + scene->header);
        cell->width = fmax(floor(width), 1);
        cell->height = fmax(floor(height - scene->header), 1);
    }
    if (bar > 0)
        scene->bar = (struct ls_rectangle){scene->width - spare / 2 - bar - 0.2 * em,
                                           top + 0.28 * height * rows, bar, 0.48 * height * rows};
}

/* Points of the fine grid along its longer side: about one to a pixel. */
static int choose_points(const struct ls_scene *scene) {
    const struct ls_rectangle *cell = &scene->panels[0].cell;
    double points = 0.75 * fmax(cell->width, cell->height) * fmax(scene->options->zoom, 0.5);
    return (int)fmin(fmax(points, 100), 1500);
}

enum ls_status ls_scene_create(struct ls_scene *scene, const struct ls_request *request,
                               struct ls_error *error) {
    int count = request->count, columns, rows;
    struct ls_axes axes = ls_request_axes(request);
    struct ls_canvas canvas;
    *scene =
        (struct ls_scene){.request = request,
                          .options = &request->options->surface,
                          .world = ls_world_of(&axes),
                          .scale = ls_zscale_choose(request->surfaces, count, request->options),
                          .threads = ls_thread_count(request->options->surface.threads)};
    ls_panel_rows(count, &columns, &rows);
    choose_size(scene, columns, rows);
    /* Only to measure words with. */
    enum ls_status status = ls_canvas_create(&canvas, LS_FORMAT_PNG, 1, 1, LS_TRANSPARENT, error);
    if (status != LS_OK)
        return status;
    find_words(scene, &canvas);
    lay_out(scene, &canvas, columns, rows);
    ls_canvas_free(&canvas);
    int points = choose_points(scene);
    for (int i = 0; i < count && status == LS_OK; i++) {
        struct ls_panel3 *panel = &scene->panels[i];
        panel->surface = request->surfaces[i];
        status = ls_terrain_create(&panel->terrain, panel->surface, &scene->scale, &scene->world,
                                   points, scene->threads, error);
        if (status != LS_OK || !scene->options->words)
            continue;
        status = ls_trail_clip(&panel->trail, panel->surface, error);
        ls_pins_stand(&panel->pins, panel->surface, &panel->terrain, &scene->world);
    }
    return status == LS_OK ? ls_scene_find_points(scene, error) : status;
}

void ls_scene_free(struct ls_scene *scene) {
    for (int i = 0; i < LS_MAX_PANELS; i++) {
        ls_terrain_free(&scene->panels[i].terrain);
        ls_trail_free(&scene->panels[i].trail);
    }
    free(scene->points);
}
