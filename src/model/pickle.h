/* A reader of Python's pickles that builds nothing but a description of what they hold: a call of a
 * function or class stands in the result as a call, and only those the reader's user names may
 * stand there. It runs nothing, follows no import and has no instruction for anything else.
 * The format: Lib/pickletools.py of CPython, protocols 2 to 5. */
#ifndef LANDSCAPE_MODEL_PICKLE_H
#define LANDSCAPE_MODEL_PICKLE_H

#include "base/cursor.h"
#include "landscape/error.h"
#include <stdbool.h>

enum ls_pickle_kind {
    LS_PICKLE_NONE,
    LS_PICKLE_BOOL,
    LS_PICKLE_INTEGER,
    LS_PICKLE_FLOAT,
    LS_PICKLE_STRING,
    LS_PICKLE_FUNCTION,  /* one of the allowed names */
    LS_PICKLE_TUPLE,     /* items without keys */
    LS_PICKLE_LIST,      /* items without keys */
    LS_PICKLE_DICT,      /* items with keys */
    LS_PICKLE_CALL,      /* of a function with arguments; what was then put in has keys */
    LS_PICKLE_REFERENCE, /* to what lies outside the pickle ("persistent id") */
};

struct ls_pickle_value {
    enum ls_pickle_kind kind;
    int64_t integer;  /* bool, integer; function, call: index of the allowed name */
    const char *text; /* string: [length], without a terminating zero, in the pickle's bytes */
    size_t length;
    int first, last; /* items of a container, -1: none */
    int argument;    /* call: the tuple of arguments; reference: what it refers to */
};

struct ls_pickle_item {
    int key, value; /* key -1 where there are none */
    int next;       /* -1 behind the last */
};

struct ls_pickle {
    struct ls_pickle_value *values; /* [value_count]; owned, as all here */
    struct ls_pickle_item *items;   /* [item_count] */
    int value_count, value_capacity;
    int item_count, item_capacity;
    int root; /* the value the pickle stands for */
};

/* Reads the pickle at the cursor, which is moved behind it (`ended` says that it was cut short);
 * its bytes must stay where they are as long as the result is used. allowed[allowed_count] are the
 * functions that may be called, as "module.function"; any other is refused by its name. `name` is
 * the file's, for messages. Free with ls_pickle_free. */
enum ls_status ls_pickle_read(struct ls_pickle *pickle, struct ls_cursor *at,
                              const char *const *allowed, int allowed_count, const char *name,
                              struct ls_error *error);
void ls_pickle_free(struct ls_pickle *pickle);

/* The items of a tuple or list: items[count] = their values. False if there are more or less, or it
 * is neither. */
bool ls_pickle_tuple(const struct ls_pickle *pickle, int value, int *items, int count);

/* Is the value this string? */
bool ls_pickle_is(const struct ls_pickle *pickle, int value, const char *text);

#endif
