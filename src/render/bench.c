/* How fast surfaces are drawn. */
#include "base/order.h"
#include "landscape/bench_parts.h"
#include "landscape/plot.h"
#include "render/figure.h"
#include "render/png.h"
#include "render/quantity.h"
#include "render/scene.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>

enum { GRID = 51, WIDTH = 1600, HEIGHT = 1200 };

/* A funnel among jagged mountains. */
static void carve(struct ls_surface *surface) {
    for (int j = 0; j < GRID; j++)
        for (int i = 0; i < GRID; i++) {
            double x = surface->x[i], y = surface->y[j], r = hypot(x, y);
            double mountains =
                sin(11 * x + 3 * sin(5 * y)) * cos(9 * y - 2 * x) + 0.5 * sin(31 * x * y);
            surface->loss[j * GRID + i] =
                0.05 + 3 * (1 - exp(-20 * r * r)) * exp(3 * r * mountains);
        }
}

/* Everything from the losses to the bytes of the PNG. */
static enum ls_status draw_once(const struct ls_request *request, struct ls_error *error) {
    struct ls_scene scene;
    struct ls_canvas canvas = {0};
    struct ls_image image = {0};
    unsigned char *bytes = NULL;
    size_t size;
    enum ls_status status = ls_scene_create(&scene, request, error);
    if (!status)
        status = ls_canvas_create(&canvas, LS_FORMAT_PNG, WIDTH, HEIGHT, LS_WHITE, error);
    if (!status)
        status = ls_scene_draw(&scene, 0, &canvas, error);
    if (!status)
        status = ls_canvas_image(&canvas, &image, error);
    if (!status)
        status = ls_png_encode(&image, &bytes, &size, error);
    free(bytes);
    free(image.pixels);
    ls_canvas_free(&canvas);
    ls_scene_free(&scene);
    return status;
}

enum ls_status ls_bench_drawing(int threads, int runs, double *seconds, struct ls_error *error) {
    const struct ls_range range = {-1, 1, GRID};
    struct ls_plot_options options = ls_plot_defaults();
    struct ls_surface surface;
    double times[LS_BENCH_MAX_RUNS];
    enum ls_status status = ls_bench_check(runs, error);
    if (!status)
        status = ls_surface_create(&surface, &range, &range, error);
    if (status)
        return status;
    carve(&surface);
    const struct ls_surface *one = &surface;
    const struct ls_quantity *loss = ls_quantity_of(LS_PLOT_SURFACE, LS_PLOT_OF_LOSS);
    const struct ls_request request = {.surfaces = &one,
                                       .marked = &one,
                                       .quantity = loss,
                                       .count = 1,
                                       .options = &options,
                                       .format = LS_FORMAT_PNG};
    options.kind = LS_PLOT_SURFACE;
    ls_quantity_defaults(loss, &one, 1, &options);
    options.zmax = INFINITY;
    options.width = WIDTH;
    options.height = HEIGHT;
    options.surface.threads = threads;
    status = draw_once(&request, error);
    for (int run = 0; run < runs && !status; run++) {
        double start = omp_get_wtime();
        status = draw_once(&request, error);
        times[run] = omp_get_wtime() - start;
    }
    ls_surface_free(&surface);
    if (status)
        return status;
    *seconds = ls_median(times, (size_t)runs);
    return LS_OK;
}
