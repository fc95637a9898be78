/* The embedded data set for segmentation: discs, squares, triangles and rings that overlap on a
 * clouded and striped ground. The label of a pixel is what one sees there: 0 is the ground. */
#include "data/canvas.h"
#include "data/drawn.h"
#include <math.h>
#include <string.h>

enum { SIDE = 64, CLASSES = 5, FEWEST = 3, MOST = 6 };

static ls_figure *const figures[CLASSES] = {NULL, ls_disc, ls_square, ls_triangle, ls_ring};

/* Draws waves of a random direction, length and strength over the ground. */
static void paint_waves(struct ls_canvas *canvas) {
    const double dx = ls_canvas_between(canvas, -0.25, 0.25);
    const double dy = ls_canvas_between(canvas, -0.25, 0.25);
    const double strength = ls_canvas_between(canvas, 10, 40);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double phase = dx * x + dy * y + 100, wave = fabs(2 * (phase - floor(phase)) - 1);
            for (int k = 0; k < LS_CANVAS_CHANNELS; k++)
                canvas->pixel[y][x].c[k] += strength * (2 * wave - 1);
        }
}

/* A colour that differs from `other` by at least 50 on average. */
static struct ls_color other_color(struct ls_canvas *canvas, struct ls_color other) {
    for (;;) {
        const struct ls_color color = ls_canvas_color(canvas, 16, 240);
        double difference = 0;
        for (int k = 0; k < LS_CANVAS_CHANNELS; k++)
            difference += fabs(color.c[k] - other.c[k]);
        if (difference > 150)
            return color;
    }
}

/* Most of a pixel decides its label. */
static void label_pixels(ls_figure *inside, struct ls_pose pose, uint16_t label, uint16_t *labels) {
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (ls_canvas_coverage(inside, pose, x, y) > 0.5)
                labels[y * SIDE + x] = label;
}

/* pixels[3][64][64] and labels[64][64] of image `index`. */
static void draw(uint64_t seed, enum ls_split split, int index, uint8_t *pixels, uint16_t *labels) {
    struct ls_canvas canvas = {.rng = {seed, LS_RNG_SHAPES, split, (uint32_t)index}, .side = SIDE};
    const struct ls_color ground = ls_canvas_color(&canvas, 40, 216);
    const int count = FEWEST + (int)ls_rng_below(&canvas.rng, canvas.next++, MOST - FEWEST + 1);
    memset(labels, 0, SIDE * SIDE * sizeof *labels);
    ls_canvas_clouds(&canvas, ground, 45);
    paint_waves(&canvas);
    for (int i = 0; i < count; i++) {
        const int label = 1 + (int)ls_rng_below(&canvas.rng, canvas.next++, CLASSES - 1);
        const struct ls_pose pose = ls_canvas_pose(&canvas, 6, 18, 1);
        ls_canvas_paint(&canvas, figures[label], pose, other_color(&canvas, ground));
        label_pixels(figures[label], pose, (uint16_t)label, labels);
    }
    ls_canvas_develop(&canvas, 24, pixels);
}

enum ls_status ls_shapes_open(struct ls_dataset *dataset, const struct ls_opening *opening,
                              struct ls_error *error) {
    static const struct ls_drawn shapes = {
        .name = "shapes",
        .side = SIDE,
        .classes = CLASSES,
        .labels_per_image = SIDE * SIDE,
        .train_images = 5000,
        .test_images = 1000,
        .mean = {128.5f, 129.0f, 128.1f},
        .deviation = {60.2f, 59.9f, 59.9f},
        .draw = draw,
    };
    return ls_drawn_open(dataset, &shapes, opening, error);
}
