#include "render/colormap.h"
#include <math.h>

enum { ANCHORS = 17 };

/* Evenly spaced samples, 0xRRGGBB: Moreland's cool to warm (2009), viridis (Smith and van der Walt,
 * 2015; CC0) and cividis (Nunez, Anderton and Renslow, 2018; CC0). */
static const unsigned anchors[][ANCHORS] = {
    [LS_COOLWARM] = {0x3b4cc0, 0x4e68d8, 0x6282ea, 0x779af7, 0x8db0fe, 0xa3c2fe, 0xb9d0f9, 0xccd9ed,
                     0xdddcdc, 0xecd3c5, 0xf5c4ac, 0xf7b093, 0xf4987a, 0xeb7d62, 0xdd5f4b, 0xca3b37,
                     0xb40426},
    [LS_VIRIDIS] = {0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e,
                    0x21918c, 0x1fa088, 0x28ae80, 0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219,
                    0xfde725},
    [LS_CIVIDIS] = {0x00224e, 0x002e6a, 0x1a386f, 0x32436d, 0x434e6c, 0x535a6d, 0x61656f, 0x6f7073,
                    0x7d7c78, 0x8c8878, 0x9b9476, 0xaba072, 0xbcae6c, 0xcdbb63, 0xdec958, 0xf0d846,
                    0xfee838},
};

static unsigned char mix(unsigned char a, unsigned char b, double t) {
    return (unsigned char)lround(a + (b - a) * t);
}

static struct ls_color blend(struct ls_color a, struct ls_color b, double t) {
    return (struct ls_color){mix(a.red, b.red, t), mix(a.green, b.green, t),
                             mix(a.blue, b.blue, t)};
}

static struct ls_color color_of(unsigned number) {
    return (struct ls_color){(unsigned char)(number >> 16), (unsigned char)(number >> 8),
                             (unsigned char)number};
}

struct ls_color ls_colormap(enum ls_colormap map, double t) {
    double at = fmin(fmax(t, 0), 1) * (ANCHORS - 1);
    int below = (int)fmin(floor(at), ANCHORS - 2);
    return blend(color_of(anchors[map][below]), color_of(anchors[map][below + 1]), at - below);
}

enum ls_colormap ls_colormap_or(enum ls_colormap map, enum ls_colormap usual) {
    return map == LS_USUAL_COLORMAP ? usual : map;
}

struct ls_color ls_color_shade(struct ls_color color, double black) {
    return blend(color, (struct ls_color){0, 0, 0}, black);
}

struct ls_color ls_color_tint(struct ls_color color, double white) {
    return blend(color, (struct ls_color){255, 255, 255}, white);
}

unsigned ls_color_number(struct ls_color color) {
    return (unsigned)color.red << 16 | (unsigned)color.green << 8 | color.blue;
}
