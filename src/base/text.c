#include "base/text.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

int ls_utf8_length(const unsigned char *at) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* what needs so many bytes */
    if (*at < 0x80)
        return 1;
    if (*at < 0xc2 || *at > 0xf4)
        return 0;
    const int length = *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
    uint32_t code = *at & (0x7f >> length);
    for (int i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < least[length] || code > 0x10ffff || surrogate ? 0 : length;
}

bool ls_ends_in(const char *name, const char *ending) {
    const size_t length = strlen(name), end = strlen(ending);
    return length > end && strcasecmp(name + length - end, ending) == 0;
}

void ls_shortest(double number, int least, char text[LS_SHORTEST]) {
    enum { MOST_DIGITS = 17 }; /* tell all numbers apart */
    for (int digits = least; digits <= MOST_DIGITS; digits++) {
        snprintf(text, LS_SHORTEST, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            return;
    }
}

size_t ls_stem_length(const char *text, const char *ending) {
    const size_t length = strlen(text), less = strlen(ending);
    const bool ends = length > less && strcmp(text + length - less, ending) == 0;
    return ends ? length - less : length;
}

bool ls_is_utf8(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    int length = 1;
    for (; *at && length; at += length)
        length = ls_utf8_length(at);
    return length;
}

int ls_control_length(const unsigned char *at) {
    if (*at < ' ' || *at == 127)
        return *at != 0;
    return at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? 2 : 0; /* U+0080 to U+009F */
}

void ls_make_printable(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at; at++)
        for (int left = ls_control_length(at); left > 0; left--)
            at[left - 1] = '?';
}

bool ls_read_number(const char **text, int most, int *number) {
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    const long value = strtol(*text, &end, 10);
    *text = end;
    *number = (int)value;
    return value >= 1 && value <= most;
}

bool ls_skip_character(const char **text, char character) {
    const bool there = **text == character;
    *text += there;
    return there;
}

bool ls_read_image_extent(const char **text, struct ls_image_extent *extent) {
    extent->channels = 0;
    return ls_read_number(text, LS_MAX_SIDE, &extent->height) && ls_skip_character(text, 'x') &&
           ls_read_number(text, LS_MAX_SIDE, &extent->width) &&
           (!ls_skip_character(text, 'x') ||
            ls_read_number(text, LS_MAX_CHANNELS, &extent->channels));
}
