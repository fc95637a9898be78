#include "model/pickle_machine.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void ls_pickle_refuse(struct ls_pickle_machine *m, const char *what) {
    if (!m->status)
        m->status = ls_fail(m->error, LS_BAD_FILE, "%s: its pickle is damaged: %s", m->name, what);
}

bool ls_pickle_reserve(struct ls_pickle_machine *m, void **array, int *capacity, int count,
                       size_t size) {
    if (count <= *capacity)
        return true;
    const int larger = count > INT_MAX / 2 ? INT_MAX : 2 * count + 64;
    void *grown = realloc(*array, (size_t)larger * size);
    if (!grown) {
        if (!m->status)
            m->status = ls_fail_memory(m->error, "a pickle");
        return false;
    }
    *array = grown;
    *capacity = larger;
    return true;
}

void ls_pickle_push(struct ls_pickle_machine *m, int value) {
    void *stack = m->stack;
    if (!ls_pickle_reserve(m, &stack, &m->stack_capacity, m->depth + 1, sizeof *m->stack))
        return;
    m->stack = stack;
    m->stack[m->depth++] = value;
}

int ls_pickle_pop(struct ls_pickle_machine *m) {
    if (m->depth == 0 || m->stack[m->depth - 1] == LS_PICKLE_MARK) {
        ls_pickle_refuse(m, "an instruction has too few values");
        return LS_PICKLE_NOTHING;
    }
    return m->stack[--m->depth];
}

/* A new value; NULL without memory. */
static struct ls_pickle_value *make(struct ls_pickle_machine *m, enum ls_pickle_kind kind) {
    struct ls_pickle *p = m->pickle;
    void *values = p->values;
    if (!ls_pickle_reserve(m, &values, &p->value_capacity, p->value_count + 1, sizeof *p->values))
        return NULL;
    p->values = values;
    struct ls_pickle_value *value = &p->values[p->value_count++];
    *value = (struct ls_pickle_value){.kind = kind,
                                      .first = LS_PICKLE_NOTHING,
                                      .last = LS_PICKLE_NOTHING,
                                      .argument = LS_PICKLE_NOTHING};
    return value;
}

struct ls_pickle_value *ls_pickle_push_new(struct ls_pickle_machine *m, enum ls_pickle_kind kind) {
    struct ls_pickle_value *value = make(m, kind);
    if (value)
        ls_pickle_push(m, m->pickle->value_count - 1);
    return value;
}

void ls_pickle_push_integer(struct ls_pickle_machine *m, enum ls_pickle_kind kind,
                            int64_t integer) {
    struct ls_pickle_value *value = ls_pickle_push_new(m, kind);
    if (value)
        value->integer = integer;
}

static void append(struct ls_pickle_machine *m, int container, int key, int element) {
    struct ls_pickle *p = m->pickle;
    void *items = p->items;
    if (m->status ||
        !ls_pickle_reserve(m, &items, &p->item_capacity, p->item_count + 1, sizeof *p->items))
        return;
    p->items = items;
    const int index = p->item_count++;
    struct ls_pickle_value *value = &p->values[container];
    p->items[index] = (struct ls_pickle_item){key, element, LS_PICKLE_NOTHING};
    if (value->last == LS_PICKLE_NOTHING)
        value->first = index;
    else
        p->items[value->last].next = index;
    value->last = index;
}

int ls_pickle_above_mark(struct ls_pickle_machine *m) {
    for (int i = m->depth; i > 0; i--)
        if (m->stack[i - 1] == LS_PICKLE_MARK)
            return i;
    ls_pickle_refuse(m, "a mark is missing");
    return m->depth;
}

void ls_pickle_gather(struct ls_pickle_machine *m, enum ls_pickle_kind kind, int first,
                      bool marked) {
    if (m->status || first < 0 || !make(m, kind)) {
        ls_pickle_refuse(m, "an instruction has too few values");
        return;
    }
    const int container = m->pickle->value_count - 1;
    for (int i = first; i < m->depth && !m->status; i++) {
        if (m->stack[i] == LS_PICKLE_MARK)
            ls_pickle_refuse(m, "a mark is out of place");
        append(m, container, LS_PICKLE_NOTHING, m->stack[i]);
    }
    m->depth = first - marked;
    ls_pickle_push(m, container);
}

bool ls_pickle_takes_keys(const struct ls_pickle_machine *m, int value) {
    return m->pickle->values[value].kind == LS_PICKLE_DICT ||
           m->pickle->values[value].kind == LS_PICKLE_CALL;
}

void ls_pickle_put_in(struct ls_pickle_machine *m, int first, bool marked, bool keys) {
    const int below = first - marked - 1;
    if (m->status)
        return;
    bool good =
        below >= 0 && m->stack[below] != LS_PICKLE_MARK && !(keys && (m->depth - first) % 2);
    for (int i = first; good && i < m->depth; i++)
        good = m->stack[i] != LS_PICKLE_MARK;
    if (!good || (keys ? !ls_pickle_takes_keys(m, m->stack[below])
                       : m->pickle->values[m->stack[below]].kind != LS_PICKLE_LIST)) {
        ls_pickle_refuse(m, "items have no container");
        return;
    }
    for (int i = first; i < m->depth; i += keys ? 2 : 1)
        append(m, m->stack[below], keys ? m->stack[i] : LS_PICKLE_NOTHING, m->stack[i + keys]);
    m->depth = below + 1;
}
