/* What torch.save wrote before PyTorch 1.6, and writes on request since: four pickles (a magic
 * number, a version, facts on the machine, the objects), a fifth with the keys of all storages, and
 * for each of those its number of elements and the elements. */
#include "model/dtype.h"
#include "model/torch_parts.h"
#include <string.h>

enum { VERSION = 1001, MAGIC_BYTES = 15 };

static enum ls_status fail(const struct ls_torch_reader *reader, const char *what) {
    return ls_fail(reader->error, LS_BAD_FILE, "%s: %s", reader->name, what);
}

static enum ls_status read_pickle(const struct ls_torch_reader *reader, struct ls_pickle *pickle,
                                  struct ls_cursor *at) {
    const size_t most = LS_TORCH_MAX_PICKLE_BYTES;
    const size_t left = at->left < most ? at->left : most;
    struct ls_cursor part = {at->at, left, false};
    enum ls_status status = ls_pickle_read(pickle, &part, ls_torch_functions, LS_TORCH_FUNCTIONS,
                                           reader->name, reader->error);
    if (part.ended && left < at->left)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: a pickle in it is damaged or has more than %zu bytes", reader->name,
                       most);
    ls_skip(at, left - part.left);
    return status;
}

static enum ls_status check_version(const struct ls_torch_reader *reader, struct ls_cursor *at) {
    struct ls_pickle pickle;
    enum ls_status status = read_pickle(reader, &pickle, at);
    if (status)
        return status;
    const struct ls_pickle_value *root = &pickle.values[pickle.root];
    if (root->kind != LS_PICKLE_INTEGER || root->integer != VERSION)
        status = fail(reader, "a version of PyTorch's old format that is not known");
    ls_pickle_free(&pickle);
    return status;
}

static enum ls_status check_machine(const struct ls_torch_reader *reader, struct ls_cursor *at) {
    struct ls_pickle pickle;
    enum ls_status status = read_pickle(reader, &pickle, at);
    if (status)
        return status;
    for (int i = pickle.values[pickle.root].first; i >= 0; i = pickle.items[i].next) {
        const struct ls_pickle_item *item = &pickle.items[i];
        if (item->key >= 0 && ls_pickle_is(&pickle, item->key, "little_endian") &&
            !pickle.values[item->value].integer)
            status = fail(reader, "its numbers are not little-endian");
    }
    ls_pickle_free(&pickle);
    return status;
}

/* Notes every storage that the pickle refers to, in a list that is searched for each reference. */
static enum ls_status note_storages(struct ls_torch_reader *reader) {
    int references = 0;
    for (int i = 0; i < reader->pickle.value_count; i++) {
        struct ls_torch_storage storage;
        if (reader->pickle.values[i].kind != LS_PICKLE_REFERENCE)
            continue;
        if (references++ == LS_TORCH_MAX_TENSORS)
            return ls_fail(reader->error, LS_BAD_FILE, "%s: has more than %d tensors", reader->name,
                           LS_TORCH_MAX_TENSORS);
        enum ls_status status = ls_torch_describe_storage(reader, i, &storage);
        if (status)
            return status;
        if (!ls_torch_find_storage(reader, storage.key, storage.key_length) &&
            !ls_torch_add_storage(reader, &storage))
            return ls_fail_memory(reader->error, reader->name);
    }
    return LS_OK;
}

/* The elements of one storage, whose key was read. */
static enum ls_status read_storage(const struct ls_torch_reader *reader,
                                   const struct ls_pickle_value *key, struct ls_cursor *at) {
    struct ls_torch_storage *storage = key->kind == LS_PICKLE_STRING
                                           ? ls_torch_find_storage(reader, key->text, key->length)
                                           : NULL;
    if (!storage)
        return fail(reader, "it has numbers that belong to no tensor");
    if (storage->data)
        return fail(reader, "it has the numbers of a tensor twice");
    const uint64_t count = ls_take(at, 8);
    const size_t size = ls_dtype_size(ls_torch_dtype(storage->type));
    if (at->ended || count != storage->count || count > at->left / size)
        return fail(reader, "its numbers are not as many as the tensors ask for; is it truncated?");
    storage->data = ls_take_part(at, (size_t)count * size).at;
    return LS_OK;
}

static enum ls_status read_storages(struct ls_torch_reader *reader, struct ls_cursor *at) {
    struct ls_pickle keys;
    enum ls_status status = read_pickle(reader, &keys, at);
    if (status)
        return status;
    if (keys.values[keys.root].kind != LS_PICKLE_LIST)
        status = fail(reader, "it has no list of its numbers");
    for (int i = keys.values[keys.root].first; i >= 0 && !status; i = keys.items[i].next)
        status = read_storage(reader, &keys.values[keys.items[i].value], at);
    ls_pickle_free(&keys);
    return status;
}

enum ls_status ls_torch_open_legacy(struct ls_torch_reader *reader) {
    struct ls_cursor at = {reader->bytes, reader->byte_count, false};
    ls_skip(&at, MAGIC_BYTES);
    enum ls_status status = check_version(reader, &at);
    if (!status)
        status = check_machine(reader, &at);
    if (!status)
        status = read_pickle(reader, &reader->pickle, &at);
    if (!status)
        status = note_storages(reader);
    if (!status)
        status = read_storages(reader, &at);
    return status;
}
