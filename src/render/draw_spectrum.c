/* The density of the Hessian's eigenvalues, from what the method of Lanczos found of them: each
 * stands for a part of all, and is widened to a normal distribution (Ghorbani, Krishnan and Xiao,
 * "An Investigation into Neural Net Optimization via Hessian Eigenvalue Density", 2019). */
#include "render/caption.h"
#include "render/columns.h"
#include "render/figure.h"
#include "render/takers.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VALUE, WEIGHT, COLUMNS, STEPS = 1500 };

/* What is drawn, along one axis of eigenvalues. */
struct picture {
    struct ls_columns spectra[LS_MAX_PANELS];
    int count;
    double low, high, width; /* of the axis, and of a distribution: its standard deviation */
    double bottom, top;      /* powers of ten */
};

static double density(const struct picture *picture, const struct ls_columns *spectrum, double x) {
    const double scale = 1 / (picture->width * sqrt(2 * acos(-1)));
    double sum = 0;
    for (int i = 0; i < spectrum->count; i++) {
        const double away = (x - spectrum->values[VALUE][i]) / picture->width;
        sum += spectrum->values[WEIGHT][i] * scale * exp(-away * away / 2);
    }
    return sum;
}

/* From the least to the largest eigenvalue of all spectra, and a little further. */
static void measure(struct picture *picture) {
    const double part = 0.005, margin = 7; /* of the span; of the width */
    double low = INFINITY, high = -INFINITY;
    for (int s = 0; s < picture->count; s++)
        for (int i = 0; i < picture->spectra[s].count; i++) {
            low = fmin(low, picture->spectra[s].values[VALUE][i]);
            high = fmax(high, picture->spectra[s].values[VALUE][i]);
        }
    picture->width = high > low ? part * (high - low) : part * fmax(fabs(high), 1);
    picture->low = low - margin * picture->width;
    picture->high = high + margin * picture->width;
}

/* Densities from below the lowest peak to above the highest, of those that are no rounding. */
static void measure_height(struct picture *picture) {
    const double least = 1e-10; /* of the whole */
    double low = INFINITY, high = least;
    for (int s = 0; s < picture->count; s++) {
        const struct ls_columns *spectrum = &picture->spectra[s];
        for (int i = 0; i < spectrum->count; i++) {
            const double peak = density(picture, spectrum, spectrum->values[VALUE][i]);
            high = fmax(high, peak);
            if (spectrum->values[WEIGHT][i] > least)
                low = fmin(low, peak);
        }
    }
    picture->top = ceil(log10(1.5 * high));
    picture->bottom = fmin(floor(log10(low / 3)), picture->top - 1);
}

/* Columns that make no spectrum: weights are parts of 1. */
static enum ls_status check(const struct ls_columns *spectrum, const char *path,
                            struct ls_error *error) {
    double sum = 0;
    for (int i = 0; i < spectrum->count; i++) {
        const double value = spectrum->values[VALUE][i], weight = spectrum->values[WEIGHT][i];
        if (!isfinite(value) || !(weight >= 0))
            return ls_fail(error, LS_BAD_FILE,
                           "%s, line %d: the eigenvalue or its weight makes no sense", path,
                           spectrum->lines[i]);
        sum += weight;
    }
    if (!(fabs(sum - 1) < 1e-3))
        return ls_fail(error, LS_BAD_FILE, "%s: the weights add up to %g, not to 1", path, sum);
    return LS_OK;
}

static enum ls_status read(struct picture *picture, const char *const *paths,
                           struct ls_error *error) {
    static const char *const names[COLUMNS] = {"eigenvalue", "weight"};
    enum ls_status status = LS_OK;
    for (int i = 0; i < picture->count && !status; i++) {
        status = ls_columns_read(&picture->spectra[i], paths[i], names, COLUMNS, "spectrum",
                                 "eigenvalue,bound,weight", error);
        if (!status)
            status = check(&picture->spectra[i], paths[i], error);
    }
    return status;
}

/* The user's name for a spectrum, or that of its file without directory and ending. */
static void spectrum_name(const char *path, const char *given, char *name, size_t size) {
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    const char *end = strrchr(file, '.');
    if (given)
        snprintf(name, size, "%s", given);
    else
        snprintf(name, size, "%.*s", (int)(end ? (size_t)(end - file) : strlen(file)), file);
}

static void add_spectra(struct ls_figure *figure, const struct picture *picture,
                        const char *const *paths) {
    const char *const *names = figure->options->names;
    struct ls_script *script = &figure->script;
    char labels[LS_MAX_PANELS][LS_LEGEND_NAME];
    for (int i = 0; i < picture->count; i++)
        spectrum_name(paths[i], names ? names[i] : NULL, labels[i], sizeof labels[i]);
    ls_figure_legend(figure, "SPECTRUM", labels, picture->count);
    const double span = picture->top - picture->bottom;
    ls_script_add(script, "SPECTRA = %d; X_MIN = %.9g; X_MAX = %.9g; POWERS = %g\n", picture->count,
                  picture->low, picture->high, pow(10, ceil(span / 8)));
    ls_script_add(script, "DENSITY_MIN = %g; DENSITY_MAX = %g\n$density << END\n",
                  pow(10, picture->bottom), pow(10, picture->top));
    for (int i = 0; i < picture->count; i++) {
        for (int step = 0; step <= STEPS; step++) {
            const double x = picture->low + (picture->high - picture->low) * ((double)step / STEPS);
            ls_script_add(script, "%.9g %.6g\n", x, density(picture, &picture->spectra[i], x));
        }
        ls_script_add(script, "\n\n");
    }
    ls_script_add(script, "END\n");
}

static enum ls_status draw(const struct picture *picture, const char *const *paths,
                           const struct ls_plot_options *options, enum ls_file_format format,
                           const char *path, struct ls_error *error) {
    const struct ls_frame frame = {.box_width = 1300,
                                   .box_height = 800,
                                   .left = 6,
                                   .right = 1.8,
                                   .bottom = 5 + 1.35 * picture->count,
                                   .top = 1.2};
    struct ls_figure figure = {.options = options};
    char width[LS_NUMBER_SIZE], note[128];
    ls_caption_number(picture->width, width);
    snprintf(note, sizeof note, "every eigenvalue is widened to a standard deviation of %s", width);
    ls_figure_begin(&figure, format, 1, &frame, options->title ? options->title : "", note);
    add_spectra(&figure, picture, paths);
    return ls_figure_finish(&figure, "spectrum.gp", path, error);
}

enum ls_status ls_plot_spectra(const char *const *paths, int count,
                               const struct ls_plot_options *options, const char *path,
                               struct ls_error *error) {
    enum ls_file_format format;
    enum ls_status status = ls_picture_format(path, "spectra are", &format, error);
    if (!status)
        status = ls_takers_check(options, LS_SPECTRUM, error);
    if (status)
        return status;
    if (count < 1 || count > LS_MAX_PANELS)
        return ls_fail(error, LS_BAD_ARGUMENT, "1 to %d spectra can be drawn, not %d",
                       (int)LS_MAX_PANELS, count);
    struct picture picture = {.count = count};
    status = read(&picture, paths, error);
    if (!status) {
        measure(&picture);
        measure_height(&picture);
        status = draw(&picture, paths, options, format, path, error);
    }
    for (int i = 0; i < count; i++)
        ls_columns_free(&picture.spectra[i]);
    return status;
}
