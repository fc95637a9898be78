#include "render/script.h"
#include "base/file.h"
#include "base/text.h"
#include "render/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` bytes and a terminating zero. */
static bool reserve(struct ls_script *script, size_t more) {
    size_t need = script->length + more + 1;
    if (need <= script->capacity)
        return true;
    size_t capacity = need < 1024 ? 1024 : need + need / 2;
    char *text = realloc(script->text, capacity);
    if (!text) {
        script->failed = true;
        return false;
    }
    script->text = text;
    script->capacity = capacity;
    return true;
}

void ls_script_add(struct ls_script *script, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) {
        script->failed = true;
    } else if (reserve(script, (size_t)length)) {
        vsnprintf(script->text + script->length, (size_t)length + 1, format, again);
        script->length += (size_t)length;
    }
    va_end(again);
    va_end(arguments);
}

void ls_script_number(struct ls_script *script, double number) {
    enum { SURE_DIGITS = 15 }; /* decimals of so many are kept */
    char digits[LS_SHORTEST];
    ls_shortest(number, SURE_DIGITS, digits);
    ls_script_add(script, "%s", digits);
}

void ls_script_quote(struct ls_script *script, const char *text) {
    ls_script_add(script, "'");
    for (const char *at = text; *at;) {
        int length = ls_utf8_printable((const unsigned char *)at);
        if (length == 0)
            ls_script_add(script, "%s", *at == '\n' || *at == '\t' ? " " : "?");
        else if (*at == '\'') /* gnuplot 5.4 stumbles over one in quotes, doubled or not */
            ls_script_add(script, "'.\"\\047\".'");
        else
            ls_script_add(script, "%s%.*s", strchr("{}^_@&~\\", *at) ? "\\" : "", length, at);
        at += length ? length : 1;
    }
    ls_script_add(script, "'");
}

void ls_script_string(struct ls_script *script, const char *name, const char *text) {
    ls_script_add(script, "%s = ", name);
    ls_script_quote(script, text);
    ls_script_add(script, "\n");
}

void ls_script_columns(struct ls_script *script, double first, double step, int count) {
    ls_script_add(script, "%d", count);
    for (int i = 0; i < count; i++)
        ls_script_add(script, " %.9g", first + i * step);
    ls_script_add(script, "\n");
}

enum ls_status ls_script_write(struct ls_script *script, const char *path, struct ls_error *error) {
    enum ls_status status = script->failed
                                ? ls_fail_memory(error, path)
                                : ls_file_write(path, script->text, script->length, error);
    ls_script_free(script);
    return status;
}

void ls_script_free(struct ls_script *script) {
    free(script->text);
    *script = (struct ls_script){0};
}
