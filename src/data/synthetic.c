/* The embedded data set for classification: one of ten figures of any colour, size and place before
 * a darker clouded background, among lines that cross it. */
#include "data/canvas.h"
#include "data/drawn.h"
#include <math.h>
#include <stdbool.h>

enum { SIDE = 32, CLASSES = 10, LINES_BEHIND = 1, LINES_BEFORE = 1 };

/* Every other band of five across [-1, 1). */
static bool band(double t) {
    return (int)((t + 1) * 2.5) % 2 == 0;
}

static bool horizontal_stripes(double u, double v) {
    return u * u + v * v < 1 && band(v);
}

static bool vertical_stripes(double u, double v) {
    return u * u + v * v < 1 && band(u);
}

static bool diagonal_stripes(double u, double v) {
    return u * u + v * v < 1 && band(0.70710678 * (u + v));
}

static bool checkers(double u, double v) {
    return fabs(u) < 0.9 && fabs(v) < 0.9 && band(u) == band(v);
}

static bool three_dots(double u, double v) {
    double a = fabs(u) - 0.52;
    double b = v - 0.3, c = v + 0.6;
    return a * a + b * b < 0.14 || u * u + c * c < 0.14;
}

static bool line(double u, double v) {
    return fabs(u) < 1 && fabs(v) < 0.06;
}

static const struct figure {
    ls_figure *inside;
    double turn; /* tangent of half the largest angle it is turned by */
} figures[CLASSES] = {
    {ls_disc, 1},
    {ls_ring, 1},
    {ls_square, 0.2},
    {ls_triangle, 0.2},
    {ls_cross, 0.2},
    {horizontal_stripes, 0.1},
    {vertical_stripes, 0.1},
    {diagonal_stripes, 0.1},
    {checkers, 0.2},
    {three_dots, 0.2},
};

/* A colour that is lighter than `other` by at least 70 on average. */
static struct ls_color lighter_color(struct ls_canvas *canvas, struct ls_color other) {
    for (;;) {
        struct ls_color color = ls_canvas_color(canvas, 16, 240);
        if (color.c[0] + color.c[1] + color.c[2] > other.c[0] + other.c[1] + other.c[2] + 210)
            return color;
    }
}

static void paint_lines(struct ls_canvas *canvas, int count) {
    for (int i = 0; i < count; i++) {
        struct ls_pose pose = ls_canvas_pose(canvas, 10, 20, 1);
        pose.y = ls_canvas_between(canvas, 0, SIDE);
        ls_canvas_paint(canvas, line, pose, ls_canvas_color(canvas, 16, 240));
    }
}

static void draw(uint64_t seed, enum ls_split split, int index, uint8_t *pixels, uint16_t *label) {
    struct ls_canvas canvas = {.rng = {seed, LS_RNG_SYNTHETIC, split, (uint32_t)index},
                               .side = SIDE};
    *label = (uint16_t)ls_rng_below(&canvas.rng, canvas.next++, CLASSES);
    const struct figure *figure = &figures[*label];
    struct ls_color ground = ls_canvas_color(&canvas, 16, 144);
    ls_canvas_clouds(&canvas, ground, 35);
    paint_lines(&canvas, LINES_BEHIND);
    struct ls_pose pose = ls_canvas_pose(&canvas, 8, 12, figure->turn);
    ls_canvas_paint(&canvas, figure->inside, pose, lighter_color(&canvas, ground));
    paint_lines(&canvas, LINES_BEFORE);
    ls_canvas_develop(&canvas, 16, pixels);
}

enum ls_status ls_synthetic_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                                 struct ls_error *error) {
    static const struct ls_drawn synthetic = {
        .name = "synthetic",
        .side = SIDE,
        .classes = CLASSES,
        .labels_per_image = 1,
        .train_images = 50000,
        .test_images = 10000,
        .mean = {99.7f, 99.0f, 99.6f}, /* over the first 10,000 */
        .deviation = {55.4f, 55.6f, 55.4f},
        .draw = draw,
    };
    return ls_drawn_open(dataset, &synthetic, opening, error);
}
