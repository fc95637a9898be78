#include "base/locale.h"
#include <locale.h>
#include <string.h>

enum ls_status ls_locale_check(struct ls_error *error) {
    const char *point = localeconv()->decimal_point;
    if (strcmp(point, ".") == 0)
        return LS_OK;
    return ls_fail(
        error, LS_UNSUPPORTED,
        "numbers have '%s' for a decimal point in this program's locale, files have '.': "
        "call setlocale(LC_NUMERIC, \"C\"), or uselocale in this thread",
        point);
}
