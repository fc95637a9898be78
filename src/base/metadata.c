#include "base/metadata.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct ls_entry *find(const struct ls_metadata *metadata, const char *key) {
    for (int i = 0; i < metadata->count; i++)
        if (strcmp(metadata->entries[i].key, key) == 0)
            return &metadata->entries[i];
    return NULL;
}

/* Makes room for one more entry. */
static enum ls_status reserve(struct ls_metadata *metadata, struct ls_error *error) {
    if (metadata->count < metadata->capacity)
        return LS_OK;
    int capacity = metadata->capacity ? 2 * metadata->capacity : 16;
    struct ls_entry *entries =
        realloc(metadata->entries, (size_t)capacity * sizeof *metadata->entries);
    if (!entries)
        return ls_fail_memory(error, "metadata");
    metadata->entries = entries;
    metadata->capacity = capacity;
    return LS_OK;
}

/* Appends a new key and takes over `value` if that succeeds. */
static enum ls_status append(struct ls_metadata *metadata, const char *key, char *value,
                             struct ls_error *error) {
    enum ls_status status = reserve(metadata, error);
    if (status != LS_OK)
        return status;
    char *own_key = ls_format("%s", key);
    if (!own_key)
        return ls_fail_memory(error, "metadata");
    metadata->entries[metadata->count++] = (struct ls_entry){own_key, value};
    return LS_OK;
}

enum ls_status ls_metadata_add(struct ls_metadata *metadata, const char *key, const char *value,
                               struct ls_error *error) {
    char *own_value = ls_format("%s", value);
    if (!own_value)
        return ls_fail_memory(error, "metadata");
    enum ls_status status = append(metadata, key, own_value, error);
    if (status != LS_OK)
        free(own_value);
    return status;
}

/* Sets the key to `value`, which is from malloc, or NULL for want of memory. */
static enum ls_status set(struct ls_metadata *metadata, const char *key, char *value,
                          struct ls_error *error) {
    if (!value)
        return ls_fail_memory(error, "metadata");
    struct ls_entry *entry = find(metadata, key);
    if (entry) {
        free(entry->value);
        entry->value = value;
        return LS_OK;
    }
    enum ls_status status = append(metadata, key, value, error);
    if (status != LS_OK)
        free(value);
    return status;
}

enum ls_status ls_metadata_set(struct ls_metadata *metadata, struct ls_error *error,
                               const char *key, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *value = ls_vformat(format, arguments);
    va_end(arguments);
    return set(metadata, key, value, error);
}

void ls_note(struct ls_notes *notes, const char *key, const char *format, ...) {
    va_list arguments;
    if (notes->status)
        return;
    va_start(arguments, format);
    char *value = ls_vformat(format, arguments);
    va_end(arguments);
    notes->status = set(notes->metadata, key, value, notes->error);
}

const char *ls_metadata_get(const struct ls_metadata *metadata, const char *key) {
    const struct ls_entry *entry = find(metadata, key);
    return entry ? entry->value : NULL;
}

static void free_entry(struct ls_entry *entry) {
    free(entry->key);
    free(entry->value);
}

void ls_metadata_remove(struct ls_metadata *metadata, const char *key) {
    struct ls_entry *entry = find(metadata, key);
    if (!entry)
        return;
    free_entry(entry);
    metadata->count--;
    for (; entry < metadata->entries + metadata->count; entry++)
        entry[0] = entry[1];
}

enum ls_status ls_metadata_copy(struct ls_metadata *target, const struct ls_metadata *source,
                                struct ls_error *error) {
    for (int i = 0; i < source->count; i++) {
        const struct ls_entry *entry = &source->entries[i];
        enum ls_status status = ls_metadata_add(target, entry->key, entry->value, error);
        if (status != LS_OK) {
            ls_metadata_free(target);
            return status;
        }
    }
    return LS_OK;
}

void ls_metadata_free(struct ls_metadata *metadata) {
    for (int i = 0; i < metadata->count; i++)
        free_entry(&metadata->entries[i]);
    free(metadata->entries);
    *metadata = (struct ls_metadata){0};
}
