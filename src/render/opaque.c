#include "render/opaque.h"
#include <stddef.h>

enum { REACH = 3 }; /* pixels beyond the outline */

/* A colour multiplied by alpha as the plain colour; the byte above says that it is known. */
static uint32_t plain(uint32_t pixel) {
    const uint32_t alpha = pixel >> 24;
    uint32_t color = 0xff;
    if (alpha == 0)
        return 0x00ffffff;
    for (int shift = 16; shift >= 0; shift -= 8)
        color = color << 8 | ((pixel >> shift & 0xff) * 255 + alpha / 2) / alpha;
    return color;
}

/* The colour of a neighbour that has been known for longer than `level`; 0 if there is none. */
static uint32_t neighbour(const uint32_t *colors, size_t stride, int width, int height, int x,
                          int y, uint32_t level) {
    for (int j = y - 1; j <= y + 1; j++)
        for (int i = x - 1; i <= x + 1; i++)
            if (i >= 0 && j >= 0 && i < width && j < height) {
                const uint32_t color = colors[(size_t)j * stride + (size_t)i];
                if (color >> 24 > level)
                    return color;
            }
    return 0;
}

/* Lets colours reach one pixel further. What they reach is marked with `level`. */
static void spread(uint32_t *colors, size_t stride, int width, int height, uint32_t level) {
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t *color = &colors[(size_t)y * stride + (size_t)x];
            if (*color >> 24)
                continue;
            const uint32_t found = neighbour(colors, stride, width, height, x, y, level);
            if (found)
                *color = (found & 0xffffff) | level << 24;
        }
}

void ls_opaque(const uint32_t *pixels, int width, int height, cairo_surface_t **colors,
               cairo_surface_t **cover) {
    *colors = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    *cover = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    if (cairo_surface_status(*colors) != CAIRO_STATUS_SUCCESS ||
        cairo_surface_status(*cover) != CAIRO_STATUS_SUCCESS)
        return;
    uint32_t *color = (uint32_t *)(void *)cairo_image_surface_get_data(*colors);
    unsigned char *alpha = cairo_image_surface_get_data(*cover);
    const size_t stride = (size_t)cairo_image_surface_get_stride(*colors) / sizeof *color;
    const size_t row = (size_t)cairo_image_surface_get_stride(*cover);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const uint32_t pixel = pixels[(size_t)y * (size_t)width + (size_t)x];
            color[(size_t)y * stride + (size_t)x] = plain(pixel);
            alpha[(size_t)y * row + (size_t)x] = (unsigned char)(pixel >> 24);
        }
    for (uint32_t level = REACH; level > 0; level--)
        spread(color, stride, width, height, level);
    cairo_surface_mark_dirty(*colors);
    cairo_surface_mark_dirty(*cover);
}
