/* Animated PNG files: https://www.w3.org/TR/png-3/, chunks acTL, fcTL and fdAT. */
#ifndef LANDSCAPE_RENDER_APNG_H
#define LANDSCAPE_RENDER_APNG_H

#include "base/file.h"
#include "render/png.h"
#include <stdint.h>
#include <stdio.h>

struct ls_apng {
    struct ls_pending_file file;
    FILE *out;
    int frames, written;
    int pictures_per_second;
    int width, height, channels; /* of the first frame, and so of all */
    uint32_t sequence;           /* number of the next fcTL or fdAT */
};

/* Starts a file of `frames` pictures, which repeats for ever. End it with ls_apng_finish or
 * ls_apng_discard. */
enum ls_status ls_apng_begin(struct ls_apng *apng, const char *path, int frames,
                             int pictures_per_second, struct ls_error *error);

/* Appends a picture. Viewers that know no animation show the first one. */
enum ls_status ls_apng_add(struct ls_apng *apng, const struct ls_image *image,
                           struct ls_error *error);

/* Puts the complete file into place. */
enum ls_status ls_apng_finish(struct ls_apng *apng, struct ls_error *error);

/* Gives up what is begun and not finished; a zeroed or finished struct is left alone. */
void ls_apng_discard(struct ls_apng *apng);

#endif
