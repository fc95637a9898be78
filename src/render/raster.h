/* Which part of a terrain is seen where: hidden surfaces are removed by a depth buffer. */
#ifndef LANDSCAPE_RENDER_RASTER_H
#define LANDSCAPE_RENDER_RASTER_H

#include "render/camera.h"
#include "render/terrain.h"
#include <stdint.h>

/* A grid point on the screen. */
struct ls_vertex {
    int32_t x, y;   /* in LS_SUBPIXELS of a sample, y down */
    float nearness; /* 1 / distance; 0 for a point that is not there */
};

enum { LS_SUBPIXELS = 256, LS_BLOCK = 16 };

/* The terrain as the camera sees it, and the rectangles that blocks of LS_BLOCK x LS_BLOCK of its
 * cells cover. */
struct ls_screen {
    const struct ls_terrain *terrain;
    struct ls_vertex *vertices; /* [ny][nx]; owned */
    int blocks_x, blocks_y;
    int32_t (*covers)[4]; /* [blocks_y][blocks_x] least x, y and greatest x, y; owned */
};

/* Projects the terrain; a pixel of the camera is `samples` samples wide. */
enum ls_status ls_screen_create(struct ls_screen *screen, const struct ls_terrain *terrain,
                                const struct ls_camera *camera, int samples, int threads,
                                struct ls_error *error);
void ls_screen_free(struct ls_screen *screen);

/* What a rectangle of samples sees. */
struct ls_tile {
    int left, top, width, height; /* samples */
    float *nearness;              /* [height][width] 0 where there is nothing */
    float *u, *v;                 /* [height][width] grid coordinates */
    unsigned char *below;         /* [height][width] whether the lower side is seen */
};

void ls_tile_fill(struct ls_tile *tile, const struct ls_screen *screen);

#endif
