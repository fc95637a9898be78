/* The ZIP archive of PyTorch 1.6 and later: NAME/data.pkl, NAME/data/KEY for each storage,
 * NAME/byteorder. */
#include "model/dtype.h"
#include "model/torch_parts.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

static enum ls_status fail_archive(const struct ls_torch_reader *reader, zip_error_t *reason) {
    enum ls_status status =
        ls_fail(reader->error, LS_BAD_FILE, "%s: not a sound ZIP archive (%s); is it truncated?",
                reader->name, zip_error_strerror(reason));
    zip_error_fini(reason);
    return status;
}

/* Copies the entry's `size` bytes and lets libzip compare their checksum at the end. */
static enum ls_status copy_entry(const struct ls_torch_reader *reader, zip_uint64_t index,
                                 unsigned char *copy, size_t size) {
    zip_file_t *entry = zip_fopen_index(reader->archive, index, 0);
    unsigned char behind;
    const bool good = entry && zip_fread(entry, copy, size) == (zip_int64_t)size &&
                      zip_fread(entry, &behind, 1) == 0;
    if (entry)
        zip_fclose(entry);
    if (good)
        return LS_OK;
    return ls_fail(reader->error, LS_BAD_FILE, "%s: '%s' in the archive is damaged", reader->name,
                   zip_get_name(reader->archive, index, 0));
}

/* *copy[*size] = the entry's content, from malloc. */
static enum ls_status read_entry(struct ls_torch_reader *reader, zip_uint64_t index,
                                 unsigned char **copy, size_t *size) {
    zip_stat_t stat;
    if (zip_stat_index(reader->archive, index, 0, &stat) != 0 ||
        (stat.valid & (ZIP_STAT_SIZE | ZIP_STAT_NAME)) != (ZIP_STAT_SIZE | ZIP_STAT_NAME))
        return fail_archive(reader, zip_get_error(reader->archive));
    if (!(stat.valid & ZIP_STAT_COMP_METHOD) || stat.comp_method != ZIP_CM_STORE)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: '%s' in the archive is compressed, which torch.save never does; save "
                       "it again with torch.save",
                       reader->name, stat.name);
    /* Entries may share their bytes: together they must not be larger than the file. */
    if (stat.size > reader->byte_count - reader->archived)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: '%s' in the archive claims %llu bytes, more than there are",
                       reader->name, stat.name, (unsigned long long)stat.size);
    *size = (size_t)stat.size;
    reader->archived += *size;
    *copy = malloc(*size ? *size : 1);
    if (!*copy)
        return ls_fail_memory(reader->error, reader->name);
    enum ls_status status = copy_entry(reader, index, *copy, *size);
    if (status) {
        free(*copy);
        *copy = NULL;
    }
    return status;
}

/* The index of prefix + name, negative if there is none. */
static zip_int64_t locate(const struct ls_torch_reader *reader, const char *name,
                          size_t name_length) {
    char path[512];
    const int length = snprintf(path, sizeof path, "%.*s%.*s", reader->prefix_length,
                                reader->prefix, name_length < 256 ? (int)name_length : 256, name);
    return length < (int)sizeof path ? zip_name_locate(reader->archive, path, ZIP_FL_ENC_RAW) : -1;
}

static enum ls_status check_byte_order(struct ls_torch_reader *reader) {
    zip_int64_t index = locate(reader, "byteorder", strlen("byteorder"));
    unsigned char *order = NULL;
    size_t size = 0;
    if (index < 0)
        return LS_OK;
    enum ls_status status = read_entry(reader, (zip_uint64_t)index, &order, &size);
    if (!status && (size != strlen("little") || memcmp(order, "little", size) != 0))
        status = ls_fail(reader->error, LS_BAD_FILE, "%s: its numbers are not little-endian",
                         reader->name);
    free(order);
    return status;
}

/* Finds the pickle, beside which all else lies. */
static zip_int64_t find_pickle(struct ls_torch_reader *reader) {
    static const char pickle[] = "data.pkl";
    const zip_int64_t count = zip_get_num_entries(reader->archive, 0);
    for (zip_int64_t i = 0; i < count; i++) {
        const char *name = zip_get_name(reader->archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        const size_t length = name ? strlen(name) : 0, ending = strlen(pickle);
        if (length < ending || length > 256 || strcmp(name + length - ending, pickle) != 0 ||
            (length > ending && name[length - ending - 1] != '/'))
            continue;
        reader->prefix = name;
        reader->prefix_length = (int)(length - ending);
        return i;
    }
    return -1;
}

static enum ls_status read_pickle(struct ls_torch_reader *reader) {
    const zip_int64_t index = find_pickle(reader);
    size_t size = 0;
    if (index < 0)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: an archive, but not one of torch.save (it has no data.pkl)",
                       reader->name);
    enum ls_status status = check_byte_order(reader);
    if (!status)
        status = read_entry(reader, (zip_uint64_t)index, &reader->program, &size);
    if (!status && size > LS_TORCH_MAX_PICKLE_BYTES)
        status = ls_fail(reader->error, LS_BAD_FILE, "%s: its pickle has %zu bytes, more than %d",
                         reader->name, size, LS_TORCH_MAX_PICKLE_BYTES);
    if (status)
        return status;
    struct ls_cursor at = {reader->program, size, false};
    return ls_pickle_read(&reader->pickle, &at, ls_torch_functions, LS_TORCH_FUNCTIONS,
                          reader->name, reader->error);
}

enum ls_status ls_torch_open_archive(struct ls_torch_reader *reader) {
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t *source = zip_source_buffer_create(reader->bytes, reader->byte_count, 0, &reason);
    if (!source)
        return fail_archive(reader, &reason);
    reader->archive = zip_open_from_source(source, ZIP_RDONLY, &reason);
    if (!reader->archive) {
        zip_source_free(source);
        return fail_archive(reader, &reason);
    }
    zip_error_fini(&reason);
    return read_pickle(reader);
}

void ls_torch_close_archive(struct ls_torch_reader *reader) {
    if (reader->archive)
        zip_discard(reader->archive);
    reader->archive = NULL;
}

enum ls_status ls_torch_read_archived(struct ls_torch_reader *reader,
                                      struct ls_torch_storage *storage) {
    char name[128];
    size_t size = 0;
    const int length =
        snprintf(name, sizeof name, "data/%.*s",
                 storage->key_length < 100 ? (int)storage->key_length : 100, storage->key);
    const zip_int64_t index = locate(reader, name, (size_t)length);
    if (index < 0)
        return ls_fail(reader->error, LS_BAD_FILE,
                       "%s: the archive lacks '%s', which a tensor's numbers are in", reader->name,
                       name);
    enum ls_status status = read_entry(reader, (zip_uint64_t)index, &storage->copy, &size);
    storage->data = storage->copy;
    if (!status && (size % ls_dtype_size(ls_torch_dtype(storage->type)) != 0 ||
                    size / ls_dtype_size(ls_torch_dtype(storage->type)) != storage->count))
        status = ls_fail(reader->error, LS_BAD_FILE,
                         "%s: '%s' in the archive has %zu bytes, its pickle asks for %zu elements "
                         "of %zu",
                         reader->name, name, size, storage->count,
                         ls_dtype_size(ls_torch_dtype(storage->type)));
    return status;
}
