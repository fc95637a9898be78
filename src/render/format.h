/* File formats, chosen by the ending of a name. */
#ifndef LANDSCAPE_RENDER_FORMAT_H
#define LANDSCAPE_RENDER_FORMAT_H

#include "landscape/error.h"

enum ls_file_format {
    LS_FORMAT_PNG,
    LS_FORMAT_SVG,
    LS_FORMAT_PDF,
    LS_FORMAT_CSV,
    LS_FORMAT_VTP,
    LS_FORMAT_OBJ,
    LS_FORMAT_PLY,
    LS_FORMAT_HTML
};

/* The format that the ending of `path` names; LS_BAD_ARGUMENT lists the known ones. */
enum ls_status ls_format_of(const char *path, enum ls_file_format *format, struct ls_error *error);

/* The same for what is drawn as a picture only, PNG, SVG or PDF; `what` is drawn, as "spectra are".
 */
enum ls_status ls_picture_format(const char *path, const char *what, enum ls_file_format *format,
                                 struct ls_error *error);

#endif
