/* The axes that the panels of a figure share. */
#include "render/caption.h"
#include "render/figure.h"
#include "render/ticks.h"
#include <math.h>

struct ls_axes ls_request_axes(const struct ls_request *request) {
    struct ls_axes axes = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (int i = 0; i < request->count; i++) {
        const struct ls_surface *surface = request->surfaces[i];
        axes.x_min = fmin(axes.x_min, surface->x[0]);
        axes.x_max = fmax(axes.x_max, surface->x[surface->nx - 1]);
        axes.y_min = fmin(axes.y_min, surface->y[0]);
        axes.y_max = fmax(axes.y_max, surface->y[surface->ny - 1]);
    }
    return axes;
}

void ls_axes_box(const struct ls_axes *axes, double pixels, struct ls_frame *frame) {
    double width = axes->x_max - axes->x_min, height = axes->y_max - axes->y_min;
    double scale = pixels / fmax(width, height), narrowest = 0.4 * pixels;
    double ticks[LS_MAX_TICKS];
    int count = ls_linear_ticks(axes->y_min, axes->y_max, 5, ticks);
    frame->left = fmax(frame->left, 2.6 + 0.65 * (double)ls_tick_letters(ticks, count, 4));
    frame->box_width = scale * width;
    frame->box_height = scale * height;
    /* A long narrow strip would leave no room for its labels: better stretch it. */
    if (scale * fmin(width, height) < narrowest) {
        frame->box_width = fmax(frame->box_width, narrowest);
        frame->box_height = fmax(frame->box_height, narrowest);
    }
}

void ls_figure_ticks(struct ls_figure *figure, const char *name, const double *values, int count) {
    struct ls_script *script = &figure->script;
    int digits = ls_tick_digits(values, count);
    ls_script_add(script, "%s = \"", name);
    for (int i = 0; i < count; i++) {
        char text[LS_NUMBER_SIZE];
        ls_caption_digits(values[i], digits, text);
        ls_script_add(script, "%s'%s' %.15g", i ? ", " : "", text, values[i]);
    }
    ls_script_add(script, "\"\n");
}

void ls_figure_axes(struct ls_figure *figure, const struct ls_request *request) {
    struct ls_axes axes = ls_request_axes(request);
    struct ls_script *script = &figure->script;
    ls_script_add(script, "X_MIN = %.9g; X_MAX = %.9g\n", axes.x_min, axes.x_max);
    ls_script_add(script, "Y_MIN = %.9g; Y_MAX = %.9g\n", axes.y_min, axes.y_max);
    ls_script_string(script, "X_LABEL", ls_caption_axis(request->surfaces[0], 0));
    ls_script_string(script, "Y_LABEL", ls_caption_axis(request->surfaces[0], 1));
    ls_script_string(script, "LOSS_LABEL", ls_caption_loss(request->surfaces[0]));
}
