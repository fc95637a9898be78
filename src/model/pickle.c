#include "model/pickle_machine.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The instructions. Each gets the number that follows its code in the pickle and the number that
 * stands beside it in the table below. */

static void run_none(struct ls_pickle_machine *m, uint64_t number, int kind) {
    (void)number;
    ls_pickle_push_new(m, (enum ls_pickle_kind)kind);
}

static void run_bool(struct ls_pickle_machine *m, uint64_t number, int value) {
    (void)number;
    ls_pickle_push_integer(m, LS_PICKLE_BOOL, value);
}

static void run_integer(struct ls_pickle_machine *m, uint64_t number, int kind) {
    ls_pickle_push_integer(m, (enum ls_pickle_kind)kind, (int64_t)number);
}

static void run_mark(struct ls_pickle_machine *m, uint64_t number, int mark) {
    (void)number;
    ls_pickle_push(m, mark);
}

static void run_protocol(struct ls_pickle_machine *m, uint64_t protocol, int highest) {
    if (protocol > (uint64_t)highest)
        ls_pickle_refuse(m, "its protocol is unknown");
}

/* What only helps other readers. */
static void run_nothing(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)m;
    (void)number;
    (void)unused;
}

static void run_tuple(struct ls_pickle_machine *m, uint64_t number, int count) {
    (void)number;
    ls_pickle_gather(m, LS_PICKLE_TUPLE, m->depth - count, false);
}

static void run_marked_tuple(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    (void)unused;
    ls_pickle_gather(m, LS_PICKLE_TUPLE, ls_pickle_above_mark(m), true);
}

static void run_put(struct ls_pickle_machine *m, uint64_t number, int count) {
    (void)number;
    ls_pickle_put_in(m, m->depth - count, false, count == 2);
}

static void run_marked_put(struct ls_pickle_machine *m, uint64_t number, int count) {
    (void)number;
    ls_pickle_put_in(m, ls_pickle_above_mark(m), true, count == 2);
}

static void run_text(struct ls_pickle_machine *m, uint64_t length, int unused) {
    (void)unused;
    struct ls_cursor part = ls_take_part(&m->at, (size_t)length);
    struct ls_pickle_value *value = ls_pickle_push_new(m, LS_PICKLE_STRING);
    if (value) {
        value->text = (const char *)part.at;
        value->length = part.left;
    }
}

/* Pushes the function if it may be called. */
static void push_function(struct ls_pickle_machine *m, const char *module, size_t module_length,
                          const char *function, size_t function_length) {
    for (int i = 0; i < m->allowed_count; i++)
        if (strlen(m->allowed[i]) == module_length + 1 + function_length &&
            memcmp(m->allowed[i], module, module_length) == 0 &&
            m->allowed[i][module_length] == '.' &&
            memcmp(m->allowed[i] + module_length + 1, function, function_length) == 0) {
            ls_pickle_push_integer(m, LS_PICKLE_FUNCTION, i);
            return;
        }
    enum { SHOWN = 80 };
    if (!m->status)
        m->status = ls_fail(m->error, LS_BAD_FILE,
                            "%s: its pickle calls %.*s.%.*s, which no weights need; nothing of it "
                            "was run. Save model.state_dict() alone with torch.save",
                            m->name, module_length < SHOWN ? (int)module_length : SHOWN, module,
                            function_length < SHOWN ? (int)function_length : SHOWN, function);
}

/* Takes the bytes up to the end of the line. */
static struct ls_cursor take_line(struct ls_pickle_machine *m) {
    const unsigned char *end = m->at.left ? memchr(m->at.at, '\n', m->at.left) : NULL;
    if (!end) {
        ls_skip(&m->at, m->at.left + 1); /* says that it ended */
        return (struct ls_cursor){m->at.at, 0, true};
    }
    struct ls_cursor line = ls_take_part(&m->at, (size_t)(end - m->at.at));
    ls_skip(&m->at, 1);
    return line;
}

static void run_global(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    (void)unused;
    struct ls_cursor module = take_line(m), function = take_line(m);
    if (!m->at.ended)
        push_function(m, (const char *)module.at, module.left, (const char *)function.at,
                      function.left);
}

static void run_stack_global(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    (void)unused;
    const int function = ls_pickle_pop(m), module = ls_pickle_pop(m);
    if (m->status)
        return;
    const struct ls_pickle_value *f = &m->pickle->values[function];
    const struct ls_pickle_value *g = &m->pickle->values[module];
    if (f->kind == LS_PICKLE_STRING && g->kind == LS_PICKLE_STRING)
        push_function(m, g->text, g->length, f->text, f->length);
    else
        ls_pickle_refuse(m, "a function has no name");
}

static void run_call(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    (void)unused;
    const int arguments = ls_pickle_pop(m), function = ls_pickle_pop(m);
    if (m->status)
        return;
    if (m->pickle->values[function].kind != LS_PICKLE_FUNCTION ||
        m->pickle->values[arguments].kind != LS_PICKLE_TUPLE) {
        ls_pickle_refuse(m, "it calls what is no function");
        return;
    }
    ls_pickle_push_integer(m, LS_PICKLE_CALL, m->pickle->values[function].integer);
    if (!m->status)
        m->pickle->values[m->pickle->value_count - 1].argument = arguments;
}

static void run_reference(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    (void)unused;
    const int to = ls_pickle_pop(m);
    struct ls_pickle_value *value = m->status ? NULL : ls_pickle_push_new(m, LS_PICKLE_REFERENCE);
    if (value)
        value->argument = to;
}

/* Sets attributes of the object below: no weights are among them, so they are left out. */
static void run_build(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    (void)unused;
    ls_pickle_pop(m);
    if (!m->status && (m->depth == 0 || m->stack[m->depth - 1] == LS_PICKLE_MARK ||
                       !ls_pickle_takes_keys(m, m->stack[m->depth - 1])))
        ls_pickle_refuse(m, "attributes have no object");
}

static void run_memoize(struct ls_pickle_machine *m, uint64_t index, int unused) {
    (void)unused;
    if (m->status || m->depth == 0 || m->stack[m->depth - 1] == LS_PICKLE_MARK ||
        index >= m->byte_count || index >= INT_MAX) {
        ls_pickle_refuse(m, "what it remembers is not there");
        return;
    }
    void *memo = m->memo;
    if (!ls_pickle_reserve(m, &memo, &m->memo_capacity, (int)index + 1, sizeof *m->memo))
        return;
    m->memo = memo;
    while (m->memo_count <= (int)index)
        m->memo[m->memo_count++] = LS_PICKLE_NOTHING;
    m->memo[index] = m->stack[m->depth - 1];
}

/* As run_memoize, under the next free number. */
static void run_memoize_next(struct ls_pickle_machine *m, uint64_t number, int unused) {
    (void)number;
    run_memoize(m, (uint64_t)m->memo_next++, unused);
}

static void run_recall(struct ls_pickle_machine *m, uint64_t index, int unused) {
    (void)unused;
    if (index >= (uint64_t)m->memo_count || m->memo[index] == LS_PICKLE_NOTHING)
        ls_pickle_refuse(m, "it recalls what it never remembered");
    else
        ls_pickle_push(m, m->memo[index]);
}

/* An integer of `bytes` bytes (0: as many as the number says) in two's complement. */
static void run_signed(struct ls_pickle_machine *m, uint64_t number, int bytes) {
    const size_t length = bytes ? (size_t)bytes : (size_t)number;
    if (length > 8) {
        ls_pickle_refuse(m, "an integer is too large");
        return;
    }
    uint64_t bits = bytes ? number : length ? ls_take(&m->at, length) : 0;
    const uint64_t sign = length ? UINT64_C(1) << (8 * length - 1) : 0;
    if (bits & sign)
        bits |= ~(sign | (sign - 1));
    ls_pickle_push_integer(m, LS_PICKLE_INTEGER, (int64_t)bits);
}

static const struct instruction {
    unsigned char code;
    unsigned char bytes; /* of the number behind the code */
    void (*run)(struct ls_pickle_machine *m, uint64_t number, int detail);
    int detail;
} instructions[] = {
    {0x80, 1, run_protocol, 5},
    {0x95, 8, run_nothing, 0}, /* FRAME */
    {'(', 0, run_mark, LS_PICKLE_MARK},
    {'N', 0, run_none, LS_PICKLE_NONE},
    {'G', 8, run_integer, LS_PICKLE_FLOAT}, /* its bits */
    {0x88, 0, run_bool, true},
    {0x89, 0, run_bool, false},
    {'K', 1, run_integer, LS_PICKLE_INTEGER},
    {'M', 2, run_integer, LS_PICKLE_INTEGER},
    {'J', 4, run_signed, 4},
    {0x8a, 1, run_signed, 0}, /* LONG1 */
    {'X', 4, run_text, 0},    /* BINUNICODE */
    {'T', 4, run_text, 0},    /* BINSTRING */
    {0x8c, 1, run_text, 0},   /* SHORT_BINUNICODE */
    {'U', 1, run_text, 0},    /* SHORT_BINSTRING */
    {')', 0, run_none, LS_PICKLE_TUPLE},
    {']', 0, run_none, LS_PICKLE_LIST},
    {'}', 0, run_none, LS_PICKLE_DICT},
    {'t', 0, run_marked_tuple, 0},
    {0x85, 0, run_tuple, 1},
    {0x86, 0, run_tuple, 2},
    {0x87, 0, run_tuple, 3},
    {'a', 0, run_put, 1},        /* APPEND */
    {'e', 0, run_marked_put, 1}, /* APPENDS */
    {'s', 0, run_put, 2},        /* SETITEM */
    {'u', 0, run_marked_put, 2}, /* SETITEMS */
    {'c', 0, run_global, 0},
    {0x93, 0, run_stack_global, 0},
    {'R', 0, run_call, 0},      /* REDUCE */
    {'Q', 0, run_reference, 0}, /* BINPERSID */
    {'b', 0, run_build, 0},
    {'q', 1, run_memoize, 0},       /* BINPUT */
    {'r', 4, run_memoize, 0},       /* LONG_BINPUT */
    {0x94, 0, run_memoize_next, 0}, /* MEMOIZE */
    {'h', 1, run_recall, 0},        /* BINGET */
    {'j', 4, run_recall, 0},        /* LONG_BINGET */
};

/* Does one instruction; false when it was the last. */
static bool step(struct ls_pickle_machine *m) {
    enum { STOP = '.' };
    const unsigned code = (unsigned)ls_take(&m->at, 1);
    if (m->at.ended)
        return false;
    if (code == STOP) {
        m->pickle->root = ls_pickle_pop(m);
        return false;
    }
    for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++) {
        const struct instruction *instruction = &instructions[i];
        if (instruction->code != code)
            continue;
        uint64_t number = instruction->bytes ? ls_take(&m->at, instruction->bytes) : 0;
        if (!m->at.ended)
            instruction->run(m, number, instruction->detail);
        return !m->status && !m->at.ended;
    }
    m->status = ls_fail(m->error, LS_BAD_FILE,
                        "%s: its pickle has the instruction 0x%02x, which no weights need. Save "
                        "model.state_dict() alone with torch.save",
                        m->name, code);
    return false;
}

enum ls_status ls_pickle_read(struct ls_pickle *pickle, struct ls_cursor *at,
                              const char *const *allowed, int allowed_count, const char *name,
                              struct ls_error *error) {
    struct ls_pickle_machine m = {.pickle = pickle,
                                  .at = *at,
                                  .byte_count = at->left,
                                  .allowed = allowed,
                                  .allowed_count = allowed_count,
                                  .name = name,
                                  .error = error};
    *pickle = (struct ls_pickle){0};
    while (step(&m))
        ;
    if (m.at.ended)
        ls_pickle_refuse(&m, "it is truncated");
    free(m.stack);
    free(m.memo);
    if (m.status)
        ls_pickle_free(pickle);
    *at = m.at;
    return m.status;
}

void ls_pickle_free(struct ls_pickle *pickle) {
    free(pickle->values);
    free(pickle->items);
    *pickle = (struct ls_pickle){0};
}

bool ls_pickle_tuple(const struct ls_pickle *pickle, int value, int *items, int count) {
    const struct ls_pickle_value *v = &pickle->values[value];
    if (v->kind != LS_PICKLE_TUPLE && v->kind != LS_PICKLE_LIST)
        return false;
    int found = 0;
    for (int i = v->first; i != LS_PICKLE_NOTHING; i = pickle->items[i].next) {
        if (found == count)
            return false;
        items[found++] = pickle->items[i].value;
    }
    return found == count;
}

bool ls_pickle_is(const struct ls_pickle *pickle, int value, const char *text) {
    const struct ls_pickle_value *v = &pickle->values[value];
    return v->kind == LS_PICKLE_STRING && v->length == strlen(text) &&
           memcmp(v->text, text, v->length) == 0;
}
