/* Reading little-endian numbers from bytes that may end too early. */
#ifndef LANDSCAPE_BASE_CURSOR_H
#define LANDSCAPE_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in memory and what is left behind it. Taking more than that leaves `ended` set and
 * nothing left, so that a reader need ask only once, after it took all it wants. */
struct ls_cursor {
    const unsigned char *at; /* [left] */
    size_t left;
    bool ended;
};

/* The next `size` bytes, 1 to 8 of them, as a number; 0 if there are too few. */
uint64_t ls_take(struct ls_cursor *cursor, size_t size);

/* The next `size` bytes as a cursor of their own. */
struct ls_cursor ls_take_part(struct ls_cursor *cursor, size_t size);

void ls_skip(struct ls_cursor *cursor, size_t size);

/* Do the next four bytes spell `mark`? Moves behind them. */
bool ls_take_mark(struct ls_cursor *cursor, const char *mark);

#endif
