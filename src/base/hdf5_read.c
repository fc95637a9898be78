#include "base/hdf5_read.h"
#include "base/file_kind.h"
#include "base/hdf5_format.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_ATTRIBUTES = 1000, SIGNATURE_BYTES = 8 };

/* Reads the superblock (section II of the format): *root and *end, the file's length when it was
 * closed. */
static const char *read_superblock(struct ls_cursor at, uint64_t *root, uint64_t *end) {
    ls_skip(&at, SIGNATURE_BYTES);
    unsigned version = (unsigned)ls_take(&at, 1);
    if (version > 3)
        return "its version is unknown";
    if (version < 2)
        ls_skip(&at, 4);
    unsigned offset_size = (unsigned)ls_take(&at, 1);
    unsigned length_size = (unsigned)ls_take(&at, 1);
    if (offset_size != 8 || length_size != 8)
        return "its addresses do not have 8 bytes";
    ls_skip(&at, version < 2 ? 9 : 1);
    ls_skip(&at, version == 1 ? 4 : 0);
    uint64_t base = ls_take(&at, 8);
    ls_skip(&at, 8);
    *end = ls_take(&at, 8);
    ls_skip(&at, version < 2 ? 16 : 0);
    *root = ls_take(&at, 8);
    return at.ended || base ? "its first bytes are damaged" : NULL;
}

enum ls_status ls_h5_open(struct ls_h5_file *file, const char *name, const void *bytes,
                          size_t byte_count, struct ls_error *error) {
    *file = (struct ls_h5_file){.name = name, .bytes = bytes, .byte_count = byte_count};
    const enum ls_file_kind kind = ls_file_kind(bytes, byte_count);
    const char *other = ls_file_kind_name(kind);
    if (kind != LS_FILE_HDF5)
        return ls_fail(error, LS_BAD_FILE, "%s: not an HDF5 file%s%s", name, other ? ", but " : "",
                       other ? other : "");
    uint64_t end = 0;
    const char *fault = read_superblock(ls_h5_at(file, 0), &file->root, &end);
    if (fault)
        return ls_fail(error, LS_BAD_FILE, "%s: not a sound HDF5 file: %s", name, fault);
    if (end > byte_count)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: not a sound HDF5 file: truncated to %zu of %llu bytes", name,
                       byte_count, (unsigned long long)end);
    return LS_OK;
}

/* A search for a link by its name. */
struct search {
    const char *name;
    size_t length;
    uint64_t address;
};

static bool compare_link(void *context, const struct ls_h5_link *link) {
    struct search *search = context;
    if (link->length != search->length || memcmp(link->name, search->name, link->length) != 0)
        return true;
    search->address = link->address;
    return false;
}

/* *address = where the object's header is, LS_H5_UNDEFINED if there is no such object. */
static const char *find(const struct ls_h5_file *file, const char *path, uint64_t *address) {
    const char *fault = NULL;
    *address = file->root;
    while (!fault && *path && *address != LS_H5_UNDEFINED) {
        struct search search = {path, strcspn(path, "/"), LS_H5_UNDEFINED};
        fault = ls_h5_links(file, *address, compare_link, &search);
        *address = search.address;
        path += search.length + (path[search.length] == '/');
    }
    return fault;
}

bool ls_h5_has(const struct ls_h5_file *file, const char *path) {
    uint64_t address;
    return !find(file, path, &address) && address != LS_H5_UNDEFINED;
}

static enum ls_status fail(const struct ls_h5_file *file, const char *what, const char *path,
                           const char *fault, struct ls_error *error) {
    return ls_fail(error, LS_BAD_FILE, "%s: %s '%s' cannot be read: %s", file->name, what, path,
                   fault);
}

/* As find, but an object that is not there is an error. */
static enum ls_status require(const struct ls_h5_file *file, const char *what, const char *path,
                              uint64_t *address, struct ls_error *error) {
    const char *fault = find(file, path, address);
    if (fault)
        return fail(file, what, path, fault, error);
    if (*address == LS_H5_UNDEFINED)
        return ls_fail(error, LS_BAD_FILE, "%s: has no %s '%s'", file->name, what, path);
    return LS_OK;
}

static bool count_link(void *context, const struct ls_h5_link *link) {
    (void)link;
    ++*(size_t *)context;
    return true;
}

enum ls_status ls_h5_group_size(const struct ls_h5_file *file, const char *group, size_t *count,
                                struct ls_error *error) {
    uint64_t address;
    enum ls_status status = require(file, "group", group, &address, error);
    if (status)
        return status;
    *count = 0;
    const char *fault = ls_h5_links(file, address, count_link, count);
    return fault ? fail(file, "group", group, fault, error) : LS_OK;
}

static enum ls_status read_value(const struct ls_h5_file *file, const char *dataset,
                                 struct ls_h5_value *value, struct ls_error *error) {
    uint64_t address;
    enum ls_status status = require(file, "dataset", dataset, &address, error);
    if (status)
        return status;
    const char *fault = ls_h5_dataset_value(file, address, value);
    return fault ? fail(file, "dataset", dataset, fault, error) : LS_OK;
}

enum ls_status ls_h5_numbers(const struct ls_h5_file *file, const char *dataset,
                             struct ls_h5_value *value, struct ls_error *error) {
    enum ls_status status = read_value(file, dataset, value, error);
    if (status)
        return status;
    if (value->kind != LS_H5_INTEGER && value->kind != LS_H5_FLOAT)
        return fail(file, "dataset", dataset,
                    "its values are not integers or floats of 4 or 8 bytes", error);
    return LS_OK;
}

enum ls_status ls_h5_text(const struct ls_h5_file *file, const char *dataset, char **text,
                          struct ls_error *error) {
    struct ls_h5_value value;
    enum ls_status status = read_value(file, dataset, &value, error);
    if (status)
        return status;
    *text = ls_h5_string(file, &value);
    return *text ? LS_OK : fail(file, "dataset", dataset, "it does not hold a string", error);
}

/* A walk over the root group's attributes. */
struct attributes {
    struct ls_h5_messages walk;
    int seen;
};

/* Many attributes, or large ones, are kept in a structure of their own, which we do not read. */
static const char *check_attribute_info(struct ls_cursor body) {
    ls_skip(&body, 1);
    ls_skip(&body, ls_take(&body, 1) & 1 ? 2 : 0);
    return ls_take(&body, 8) == LS_H5_UNDEFINED
               ? NULL
               : "its attributes are stored in HDF5's newer format; h5py's default one is read";
}

static const char *begin_attributes(struct attributes *attributes, const struct ls_h5_file *file) {
    struct ls_h5_message info;
    const char *fault = ls_h5_messages_begin(&attributes->walk, file, file->root);
    attributes->seen = 0;
    if (!fault && ls_h5_find_message(file, file->root, LS_H5_ATTRIBUTE_INFO, &info))
        fault = check_attribute_info(info.body);
    return fault;
}

/* The next attribute that can be read; false behind the last. */
static bool next_attribute(struct attributes *attributes, const char **key,
                           struct ls_h5_value *value) {
    struct ls_h5_message message;
    while (attributes->seen < MAX_ATTRIBUTES && ls_h5_messages_next(&attributes->walk, &message)) {
        if (message.type != LS_H5_ATTRIBUTE || message.shared)
            continue;
        attributes->seen++;
        if (!ls_h5_attribute_value(attributes->walk.file, message.body, key, value))
            return true;
    }
    return false;
}

enum ls_status ls_h5_attributes(const struct ls_h5_file *file, struct ls_metadata *metadata,
                                struct ls_error *error) {
    struct attributes attributes;
    const char *key;
    struct ls_h5_value value;
    enum ls_status status = LS_OK;
    const char *fault = begin_attributes(&attributes, file);
    if (fault)
        return fail(file, "group", "/", fault, error);
    while (!status && next_attribute(&attributes, &key, &value)) {
        char *text = ls_h5_string(file, &value);
        if (text)
            status = ls_metadata_set(metadata, error, key, "%s", text);
        free(text);
    }
    return status;
}

enum ls_status ls_h5_attribute_number(const struct ls_h5_file *file, const char *key,
                                      double *number, struct ls_error *error) {
    struct attributes attributes;
    const char *found;
    struct ls_h5_value value;
    const char *fault = begin_attributes(&attributes, file);
    if (fault)
        return fail(file, "group", "/", fault, error);
    while (next_attribute(&attributes, &found, &value)) {
        if (strcmp(found, key) != 0)
            continue;
        if ((value.kind != LS_H5_INTEGER && value.kind != LS_H5_FLOAT) || value.count != 1)
            return fail(file, "attribute", key, "it is not a number", error);
        *number = ls_h5_number(&value, 0);
        return LS_OK;
    }
    return ls_fail(error, LS_BAD_FILE, "%s: has no attribute '%s'", file->name, key);
}
