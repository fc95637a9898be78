#include "base/file.h"
#include "model/dtype.h"
#include "model/safetensors.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 8 }; /* the data begin at a multiple of it, so that a mapped file is aligned */

/* {"dtype": "F32", "shape": [16, 3, 3, 3], "data_offsets": [begin, end]}; NULL without memory. */
static json_t *tensor_entry(const struct ls_stored_tensor *tensor, size_t begin, size_t end) {
    json_t *shape = json_array();
    for (int i = 0; shape && i < tensor->rank; i++) {
        if (json_array_append_new(shape, json_integer(tensor->size[i]))) {
            json_decref(shape);
            return NULL;
        }
    }
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", ls_dtype_name(tensor->dtype), "shape", shape,
                     "data_offsets", (json_int_t)begin, (json_int_t)end);
}

static enum ls_status add_tensors(json_t *header, const char *path,
                                  const struct ls_stored_tensor *tensors, int tensor_count,
                                  struct ls_error *error) {
    size_t offset = 0;
    for (int i = 0; i < tensor_count; i++) {
        size_t end = offset + tensors[i].count * ls_dtype_size(tensors[i].dtype);
        if (json_object_get(header, tensors[i].name))
            return ls_fail(error, LS_BAD_ARGUMENT, "%s: two tensors are called '%s'", path,
                           tensors[i].name);
        if (json_object_set_new(header, tensors[i].name, tensor_entry(&tensors[i], offset, end)))
            return ls_fail(error, LS_BAD_ARGUMENT, "%s: cannot describe tensor '%s' in UTF-8 JSON",
                           path, tensors[i].name);
        offset = end;
    }
    return LS_OK;
}

static enum ls_status add_metadata(json_t *header, const char *path,
                                   const struct ls_metadata *metadata, struct ls_error *error) {
    if (!metadata || metadata->count == 0)
        return LS_OK;
    json_t *object = json_object();
    if (json_object_set_new(header, "__metadata__", object))
        return ls_fail_memory(error, "a checkpoint's metadata");
    for (int i = 0; i < metadata->count; i++) {
        const struct ls_entry *entry = &metadata->entries[i];
        if (json_object_set_new(object, entry->key, json_string(entry->value)))
            return ls_fail(error, LS_BAD_ARGUMENT, "%s: metadata entry '%s' is not UTF-8 text",
                           path, entry->key);
    }
    return LS_OK;
}

/* *json = the header, its keys sorted so that the order in which they were set does not matter. */
static enum ls_status make_header(const char *path, const struct ls_stored_tensor *tensors,
                                  int tensor_count, const struct ls_metadata *metadata, char **json,
                                  struct ls_error *error) {
    json_t *header = json_object();
    if (!header)
        return ls_fail_memory(error, "a checkpoint's header");
    enum ls_status status = add_metadata(header, path, metadata, error);
    if (!status)
        status = add_tensors(header, path, tensors, tensor_count, error);
    if (!status) {
        *json = json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
        if (!*json)
            status = ls_fail_memory(error, "a checkpoint's header");
    }
    json_decref(header);
    return status;
}

/* What is larger with its padding could not be read again. */
static enum ls_status check_length(const char *path, const char *json, struct ls_error *error) {
    const size_t length = strlen(json);
    if (length <= LS_MAX_SAFETENSORS_HEADER - ALIGNMENT)
        return LS_OK;
    return ls_fail(error, LS_BAD_ARGUMENT, "%s: a header of %zu bytes, more than the format's %d",
                   path, length, LS_MAX_SAFETENSORS_HEADER);
}

/* The whole file: length, header padded with spaces, data. NULL without memory. */
static unsigned char *assemble(const char *json, const struct ls_stored_tensor *tensors,
                               int tensor_count, size_t *byte_count) {
    size_t used = strlen(json);
    uint64_t padded = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    *byte_count = sizeof padded + padded;
    for (int i = 0; i < tensor_count; i++)
        *byte_count += tensors[i].count * ls_dtype_size(tensors[i].dtype);
    unsigned char *bytes = malloc(*byte_count);
    if (!bytes)
        return NULL;

    unsigned char *at = bytes + sizeof padded;
    memcpy(bytes, &padded, sizeof padded);
    memcpy(at, json, used);
    memset(at + used, ' ', padded - used);
    at += padded;
    for (int i = 0; i < tensor_count; i++) {
        size_t size = tensors[i].count * ls_dtype_size(tensors[i].dtype);
        if (size)
            memcpy(at, tensors[i].data, size);
        at += size;
    }
    return bytes;
}

enum ls_status ls_safetensors_write(const char *path, const struct ls_stored_tensor *tensors,
                                    int tensor_count, const struct ls_metadata *metadata,
                                    struct ls_error *error) {
    char *json = NULL;
    enum ls_status status = make_header(path, tensors, tensor_count, metadata, &json, error);
    if (status)
        return status;
    size_t byte_count;
    unsigned char *bytes = NULL;
    status = check_length(path, json, error);
    if (!status) {
        bytes = assemble(json, tensors, tensor_count, &byte_count);
        status = bytes ? ls_file_write(path, bytes, byte_count, error)
                       : ls_fail_memory(error, "a checkpoint's file");
    }
    free(bytes);
    free(json);
    return status;
}
