#include "data/canvas.h"
#include <math.h>

enum { CLOUDS = 5 };

bool ls_disc(double u, double v) {
    return u * u + v * v < 0.8;
}

bool ls_ring(double u, double v) {
    double r = u * u + v * v;
    return r > 0.3 && r < 0.9;
}

bool ls_square(double u, double v) {
    return fabs(u) < 0.8 && fabs(v) < 0.8;
}

bool ls_triangle(double u, double v) {
    return v < 0.6 && 1.732 * fabs(u) < v + 1.1;
}

bool ls_cross(double u, double v) {
    return fabs(u) < 1 && fabs(v) < 1 && (fabs(u) < 0.3 || fabs(v) < 0.3);
}

double ls_canvas_between(struct ls_canvas *canvas, double low, double high) {
    return low + (high - low) * ls_rng_uniform(&canvas->rng, canvas->next++);
}

struct ls_color ls_canvas_color(struct ls_canvas *canvas, double low, double high) {
    struct ls_color color;
    for (int k = 0; k < LS_CANVAS_CHANNELS; k++)
        color.c[k] = ls_canvas_between(canvas, low, high);
    return color;
}

struct ls_pose ls_canvas_pose(struct ls_canvas *canvas, double smallest, double largest,
                              double turn) {
    struct ls_pose pose;
    double t = ls_canvas_between(canvas, -turn, turn);
    pose.cosine = (1 - t * t) / (1 + t * t);
    pose.sine = 2 * t / (1 + t * t);
    pose.radius = ls_canvas_between(canvas, smallest, largest);
    double margin = fmin(pose.radius, canvas->side / 2);
    pose.x = ls_canvas_between(canvas, margin, canvas->side - margin);
    pose.y = ls_canvas_between(canvas, margin, canvas->side - margin);
    return pose;
}

double ls_canvas_coverage(ls_figure *inside, struct ls_pose pose, int x, int y) {
    int hits = 0;
    for (int i = 0; i < 4; i++) {
        double dx = (x + 0.25 + 0.5 * (i % 2) - pose.x) / pose.radius;
        double dy = (y + 0.25 + 0.5 * (i / 2) - pose.y) / pose.radius;
        hits += inside(pose.cosine * dx + pose.sine * dy, pose.cosine * dy - pose.sine * dx);
    }
    return hits / 4.0;
}

void ls_canvas_paint(struct ls_canvas *canvas, ls_figure *inside, struct ls_pose pose,
                     struct ls_color color) {
    for (int y = 0; y < canvas->side; y++)
        for (int x = 0; x < canvas->side; x++) {
            double part = ls_canvas_coverage(inside, pose, x, y);
            for (int k = 0; k < LS_CANVAS_CHANNELS; k++)
                canvas->pixel[y][x].c[k] += part * (color.c[k] - canvas->pixel[y][x].c[k]);
        }
}

void ls_canvas_clouds(struct ls_canvas *canvas, struct ls_color color, double strength) {
    double lattice[CLOUDS][CLOUDS][LS_CANVAS_CHANNELS];
    for (int i = 0; i < CLOUDS; i++)
        for (int j = 0; j < CLOUDS; j++)
            for (int k = 0; k < LS_CANVAS_CHANNELS; k++)
                lattice[i][j][k] = ls_canvas_between(canvas, -strength, strength);
    const double scale = (CLOUDS - 1) / (double)canvas->side;
    for (int y = 0; y < canvas->side; y++)
        for (int x = 0; x < canvas->side; x++) {
            int i = (int)(y * scale), j = (int)(x * scale);
            double a = y * scale - i, b = x * scale - j;
            for (int k = 0; k < LS_CANVAS_CHANNELS; k++) {
                double upper = (1 - b) * lattice[i][j][k] + b * lattice[i][j + 1][k];
                double lower = (1 - b) * lattice[i + 1][j][k] + b * lattice[i + 1][j + 1][k];
                canvas->pixel[y][x].c[k] = color.c[k] + (1 - a) * upper + a * lower;
            }
        }
}

void ls_canvas_develop(struct ls_canvas *canvas, double grain, uint8_t *pixels) {
    for (int k = 0; k < LS_CANVAS_CHANNELS; k++)
        for (int y = 0; y < canvas->side; y++)
            for (int x = 0; x < canvas->side; x++) {
                double value = canvas->pixel[y][x].c[k] + ls_canvas_between(canvas, -grain, grain);
                *pixels++ = (uint8_t)(fmin(fmax(value, 0), 255) + 0.5);
            }
}
