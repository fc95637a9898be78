/* Training curves: one run in one panel, or several with training error left and test error right.
 */
#include "base/order.h"
#include "render/figure.h"
#include "render/takers.h"
#include "render/ticks.h"
#include "render/training_log.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The error that three quarters of the epochs stay below. Sorts the errors. */
static double upper_quartile(double *errors, int count) {
    ls_sort(errors, (size_t)count);
    return errors[3 * count / 4];
}

/* The top of the error axis: room above what a run does most of the time, while the first epochs,
 * which are worse by far, may leave the picture. */
static enum ls_status choose_top(const struct ls_training_log *logs, int count, double *top,
                                 struct ls_error *error) {
    static const double tops[] = {0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 80};
    double typical = 0;
    for (int i = 0; i < count; i++) {
        size_t bytes = (size_t)logs[i].count * sizeof(double);
        double *copy = malloc(bytes);
        if (!copy)
            return ls_fail_memory(error, "training curves");
        memcpy(copy, logs[i].train_error, bytes);
        typical = fmax(typical, upper_quartile(copy, logs[i].count));
        memcpy(copy, logs[i].test_error, bytes);
        typical = fmax(typical, upper_quartile(copy, logs[i].count));
        free(copy);
    }
    *top = 100;
    for (int t = (int)(sizeof tops / sizeof tops[0]) - 1; t >= 0; t--)
        if (1.25 * typical <= tops[t])
            *top = tops[t];
    return LS_OK;
}

struct extremes {
    double lowest, highest; /* errors; the lowest above zero, INFINITY if there is none */
};

static void include(struct extremes *extremes, double error) {
    if (error > 0)
        extremes->lowest = fmin(extremes->lowest, error);
    extremes->highest = fmax(extremes->highest, error);
}

static struct extremes find_extremes(const struct ls_training_log *logs, int count) {
    struct extremes extremes = {INFINITY, 0};
    for (int i = 0; i < count; i++)
        for (int row = 0; row < logs[i].count; row++) {
            include(&extremes, logs[i].train_error[row]);
            include(&extremes, logs[i].test_error[row]);
        }
    return extremes;
}

/* The axis of errors up to `top`; a logarithmic one begins at the 1, 2 or 5 below the lowest. */
static void add_axis(struct ls_figure *figure, double lowest, double top) {
    const bool log = figure->options->log;
    double bottom = 0, ticks[LS_MAX_TICKS];
    if (log)
        bottom = lowest < top ? ls_round_down(lowest) : top / 10;
    ls_script_add(&figure->script, "ERROR_MIN = %.9g; ERROR_MAX = %g; ERROR_LOG = %d\n", bottom,
                  top, log);
    if (!log)
        return;
    int count = ls_log_ticks(bottom, top, ticks);
    if (count < LS_MAX_TICKS && top > 1.3 * ticks[count - 1])
        ticks[count++] = top;
    ls_figure_ticks(figure, "ERROR_TICKS", ticks, count);
}

/* The user's name for run i, or that of the directory its log is in. */
static void run_name(const char *path, const char *given, char *name, size_t size) {
    const char *end = strrchr(path, '/');
    if (given || !end || end == path) {
        snprintf(name, size, "%s", given ? given : path);
        return;
    }
    const char *start = end;
    while (start > path && start[-1] != '/')
        start--;
    snprintf(name, size, "%.*s", (int)(end - start), start);
}

static void add_number(struct ls_script *script, double value) {
    if (isfinite(value))
        ls_script_add(script, " %.6g", value);
    else
        ls_script_add(script, " NaN");
}

/* epoch, training error, test error */
static void add_log(struct ls_script *script, const struct ls_training_log *log) {
    for (int i = 0; i < log->count; i++) {
        ls_script_add(script, "%.9g", log->epoch[i]);
        add_number(script, log->train_error[i]);
        add_number(script, log->test_error[i]);
        ls_script_add(script, "\n");
    }
    ls_script_add(script, "\n\n");
}

static void add_runs(struct ls_figure *figure, const struct ls_training_log *logs,
                     const char *const *paths, int count) {
    const char *const *names = figure->options->names;
    struct ls_script *script = &figure->script;
    double first = logs[0].epoch[0], last = first;
    char labels[LS_MAX_PANELS][LS_LEGEND_NAME];
    for (int i = 0; i < count; i++) {
        run_name(paths[i], names ? names[i] : NULL, labels[i], sizeof labels[i]);
        first = fmin(first, logs[i].epoch[0]);
        last = fmax(last, logs[i].epoch[logs[i].count - 1]);
    }
    ls_script_add(script, "RUNS = %d; ROWS = %d\n", count, logs[0].count);
    ls_figure_legend(figure, "RUN", labels, count);
    ls_script_add(script, "EPOCH_MIN = %.9g; EPOCH_MAX = %.9g\n", fmin(first - 1, first),
                  last > first ? last : first + 1);
    ls_script_add(script, "$log << END\n");
    for (int i = 0; i < count; i++)
        add_log(script, &logs[i]);
    ls_script_add(script, "END\n");
}

static enum ls_status draw(const struct ls_training_log *logs, const char *const *paths, int count,
                           const struct ls_plot_options *options, enum ls_file_format format,
                           const char *path, struct ls_error *error) {
    double top = 100;
    enum ls_status status = choose_top(logs, count, &top, error);
    if (status != LS_OK)
        return status;
    const struct extremes extremes = find_extremes(logs, count);
    char note[64] = "";
    if (extremes.highest > top)
        snprintf(note, sizeof note, "cut off at an error of %g %%", top);
    struct ls_frame frame = {.box_width = count == 1 ? 1300 : 1050,
                             .box_height = 900,
                             .left = 5.2,
                             .right = 1.8,
                             .bottom = count == 1 ? 5.9 : 5 + 1.35 * count,
                             .top = count == 1 ? 1.2 : 2.8};
    struct ls_figure figure = {.options = options};
    ls_figure_begin(&figure, format, count == 1 ? 1 : 2, &frame,
                    options->title ? options->title : "", note);
    if (count > 1) {
        ls_figure_name(&figure, 0, "Training error", "");
        ls_figure_name(&figure, 1, "Test error", "");
    }
    add_runs(&figure, logs, paths, count);
    add_axis(&figure, extremes.lowest, top);
    return ls_figure_finish(&figure, "training.gp", path, error);
}

enum ls_status ls_plot_training(const char *const *log_paths, int count,
                                const struct ls_plot_options *options, const char *path,
                                struct ls_error *error) {
    enum ls_file_format format;
    enum ls_status status = ls_picture_format(path, "training curves are", &format, error);
    if (status == LS_OK)
        status = ls_takers_check(options, LS_TRAINING_CURVES, error);
    if (status != LS_OK)
        return status;
    if (count < 1 || count > LS_MAX_PANELS)
        return ls_fail(error, LS_BAD_ARGUMENT, "1 to %d training logs can be drawn, not %d",
                       (int)LS_MAX_PANELS, count);
    struct ls_training_log logs[LS_MAX_PANELS] = {0};
    for (int i = 0; i < count && status == LS_OK; i++)
        status = ls_training_log_read(&logs[i], log_paths[i], error);
    if (status == LS_OK)
        status = draw(logs, log_paths, count, options, format, path, error);
    for (int i = 0; i < count; i++)
        ls_training_log_free(&logs[i]);
    return status;
}
