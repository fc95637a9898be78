/* Reading safetensors: nothing the header says is believed before it is checked.
 * The format: https://huggingface.co/docs/safetensors */
#include "base/file.h"
#include "base/metadata.h"
#include "model/dtype.h"
#include "model/safetensors.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    LENGTH_BYTES = 8, /* of the header's length, before the header */
    MAX_TENSORS = 100000,
};

/* What the functions below share. */
struct parser {
    struct ls_tensor_file *file;
    const char *name;          /* of the file, for messages */
    const unsigned char *data; /* [data_bytes] behind the header */
    size_t data_bytes;
    struct ls_error *error;
};

static enum ls_status read_metadata(struct parser *p, json_t *object) {
    if (!json_is_object(object))
        return ls_fail(p->error, LS_BAD_FILE, "%s: __metadata__ is not a JSON object", p->name);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (!json_is_string(value))
            return ls_fail(p->error, LS_BAD_FILE, "%s: __metadata__ entry '%s' is not a string",
                           p->name, key);
        enum ls_status status =
            ls_metadata_add(&p->file->metadata, key, json_string_value(value), p->error);
        if (status)
            return status;
    }
    return LS_OK;
}

static enum ls_status read_dtype(struct parser *p, struct ls_stored_tensor *tensor, json_t *dtype) {
    if (!json_is_string(dtype))
        return ls_fail(p->error, LS_BAD_FILE, "%s: tensor '%s' has no dtype", p->name,
                       tensor->name);
    if (!ls_dtype_parse(&tensor->dtype, json_string_value(dtype)))
        return ls_fail(p->error, LS_BAD_FILE,
                       "%s: tensor '%s' has type '%s', which is not known here", p->name,
                       tensor->name, json_string_value(dtype));
    return LS_OK;
}

/* Fills rank, size and count; the tensor's bytes are known to fit into a size_t afterwards. */
static enum ls_status read_shape(struct parser *p, struct ls_stored_tensor *tensor, json_t *shape) {
    if (!json_is_array(shape))
        return ls_fail(p->error, LS_BAD_FILE, "%s: tensor '%s' has no shape", p->name,
                       tensor->name);
    if (json_array_size(shape) > LS_MAX_STORED_RANK)
        return ls_fail(p->error, LS_BAD_FILE, "%s: tensor '%s' has %zu dimensions, more than %d",
                       p->name, tensor->name, json_array_size(shape), LS_MAX_STORED_RANK);
    tensor->rank = (int)json_array_size(shape);
    tensor->count = 1;
    size_t limit = p->data_bytes / ls_dtype_size(tensor->dtype);
    bool empty = false;
    for (int i = 0; i < tensor->rank; i++) {
        json_t *size = json_array_get(shape, (size_t)i);
        if (!json_is_integer(size) || json_integer_value(size) < 0)
            return ls_fail(p->error, LS_BAD_FILE,
                           "%s: dimension %d of tensor '%s' is not a whole number", p->name, i,
                           tensor->name);
        tensor->size[i] = json_integer_value(size);
        if (tensor->size[i] == 0)
            empty = true;
        else if ((uint64_t)tensor->size[i] > limit / tensor->count)
            return ls_fail(p->error, LS_BAD_FILE,
                           "%s: tensor '%s' is larger than the file; is the file truncated?",
                           p->name, tensor->name);
        else
            tensor->count *= (size_t)tensor->size[i];
    }
    if (empty)
        tensor->count = 0;
    return LS_OK;
}

static enum ls_status read_offsets(struct parser *p, struct ls_stored_tensor *tensor,
                                   json_t *offsets) {
    json_t *first = json_array_get(offsets, 0);
    json_t *last = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last))
        return ls_fail(p->error, LS_BAD_FILE, "%s: tensor '%s' lacks its two data_offsets", p->name,
                       tensor->name);
    long long begin = json_integer_value(first);
    long long end = json_integer_value(last);
    if (begin < 0 || end < begin)
        return ls_fail(p->error, LS_BAD_FILE, "%s: tensor '%s' has data_offsets [%lld, %lld]",
                       p->name, tensor->name, begin, end);
    if ((unsigned long long)end > p->data_bytes)
        return ls_fail(p->error, LS_BAD_FILE,
                       "%s: tensor '%s' ends at byte %lld of the data, which has only %zu; is the "
                       "file truncated?",
                       p->name, tensor->name, end, p->data_bytes);
    size_t bytes = tensor->count * ls_dtype_size(tensor->dtype);
    if ((size_t)(end - begin) != bytes)
        return ls_fail(p->error, LS_BAD_FILE,
                       "%s: tensor '%s' has %lld bytes, its shape and type %s need %zu", p->name,
                       tensor->name, end - begin, ls_dtype_name(tensor->dtype), bytes);
    tensor->data = p->data + begin;
    return LS_OK;
}

static enum ls_status read_tensor(struct parser *p, const char *key, json_t *entry) {
    if (!json_is_object(entry))
        return ls_fail(p->error, LS_BAD_FILE, "%s: entry '%s' is not a JSON object", p->name, key);
    struct ls_stored_tensor *tensor = &p->file->tensors[p->file->tensor_count];
    tensor->name = strdup(key);
    if (!tensor->name)
        return ls_fail_memory(p->error, "a tensor's name");
    p->file->tensor_count++;
    enum ls_status status = read_dtype(p, tensor, json_object_get(entry, "dtype"));
    if (!status)
        status = read_shape(p, tensor, json_object_get(entry, "shape"));
    if (!status)
        status = read_offsets(p, tensor, json_object_get(entry, "data_offsets"));
    return status;
}

static const unsigned char *tensor_end(const struct ls_stored_tensor *tensor) {
    return (const unsigned char *)tensor->data + tensor->count * ls_dtype_size(tensor->dtype);
}

/* By first byte; of two that begin at the same byte, the empty one comes first. */
static int compare_offsets(const void *a, const void *b) {
    const struct ls_stored_tensor *s = a, *t = b;
    if (s->data != t->data)
        return (const char *)s->data < (const char *)t->data ? -1 : 1;
    return (tensor_end(s) > tensor_end(t)) - (tensor_end(s) < tensor_end(t));
}

/* Sorts the tensors by offset and checks that together they cover the data exactly once. */
static enum ls_status check_layout(struct parser *p) {
    struct ls_stored_tensor *tensors = p->file->tensors;
    int count = p->file->tensor_count;
    if (count)
        qsort(tensors, (size_t)count, sizeof *tensors, compare_offsets);
    const unsigned char *end = p->data;
    for (int i = 0; i < count; i++) {
        const unsigned char *begin = tensors[i].data;
        if (begin < end)
            return ls_fail(p->error, LS_BAD_FILE, "%s: tensors '%s' and '%s' overlap", p->name,
                           tensors[i - 1].name, tensors[i].name);
        if (begin > end)
            return ls_fail(p->error, LS_BAD_FILE,
                           "%s: %td bytes before tensor '%s' belong to no tensor", p->name,
                           begin - end, tensors[i].name);
        end = tensor_end(&tensors[i]);
    }
    if (end != p->data + p->data_bytes)
        return ls_fail(p->error, LS_BAD_FILE,
                       "%s: %td bytes behind the last tensor belong to no tensor", p->name,
                       p->data + p->data_bytes - end);
    return LS_OK;
}

static enum ls_status read_header(struct parser *p, json_t *header) {
    size_t entries = json_object_size(header);
    if (entries > MAX_TENSORS)
        return ls_fail(p->error, LS_BAD_FILE, "%s: has %zu entries, more than %d", p->name, entries,
                       MAX_TENSORS);
    p->file->tensors = calloc(entries ? entries : 1, sizeof *p->file->tensors);
    if (!p->file->tensors)
        return ls_fail_memory(p->error, "a checkpoint's tensors");
    const char *key;
    json_t *entry;
    json_object_foreach(header, key, entry) {
        enum ls_status status =
            strcmp(key, "__metadata__") == 0 ? read_metadata(p, entry) : read_tensor(p, key, entry);
        if (status)
            return status;
    }
    return check_layout(p);
}

/* *header_bytes = the length the file's first 8 bytes give, once it is known to be possible. */
static enum ls_status read_header_length(const char *name, const unsigned char *bytes,
                                         size_t byte_count, size_t *header_bytes,
                                         struct ls_error *error) {
    if (byte_count <= LENGTH_BYTES)
        return ls_fail(error, LS_BAD_FILE, "%s: not a safetensors file (it has only %zu bytes)",
                       name, byte_count);
    uint64_t length;
    memcpy(&length, bytes, sizeof length);
    if (bytes[LENGTH_BYTES] != '{')
        return ls_fail(error, LS_BAD_FILE, "%s: not a safetensors file (no JSON header)", name);
    if (length > LS_MAX_SAFETENSORS_HEADER)
        return ls_fail(error, LS_BAD_FILE, "%s: header of %llu bytes, more than the format's %d",
                       name, (unsigned long long)length, LS_MAX_SAFETENSORS_HEADER);
    if (length > byte_count - LENGTH_BYTES)
        return ls_fail(error, LS_BAD_FILE,
                       "%s: header of %llu bytes in a file of %zu; is the file truncated?", name,
                       (unsigned long long)length, byte_count);
    *header_bytes = (size_t)length;
    return LS_OK;
}

enum ls_status ls_safetensors_parse(struct ls_tensor_file *file, const char *name,
                                    unsigned char *bytes, size_t byte_count,
                                    struct ls_error *error) {
    *file = (struct ls_tensor_file){0};
    size_t header_bytes = 0;
    enum ls_status status = read_header_length(name, bytes, byte_count, &header_bytes, error);
    if (status)
        return status;

    json_error_t fault;
    json_t *header = json_loadb((const char *)bytes + LENGTH_BYTES, header_bytes,
                                JSON_REJECT_DUPLICATES, &fault);
    if (!header)
        return ls_fail(error, LS_BAD_FILE, "%s: the header is not valid JSON (byte %d: %s)", name,
                       fault.position, fault.text);
    struct parser parser = {
        .file = file,
        .name = name,
        .data = bytes + LENGTH_BYTES + header_bytes,
        .data_bytes = byte_count - LENGTH_BYTES - header_bytes,
        .error = error,
    };
    status = read_header(&parser, header);
    json_decref(header);
    if (status) {
        ls_tensor_file_free(file);
        return status;
    }
    file->bytes = bytes;
    file->byte_count = byte_count;
    return LS_OK;
}

enum ls_status ls_safetensors_read(struct ls_tensor_file *file, const char *path,
                                   struct ls_error *error) {
    *file = (struct ls_tensor_file){0};
    unsigned char *bytes = NULL;
    size_t byte_count = 0;
    enum ls_status status =
        ls_file_read(path, LS_MAX_TENSOR_FILE_BYTES, &bytes, &byte_count, error);
    if (status)
        return status;
    status = ls_safetensors_parse(file, path, bytes, byte_count, error);
    if (status)
        free(bytes);
    return status;
}
