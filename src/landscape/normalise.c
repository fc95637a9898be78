/* The normalisations of Li et al. 2018, section 4, and of the paper's net_plotter.py. Norms are
 * sums in double. */
#include "landscape/normalise.h"
#include <math.h>
#include <string.h>

#define TINY 1e-10 /* keeps a zero direction from dividing by zero */

static const char *const names[] = {
    [LS_NORM_FILTER] = "filter",   [LS_NORM_LAYER] = "layer",   [LS_NORM_WEIGHT] = "weight",
    [LS_NORM_DFILTER] = "dfilter", [LS_NORM_DLAYER] = "dlayer", [LS_NORM_NONE] = "none",
};

const char *ls_norm_name(enum ls_norm norm) {
    return (size_t)norm < sizeof names / sizeof *names ? names[norm] : NULL;
}

enum ls_status ls_norm_parse(enum ls_norm *norm, const char *name, struct ls_error *error) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *norm = (enum ls_norm)i;
            return LS_OK;
        }
    }
    return ls_fail(
        error, LS_BAD_ARGUMENT,
        "unknown normalisation '%s'; there are filter, layer, weight, dfilter, dlayer and "
        "none",
        name);
}

static double norm_of(const float *v, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)v[i] * v[i];
    return sqrt(sum);
}

static void scale(float *d, size_t count, double factor) {
    for (size_t i = 0; i < count; i++)
        d[i] = (float)(d[i] * factor);
}

/* Gives d the norm of w. */
static void match_norm(const float *w, float *d, size_t count) {
    scale(d, count, norm_of(w, count) / (norm_of(d, count) + TINY));
}

/* Gives d the norm 1. */
static void make_unit(float *d, size_t count) {
    scale(d, count, 1 / (norm_of(d, count) + TINY));
}

void ls_normalise(enum ls_norm norm, const struct ls_tensor *tensor, const float *w, float *d) {
    size_t filters = (size_t)tensor->size[0];
    size_t filter_size = filters ? tensor->count / filters : 0;
    switch (norm) {
    case LS_NORM_FILTER:
        for (size_t f = 0; f < filters; f++)
            match_norm(w + f * filter_size, d + f * filter_size, filter_size);
        break;
    case LS_NORM_LAYER:
        match_norm(w, d, tensor->count);
        break;
    case LS_NORM_WEIGHT:
        for (size_t i = 0; i < tensor->count; i++)
            d[i] *= w[i];
        break;
    case LS_NORM_DFILTER:
        for (size_t f = 0; f < filters; f++)
            make_unit(d + f * filter_size, filter_size);
        break;
    case LS_NORM_DLAYER:
        make_unit(d, tensor->count);
        break;
    case LS_NORM_NONE:
        break;
    }
}
