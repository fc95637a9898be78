#include "render/levels.h"
#include <math.h>

/* Over very many powers of ten every second, third, ... power alone. */
static enum ls_status choose_log(struct ls_levels *levels, const struct ls_plot_options *options,
                                 struct ls_error *error) {
    static const double digit[] = {1, 2, 5};
    enum { ENOUGH = 40 };
    if (options->vmin <= 0)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "logarithmic levels have to start above 0, not at %g", options->vmin);
    const int first = (int)floor(log10(options->vmin)), last = (int)ceil(log10(options->vmax));
    const int digits = 3 * (last - first) > ENOUGH ? 1 : 3, stride = 1 + (last - first) / ENOUGH;
    for (int decade = first; decade <= last; decade++)
        for (int i = 0; i < digits && decade % stride == 0; i++) {
            double height = digit[i] * pow(10, decade);
            if (height >= options->vmin * (1 - 1e-9) && height <= options->vmax * (1 + 1e-9))
                levels->height[levels->count++] = height;
        }
    if (levels->count < 1)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "there is no contour level 1, 2, 5, 10, ... from %g to %g", options->vmin,
                       options->vmax);
    return LS_OK;
}

/* Digits, at least four, that write every level to a hundredth of their step. */
static int choose_digits(const struct ls_levels *levels, double step) {
    double size = fmax(fabs(levels->height[0]), fabs(levels->height[levels->count - 1]));
    double digits = floor(log10(fmax(size, step))) - floor(log10(step)) + 3;
    return (int)fmin(fmax(digits, 4), 15);
}

enum ls_status ls_levels_choose(struct ls_levels *levels, const struct ls_plot_options *options,
                                struct ls_error *error) {
    *levels = (struct ls_levels){.digits = 4};
    if (options->log)
        return choose_log(levels, options, error);
    double count = ceil((options->vmax - options->vmin) / options->vlevel);
    if (!(count >= 1 && count <= LS_MAX_LEVELS))
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "contour levels from %g to %g in steps of %g would be %g; 1 to %d are drawn",
                       options->vmin, options->vmax, options->vlevel, count, (int)LS_MAX_LEVELS);
    levels->count = (int)count;
    for (int i = 0; i < levels->count; i++)
        levels->height[i] = options->vmin + i * options->vlevel;
    levels->digits = choose_digits(levels, options->vlevel);
    return LS_OK;
}

double ls_level_at(const struct ls_levels *levels, int l) {
    return asinh(levels->height[l]) - 1e-9;
}

void ls_level_text(const struct ls_levels *levels, int l, char text[LS_NUMBER_SIZE]) {
    ls_caption_digits(levels->height[l], levels->digits, text);
}
