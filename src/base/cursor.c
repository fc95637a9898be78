#include "base/cursor.h"
#include <string.h>

uint64_t ls_take(struct ls_cursor *cursor, size_t size) {
    struct ls_cursor part = ls_take_part(cursor, size);
    uint64_t number = 0;
    for (size_t i = part.left; i > 0; i--)
        number = number << 8 | part.at[i - 1];
    return number;
}

struct ls_cursor ls_take_part(struct ls_cursor *cursor, size_t size) {
    struct ls_cursor part = {cursor->at, size, false};
    if (size > cursor->left) {
        cursor->ended = true;
        cursor->left = 0;
        return (struct ls_cursor){cursor->at, 0, true};
    }
    cursor->at += size;
    cursor->left -= size;
    return part;
}

void ls_skip(struct ls_cursor *cursor, size_t size) {
    ls_take_part(cursor, size);
}

bool ls_take_mark(struct ls_cursor *cursor, const char *mark) {
    struct ls_cursor part = ls_take_part(cursor, 4);
    return part.left == 4 && memcmp(part.at, mark, 4) == 0;
}
