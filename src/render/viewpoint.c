/* Where the camera stands: the same for all panels, so that what must be seen fills each of them.
 */
#include "base/alloc.h"
#include "render/box.h"
#include "render/scene.h"
#include "render/ticks.h"
#include <math.h>
#include <string.h>

/* In em: room around the box for the labels of its axes. */
static const double narrowest = 3.6, above = 0.8, below = 3.4;

/* Room for the longest label of a height. */
static double beside(const struct ls_zscale *scale) {
    double values[LS_MAX_TICKS];
    int count = ls_zscale_ticks(scale, values), digits = ls_tick_digits(values, count);
    return fmax(narrowest, 1.3 + 0.55 * (double)ls_tick_letters(values, count, digits));
}

enum { CIRCLE = 64, SCATTER = 96, FLOOR = 4 /* corners of a box, its first */ };

/* The circle that the corners of the box run through on a turntable, at two heights. */
static int circle_points(const struct ls_world *world, double low, double high,
                         double (*points)[3]) {
    double radius = hypot(world->half_x, world->half_y);
    for (int i = 0; i < 2 * CIRCLE; i++) {
        double angle = 2 * acos(-1) * (i / 2) / CIRCLE;
        points[i][0] = radius * cos(angle);
        points[i][1] = radius * sin(angle);
        points[i][2] = i % 2 ? high : low;
    }
    return 2 * CIRCLE;
}

/* Points all over a terrain, its edges among them. */
static int scatter_points(const struct ls_terrain *t, double (*points)[3]) {
    int count = 0;
    for (int q = 0; q < SCATTER; q++)
        for (int p = 0; p < SCATTER; p++) {
            int i = p * (t->nx - 1) / (SCATTER - 1), j = q * (t->ny - 1) / (SCATTER - 1);
            float z = t->z[(size_t)j * (size_t)t->nx + (size_t)i];
            if (!(z <= t->top))
                continue;
            points[count][0] = t->left + (double)t->step_x * i;
            points[count][1] = t->front + (double)t->step_y * j;
            points[count++][2] = z;
        }
    return count;
}

enum ls_status ls_scene_find_points(struct ls_scene *scene, struct ls_error *error) {
    const struct ls_surface_options *options = scene->options;
    int panels = scene->request->count, count = 0;
    double low = INFINITY, high = -INFINITY, corners[8][3];
    double(*points)[3] =
        ls_alloc((size_t)(panels * (SCATTER * SCATTER + LS_MAX_MARKS)) + 8, sizeof *points);
    if (!points)
        return ls_fail_memory(error, "the figure");
    for (int i = 0; i < panels && !options->box; i++)
        count += scatter_points(&scene->panels[i].terrain, points + count);
    ls_box_corners(&scene->world, corners);
    if (count > 0 && options->floor_contours) {
        memcpy(points + count, corners, FLOOR * sizeof *points);
        count += FLOOR;
    }
    for (int i = 0; i < count; i++) {
        low = fmin(low, points[i][2]);
        high = fmax(high, points[i][2]);
    }
    if (options->box || count == 0) {
        low = 0;
        high = scene->world.height;
        memcpy(points, corners, sizeof corners);
        count = 8;
    }
    for (int i = 0; i < panels; i++)
        for (int p = 0; p < scene->panels[i].pins.count; p++) {
            memcpy(points[count++], scene->panels[i].pins.pin[p].head, sizeof *points);
            high = fmax(high, points[count - 1][2]);
        }
    if (options->frames > 1)
        count = circle_points(&scene->world, low, high, points);
    scene->points = points;
    scene->point_count = count;
    return LS_OK;
}

void ls_scene_aim(const struct ls_scene *scene, double turn, const struct ls_rectangle *cell,
                  struct ls_camera *camera) {
    const struct ls_surface_options *options = scene->options;
    const double target[3] = {0, 0, 0.45 * scene->world.height};
    double em = options->box ? scene->em : 0, edge = 0.02 * fmin(cell->width, cell->height);
    double side = beside(&scene->scale) * em + edge;
    struct ls_rectangle room = {cell->left + side, cell->top + above * em + edge,
                                fmax(cell->width - 2 * side, 1),
                                fmax(cell->height - (above + below) * em - 2 * edge, 1)};
    double middle_x = room.left + room.width / 2, middle_y = room.top + room.height / 2;
    ls_camera_aim(camera, options->azimuth + turn, options->elevation, target, ls_scene_distance);
    ls_camera_fit(camera, scene->points, scene->point_count, &room);
    camera->x = middle_x + options->zoom * (camera->x - middle_x);
    camera->y = middle_y + options->zoom * (camera->y - middle_y);
    camera->scale *= options->zoom;
}
