#include "render/pins.h"
#include "render/utf8.h"
#include <math.h>
#include <string.h>

static const double length = 0.2;           /* of a pin, as part of the height of the box */
static const double head = 0.4, foot = 0.2; /* half their sizes, in em */
static const double rim = 0.11;             /* of paper around all that is drawn, in em */
static const double stem = 0.15;            /* its width in em */
static const double apart = 0.32;           /* dots where it is hidden, in em */
static const double name_em = 0.88;         /* the size of the names */
static const double widest = 0.45;          /* a name, as part of the picture's width */

enum { PIECES = 24 }; /* of a stem, each seen or not */

void ls_pins_stand(struct ls_pins *pins, const struct ls_surface *surface,
                   const struct ls_terrain *terrain, const struct ls_world *world) {
    pins->count = 0;
    for (int i = 0; i < surface->marker_count && pins->count < LS_MAX_MARKS; i++) {
        const struct ls_marker *network = &surface->markers[i];
        if (!ls_marker_inside(network, surface))
            continue;
        struct ls_pin *pin = &pins->pin[pins->count++];
        double x = ls_world_x(world, network->x), y = ls_world_y(world, network->y);
        double z = ls_terrain_at(terrain, x, y);
        z = isnan(z) ? 0 : fmin(z, terrain->top);
        memcpy(pin->foot, (double[3]){x, y, z}, sizeof pin->foot);
        memcpy(pin->head, (double[3]){x, y, z + length * world->height}, sizeof pin->head);
        ls_utf8_clean(network->name, pin->text, sizeof pin->text);
    }
}

/* The point at a part of a pin's length, from 0 (foot) to 1 (head). */
static void point_on(const struct ls_pin *pin, double part, double point[3]) {
    for (int k = 0; k < 3; k++)
        point[k] = pin->foot[k] + part * (pin->head[k] - pin->foot[k]);
}

/* A stretch of a pin between parts 0 (foot) and 1 (head) of its length. */
static void trace(struct ls_canvas *canvas, const struct ls_pin *pin,
                  const struct ls_camera *camera, double from, double to) {
    for (int end = 0; end < 2; end++) {
        double x, y, point[3];
        point_on(pin, end ? to : from, point);
        ls_camera_project(camera, point, &x, &y);
        if (end)
            cairo_line_to(canvas->cairo, x, y);
        else
            cairo_move_to(canvas->cairo, x, y);
    }
}

static void draw_stem(struct ls_canvas *canvas, const struct ls_pin *pin,
                      const struct ls_terrain *terrain, const struct ls_camera *camera, double em) {
    double seen = 1; /* from here up */
    for (int piece = PIECES; piece >= 0; piece--) {
        double part = (double)piece / PIECES, point[3];
        point_on(pin, part, point);
        if (!ls_terrain_shows(terrain, point, camera->eye))
            break;
        seen = part;
    }
    trace(canvas, pin, camera, seen, 0);
    ls_canvas_stroke(canvas, stem * em, rim * em, apart * em);
    trace(canvas, pin, camera, seen, 1);
    ls_canvas_stroke(canvas, stem * em, rim * em, 0);
    double x, y;
    ls_camera_project(camera, pin->foot, &x, &y);
    cairo_arc(canvas->cairo, x, y, foot * em, 0, 2 * acos(-1));
    ls_canvas_ink(canvas, seen > 0 ? ls_ink : ls_paper);
    cairo_set_line_width(canvas->cairo, (seen > 0 ? 1 : 2) * rim * em);
    cairo_stroke_preserve(canvas->cairo);
    ls_canvas_ink(canvas, seen > 0 ? ls_paper : ls_ink);
    cairo_fill(canvas->cairo);
}

static void draw_head(struct ls_canvas *canvas, double x, double y, double em) {
    double size = head * em;
    cairo_move_to(canvas->cairo, x, y - size);
    cairo_line_to(canvas->cairo, x + size, y);
    cairo_line_to(canvas->cairo, x, y + size);
    cairo_line_to(canvas->cairo, x - size, y);
    cairo_close_path(canvas->cairo);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(canvas->cairo, 2 * rim * em);
    ls_canvas_ink(canvas, ls_paper);
    cairo_stroke_preserve(canvas->cairo);
    ls_canvas_ink(canvas, ls_ink);
    cairo_fill(canvas->cairo);
}

/* A name that had to move away is led to its pin by a line. */
static void draw_lead(struct ls_canvas *canvas, const struct ls_mark *mark, double em) {
    double x =
        fmin(fmax(mark->at.x, mark->label.x - mark->width / 2), mark->label.x + mark->width / 2);
    double y = mark->label.y + copysign(mark->height / 2, mark->at.y - mark->label.y);
    if (fabs(mark->label.y - mark->at.y) < 1.5 * em)
        return;
    cairo_move_to(canvas->cairo, mark->at.x, -mark->at.y);
    cairo_line_to(canvas->cairo, x, -y);
    ls_canvas_stroke(canvas, 0.07 * em, rim / 2 * em, 0);
}

/* Shortens a text to `most` pixels. */
static void shorten(struct ls_canvas *canvas, char *text, double em, double most) {
    static const char dots[] = "…";
    size_t used = strlen(text);
    while (used > sizeof dots && ls_canvas_measure(canvas, text, em, false) > most) {
        if (strcmp(text + used - (sizeof dots - 1), dots) == 0)
            used -= sizeof dots - 1;
        do
            used--;
        while (((unsigned char)text[used] & 0xc0) == 0x80);
        strcpy(text + used, dots);
        used += sizeof dots - 1;
    }
}

void ls_pins_draw(struct ls_canvas *canvas, const struct ls_pins *pins,
                  const struct ls_terrain *terrain, const struct ls_camera *camera,
                  const struct ls_rectangle *cell, const struct ls_box_labels *labels, double em) {
    struct ls_taken taken[LS_MAX_BOX_LABELS];
    struct ls_marks marks = {.count = pins->count, .taken_count = labels->count, .taken = taken};
    double edge = 0.2 * em;
    /* Marks have y upwards. */
    struct ls_point low = {cell->left + edge, -(cell->top + cell->height) + edge};
    struct ls_point high = {cell->left + cell->width - edge, -cell->top - edge};
    for (int i = 0; i < labels->count; i++) {
        const struct ls_rectangle *box = &labels->boxes[i];
        taken[i] = (struct ls_taken){{box->left, -box->top}, 2 * box->width, 2 * box->height};
    }
    for (int i = 0; i < pins->count; i++) {
        struct ls_mark *mark = &marks.mark[i];
        strcpy(mark->text, pins->pin[i].text);
        shorten(canvas, mark->text, name_em * em, widest * cell->width);
        ls_camera_project(camera, pins->pin[i].head, &mark->at.x, &mark->at.y);
        ls_camera_project(camera, pins->pin[i].foot, &mark->foot.x, &mark->foot.y);
        mark->at.y *= -1;
        mark->foot.y *= -1;
        mark->width = ls_canvas_measure(canvas, mark->text, name_em * em, false) + 2 * rim * em;
        mark->height = 1.1 * em;
    }
    ls_marks_label(&marks, LS_LABEL_ABOVE, low, high, em);
    for (int i = 0; i < pins->count; i++)
        draw_stem(canvas, &pins->pin[i], terrain, camera, em);
    for (int i = 0; i < marks.count; i++)
        draw_lead(canvas, &marks.mark[i], em);
    for (int i = 0; i < marks.count; i++)
        draw_head(canvas, marks.mark[i].at.x, -marks.mark[i].at.y, em);
    ls_canvas_ink(canvas, ls_ink);
    for (int i = 0; i < marks.count; i++) {
        const struct ls_mark *mark = &marks.mark[i];
        struct ls_words words = {.text = mark->text,
                                 .x = mark->label.x,
                                 .y = -mark->label.y,
                                 .em = name_em * em,
                                 .halo = true};
        ls_canvas_write(canvas, &words);
    }
}
