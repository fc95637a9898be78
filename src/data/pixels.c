/* How pixels become what a network sees. */
#include "landscape/dataset.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3 };

static const double scale = 255; /* a pixel byte's for 1 */

/* Reads a number that `end` follows, and moves *text behind that. */
static bool read_number(const char **text, char end, float *value) {
    char *stop;
    const double number = strtod(*text, &stop);
    if (stop == *text || *stop != end || !(fabs(number) <= 1000))
        return false;
    *value = (float)(number * scale);
    *text = stop + 1;
    return true;
}

static bool read_row(const char **text, char end, float row[CHANNELS]) {
    bool good = true;
    for (int c = 0; c < CHANNELS && good; c++)
        good = read_number(text, c < CHANNELS - 1 ? ',' : end, &row[c]);
    return good;
}

enum ls_status ls_dataset_normalise(struct ls_dataset *dataset, const char *text,
                                    struct ls_error *error) {
    const char *rest = text;
    float mean[CHANNELS], deviation[CHANNELS];
    bool good = read_row(&rest, '/', mean) && read_row(&rest, 0, deviation);
    for (int c = 0; c < CHANNELS; c++)
        good = good && deviation[c] > 0;
    if (!good)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "'%.200s' does not say how pixels are normalised: give the means and the "
                       "deviations of red, green and blue, of pixels from 0 to 1, such as "
                       "0.4914,0.4822,0.4465/0.2023,0.1994,0.2010",
                       text);
    dataset->normalised = true;
    memcpy(dataset->mean, mean, sizeof mean);
    memcpy(dataset->deviation, deviation, sizeof deviation);
    return LS_OK;
}

enum ls_status ls_dataset_record_pixels(const struct ls_dataset *dataset,
                                        struct ls_metadata *metadata, struct ls_error *error) {
    const float *m = dataset->mean, *d = dataset->deviation;
    if (!dataset->normalised)
        return LS_OK;
    return ls_metadata_set(metadata, error, "pixels", "%.7g,%.7g,%.7g/%.7g,%.7g,%.7g", m[0] / scale,
                           m[1] / scale, m[2] / scale, d[0] / scale, d[1] / scale, d[2] / scale);
}
