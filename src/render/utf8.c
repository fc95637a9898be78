#include "render/utf8.h"
#include <stdbool.h>
#include <string.h>

int ls_utf8_length(const unsigned char *text) {
    if (text[0] < 0x80)
        return text[0] >= 0x20 && text[0] != 0x7f;
    int length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool surrogate = text[0] == 0xed && text[1] >= 0xa0;
    bool beyond = text[0] == 0xf4 && text[1] >= 0x90;
    bool control = text[0] == 0xc2 && text[1] < 0xa0;
    return overlong || surrogate || beyond || control ? 0 : length;
}

void ls_utf8_clean(const char *text, char *out, size_t size) {
    size_t used = 0;
    while (*text) {
        int length = ls_utf8_length((const unsigned char *)text);
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
