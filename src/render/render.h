/* Draws a terrain into a picture. */
#ifndef LANDSCAPE_RENDER_RENDER_H
#define LANDSCAPE_RENDER_RENDER_H

#include "render/shade.h"
#include <stdint.h>

/* pixels[height][width] = the terrain as the camera sees it, over nothing: 0xAARRGGBB, colours
 * multiplied by alpha. Each pixel is the mean of samples x samples samples. Every pixel is computed
 * by itself, so the number of threads changes nothing. */
enum ls_status ls_render(const struct ls_terrain *terrain, const struct ls_camera *camera,
                         const struct ls_look *look, int samples, int threads, int width,
                         int height, uint32_t *pixels, struct ls_error *error);

#endif
