/* Values of datasets and attributes: sections IV.A.2 and III.E of the format. */
#include "base/hdf5_format.h"
#include <stdlib.h>
#include <string.h>

enum { CLASS_INTEGER = 0, CLASS_FLOAT = 1, CLASS_STRING = 3, CLASS_VARIABLE = 9 };
enum { LAYOUT_COMPACT = 0, LAYOUT_CONTIGUOUS = 1 };
enum {
    MAX_TEXT = 1 << 16, /* bytes of one string */
    MAX_HEAP = 1 << 22, /* bytes of one collection of strings */
};

/* The extent, and the number of elements, which cannot be more than bytes in the file. */
static const char *read_extent(const struct ls_h5_file *file, struct ls_cursor body,
                               struct ls_h5_value *value) {
    unsigned version = (unsigned)ls_take(&body, 1);
    value->extent.rank = (int)ls_take(&body, 1);
    ls_skip(&body, 1);
    unsigned type = (unsigned)ls_take(&body, 1); /* version 2: 2 is the extent of nothing */
    if (version == 1)
        ls_skip(&body, 4);
    if (body.ended || version < 1 || version > 2 || value->extent.rank > LS_MAX_EXTENT_RANK)
        return "its extent is damaged";
    if (version == 2 && type == 2)
        return "it is empty";
    value->count = 1;
    for (int i = 0; i < value->extent.rank; i++) {
        uint64_t size = ls_take(&body, 8);
        if (size && size > file->byte_count / (value->count ? value->count : 1))
            return "its extent is larger than the file";
        value->extent.size[i] = (int64_t)size;
        value->count *= (size_t)size;
    }
    return body.ended ? "its extent is damaged" : NULL;
}

/* Is the rest of the float's description IEEE's for its size? */
static bool is_ieee(struct ls_cursor body, size_t size) {
    static const unsigned char single[] = {0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0};
    static const unsigned char twice[] = {0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0};
    return (size == 4 && body.left >= 12 && memcmp(body.at, single, 12) == 0) ||
           (size == 8 && body.left >= 12 && memcmp(body.at, twice, 12) == 0);
}

/* Does the integer use all bits of a size C has? */
static bool is_whole(struct ls_cursor body, size_t size) {
    uint64_t offset = ls_take(&body, 2);
    uint64_t precision = ls_take(&body, 2);
    return (size == 1 || size == 2 || size == 4 || size == 8) && offset == 0 &&
           precision == 8 * size && !body.ended;
}

static const char *read_type(struct ls_cursor body, struct ls_h5_value *value) {
    unsigned class = ls_take(&body, 1) & 15;
    unsigned bits = (unsigned)ls_take(&body, 3);
    value->size = (size_t)ls_take(&body, 4);
    if (body.ended || value->size == 0)
        return "its type is damaged";
    value->big_endian = bits & 1;
    value->is_signed = bits & 8;
    value->space_padded = (bits & 15) == 2;
    value->kind = LS_H5_OTHER;
    if (class == CLASS_INTEGER && is_whole(body, value->size))
        value->kind = LS_H5_INTEGER;
    else if (class == CLASS_FLOAT && (bits & 64) == 0 && is_ieee(body, value->size))
        value->kind = LS_H5_FLOAT;
    else if (class == CLASS_STRING)
        value->kind = LS_H5_STRING;
    else if (class == CLASS_VARIABLE && (bits & 15) == 1 && value->size == 16)
        value->kind = LS_H5_VARIABLE_STRING;
    return NULL;
}

/* Sets the value's data to the cursor's bytes if there are as many as it needs. */
static const char *set_data(struct ls_h5_value *value, struct ls_cursor at) {
    if (value->count > at.left / value->size)
        return "its values lie outside the file";
    value->data = at.at;
    return NULL;
}

static const char *read_layout(const struct ls_h5_file *file, struct ls_cursor body,
                               struct ls_h5_value *value) {
    unsigned version = (unsigned)ls_take(&body, 1);
    unsigned class = (unsigned)ls_take(&body, 1);
    if (body.ended || version < 3 || version > 4)
        return "its layout is damaged or very old; h5repack rewrites it";
    if (class == LAYOUT_COMPACT) {
        size_t size = (size_t)ls_take(&body, 2);
        return set_data(value, ls_take_part(&body, size));
    }
    if (class != LAYOUT_CONTIGUOUS)
        return "it is chunked or compressed; h5repack -l CONTI -f NONE makes it plain";
    uint64_t address = ls_take(&body, 8);
    if (address == LS_H5_UNDEFINED && value->count)
        return "its values were never written";
    return set_data(value, ls_h5_at(file, address));
}

const char *ls_h5_dataset_value(const struct ls_h5_file *file, uint64_t address,
                                struct ls_h5_value *value) {
    struct ls_h5_message space, type, layout, external;
    *value = (struct ls_h5_value){0};
    if (!ls_h5_find_message(file, address, LS_H5_DATASPACE, &space) ||
        !ls_h5_find_message(file, address, LS_H5_DATATYPE, &type) ||
        !ls_h5_find_message(file, address, LS_H5_LAYOUT, &layout))
        return "it is not a dataset";
    if (space.shared || type.shared || layout.shared ||
        ls_h5_find_message(file, address, LS_H5_EXTERNAL_FILES, &external))
        return "its values or their type are stored elsewhere";
    const char *fault = read_extent(file, space.body, value);
    if (!fault)
        fault = read_type(type.body, value);
    if (!fault)
        fault = read_layout(file, layout.body, value);
    return fault;
}

/* The next part of an attribute, which version 1 pads to a multiple of 8 bytes. */
static struct ls_cursor take_padded(struct ls_cursor *body, size_t size, unsigned version) {
    struct ls_cursor part = ls_take_part(body, size);
    if (version == 1)
        ls_skip(body, (8 - size % 8) % 8);
    return part;
}

const char *ls_h5_attribute_value(const struct ls_h5_file *file, struct ls_cursor body,
                                  const char **name, struct ls_h5_value *value) {
    *value = (struct ls_h5_value){0};
    unsigned version = (unsigned)ls_take(&body, 1);
    unsigned flags = (unsigned)ls_take(&body, 1); /* version 1: reserved */
    size_t name_size = (size_t)ls_take(&body, 2);
    size_t type_size = (size_t)ls_take(&body, 2);
    size_t space_size = (size_t)ls_take(&body, 2);
    if (version == 3)
        ls_skip(&body, 1);
    struct ls_cursor name_part = take_padded(&body, name_size, version);
    struct ls_cursor type = take_padded(&body, type_size, version);
    struct ls_cursor space = take_padded(&body, space_size, version);
    if (body.ended || name_size == 0 || name_part.at[name_size - 1] != 0)
        return "an attribute is damaged";
    *name = (const char *)name_part.at;
    if (version > 1 && flags & 3)
        return "an attribute's type is stored elsewhere";
    const char *fault = read_extent(file, space, value);
    if (!fault)
        fault = read_type(type, value);
    return fault ? fault : set_data(value, body);
}

double ls_h5_number(const struct ls_h5_value *value, size_t i) {
    const unsigned char *at = value->data + i * value->size;
    uint64_t bits = 0;
    for (size_t k = 0; k < value->size; k++)
        bits = bits << 8 | at[value->big_endian ? k : value->size - 1 - k];
    if (value->kind == LS_H5_INTEGER) {
        uint64_t sign = (uint64_t)1 << (8 * value->size - 1);
        return value->is_signed && bits & sign ? -(double)(sign - (bits & (sign - 1)))
                                               : (double)bits;
    }
    if (value->size == 4) {
        uint32_t word = (uint32_t)bits;
        float single;
        memcpy(&single, &word, sizeof single);
        return single;
    }
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* The bytes of object `index` in the global heap's collection at `address`. */
static struct ls_cursor heap_object(const struct ls_h5_file *file, uint64_t address,
                                    uint64_t index) {
    struct ls_cursor at = ls_h5_at(file, address);
    bool good = ls_take_mark(&at, "GCOL");
    ls_skip(&at, 4);
    uint64_t size = ls_take(&at, 8);
    good = good && size > 16 && size <= MAX_HEAP;
    struct ls_cursor objects = ls_take_part(&at, good ? (size_t)size - 16 : 0);
    while (objects.left) {
        uint64_t found = ls_take(&objects, 2);
        ls_skip(&objects, 6);
        size_t length = (size_t)ls_take(&objects, 8);
        struct ls_cursor object = ls_take_part(&objects, length);
        if (found == index || found == 0)
            return found ? object : (struct ls_cursor){.ended = true};
        ls_skip(&objects, (8 - length % 8) % 8);
    }
    return (struct ls_cursor){.ended = true};
}

static char *copy_text(const unsigned char *text, size_t length) {
    return length <= MAX_TEXT ? strndup((const char *)text, length) : NULL;
}

char *ls_h5_string(const struct ls_h5_file *file, const struct ls_h5_value *value) {
    if (value->count != 1)
        return NULL;
    if (value->kind == LS_H5_STRING) {
        size_t length = value->size;
        while (value->space_padded && length > 0 && value->data[length - 1] == ' ')
            length--;
        return copy_text(value->data, length);
    }
    if (value->kind != LS_H5_VARIABLE_STRING)
        return NULL;
    struct ls_cursor reference = {value->data, value->size, false};
    size_t length = (size_t)ls_take(&reference, 4);
    uint64_t address = ls_take(&reference, 8);
    if (length == 0)
        return copy_text(value->data, 0);
    struct ls_cursor object = heap_object(file, address, ls_take(&reference, 4));
    return length <= object.left ? copy_text(object.at, length) : NULL;
}
