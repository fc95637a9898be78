#include "render/ticks.h"
#include "render/caption.h"
#include <math.h>

double ls_round_up(double x) {
    double power = pow(10, floor(log10(x)));
    double digits = x / power;
    return power * (digits <= 1 + 1e-9 ? 1 : digits <= 2 + 1e-9 ? 2 : digits <= 5 + 1e-9 ? 5 : 10);
}

double ls_round_down(double x) {
    double power = pow(10, floor(log10(x)));
    double digits = x / power;
    return power * (digits >= 10 - 1e-8 ? 10 : digits >= 5 - 1e-9 ? 5 : digits >= 2 - 1e-9 ? 2 : 1);
}

int ls_linear_ticks(double low, double high, int parts, double values[LS_MAX_TICKS]) {
    double step = ls_round_up((high - low) / parts);
    int count = 0;
    for (double k = ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
        if (count < LS_MAX_TICKS)
            values[count++] = k * step + 0.0; /* no minus zero */
    return count;
}

/* Adds a tick in its place if it is on the scale and at least `gap` of the height from all others.
 */
static void add_tick(const struct ls_zscale *scale, double value, double gap,
                     double values[LS_MAX_TICKS], int *count) {
    double height = ls_zscale_height(scale, value);
    if (*count == LS_MAX_TICKS || !(height > -1e-9 && height < 1 + 1e-9))
        return;
    for (int i = 0; i < *count; i++)
        if (fabs(ls_zscale_height(scale, values[i]) - height) < gap)
            return;
    int at = (*count)++;
    for (; at > 0 && values[at - 1] > value; at--)
        values[at] = values[at - 1];
    values[at] = value;
}

/* digit times every `stride`th power of ten. */
static void add_decades(const struct ls_zscale *scale, double from, double digit, int stride,
                        double gap, double values[LS_MAX_TICKS], int *count) {
    int first = (int)floor(log10(from)), last = (int)ceil(log10(scale->high));
    for (int decade = first; decade <= last; decade++)
        if (decade % stride == 0 && digit * pow(10, decade) >= from * (1 - 1e-9))
            add_tick(scale, digit * pow(10, decade), gap, values, count);
}

int ls_zscale_ticks(const struct ls_zscale *scale, double values[LS_MAX_TICKS]) {
    static const double gap = 0.07;
    bool compressed = isfinite(scale->compress);
    double from = compressed ? fmax(scale->low, 0) + scale->compress / 10 : scale->low;
    double decades = scale->log || compressed ? log10(scale->high) - log10(from) : 0;
    int count = 0;
    if (!(decades >= 1))
        return ls_linear_ticks(scale->low, scale->high, 6, values);
    if (compressed)
        add_tick(scale, scale->low, gap, values, &count);
    add_decades(scale, from, 1, (int)ceil(decades / 8), gap, values, &count);
    if (decades < 3.5) {
        add_decades(scale, from, 5, 1, gap, values, &count);
        add_decades(scale, from, 2, 1, gap, values, &count);
    }
    return count;
}

int ls_log_ticks(double low, double high, double values[LS_MAX_TICKS]) {
    const struct ls_zscale scale = {.log = true, .low = low, .high = high, .compress = INFINITY};
    return ls_zscale_ticks(&scale, values);
}

int ls_tick_digits(const double *values, int count) {
    double digits = 4;
    for (int i = 0; i + 1 < count; i++) {
        double size = fmax(fabs(values[i]), fabs(values[i + 1])), step = values[i + 1] - values[i];
        if (step > 0)
            digits = fmax(digits, 1 + ceil(log10(size / step)));
    }
    return (int)fmin(digits, 15);
}

size_t ls_tick_letters(const double *values, int count, int digits) {
    size_t most = 0;
    for (int i = 0; i < count; i++) {
        char text[LS_NUMBER_SIZE];
        ls_caption_digits(values[i], digits, text);
        const size_t letters = ls_caption_letters(text);
        most = letters > most ? letters : most;
    }
    return most;
}

int ls_zscale_lines(const struct ls_zscale *scale, double heights[LS_MAX_SURFACE_LINES]) {
    enum { ENOUGH = 24 };
    double ticks[LS_MAX_TICKS];
    int count = ls_zscale_ticks(scale, ticks), lines = 0;
    int parts = count > 1 && count < ENOUGH ? ENOUGH / (count - 1) : 1;
    for (int i = 0; i < count; i++) {
        double low = ls_zscale_height(scale, ticks[i]);
        double high = i + 1 < count ? ls_zscale_height(scale, ticks[i + 1]) : low;
        for (int p = 0; p < (i + 1 < count ? parts : 1); p++)
            heights[lines++] = low + (high - low) * p / parts;
    }
    return lines;
}
