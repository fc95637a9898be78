/* Draws the images of the synthetic data set: one of ten figures of any colour, size and place
 * before a darker clouded background, among lines that cross it. Only IEEE basic operations are
 * used, so every machine draws the same bytes. */
#include "data/data.h"
#include "landscape/rng.h"
#include <math.h>
#include <stdbool.h>

enum { SIDE = 32, CHANNELS = 3, CLOUDS = 5, LINES_BEHIND = 1, LINES_BEFORE = 1 };

struct color {
    double c[CHANNELS]; /* in units of a pixel byte */
};

/* An image being drawn, and the random numbers it is drawn from. */
struct canvas {
    struct ls_rng rng;
    uint64_t next; /* index of the next random word */
    struct color pixel[SIDE][SIDE];
};

/* Where a figure stands: its frame is turned and scaled, so that the figure has radius 1 there. */
struct pose {
    double x, y; /* centre, in pixels */
    double radius;
    double cosine, sine;
};

static double between(struct canvas *canvas, double low, double high) {
    return low + (high - low) * ls_rng_uniform(&canvas->rng, canvas->next++);
}

/* The figures: is (u, v) inside? Each lies in the disc u^2 + v^2 < 1, or nearly so. */
static bool disc(double u, double v) {
    return u * u + v * v < 0.8;
}

static bool ring(double u, double v) {
    double r = u * u + v * v;
    return r > 0.3 && r < 0.9;
}

static bool square(double u, double v) {
    return fabs(u) < 0.8 && fabs(v) < 0.8;
}

static bool triangle(double u, double v) {
    return v < 0.6 && 1.732 * fabs(u) < v + 1.1;
}

static bool cross(double u, double v) {
    return fabs(u) < 1 && fabs(v) < 1 && (fabs(u) < 0.3 || fabs(v) < 0.3);
}

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
    bool (*inside)(double u, double v);
    double turn; /* tangent of half the largest angle it is turned by */
} figures[] = {
    {disc, 1},
    {ring, 1},
    {square, 0.2},
    {triangle, 0.2},
    {cross, 0.2},
    {horizontal_stripes, 0.1},
    {vertical_stripes, 0.1},
    {diagonal_stripes, 0.1},
    {checkers, 0.2},
    {three_dots, 0.2},
};

/* Turns by an angle whose half has a tangent in (-turn, turn), which takes no sine and cosine. */
static struct pose random_pose(struct canvas *canvas, double smallest, double largest,
                               double turn) {
    struct pose pose;
    double t = between(canvas, -turn, turn);
    pose.cosine = (1 - t * t) / (1 + t * t);
    pose.sine = 2 * t / (1 + t * t);
    pose.radius = between(canvas, smallest, largest);
    double margin = fmin(pose.radius, SIDE / 2);
    pose.x = between(canvas, margin, SIDE - margin);
    pose.y = between(canvas, margin, SIDE - margin);
    return pose;
}

static struct color random_color(struct canvas *canvas, double low, double high) {
    struct color color;
    for (int k = 0; k < CHANNELS; k++)
        color.c[k] = between(canvas, low, high);
    return color;
}

/* A colour that is lighter than `other` by at least 70 on average. */
static struct color lighter_color(struct canvas *canvas, struct color other) {
    for (;;) {
        struct color color = random_color(canvas, 16, 240);
        if (color.c[0] + color.c[1] + color.c[2] > other.c[0] + other.c[1] + other.c[2] + 210)
            return color;
    }
}

/* The part of pixel (x, y) that lies inside, from four points of it. */
static double coverage(bool (*inside)(double, double), struct pose pose, int x, int y) {
    int hits = 0;
    for (int i = 0; i < 4; i++) {
        double dx = (x + 0.25 + 0.5 * (i % 2) - pose.x) / pose.radius;
        double dy = (y + 0.25 + 0.5 * (i / 2) - pose.y) / pose.radius;
        hits += inside(pose.cosine * dx + pose.sine * dy, pose.cosine * dy - pose.sine * dx);
    }
    return hits / 4.0;
}

static void paint(struct canvas *canvas, bool (*inside)(double, double), struct pose pose,
                  struct color color) {
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double part = coverage(inside, pose, x, y);
            for (int k = 0; k < CHANNELS; k++)
                canvas->pixel[y][x].c[k] += part * (color.c[k] - canvas->pixel[y][x].c[k]);
        }
}

static void paint_lines(struct canvas *canvas, int count) {
    for (int i = 0; i < count; i++) {
        struct pose pose = random_pose(canvas, 10, 20, 1);
        pose.y = between(canvas, 0, SIDE);
        paint(canvas, line, pose, random_color(canvas, 16, 240));
    }
}

/* Fills the canvas with `color` and clouds: random offsets on a coarse lattice, interpolated. */
static void paint_background(struct canvas *canvas, struct color color, double strength) {
    double lattice[CLOUDS][CLOUDS][CHANNELS];
    for (int i = 0; i < CLOUDS; i++)
        for (int j = 0; j < CLOUDS; j++)
            for (int k = 0; k < CHANNELS; k++)
                lattice[i][j][k] = between(canvas, -strength, strength);
    const double scale = (CLOUDS - 1) / (double)SIDE;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int i = (int)(y * scale), j = (int)(x * scale);
            double a = y * scale - i, b = x * scale - j;
            for (int k = 0; k < CHANNELS; k++) {
                double upper = (1 - b) * lattice[i][j][k] + b * lattice[i][j + 1][k];
                double lower = (1 - b) * lattice[i + 1][j][k] + b * lattice[i + 1][j + 1][k];
                canvas->pixel[y][x].c[k] = color.c[k] + (1 - a) * upper + a * lower;
            }
        }
}

/* Adds grain and rounds to bytes. */
static void develop(struct canvas *canvas, double grain, uint8_t *pixels) {
    for (int k = 0; k < CHANNELS; k++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                double value = canvas->pixel[y][x].c[k] + between(canvas, -grain, grain);
                *pixels++ = (uint8_t)(fmin(fmax(value, 0), 255) + 0.5);
            }
}

void ls_synthetic_draw(uint64_t seed, enum ls_split split, int index, uint8_t *pixels,
                       uint8_t *label) {
    struct canvas canvas = {.rng = {seed, LS_RNG_SYNTHETIC, split, (uint32_t)index}};
    *label = (uint8_t)ls_rng_below(&canvas.rng, canvas.next++, sizeof figures / sizeof *figures);
    const struct figure *figure = &figures[*label];
    struct color ground = random_color(&canvas, 16, 144);
    paint_background(&canvas, ground, 35);
    paint_lines(&canvas, LINES_BEHIND);
    struct pose pose = random_pose(&canvas, 8, 12, figure->turn);
    paint(&canvas, figure->inside, pose, lighter_color(&canvas, ground));
    paint_lines(&canvas, LINES_BEFORE);
    develop(&canvas, 16, pixels);
}
