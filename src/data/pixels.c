/* How pixels become what a network sees. */
#include "base/locale.h"
#include "landscape/dataset.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3 }; /* at most */

static const double scale = 255; /* a pixel byte's for 1 */

/* Reads numbers between commas as far as `end`, and moves *text behind that: one for each of the
 * channels, or one for all. */
static bool read_row(const char **text, char end, int channels, float row[CHANNELS]) {
    int count = 0;
    for (bool more = true; more; count++) {
        char *stop;
        const double number = strtod(*text, &stop);
        more = *stop == ',';
        if (stop == *text || (!more && *stop != end) || count == channels ||
            !(fabs(number) <= 1000))
            return false;
        row[count] = (float)(number * scale);
        *text = stop + 1;
    }
    for (int c = count; c < channels && count == 1; c++)
        row[c] = row[0];
    return count == 1 || count == channels;
}

enum ls_status ls_dataset_normalise(struct ls_dataset *dataset, const char *text,
                                    struct ls_error *error) {
    const char *rest = text;
    float mean[CHANNELS], deviation[CHANNELS];
    if (ls_locale_check(error))
        return LS_UNSUPPORTED;
    bool good = read_row(&rest, '/', dataset->channels, mean) &&
                read_row(&rest, 0, dataset->channels, deviation);
    for (int c = 0; c < dataset->channels && good; c++)
        good = deviation[c] > 0;
    if (!good)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "'%.200s' does not say how the pixels of %s are normalised: give the means "
                       "and the deviations of its channels, of pixels from 0 to 1, such as %s",
                       text, dataset->name,
                       dataset->channels == 1 ? "0.5/0.25"
                                              : "0.4914,0.4822,0.4465/0.2023,0.1994,0.2010");
    dataset->normalised = true;
    memcpy(dataset->mean, mean, (size_t)dataset->channels * sizeof *mean);
    memcpy(dataset->deviation, deviation, (size_t)dataset->channels * sizeof *deviation);
    return LS_OK;
}

enum { NUMBER = 32 }; /* room for one as text */

/* The shortest text from which read_row makes this float again. */
static void write_number(float number, char text[NUMBER]) {
    for (int digits = 4; digits <= 9; digits++) {
        snprintf(text, NUMBER, "%.*g", digits, number / scale);
        if ((float)(strtod(text, NULL) * scale) == number)
            return;
    }
}

enum ls_status ls_dataset_record_pixels(const struct ls_dataset *dataset,
                                        struct ls_metadata *metadata, struct ls_error *error) {
    char m[CHANNELS][NUMBER], d[CHANNELS][NUMBER];
    if (!dataset->normalised)
        return LS_OK;
    for (int c = 0; c < dataset->channels; c++) {
        write_number(dataset->mean[c], m[c]);
        write_number(dataset->deviation[c], d[c]);
    }
    if (dataset->channels == 1)
        return ls_metadata_set(metadata, error, "pixels", "%s/%s", m[0], d[0]);
    return ls_metadata_set(metadata, error, "pixels", "%s,%s,%s/%s,%s,%s", m[0], m[1], m[2], d[0],
                           d[1], d[2]);
}
