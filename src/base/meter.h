/* The line that tells how far long work is: rewritten in place on a terminal, printed now and then
 * into a log. */
#ifndef LANDSCAPE_BASE_METER_H
#define LANDSCAPE_BASE_METER_H

#include "landscape/observer.h"
#include <stddef.h>
#include <stdio.h>

struct ls_meter {
    FILE *out;
    bool terminal;  /* out is one */
    double printed; /* seconds of the progress last printed; negative: none yet */
    int width;      /* characters of the line on the terminal */
};

/* A meter on `out`; zero-cost until it is shown something. */
struct ls_meter ls_meter_create(FILE *out);

/* Prints the progress if enough time has passed since the last print, or if all is done. */
void ls_meter_show(struct ls_meter *meter, const struct ls_progress *progress);

/* Ends the line, so that other output can follow. */
void ls_meter_end(struct ls_meter *meter);

/* text[size] = a duration for people: "42 s", "3 min 05 s", "2 h 07 min". */
void ls_duration(double seconds, char *text, size_t size);

#endif
