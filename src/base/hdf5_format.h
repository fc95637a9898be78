/* The parts of the HDF5 reader. Functions that can find a fault return it as a phrase for people,
 * or NULL. */
#ifndef LANDSCAPE_BASE_HDF5_FORMAT_H
#define LANDSCAPE_BASE_HDF5_FORMAT_H

#include "base/cursor.h"
#include "base/hdf5_read.h"

#define LS_H5_UNDEFINED UINT64_MAX /* the address of what is not there */

/* Types of header messages. */
enum {
    LS_H5_DATASPACE = 0x01,
    LS_H5_LINK_INFO = 0x02,
    LS_H5_DATATYPE = 0x03,
    LS_H5_LINK = 0x06,
    LS_H5_EXTERNAL_FILES = 0x07,
    LS_H5_LAYOUT = 0x08,
    LS_H5_ATTRIBUTE = 0x0c,
    LS_H5_CONTINUATION = 0x10,
    LS_H5_SYMBOL_TABLE = 0x11,
    LS_H5_ATTRIBUTE_INFO = 0x15,
};

/* What lies at `address` of the file; nothing if that is outside. */
struct ls_cursor ls_h5_at(const struct ls_h5_file *file, uint64_t address);

/* One message of an object header. */
struct ls_h5_message {
    unsigned type;
    bool shared; /* the body is only a reference to somewhere else */
    struct ls_cursor body;
};

enum { LS_H5_MAX_BLOCKS = 64 }; /* of one header */

/* A walk over the messages of an object header, whose blocks may lie all over the file. */
struct ls_h5_messages {
    const struct ls_h5_file *file;
    int version;            /* of the header */
    bool ordered;           /* messages carry their order of creation */
    struct ls_cursor block; /* what is left of the current block */
    int seen;               /* messages so far */
    int blocks, next;       /* blocks found and the next to be visited */
    struct {
        uint64_t address, length;
    } block_at[LS_H5_MAX_BLOCKS];
};

const char *ls_h5_messages_begin(struct ls_h5_messages *walk, const struct ls_h5_file *file,
                                 uint64_t address);

/* false behind the last message. */
bool ls_h5_messages_next(struct ls_h5_messages *walk, struct ls_h5_message *message);

/* The object's first message of a type; false if there is none. */
bool ls_h5_find_message(const struct ls_h5_file *file, uint64_t address, unsigned type,
                        struct ls_h5_message *message);

/* One link of a group. */
struct ls_h5_link {
    const char *name; /* [length], without a terminating zero */
    size_t length;
    uint64_t address; /* of the object's header; LS_H5_UNDEFINED for soft and external links */
};

/* Calls `visit` for each link of the group until it returns false. */
const char *ls_h5_links(const struct ls_h5_file *file, uint64_t group,
                        bool (*visit)(void *context, const struct ls_h5_link *link), void *context);

/* The value of the dataset whose header is at `address`. */
const char *ls_h5_dataset_value(const struct ls_h5_file *file, uint64_t address,
                                struct ls_h5_value *value);

/* The value of an attribute message, and its name (zero-terminated, in the file's bytes). */
const char *ls_h5_attribute_value(const struct ls_h5_file *file, struct ls_cursor body,
                                  const char **name, struct ls_h5_value *value);

/* The string a value holds, from malloc; NULL if it holds none. */
char *ls_h5_string(const struct ls_h5_file *file, const struct ls_h5_value *value);

#endif
