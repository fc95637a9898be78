/* Object headers: section IV.A of the format. */
#include "base/hdf5_format.h"

enum { MAX_MESSAGES = 100000 }; /* of one header */

struct ls_cursor ls_h5_at(const struct ls_h5_file *file, uint64_t address) {
    struct ls_cursor whole = {file->bytes, file->byte_count, false};
    if (address > file->byte_count)
        whole.left = 0;
    else
        ls_skip(&whole, (size_t)address);
    return whole;
}

static bool add_block(struct ls_h5_messages *walk, uint64_t address, uint64_t length) {
    if (walk->blocks == LS_H5_MAX_BLOCKS)
        return false;
    walk->block_at[walk->blocks].address = address;
    walk->block_at[walk->blocks++].length = length;
    return true;
}

/* Version 1: reserved, message count, reference count, length; the messages begin at byte 16. */
static void begin_old(struct ls_h5_messages *walk, uint64_t address, struct ls_cursor at) {
    walk->version = 1;
    ls_skip(&at, 7);
    add_block(walk, address + 16, ls_take(&at, 4));
}

/* Version 2: flags, which say what of times and limits there is and how long the length is. */
static void begin_new(struct ls_h5_messages *walk, uint64_t address, struct ls_cursor at) {
    const unsigned char *start = at.at - 4; /* behind the mark */
    walk->version = (int)ls_take(&at, 1);
    unsigned flags = (unsigned)ls_take(&at, 1);
    walk->ordered = flags & 4;
    ls_skip(&at, (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0));
    uint64_t length = ls_take(&at, (size_t)1 << (flags & 3));
    add_block(walk, address + (uint64_t)(at.at - start), length);
}

const char *ls_h5_messages_begin(struct ls_h5_messages *walk, const struct ls_h5_file *file,
                                 uint64_t address) {
    *walk = (struct ls_h5_messages){.file = file};
    struct ls_cursor at = ls_h5_at(file, address), mark = at;
    if (ls_take_mark(&mark, "OHDR"))
        begin_new(walk, address, mark);
    else if (ls_take(&at, 1) == 1)
        begin_old(walk, address, at);
    return walk->version == 1 || walk->version == 2 ? NULL : "its header is damaged";
}

/* Moves to the next block; false if there is none. */
static bool next_block(struct ls_h5_messages *walk) {
    if (walk->next == walk->blocks)
        return false;
    bool first = walk->next == 0;
    struct ls_cursor at = ls_h5_at(walk->file, walk->block_at[walk->next].address);
    uint64_t length = walk->block_at[walk->next++].length;
    walk->block = ls_take_part(&at, length < at.left ? (size_t)length : at.left);
    if (walk->version == 2 && !first) { /* mark "OCHK", messages, checksum */
        ls_skip(&walk->block, 4);
        walk->block.left -= walk->block.left < 4 ? walk->block.left : 4;
    }
    return true;
}

static struct ls_h5_message take_message(struct ls_h5_messages *walk) {
    struct ls_cursor *block = &walk->block;
    struct ls_h5_message message;
    bool old = walk->version == 1;
    message.type = (unsigned)ls_take(block, old ? 2 : 1);
    size_t size = (size_t)ls_take(block, 2);
    message.shared = ls_take(block, 1) & 2;
    ls_skip(block, old ? 3 : walk->ordered ? 2 : 0);
    message.body = ls_take_part(block, size);
    return message;
}

bool ls_h5_messages_next(struct ls_h5_messages *walk, struct ls_h5_message *message) {
    for (; walk->seen < MAX_MESSAGES; walk->seen++) {
        while (walk->block.left == 0)
            if (!next_block(walk))
                return false;
        *message = take_message(walk);
        if (walk->block.ended)
            continue;
        if (message->type != LS_H5_CONTINUATION) {
            walk->seen++;
            return true;
        }
        uint64_t address = ls_take(&message->body, 8);
        if (!add_block(walk, address, ls_take(&message->body, 8)))
            return false;
    }
    return false;
}

bool ls_h5_find_message(const struct ls_h5_file *file, uint64_t address, unsigned type,
                        struct ls_h5_message *message) {
    struct ls_h5_messages walk;
    if (ls_h5_messages_begin(&walk, file, address))
        return false;
    while (ls_h5_messages_next(&walk, message))
        if (message->type == type)
            return true;
    return false;
}
