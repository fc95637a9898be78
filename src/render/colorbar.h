/* The bar that tells which colour stands for which loss. */
#ifndef LANDSCAPE_RENDER_COLORBAR_H
#define LANDSCAPE_RENDER_COLORBAR_H

#include "render/camera.h"
#include "render/canvas.h"
#include "render/zscale.h"

struct ls_colorbar {
    struct ls_rectangle bar; /* of the colours; labels stand right of it */
    double em;
    enum ls_colormap colormap;
    const struct ls_zscale *scale;
    const char *label;
};

void ls_colorbar_draw(struct ls_canvas *canvas, const struct ls_colorbar *colorbar);

/* How much room the bar, its labels and its name take across. */
double ls_colorbar_width(struct ls_canvas *canvas, const struct ls_zscale *scale, double em);

#endif
