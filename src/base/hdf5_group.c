/* Groups: a symbol table (sections III.A to III.D of the format) in older files, link messages
 * (section IV.A.2.g) in newer ones. */
#include "base/hdf5_format.h"
#include <string.h>

enum {
    MAX_STEPS = 100000, /* nodes and links of one group */
    MAX_LEVEL = 8,
    MAX_NAME = 1 << 12, /* bytes of a name in a heap, where names may share theirs */
    SOFT_LINK = 2,      /* a symbol table entry's cache type */
};

/* A walk over the links of a group. */
struct walk {
    const struct ls_h5_file *file;
    bool (*visit)(void *context, const struct ls_h5_link *link);
    void *context;
    struct ls_cursor names; /* the local heap's data */
    int steps;              /* nodes and links visited so far */
    bool done;              /* `visit` has seen enough */
};

static const char damaged[] = "its group is damaged";

static const char *open_names(struct walk *walk, uint64_t heap) {
    struct ls_cursor at = ls_h5_at(walk->file, heap);
    if (!ls_take_mark(&at, "HEAP"))
        return damaged;
    ls_skip(&at, 4);
    uint64_t size = ls_take(&at, 8);
    ls_skip(&at, 8);
    struct ls_cursor data = ls_h5_at(walk->file, ls_take(&at, 8));
    walk->names = ls_take_part(&data, (size_t)size);
    return at.ended || data.ended ? damaged : NULL;
}

/* A leaf: version, count, entries of name, header, cache type, reserved and scratch space. */
static const char *visit_symbols(struct walk *walk, struct ls_cursor at) {
    if (!ls_take_mark(&at, "SNOD"))
        return damaged;
    ls_skip(&at, 2);
    int count = (int)ls_take(&at, 2);
    for (int i = 0; i < count && !walk->done; i++) {
        struct ls_cursor name = walk->names;
        ls_skip(&name, (size_t)ls_take(&at, 8));
        const size_t longest = name.left < MAX_NAME ? name.left : MAX_NAME;
        const unsigned char *end = longest ? memchr(name.at, 0, longest) : NULL;
        struct ls_h5_link link = {.name = (const char *)name.at, .address = ls_take(&at, 8)};
        if (ls_take(&at, 4) == SOFT_LINK)
            link.address = LS_H5_UNDEFINED;
        ls_skip(&at, 20);
        if (at.ended || !end || walk->steps++ == MAX_STEPS)
            return damaged;
        link.length = (size_t)(end - name.at);
        walk->done = !walk->visit(walk->context, &link);
    }
    return NULL;
}

/* A tree's node: type, level, count, siblings, then keys and children in turn. */
static const char *visit_node(struct walk *walk, uint64_t address, int parent_level) {
    struct ls_cursor at = ls_h5_at(walk->file, address);
    if (walk->steps++ == MAX_STEPS)
        return damaged;
    if (parent_level == 0)
        return visit_symbols(walk, at);
    if (!ls_take_mark(&at, "TREE") || ls_take(&at, 1) != 0)
        return damaged;
    int level = (int)ls_take(&at, 1);
    int count = (int)ls_take(&at, 2);
    if (level >= parent_level)
        return damaged;
    ls_skip(&at, 16);
    const char *fault = NULL;
    for (int i = 0; i < count && !fault && !walk->done; i++) {
        ls_skip(&at, 8);
        uint64_t child = ls_take(&at, 8);
        fault = at.ended ? damaged : visit_node(walk, child, level);
    }
    return fault;
}

static const char *visit_symbol_table(struct walk *walk, struct ls_cursor body) {
    uint64_t tree = ls_take(&body, 8);
    uint64_t heap = ls_take(&body, 8);
    const char *fault = body.ended ? damaged : open_names(walk, heap);
    return fault ? fault : visit_node(walk, tree, MAX_LEVEL);
}

/* Flags say which of type, order of creation and character set there are, and how long the name's
 * length is. */
static const char *visit_link(struct walk *walk, struct ls_cursor body) {
    ls_skip(&body, 1);
    unsigned flags = (unsigned)ls_take(&body, 1);
    bool hard = flags & 8 ? ls_take(&body, 1) == 0 : true;
    ls_skip(&body, (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
    uint64_t length = ls_take(&body, (size_t)1 << (flags & 3));
    struct ls_cursor name = ls_take_part(&body, (size_t)length);
    uint64_t address = hard ? ls_take(&body, 8) : LS_H5_UNDEFINED;
    if (body.ended || walk->steps++ == MAX_STEPS)
        return damaged;
    struct ls_h5_link link = {(const char *)name.at, name.left, address};
    walk->done = !walk->visit(walk->context, &link);
    return NULL;
}

/* Groups of many links keep them in a structure of their own, which we do not read. */
static const char *check_link_info(struct ls_cursor body) {
    ls_skip(&body, 1);
    ls_skip(&body, ls_take(&body, 1) & 1 ? 8 : 0);
    return ls_take(&body, 8) == LS_H5_UNDEFINED
               ? NULL
               : "its group is stored in HDF5's newer format; h5py's default one is read";
}

const char *ls_h5_links(const struct ls_h5_file *file, uint64_t group,
                        bool (*visit)(void *context, const struct ls_h5_link *link),
                        void *context) {
    struct walk walk = {.file = file, .visit = visit, .context = context};
    struct ls_h5_messages messages;
    struct ls_h5_message message;
    bool is_group = false;
    const char *fault = ls_h5_messages_begin(&messages, file, group);
    while (!fault && !walk.done && ls_h5_messages_next(&messages, &message)) {
        bool symbols = message.type == LS_H5_SYMBOL_TABLE;
        bool info = message.type == LS_H5_LINK_INFO;
        bool link = message.type == LS_H5_LINK;
        is_group = is_group || symbols || info || link;
        if (symbols)
            fault = visit_symbol_table(&walk, message.body);
        else if (info)
            fault = check_link_info(message.body);
        else if (link)
            fault = visit_link(&walk, message.body);
    }
    return fault ? fault : is_group ? NULL : "it is not a group";
}
