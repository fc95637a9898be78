/* The walls away from the camera are drawn before the surface. Nothing of the box is in front of
 * it: the surface is seen from above. */
#include "render/box.h"
#include "render/caption.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct ls_color line = {140, 140, 140}, faint = {222, 222, 222};

/* Above this elevation heights have no length to put ticks on. */
static const double steepest = 80;

void ls_box_corners(const struct ls_world *world, double points[8][3]) {
    for (int i = 0; i < 8; i++) {
        points[i][0] = i & 1 ? world->half_x : -world->half_x;
        points[i][1] = i & 2 ? world->half_y : -world->half_y;
        points[i][2] = i & 4 ? world->height : 0;
    }
}

void ls_box_clip_floor(struct ls_canvas *canvas, const struct ls_world *world,
                       const struct ls_camera *camera) {
    static const int order[4] = {0, 1, 3, 2};
    double points[8][3];
    ls_box_corners(world, points);
    for (int i = 0; i < 4; i++) {
        double x, y;
        ls_camera_project(camera, points[order[i]], &x, &y);
        cairo_line_to(canvas->cairo, x, y);
    }
    cairo_clip(canvas->cairo);
}

/* A point of the screen. */
struct spot {
    double x, y;
};

static struct spot project(const struct ls_box3 *box, double x, double y, double z) {
    const double point[3] = {x, y, z};
    struct spot spot;
    ls_camera_project(box->camera, point, &spot.x, &spot.y);
    return spot;
}

static void stroke(struct ls_canvas *canvas, struct spot a, struct spot b) {
    cairo_move_to(canvas->cairo, a.x, a.y);
    cairo_line_to(canvas->cairo, b.x, b.y);
    cairo_stroke(canvas->cairo);
}

/* The sides of the box that the camera looks from: -1 or 1 times half its size. */
struct sides {
    double near_x, near_y;
    bool tall; /* heights can be told apart */
};

static struct sides find_sides(const struct ls_box3 *box) {
    const struct ls_camera *camera = box->camera;
    const struct ls_world *w = box->world;
    struct sides sides;
    double x = camera->forward[0] <= 0 ? w->half_x : -w->half_x;
    double y = camera->forward[1] < 0 ? w->half_y : -w->half_y;
    struct spot near = project(box, x, y, 0), along = project(box, -x, y, 0);
    struct spot across = project(box, x, -y, 0);
    /* Seen along an axis, two corners are near: the left one has the height beside it. */
    bool leftmost = near.x < along.x && near.x < across.x;
    sides.near_x = leftmost && along.y >= across.y ? -x : x;
    sides.near_y = leftmost && along.y < across.y ? -y : y;
    sides.tall = -camera->forward[2] < sin(steepest * acos(-1) / 180);
    return sides;
}

/* Grid lines of x or y (axis 0 or 1): over the floor and up the far wall. */
static void draw_grid(struct ls_canvas *canvas, const struct ls_box3 *box,
                      const struct sides *sides, int axis) {
    const struct ls_axes *a = &box->world->axes;
    double values[LS_MAX_TICKS], height = box->world->height;
    int count = ls_linear_ticks(axis ? a->y_min : a->x_min, axis ? a->y_max : a->x_max, 4, values);
    for (int i = 0; i < count; i++) {
        double at = axis ? ls_world_y(box->world, values[i]) : ls_world_x(box->world, values[i]);
        double x = axis ? sides->near_x : at, y = axis ? at : sides->near_y;
        double back_x = axis ? -x : x, back_y = axis ? y : -y;
        stroke(canvas, project(box, x, y, 0), project(box, back_x, back_y, 0));
        if (sides->tall)
            stroke(canvas, project(box, back_x, back_y, 0), project(box, back_x, back_y, height));
    }
}

static void draw_walls(struct ls_canvas *canvas, const struct ls_box3 *box,
                       const struct sides *sides) {
    double x = sides->near_x, y = sides->near_y, height = box->world->height;
    double values[LS_MAX_TICKS];
    int count = ls_zscale_ticks(box->scale, values);
    cairo_set_line_cap(canvas->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(canvas->cairo, 0.045 * box->em);
    ls_canvas_ink(canvas, faint);
    draw_grid(canvas, box, sides, 0);
    draw_grid(canvas, box, sides, 1);
    for (int i = 0; i < count && sides->tall; i++) {
        double z = height * ls_zscale_height(box->scale, values[i]);
        stroke(canvas, project(box, x, -y, z), project(box, -x, -y, z));
        stroke(canvas, project(box, -x, y, z), project(box, -x, -y, z));
    }
    cairo_set_line_width(canvas->cairo, 0.06 * box->em);
    ls_canvas_ink(canvas, line);
    const double floor[4][2] = {{x, y}, {x, -y}, {-x, -y}, {-x, y}};
    for (int i = 0; i < 4; i++) {
        const double *a = floor[i], *b = floor[(i + 1) % 4];
        stroke(canvas, project(box, a[0], a[1], 0), project(box, b[0], b[1], 0));
        if (i > 0 && sides->tall)
            stroke(canvas, project(box, a[0], a[1], 0), project(box, a[0], a[1], height));
    }
    if (sides->tall) {
        stroke(canvas, project(box, x, -y, height), project(box, -x, -y, height));
        stroke(canvas, project(box, -x, y, height), project(box, -x, -y, height));
    }
}

/* An axis on the screen: from a to b, its labels on the side of `out`, a unit vector. They keep
 * `apart` pixels from its ends, where other axes may have labels of their own. */
struct edge {
    struct spot a, b, out;
    double apart;
};

static struct edge find_edge(struct spot a, struct spot b, struct spot inside) {
    double dx = b.x - a.x, dy = b.y - a.y, length = fmax(hypot(dx, dy), 1e-9);
    struct edge edge = {a, b, {-dy / length, dx / length}, 0};
    double side = (inside.x - a.x) * edge.out.x + (inside.y - a.y) * edge.out.y;
    if (side > 0)
        edge.out = (struct spot){-edge.out.x, -edge.out.y};
    return edge;
}

/* Notes a label of half the size (x, y); false if it would touch another one. */
static bool claim(struct ls_box_labels *written, struct spot at, double x, double y) {
    for (int i = 0; i < written->count; i++) {
        const struct ls_rectangle *other = &written->boxes[i];
        if (fabs(at.x - other->left) < x + other->width &&
            fabs(at.y - other->top) < y + other->height)
            return false;
    }
    written->boxes[written->count++] = (struct ls_rectangle){at.x, at.y, x, y};
    return true;
}

/* The point of the edge where the label of the tick at a point of it belongs. */
static struct spot label_at(const struct edge *edge, struct spot tick) {
    double x = edge->b.x - edge->a.x, y = edge->b.y - edge->a.y, length = fmax(hypot(x, y), 1e-9);
    double along = hypot(tick.x - edge->a.x, tick.y - edge->a.y);
    double kept = fmin(fmax(along, edge->apart), fmax(length - edge->apart, edge->apart));
    double step = (kept - along) / length;
    return (struct spot){tick.x + step * x, tick.y + step * y};
}

/* Writes beside an edge, so that the words begin `gap` pixels away from it, unless they would touch
 * others. Returns how far out they reach. */
static double write_beside(struct ls_canvas *canvas, const struct ls_box3 *box,
                           const struct edge *edge, struct spot at, const char *text, double gap,
                           struct ls_box_labels *written) {
    double width = ls_canvas_measure(canvas, text, box->em, false);
    double reach = fabs(edge->out.x) * width / 2 + fabs(edge->out.y) * 0.4 * box->em;
    struct ls_words words = {.text = text, .em = box->em};
    words.x = at.x + edge->out.x * (gap + reach);
    words.y = at.y + edge->out.y * (gap + reach);
    struct spot middle = {words.x, words.y};
    if (claim(written, middle, width / 2 + 0.1 * box->em, 0.45 * box->em))
        ls_canvas_write(canvas, &words);
    return gap + 2 * reach;
}

static void name_axis(struct ls_canvas *canvas, const struct ls_box3 *box, const struct edge *edge,
                      const char *text, double away, struct ls_box_labels *written) {
    double angle = atan2(edge->b.y - edge->a.y, edge->b.x - edge->a.x), half = acos(-1) / 2;
    if (angle > half + 1e-6)
        angle -= 2 * half;
    if (angle <= -half - 1e-6)
        angle += 2 * half;
    struct ls_words words = {.text = text, .em = box->em, .angle = angle};
    words.x = (edge->a.x + edge->b.x) / 2 + edge->out.x * away;
    words.y = (edge->a.y + edge->b.y) / 2 + edge->out.y * away;
    ls_canvas_write(canvas, &words);
    double width = ls_canvas_measure(canvas, text, box->em, false) / 2, height = 0.45 * box->em;
    written->boxes[written->count++] = (struct ls_rectangle){
        words.x, words.y, fabs(cos(angle)) * width + fabs(sin(angle)) * height,
        fabs(sin(angle)) * width + fabs(cos(angle)) * height};
}

/* Ticks, their labels and the name of one axis. at[count] is where they are on the screen. */
static void label_axis(struct ls_canvas *canvas, const struct ls_box3 *box, const struct edge *edge,
                       const double *values, const struct spot *at, int count, const char *name,
                       struct ls_box_labels *written) {
    double far = 0, tick = 0.3 * box->em;
    int digits = ls_tick_digits(values, count);
    for (int i = 0; i < count; i++) {
        char text[LS_NUMBER_SIZE];
        ls_caption_digits(values[i], digits, text);
        ls_canvas_ink(canvas, line);
        stroke(canvas, at[i],
               (struct spot){at[i].x + edge->out.x * tick, at[i].y + edge->out.y * tick});
        ls_canvas_ink(canvas, ls_ink);
        far = fmax(far, write_beside(canvas, box, edge, label_at(edge, at[i]), text, 0.6 * box->em,
                                     written));
    }
    ls_canvas_ink(canvas, ls_ink);
    if (name)
        name_axis(canvas, box, edge, name, far + 0.9 * box->em, written);
}

/* The edge along x or y (axis 0 or 1) of the box's near side, at height z. */
static struct edge side_edge(const struct ls_box3 *box, const struct sides *sides, int axis,
                             double z) {
    double x = axis ? sides->near_x : box->world->half_x;
    double y = axis ? box->world->half_y : sides->near_y;
    struct edge edge = find_edge(project(box, axis ? x : -x, axis ? -y : y, z),
                                 project(box, x, y, z), project(box, 0, 0, z));
    edge.apart = 0.5 * box->em;
    return edge;
}

/* How far an edge reaches beyond another one, on that one's outer side. */
static double beyond(const struct edge *edge, const struct edge *other) {
    double a = (edge->a.x - other->a.x) * other->out.x + (edge->a.y - other->a.y) * other->out.y;
    double b = (edge->b.x - other->a.x) * other->out.x + (edge->b.y - other->a.y) * other->out.y;
    return fmax(a, b);
}

/* The labels of x and y are beside the floor, or where it reaches farther out, as from above,
 * beside the top of the box: mountains never get there. Straight along an axis, no higher than the
 * top, one sees it inside the near face of the box, without room for labels. */
static void label_plane(struct ls_canvas *canvas, const struct ls_box3 *box,
                        const struct sides *sides, int axis, struct ls_box_labels *written) {
    const struct ls_world *w = box->world;
    double values[LS_MAX_TICKS], z = 0, slack = 0.6 * box->em;
    struct spot at[LS_MAX_TICKS];
    double low = axis ? w->axes.y_min : w->axes.x_min, high = axis ? w->axes.y_max : w->axes.x_max;
    int count = ls_linear_ticks(low, high, 4, values);
    struct edge edge = side_edge(box, sides, axis, 0);
    struct edge top = side_edge(box, sides, axis, w->height);
    if (beyond(&top, &edge) > slack) {
        if (beyond(&edge, &top) > slack)
            return;
        edge = top;
        z = w->height;
        ls_canvas_ink(canvas, line);
        stroke(canvas, edge.a, edge.b);
    }
    for (int i = 0; i < count; i++)
        at[i] = axis ? project(box, sides->near_x, ls_world_y(w, values[i]), z)
                     : project(box, ls_world_x(w, values[i]), sides->near_y, z);
    label_axis(canvas, box, &edge, values, at, count, box->label[axis], written);
}

/* How far the box reaches beyond an edge, on its outer side. */
static double reach_beyond(const struct ls_box3 *box, const struct edge *edge) {
    double corners[8][3], reach = 0;
    ls_box_corners(box->world, corners);
    for (int i = 0; i < 8; i++) {
        struct spot spot = project(box, corners[i][0], corners[i][1], corners[i][2]);
        reach =
            fmax(reach, (spot.x - edge->a.x) * edge->out.x + (spot.y - edge->a.y) * edge->out.y);
    }
    return reach;
}

/* Labels the upright edge of the box's outline on the left of the picture. */
static void label_height(struct ls_canvas *canvas, const struct ls_box3 *box,
                         struct ls_box_labels *written) {
    double corners[8][3], x = 0, y = 0, least = INFINITY, height = box->world->height;
    struct edge edge = {0};
    ls_box_corners(box->world, corners);
    for (int i = 0; i < 4; i++) {
        const double *corner = corners[i];
        struct edge upright =
            find_edge(project(box, corner[0], corner[1], 0),
                      project(box, corner[0], corner[1], height), project(box, 0, 0, height / 2));
        double reach = reach_beyond(box, &upright);
        if (upright.out.x < 0 && reach < least) {
            least = reach;
            edge = upright;
            x = corner[0];
            y = corner[1];
        }
    }
    double values[LS_MAX_TICKS];
    struct spot at[LS_MAX_TICKS];
    int count = ls_zscale_ticks(box->scale, values);
    for (int i = 0; i < count; i++)
        at[i] = project(box, x, y, height * ls_zscale_height(box->scale, values[i]));
    ls_canvas_ink(canvas, line);
    stroke(canvas, edge.a, edge.b);
    label_axis(canvas, box, &edge, values, at, count, box->label[2], written);
}

void ls_box_draw(struct ls_canvas *canvas, const struct ls_box3 *box) {
    struct sides sides = find_sides(box);
    draw_walls(canvas, box, &sides);
}

void ls_box_label(struct ls_canvas *canvas, const struct ls_box3 *box,
                  struct ls_box_labels *written) {
    struct sides sides = find_sides(box);
    written->count = 0;
    cairo_set_line_width(canvas->cairo, 0.06 * box->em);
    label_plane(canvas, box, &sides, 0, written);
    label_plane(canvas, box, &sides, 1, written);
    if (sides.tall)
        label_height(canvas, box, written);
}
