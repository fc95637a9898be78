#include "base/meter.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Seconds between two prints. */
#define TERMINAL_INTERVAL 0.2
#define LOG_INTERVAL      30.0

struct ls_meter ls_meter_create(FILE *out) {
    return (struct ls_meter){.out = out, .terminal = isatty(fileno(out)) == 1, .printed = -1};
}

void ls_duration(double seconds, char *text, size_t size) {
    const long s = lround(fmin(fmax(seconds, 0), 1e9));
    if (s < 60)
        snprintf(text, size, "%ld s", s);
    else if (s < 3600)
        snprintf(text, size, "%ld min %02ld s", s / 60, s % 60);
    else
        snprintf(text, size, "%ld h %02ld min", s / 3600, s / 60 % 60);
}

static void print_line(struct ls_meter *meter, const char *line) {
    const int width = (int)strlen(line);
    if (!meter->terminal) {
        fprintf(meter->out, "%s\n", line);
    } else {
        fprintf(meter->out, "\r%s%*s", line, width < meter->width ? meter->width - width : 0, "");
        meter->width = width;
    }
    fflush(meter->out);
}

void ls_meter_show(struct ls_meter *meter, const struct ls_progress *p) {
    const double interval = meter->terminal ? TERMINAL_INTERVAL : LOG_INTERVAL;
    const bool finished = p->done >= p->total;
    if (p->seconds < meter->printed) /* other work */
        ls_meter_end(meter);
    if (!finished && meter->printed >= 0 && p->seconds - meter->printed < interval)
        return;
    meter->printed = p->seconds;

    char line[256], place[64] = "", left[32];
    const double here = p->done - p->resumed;
    if (p->epochs)
        snprintf(place, sizeof place, "epoch %d/%d  ", p->epoch, p->epochs);
    ls_duration(here > 0 ? p->seconds * (p->total - p->done) / here : 0, left, sizeof left);
    int used = snprintf(line, sizeof line, "%s  %s%.0f/%.0f  %.1f %%", p->phase, place,
                        floor(p->done), p->total, 100 * p->done / p->total);
    if (p->images > 0)
        used += snprintf(line + used, sizeof line - (size_t)used, "  %.0f images/s",
                         p->seconds > 0 ? p->images / p->seconds : 0);
    if (p->accuracy > 0 || p->loss != 0)
        used += snprintf(line + used, sizeof line - (size_t)used, "  loss %.4g", p->loss);
    if (p->accuracy > 0 || (p->accuracy == 0 && p->loss != 0))
        used +=
            snprintf(line + used, sizeof line - (size_t)used, "  accuracy %.1f %%", p->accuracy);
    snprintf(line + used, sizeof line - (size_t)used, finished ? "  done" : "  %s left", left);
    print_line(meter, line);
}

void ls_meter_end(struct ls_meter *meter) {
    if (meter->terminal && meter->width)
        fputc('\n', meter->out);
    meter->width = 0;
    meter->printed = -1;
}
