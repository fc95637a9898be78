#include "render/format.h"
#include "base/text.h"
#include <string.h>

enum ls_status ls_format_of(const char *path, enum ls_file_format *format, struct ls_error *error) {
    static const char *const endings[] = {
        [LS_FORMAT_PNG] = ".png", [LS_FORMAT_SVG] = ".svg",   [LS_FORMAT_PDF] = ".pdf",
        [LS_FORMAT_CSV] = ".csv", [LS_FORMAT_VTP] = ".vtp",   [LS_FORMAT_OBJ] = ".obj",
        [LS_FORMAT_PLY] = ".ply", [LS_FORMAT_HTML] = ".html",
    };
    for (int i = 0; i < (int)(sizeof endings / sizeof endings[0]); i++)
        if (ls_ends_in(path, endings[i])) {
            *format = (enum ls_file_format)i;
            return LS_OK;
        }
    return ls_fail(error, LS_BAD_ARGUMENT,
                   "%s: the name must end in .png, .svg, .pdf, .csv, .vtp, .obj, .ply or .html to "
                   "tell the format",
                   path);
}

enum ls_status ls_picture_format(const char *path, const char *what, enum ls_file_format *format,
                                 struct ls_error *error) {
    const enum ls_status status = ls_format_of(path, format, error);
    if (status || *format == LS_FORMAT_PNG || *format == LS_FORMAT_SVG || *format == LS_FORMAT_PDF)
        return status;
    return ls_fail(error, LS_BAD_ARGUMENT, "%s: %s drawn as pictures; choose .png, .svg or .pdf",
                   path, what);
}
