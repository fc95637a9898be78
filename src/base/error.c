#include "landscape/error.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>

enum ls_status ls_fail(struct ls_error *error, enum ls_status status, const char *format, ...) {
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error->status = status;
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
        ls_make_printable(error->message);
    }
    return status;
}

enum ls_status ls_fail_memory(struct ls_error *error, const char *what) {
    return ls_fail(error, LS_NO_MEMORY, "out of memory for %s", what);
}
