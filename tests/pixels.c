#include "pixels.h"
#include "support.h"
#include <math.h>

struct picture load(const char *path) {
    struct picture picture = {.header = {.version = PNG_IMAGE_VERSION}};
    assert_true(png_image_begin_read_from_file(&picture.header, path));
    picture.header.format = PNG_FORMAT_RGBA;
    picture.rgba = malloc(PNG_IMAGE_SIZE(picture.header));
    assert_non_null(picture.rgba);
    assert_true(png_image_finish_read(&picture.header, NULL, picture.rgba, 0, NULL));
    return picture;
}

const unsigned char *pixel(const struct picture *picture, int x, int y) {
    return picture->rgba + 4 * ((size_t)y * picture->header.width + (size_t)x);
}

double luminance(const unsigned char *p) {
    return 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2];
}

double brightness(const struct picture *picture, int *count) {
    double sum = 0;
    *count = 0;
    for (int y = 0; y < (int)picture->header.height; y++)
        for (int x = 0; x < (int)picture->header.width; x++)
            if (pixel(picture, x, y)[3] == 255) {
                sum += luminance(pixel(picture, x, y));
                (*count)++;
            }
    return *count ? sum / *count : 0;
}

struct ls_plot_options bare(void) {
    struct ls_plot_options options = ls_plot_defaults();
    options.kind = LS_PLOT_SURFACE;
    options.width = WIDTH;
    options.height = HEIGHT;
    options.surface.background = LS_TRANSPARENT;
    options.surface.box = options.surface.bar = options.surface.words = false;
    return options;
}

void make(struct ls_surface *surface, int n, double (*loss)(double x, double y)) {
    struct ls_range range = {-1, 1, n};
    assert_int_equal(ls_surface_create(surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < n * n; i++)
        surface->loss[i] = loss(surface->x[i % n], surface->y[i / n]);
}

double bowl(double x, double y) {
    return 0.1 + x * x + y * y;
}

double rough(double x, double y) {
    return exp(2 * sin(9 * x + 3 * y * y) + 2 * cos(7 * y - 2 * x) + 2 * x);
}

struct picture draw(const struct ls_surface *surface, const struct ls_plot_options *options) {
    assert_int_equal(ls_plot_surfaces(&surface, 1, options, "out.png", NULL), LS_OK);
    return load("out.png");
}
