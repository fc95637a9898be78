/* Runs gnuplot. */
#ifndef LANDSCAPE_RENDER_GNUPLOT_H
#define LANDSCAPE_RENDER_GNUPLOT_H

#include "landscape/error.h"
#include "render/script.h"

/* Feeds the script to gnuplot and moves what it prints into place at `path`. If gnuplot is not
 * installed, complains or prints nothing, `path` stays as it was. */
enum ls_status ls_gnuplot_run(const struct ls_script *script, const char *path,
                              struct ls_error *error);

#endif
