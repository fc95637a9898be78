#include "render/quantity.h"
#include "base/alloc.h"
#include "render/height.h"
#include "render/ticks.h"
#include <math.h>
#include <stdlib.h>

/* Percent of the labels that are wrong. */
static double error_at(const struct ls_surface *surface, size_t i) {
    const double accuracy = surface->accuracy[i];
    return accuracy == LS_NOT_COMPUTED ? LS_NOT_COMPUTED : 100 - accuracy;
}

static double standard_error_at(const struct ls_surface *surface, size_t i) {
    return surface->loss_error[i];
}

/* |smallest / largest eigenvalue|, NAN where that tells nothing. */
static double convexity_at(const struct ls_surface *surface, size_t i) {
    if (!surface->max_eig || surface->loss[i] == LS_NOT_COMPUTED)
        return LS_NOT_COMPUTED;
    return surface->max_eig[i] > 0 ? fabs(surface->min_eig[i]) / surface->max_eig[i] : NAN;
}

static const struct ls_quantity convexity = {
    .label = "|smallest / largest eigenvalue|",
    .article = "a",
    .noun = "ratio",
    .many = "ratios",
    .lowest = "min loss",
    .wanting = "eigenvalues: 'landscape scan --eigenvalues' finds them",
    .value = convexity_at,
    .vmin = 0,
    .vmax = 1,
    .vlevel = 0.1,
    .fit = true,
    .compress = 0,
};

static const struct ls_quantity quantities[] = {
    [LS_PLOT_OF_LOSS] = {.article = "a",
                         .noun = "loss",
                         .many = "losses",
                         .lowest = "min",
                         .vmin = 0.1,
                         .vmax = 10,
                         .vlevel = 0.5,
                         .of_loss = true,
                         .compress = -1},
    [LS_PLOT_OF_ERROR] = {.label = "error (%)",
                          .article = "an",
                          .noun = "error",
                          .many = "errors",
                          .lowest = "min loss",
                          .wanting = "accuracies",
                          .value = error_at,
                          .vmin = 0,
                          .vmax = 100,
                          .vlevel = 10,
                          .compress = 0},
    [LS_PLOT_OF_STANDARD_ERROR] = {.label = "standard error of the loss",
                                   .article = "a",
                                   .noun = "standard error",
                                   .many = "standard errors",
                                   .lowest = "min loss",
                                   .wanting = "standard errors: the paper's code keeps none",
                                   .value = standard_error_at,
                                   .vmin = NAN,
                                   .vmax = NAN,
                                   .vlevel = NAN,
                                   .of_loss = true,
                                   .compress = -1},
};

const struct ls_quantity *ls_quantity_of(enum ls_plot_kind kind, enum ls_plot_of of) {
    return kind == LS_PLOT_CONVEXITY ? &convexity : &quantities[of];
}

static bool is_known(const double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (values[i] != LS_NOT_COMPUTED)
            return true;
    return false;
}

enum ls_status ls_shown_make(struct ls_shown *shown, const struct ls_quantity *quantity,
                             const struct ls_surface *const *surfaces, int count,
                             struct ls_error *error) {
    for (int s = 0; s < count; s++) {
        const size_t points = ls_surface_points(surfaces[s]);
        double *values = ls_alloc(points, sizeof *values);
        if (!values)
            return ls_fail_memory(error, "a picture");
        shown->surfaces[s] = *surfaces[s];
        shown->surfaces[s].loss = values;
        shown->pointers[s] = &shown->surfaces[s];
        shown->count = s + 1;
        for (size_t i = 0; i < points; i++)
            values[i] = quantity->value(surfaces[s], i);
        if (is_known(surfaces[s]->loss, points) && !is_known(values, points))
            return ls_fail(error, LS_MISMATCH, "surface %d has no %s", s + 1, quantity->wanting);
    }
    return LS_OK;
}

void ls_shown_free(struct ls_shown *shown) {
    for (int s = 0; s < shown->count; s++)
        free(shown->surfaces[s].loss);
    shown->count = 0;
}

/* Logarithmic levels and colours of losses reach as far as the losses do. */
static double upper_end(const struct ls_quantity *quantity, const struct ls_extent *extent,
                        const struct ls_plot_options *options) {
    const double most = 1e300, top = fmin(fmax(extent->max, 1.1 * options->vmin), most);
    if (isnan(quantity->vmax) || (options->log && !quantity->value))
        return top > 0 ? ls_round_up(top) : 1;
    return quantity->fit && extent->max > 0 ? fmin(extent->max, quantity->vmax) : quantity->vmax;
}

/* Some ten steps, where the quantity's own would be too long. */
static double step_below(const struct ls_quantity *quantity, double vmax) {
    const double most = vmax > 0 ? ls_round_down(vmax / 10) : 1;
    return quantity->vlevel <= most || !quantity->value ? quantity->vlevel : most;
}

/* Of what is never negative, a contour line of 0 would bound nothing. */
static double lower_end(const struct ls_quantity *quantity, const struct ls_extent *extent,
                        const struct ls_plot_options *options) {
    const double first = options->vlevel < options->vmax ? options->vlevel : 0;
    if (!quantity->value && quantity->vmin < options->vmax)
        return quantity->vmin;
    if (options->log)
        return extent->positive < options->vmax ? ls_round_down(extent->positive)
                                                : options->vmax / 10;
    return options->kind == LS_PLOT_CONTOUR ? first : 0;
}

/* Whether the quantity, or most of some surface's losses, would not be seen on the usual linear
 * scale. */
static bool spans_much(const struct ls_quantity *quantity, const struct ls_surface *const *surfaces,
                       int count, const struct ls_plot_options *options) {
    bool much = isnan(quantity->vmin);
    for (int s = 0; s < count && !quantity->value && isnan(options->vmax); s++)
        much = much || ls_median_height(&surfaces[s], 1) > quantity->vmax;
    return much;
}

void ls_quantity_defaults(const struct ls_quantity *quantity,
                          const struct ls_surface *const *surfaces, int count,
                          struct ls_plot_options *options) {
    const struct ls_extent extent = ls_heights(surfaces, count);
    const bool linear = options->vmin <= 0 || !isnan(options->vlevel);
    if (options->kind == LS_PLOT_CONTOUR || options->kind == LS_PLOT_HEATMAP)
        options->log = options->log || (!linear && spans_much(quantity, surfaces, count, options));
    if (isnan(options->vmax))
        options->vmax = upper_end(quantity, &extent, options);
    if (isnan(options->vlevel))
        options->vlevel = step_below(quantity, options->vmax);
    if (isnan(options->vmin))
        options->vmin = lower_end(quantity, &extent, options);
    if (options->surface.compress == -1)
        options->surface.compress = quantity->compress;
}
