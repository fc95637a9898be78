#include "render/utf8.h"
#include "base/text.h"
#include <string.h>

int ls_utf8_printable(const unsigned char *text) {
    return *text && !ls_control_length(text) ? ls_utf8_length(text) : 0;
}

void ls_utf8_clean(const char *text, char *out, size_t size) {
    size_t used = 0;
    while (*text) {
        int length = ls_utf8_printable((const unsigned char *)text);
        const char *piece = length ? text : *text == '\n' || *text == '\t' ? " " : "?";
        size_t bytes = length ? (size_t)length : 1;
        if (used + bytes >= size)
            break;
        memcpy(out + used, piece, bytes);
        used += bytes;
        text += bytes;
    }
    out[used] = 0;
}
