/* The machine that runs a pickle's instructions: it can hold values and put them into one another,
 * and nothing else. After the first failure `status` tells of it, and what follows does no harm. */
#ifndef LANDSCAPE_MODEL_PICKLE_MACHINE_H
#define LANDSCAPE_MODEL_PICKLE_MACHINE_H

#include "model/pickle.h"

enum { LS_PICKLE_MARK = -1, LS_PICKLE_NOTHING = -1 };

/* The machine that a pickle is a program for: a stack of values, with marks between them, and a
 * memo of values for later use. */
struct ls_pickle_machine {
    struct ls_pickle *pickle;
    struct ls_cursor at;
    size_t byte_count; /* of the program, which limits what it can make */
    int *stack;        /* [depth]: values, or LS_PICKLE_MARK */
    int depth, stack_capacity;
    int *memo; /* [memo_count]: values, or LS_PICKLE_NOTHING */
    int memo_count, memo_capacity, memo_next;
    const char *const *allowed;
    int allowed_count;
    const char *name;
    struct ls_error *error;
    enum ls_status status;
};

/* Fails: the pickle is damaged. */
void ls_pickle_refuse(struct ls_pickle_machine *m, const char *what);

/* Makes room for `count` elements of `size` bytes; false without memory. */
bool ls_pickle_reserve(struct ls_pickle_machine *m, void **array, int *capacity, int count,
                       size_t size);

void ls_pickle_push(struct ls_pickle_machine *m, int value);

/* Pops a value; LS_PICKLE_NOTHING, and failure, where there is none. */
int ls_pickle_pop(struct ls_pickle_machine *m);

/* Pushes a new value and returns it, NULL without memory. */
struct ls_pickle_value *ls_pickle_push_new(struct ls_pickle_machine *m, enum ls_pickle_kind kind);
void ls_pickle_push_integer(struct ls_pickle_machine *m, enum ls_pickle_kind kind, int64_t integer);

/* The place on the stack above the topmost mark. */
int ls_pickle_above_mark(struct ls_pickle_machine *m);

/* Replaces the values from `first` on (and a mark below them) by a container of them. */
void ls_pickle_gather(struct ls_pickle_machine *m, enum ls_pickle_kind kind, int first,
                      bool marked);

/* Whether items with keys can be put into the value. */
bool ls_pickle_takes_keys(const struct ls_pickle_machine *m, int value);

/* Moves the values from `first` on into the container below them (and the mark). */
void ls_pickle_put_in(struct ls_pickle_machine *m, int first, bool marked, bool keys);

#endif
