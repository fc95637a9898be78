/* The axes that the panels of a figure share. */
#include "render/caption.h"
#include "render/figure.h"
#include "render/ticks.h"
#include <math.h>
#include <stdio.h>

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

enum { MOST_PARTS = 8 }; /* of an axis, between its ticks */

double ls_axis_margin(double low, double high, bool log) {
    size_t most = 0;
    for (int parts = 1; parts <= MOST_PARTS; parts++) {
        double ticks[LS_MAX_TICKS];
        const int count =
            log ? ls_log_ticks(low, high, ticks) : ls_linear_ticks(low, high, parts, ticks);
        const size_t letters = ls_tick_letters(ticks, count, ls_tick_digits(ticks, count));
        most = letters > most ? letters : most;
    }
    return 2.6 + 0.65 * (double)most;
}

void ls_axes_box(const struct ls_axes *axes, double pixels, struct ls_frame *frame) {
    double width = axes->x_max - axes->x_min, height = axes->y_max - axes->y_min;
    double scale = pixels / fmax(width, height), narrowest = 0.4 * pixels;
    frame->left = fmax(frame->left, ls_axis_margin(axes->y_min, axes->y_max, false));
    frame->box_width = scale * width;
    frame->box_height = scale * height;
    /* A long narrow strip would leave no room for its labels: better stretch it. */
    if (scale * fmin(width, height) < narrowest) {
        frame->box_width = fmax(frame->box_width, narrowest);
        frame->box_height = fmax(frame->box_height, narrowest);
    }
}

double ls_axes_unit(const struct ls_axes *axes, const struct ls_figure *figure, double *stretch) {
    const struct ls_box *box = &figure->box[0];
    const double unit = (box->right - box->left) / (axes->x_max - axes->x_min);
    *stretch = (box->top - box->bottom) / (axes->y_max - axes->y_min) / unit;
    return unit;
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

void ls_figure_axis(struct ls_figure *figure, const char *name, double low, double high,
                    bool upright) {
    const struct ls_box *box = &figure->box[0];
    const double length = upright ? box->top - box->bottom : box->right - box->left;
    double ticks[LS_MAX_TICKS];
    int count = 0;
    for (int parts = MOST_PARTS; parts > 0; parts--) {
        count = ls_linear_ticks(low, high, parts, ticks);
        const size_t letters = ls_tick_letters(ticks, count, ls_tick_digits(ticks, count));
        const double need = upright ? 1.6 : 0.62 * (double)letters + 1;
        if (count < 2 || (ticks[1] - ticks[0]) / (high - low) * length >= need * figure->em)
            break;
    }
    ls_figure_ticks(figure, name, ticks, count);
}

void ls_figure_axes(struct ls_figure *figure, const struct ls_request *request,
                    const struct ls_axes *axes) {
    struct ls_script *script = &figure->script;
    ls_script_add(script, "X_MIN = %.9g; X_MAX = %.9g\n", axes->x_min, axes->x_max);
    ls_script_add(script, "Y_MIN = %.9g; Y_MAX = %.9g\n", axes->y_min, axes->y_max);
    ls_figure_axis(figure, "X_TICKS", axes->x_min, axes->x_max, false);
    ls_figure_axis(figure, "Y_TICKS", axes->y_min, axes->y_max, true);
    ls_script_add(script, "array X_NAME[%d]; array Y_NAME[%d]\n", request->count, request->count);
    for (int i = 0; i < request->count; i++)
        for (int axis = 0; axis < 2; axis++) {
            char array[32], name[LS_AXIS_NAME];
            snprintf(array, sizeof array, "%c_NAME[%d]", axis ? 'Y' : 'X', i + 1);
            ls_caption_axis(request->surfaces[i], axis, name);
            ls_script_string(script, array, name);
        }
    ls_script_string(script, "LOSS_LABEL", ls_request_label(request));
}
