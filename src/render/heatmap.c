#include "render/heatmap.h"
#include "render/colormap.h"
#include "render/height.h"
#include "render/png.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where a loss lies between options->vmin (0) and vmax (1), clamped; by its logarithm with
 * options->log. NaN where it is not known. */
static double heat(double loss, const struct ls_plot_options *options) {
    double height = ls_height(loss), low = options->vmin, high = options->vmax;
    if (isnan(height))
        return NAN;
    height = fmin(fmax(height, low), high);
    if (options->log)
        return log(height / low) / log(high / low);
    return (height - low) / (high - low);
}

/* Grid points across and upwards that the picture has to hold. */
struct extent {
    int across, upwards;
};

static struct extent measure(const struct ls_surface *const *surfaces, int count) {
    struct extent extent = {0, 0};
    for (int s = 0; s < count; s++) {
        extent.across += surfaces[s]->nx;
        if (surfaces[s]->ny > extent.upwards)
            extent.upwards = surfaces[s]->ny;
    }
    return extent;
}

/* Pixels between two surfaces. */
static int gap_of(int block) {
    return 2 * block;
}

/* The largest block with which the picture keeps to the size asked for; 1 if there is none. */
static int choose_block(const struct ls_surface *const *surfaces, int count, struct extent extent,
                        const struct ls_plot_options *options) {
    int width = options->width, height = options->height;
    if (width <= 0 || height <= 0) {
        int longer = surfaces[0]->nx > surfaces[0]->ny ? surfaces[0]->nx : surfaces[0]->ny;
        return longer < 1000 ? 1000 / longer : 1;
    }
    int block = 1;
    while ((block + 1) * extent.across + (count - 1) * gap_of(block + 1) <= width &&
           (block + 1) * extent.upwards <= height)
        block++;
    return block;
}

static void paint_block(struct ls_image *image, int left, int top, int block,
                        struct ls_color color) {
    for (int y = top; y < top + block; y++)
        for (int x = left; x < left + block; x++) {
            unsigned char *pixel =
                image->pixels + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
            pixel[0] = color.red;
            pixel[1] = color.green;
            pixel[2] = color.blue;
        }
}

static void paint_surface(struct ls_image *image, const struct ls_surface *surface, int left,
                          int block, const struct ls_plot_options *options) {
    for (int j = 0; j < surface->ny; j++)
        for (int i = 0; i < surface->nx; i++) {
            double t = heat(surface->loss[(size_t)j * (size_t)surface->nx + (size_t)i], options);
            if (!isnan(t))
                paint_block(image, left + i * block, image->height - (j + 1) * block, block,
                            ls_colormap(ls_colormap_or(options->colormap, LS_VIRIDIS), t));
        }
}

enum ls_status ls_heatmap_bare(const struct ls_surface *const *surfaces, int count,
                               const struct ls_plot_options *options, const char *path,
                               struct ls_error *error) {
    struct extent extent = measure(surfaces, count);
    int block = choose_block(surfaces, count, extent, options), left = 0;
    struct ls_image image = {.width = extent.across * block + (count - 1) * gap_of(block),
                             .height = extent.upwards * block,
                             .channels = 3};
    size_t bytes = 3 * (size_t)image.width * (size_t)image.height;
    image.pixels = malloc(bytes);
    if (!image.pixels)
        return ls_fail_memory(error, path);
    memset(image.pixels, 255, bytes);
    for (int s = 0; s < count; s++) {
        paint_surface(&image, surfaces[s], left, block, options);
        left += surfaces[s]->nx * block + gap_of(block);
    }
    enum ls_status status = ls_png_write(&image, path, error);
    free(image.pixels);
    return status;
}
