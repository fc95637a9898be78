#include "render/colormap.h"
#include <math.h>

/* Nine samples of viridis (Smith and van der Walt, 2015; CC0). */
static const struct ls_color anchors[] = {
    {0x44, 0x01, 0x54}, {0x47, 0x2d, 0x7b}, {0x3b, 0x52, 0x8b},
    {0x2c, 0x72, 0x8e}, {0x21, 0x91, 0x8c}, {0x28, 0xae, 0x80},
    {0x5e, 0xc9, 0x62}, {0xad, 0xdc, 0x30}, {0xfd, 0xe7, 0x25},
};
enum { ANCHORS = sizeof anchors / sizeof anchors[0] };

static unsigned char mix(unsigned char a, unsigned char b, double t) {
    return (unsigned char)lround(a + (b - a) * t);
}

static struct ls_color blend(struct ls_color a, struct ls_color b, double t) {
    return (struct ls_color){mix(a.red, b.red, t), mix(a.green, b.green, t),
                             mix(a.blue, b.blue, t)};
}

struct ls_color ls_colormap(double t) {
    double at = fmin(fmax(t, 0), 1) * (ANCHORS - 1);
    int below = (int)fmin(floor(at), ANCHORS - 2);
    return blend(anchors[below], anchors[below + 1], at - below);
}

struct ls_color ls_color_tint(struct ls_color color, double white) {
    return blend(color, (struct ls_color){255, 255, 255}, white);
}

unsigned ls_color_number(struct ls_color color) {
    return (unsigned)color.red << 16 | (unsigned)color.green << 8 | color.blue;
}
