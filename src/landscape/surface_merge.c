#include "landscape/surface_parts.h"
#include <string.h>

/* Whether the comma-separated list holds the item. */
static bool lists(const char *list, const char *item, size_t length) {
    for (const char *at = list; at; at = strstr(at, ", ")) {
        at += at == list ? 0 : 2;
        if (strncmp(at, item, length) == 0 && (at[length] == 0 || at[length] == ','))
            return true;
    }
    return false;
}

enum ls_status ls_surface_add_origin(struct ls_surface *surface, const char *key,
                                     const struct ls_surface *from, struct ls_error *error) {
    const char *items = ls_metadata_get(&from->metadata, key);
    enum ls_status status = LS_OK;
    while (items && *items && !status) {
        const size_t length = strcspn(items, ",");
        const char *known = ls_metadata_get(&surface->metadata, key);
        if (!known || !lists(known, items, length))
            status = ls_metadata_set(&surface->metadata, error, key, "%s%s%.*s", known ? known : "",
                                     known ? ", " : "", (int)length, items);
        items += length + strspn(items + length, ", ");
    }
    return status;
}

bool ls_surface_is_result(const char *key) {
    return strncmp(key, "model_", 6) == 0 && strcmp(key, "model_sha256") != 0;
}

enum ls_status ls_surface_add_knowledge(struct ls_surface *surface, const struct ls_surface *from,
                                        struct ls_error *error) {
    enum ls_status status = LS_OK;
    for (int i = 0; i < from->metadata.count && !status; i++) {
        const struct ls_entry *entry = &from->metadata.entries[i];
        const char *own = ls_metadata_get(&surface->metadata, entry->key);
        if ((ls_surface_is_result(entry->key) && !own) ||
            (strcmp(entry->key, "dir_file") == 0 && own && strcmp(own, "none") == 0))
            status = ls_metadata_set(&surface->metadata, error, entry->key, "%s", entry->value);
    }
    return status;
}

enum ls_status ls_surface_merge(struct ls_surface *surface, const char *path,
                                const struct ls_surface *part, const char *part_path,
                                struct ls_error *error) {
    enum ls_status status = ls_surface_parts_of_one(surface, path, part, part_path, error);
    if (!status)
        status = ls_surface_add_origin(surface, "kernels", part, error);
    if (!status)
        status = ls_surface_add_origin(surface, "version", part, error);
    if (!status)
        status = ls_surface_add_knowledge(surface, part, error);
    for (size_t i = 0; !status && i < ls_surface_points(surface); i++)
        if (surface->loss[i] == LS_NOT_COMPUTED) {
            struct ls_surface from = *part;
            for (int layer = 0; layer < LS_LAYERS; layer++) {
                double *values = *ls_surface_layer(surface, layer);
                if (values && *ls_surface_layer(&from, layer))
                    values[i] = (*ls_surface_layer(&from, layer))[i];
            }
        }
    return status;
}
