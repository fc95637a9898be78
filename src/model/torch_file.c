#include "model/torch_file.h"
#include "base/file_kind.h"
#include "model/torch_parts.h"
#include <stdlib.h>
#include <string.h>

const char *const ls_torch_functions[LS_TORCH_FUNCTIONS] = {
    "collections.OrderedDict",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_parameter",
    "torch.FloatStorage",
    "torch.DoubleStorage",
    "torch.HalfStorage",
    "torch.BFloat16Storage",
    "torch.LongStorage",
    "torch.IntStorage",
    "torch.ShortStorage",
    "torch.CharStorage",
    "torch.ByteStorage",
    "torch.BoolStorage",
};

enum ls_dtype ls_torch_dtype(enum ls_torch_function storage) {
    static const enum ls_dtype dtypes[LS_TORCH_FUNCTIONS - LS_TORCH_STORAGES] = {
        LS_DTYPE_F32, LS_DTYPE_F64, LS_DTYPE_F16, LS_DTYPE_BF16, LS_DTYPE_I64,
        LS_DTYPE_I32, LS_DTYPE_I16, LS_DTYPE_I8,  LS_DTYPE_U8,   LS_DTYPE_BOOL};
    return dtypes[storage - LS_TORCH_STORAGES];
}

bool ls_torch_recognise(const unsigned char *bytes, size_t byte_count) {
    const enum ls_file_kind kind = ls_file_kind(bytes, byte_count);
    return kind == LS_FILE_ZIP || kind == LS_FILE_TORCH;
}

enum ls_status ls_torch_describe_storage(const struct ls_torch_reader *reader, int reference,
                                         struct ls_torch_storage *storage) {
    /* ('storage', type, key, device, count), and in legacy files whether it is a view. */
    const struct ls_pickle *p = &reader->pickle;
    const struct ls_pickle_value *values = p->values;
    int part[6];
    const bool legacy = !reader->archive;
    if (values[reference].kind != LS_PICKLE_REFERENCE ||
        !ls_pickle_tuple(p, values[reference].argument, part, legacy ? 6 : 5) ||
        !ls_pickle_is(p, part[0], "storage") || values[part[1]].kind != LS_PICKLE_FUNCTION ||
        values[part[1]].integer < LS_TORCH_STORAGES || values[part[2]].kind != LS_PICKLE_STRING ||
        values[part[4]].kind != LS_PICKLE_INTEGER || values[part[4]].integer < 0)
        return ls_fail(reader->error, LS_BAD_FILE, "%s: a tensor's storage is damaged",
                       reader->name);
    if (legacy && values[part[5]].kind != LS_PICKLE_NONE)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: a tensor's storage is a part of another, as PyTorch before 0.4 wrote "
                       "them; load and save it with a newer PyTorch",
                       reader->name);
    *storage = (struct ls_torch_storage){
        .key = values[part[2]].text,
        .key_length = values[part[2]].length,
        .type = (enum ls_torch_function)values[part[1]].integer,
        .count = (size_t)values[part[4]].integer,
    };
    return LS_OK;
}

struct ls_torch_storage *ls_torch_find_storage(const struct ls_torch_reader *reader,
                                               const char *key, size_t key_length) {
    for (int i = 0; i < reader->storage_count; i++)
        if (reader->storages[i].key_length == key_length &&
            memcmp(reader->storages[i].key, key, key_length) == 0)
            return &reader->storages[i];
    return NULL;
}

struct ls_torch_storage *ls_torch_add_storage(struct ls_torch_reader *reader,
                                              const struct ls_torch_storage *storage) {
    if (reader->storage_count == reader->storage_capacity) {
        const int capacity = 2 * reader->storage_capacity + 64;
        void *larger = realloc(reader->storages, (size_t)capacity * sizeof *reader->storages);
        if (!larger)
            return NULL;
        reader->storages = larger;
        reader->storage_capacity = capacity;
    }
    struct ls_torch_storage *added = &reader->storages[reader->storage_count++];
    *added = *storage;
    return added;
}

enum ls_status ls_torch_parse(struct ls_tensor_file *file, const char *name,
                              const unsigned char *bytes, size_t byte_count,
                              struct ls_error *error) {
    struct ls_torch_reader reader = {
        .name = name, .bytes = bytes, .byte_count = byte_count, .error = error};
    *file = (struct ls_tensor_file){0};
    const bool zip = ls_file_kind(bytes, byte_count) == LS_FILE_ZIP;
    enum ls_status status = zip ? ls_torch_open_archive(&reader) : ls_torch_open_legacy(&reader);
    if (!status)
        status = ls_torch_take_tensors(&reader, file);
    if (status)
        ls_tensor_file_free(file);
    for (int i = 0; i < reader.storage_count; i++)
        free(reader.storages[i].copy);
    free(reader.storages);
    ls_pickle_free(&reader.pickle);
    free(reader.program);
    ls_torch_close_archive(&reader);
    return status;
}
