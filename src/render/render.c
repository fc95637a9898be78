#include "render/render.h"
#include "base/alloc.h"
#include "render/raster.h"
#include <math.h>
#include <stdlib.h>

enum { TILE_SIDE = 32 }; /* pixels along a side of the tiles that threads take */

/* Shades all samples of a pixel and averages them. */
static uint32_t resolve(const struct ls_tile *tile, const struct ls_terrain *terrain,
                        const struct ls_look *look, int x, int y, int samples) {
    float sum[3] = {0, 0, 0};
    int covered = 0;
    for (int sy = 0; sy < samples; sy++)
        for (int sx = 0; sx < samples; sx++) {
            size_t at =
                (size_t)(y * samples + sy) * (size_t)tile->width + (size_t)(x * samples + sx);
            float rgb[3];
            if (tile->nearness[at] == 0)
                continue;
            ls_shade(look, terrain, tile->u[at], tile->v[at], tile->below[at], rgb);
            for (int k = 0; k < 3; k++)
                sum[k] += rgb[k];
            covered++;
        }
    if (!covered)
        return 0;
    double alpha = (double)covered / (samples * samples);
    uint32_t pixel = (uint32_t)lrint(255 * alpha);
    for (int k = 0; k < 3; k++)
        pixel =
            pixel << 8 | (uint32_t)lrint(255 * alpha * ls_srgb_of_linear((double)sum[k] / covered));
    return pixel;
}

static enum ls_status tile_create(struct ls_tile *tile, int side) {
    size_t count = (size_t)side * (size_t)side;
    tile->nearness = ls_alloc(count, sizeof *tile->nearness);
    tile->u = ls_alloc(count, sizeof *tile->u);
    tile->v = ls_alloc(count, sizeof *tile->v);
    tile->below = ls_alloc(count, sizeof *tile->below);
    return tile->nearness && tile->u && tile->v && tile->below ? LS_OK : LS_NO_MEMORY;
}

static void tile_free(struct ls_tile *tile) {
    free(tile->nearness);
    free(tile->u);
    free(tile->v);
    free(tile->below);
}

static int lesser(int a, int b) {
    return a < b ? a : b;
}

enum ls_status ls_render(const struct ls_terrain *terrain, const struct ls_camera *camera,
                         const struct ls_look *look, int samples, int threads, int width,
                         int height, uint32_t *pixels, struct ls_error *error) {
    struct ls_screen screen;
    enum ls_status status = ls_screen_create(&screen, terrain, camera, samples, threads, error);
    if (status != LS_OK)
        return status;
    int across = (width + TILE_SIDE - 1) / TILE_SIDE, down = (height + TILE_SIDE - 1) / TILE_SIDE,
        failed = 0;
#pragma omp parallel num_threads(threads) reduction(| : failed)
    {
        struct ls_tile tile = {0};
        failed |= tile_create(&tile, TILE_SIDE * samples) != LS_OK;
#pragma omp for schedule(dynamic, 4)
        for (int n = 0; n < across * down; n++) {
            int left = n % across * TILE_SIDE, top = n / across * TILE_SIDE;
            int w = lesser(TILE_SIDE, width - left), h = lesser(TILE_SIDE, height - top);
            if (failed)
                continue;
            tile.left = left * samples;
            tile.top = top * samples;
            tile.width = w * samples;
            tile.height = h * samples;
            ls_tile_fill(&tile, &screen);
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++)
                    pixels[(size_t)(top + y) * (size_t)width + (size_t)(left + x)] =
                        resolve(&tile, terrain, look, x, y, samples);
        }
        tile_free(&tile);
    }
    ls_screen_free(&screen);
    return failed ? ls_fail_memory(error, "the picture's samples") : LS_OK;
}
