#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

char *ls_vformat(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *ls_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = ls_vformat(format, arguments);
    va_end(arguments);
    return text;
}

void ls_make_printable(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at; at++)
        if (*at < ' ' || *at == 127)
            *at = '?';
        else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) /* U+0080 to U+009F */
            at[0] = at[1] = '?';
}
