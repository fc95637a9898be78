/* Models of networks that this program does not know. */
#include "base/alloc.h"
#include "base/text.h"
#include "model/checkpoint_parts.h"
#include "model/dtype.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)LS_MAX_RANK == (int)LS_MAX_STORED_RANK,
               "any stored tensor has a network's rank");

static enum ls_tensor_kind kind_of(const struct ls_stored_tensor *stored) {
    if (ls_dtype_is_whole(stored->dtype))
        return LS_COUNTER;
    const bool buffer = ls_checkpoint_ends(stored->name, ".running_mean") ||
                        ls_checkpoint_ends(stored->name, ".running_var");
    return buffer ? LS_BUFFER : LS_PARAMETER;
}

/* Whether the network has the tensor: integers only if they count batches. */
static bool wanted(const struct ls_stored_tensor *stored) {
    const bool counter =
        stored->count == 1 && ls_checkpoint_ends(stored->name, ".num_batches_tracked");
    return stored->count > 0 && (!ls_dtype_is_whole(stored->dtype) || counter);
}

/* Appends the stored tensor, called `called`, to the network. */
static enum ls_status append(struct ls_network *network, const struct ls_stored_tensor *stored,
                             const char *called, const char *path, struct ls_error *error) {
    struct ls_tensor *tensor = &network->tensors[network->tensor_count];
    if (strlen(called) >= sizeof tensor->name)
        return ls_fail(error, LS_UNSUPPORTED, "%s: tensor '%s' has a name of more than %zu bytes",
                       path, called, sizeof tensor->name - 1);
    if (!ls_is_utf8(called))
        return ls_fail(error, LS_UNSUPPORTED, "%s: tensor '%s' has a name that is not UTF-8", path,
                       called);
    *tensor = (struct ls_tensor){.kind = kind_of(stored),
                                 .rank = stored->rank,
                                 .count = stored->count,
                                 .offset = network->value_count};
    strcpy(tensor->name, called);
    for (int i = 0; i < stored->rank; i++) {
        if (stored->size[i] > INT_MAX)
            return ls_fail(error, LS_UNSUPPORTED, "%s: tensor '%s' is too large", path, called);
        tensor->size[i] = (int)stored->size[i];
    }
    network->tensor_count++;
    network->value_count += tensor->count;
    network->parameter_count += tensor->kind == LS_PARAMETER ? tensor->count : 0;
    return LS_OK;
}

/* chosen->tensors, which has room for all, = the tensors wanted. */
static void choose(const struct ls_tensor_file *file, struct ls_tensor_file *chosen) {
    for (int i = 0; i < file->tensor_count; i++)
        if (wanted(&file->tensors[i]))
            chosen->tensors[chosen->tensor_count++] = file->tensors[i];
}

/* Gives the network, which has room for them, the file's tensors. */
static enum ls_status collect(struct ls_network *network, const struct ls_tensor_file *file,
                              const char *path, struct ls_error *error) {
    const size_t skip = ls_checkpoint_prefix(file);
    enum ls_status status = LS_OK;
    for (int i = 0; i < file->tensor_count && !status; i++)
        status = append(network, &file->tensors[i], file->tensors[i].name + skip, path, error);
    if (!status && network->parameter_count == 0)
        return ls_fail(error, LS_MISMATCH, "%s: has no weights", path);
    return status;
}

/* text[size] = the file's name without directory and ending. */
static void stem_of(const char *path, char *text, size_t size) {
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    snprintf(text, size, "%.*s", (int)strcspn(name, "."), name);
}

/* The network of a file's tensors, called as the metadata say or after the file. */
static enum ls_status describe(struct ls_network *network, const struct ls_tensor_file *file,
                               const char *arch, const char *path, struct ls_error *error) {
    network->tensors = calloc((size_t)file->tensor_count + 1, sizeof *network->tensors);
    if (!network->tensors)
        return ls_fail_memory(error, "a network's tensors");
    if (arch)
        strncpy(network->arch, arch, sizeof network->arch - 1);
    else
        stem_of(path, network->arch, sizeof network->arch);
    return collect(network, file, path, error);
}

/* A network of the same tensors. */
static enum ls_status copy(struct ls_network *network, const struct ls_network *like,
                           struct ls_error *error) {
    const size_t count = (size_t)like->tensor_count;
    struct ls_tensor *tensors = calloc(count, sizeof *tensors);
    if (!tensors)
        return ls_fail_memory(error, "a network's tensors");
    memcpy(tensors, like->tensors, count * sizeof *tensors);
    *network = *like;
    network->nodes = NULL;
    network->node_count = 0;
    network->tensors = tensors;
    return LS_OK;
}

static enum ls_status take(struct ls_model *model, const struct ls_network *like,
                           const struct ls_tensor_file *file, struct ls_tensor_file *chosen,
                           const char *path, struct ls_error *error) {
    const char *arch = ls_metadata_get(&file->metadata, "arch");
    chosen->tensors = calloc((size_t)file->tensor_count + 1, sizeof *chosen->tensors);
    if (!chosen->tensors)
        return ls_fail_memory(error, "a checkpoint's tensors");
    choose(file, chosen);
    enum ls_status status = like ? copy(&model->network, like, error)
                                 : describe(&model->network, chosen, arch, path, error);
    if (status)
        return status;
    model->values = ls_alloc(model->network.value_count, sizeof *model->values);
    if (!model->values)
        return ls_fail_memory(error, "a network's values");
    status = ls_checkpoint_fill(model->values, &model->network, chosen, path, error);
    return status ? status : ls_metadata_copy(&model->metadata, &file->metadata, error);
}

enum ls_status ls_model_load_tensors(struct ls_model *model, const char *path,
                                     const struct ls_network *like, struct ls_error *error) {
    struct ls_tensor_file file, chosen = {0};
    *model = (struct ls_model){0};
    enum ls_status status = ls_tensor_file_read(&file, path, model->sha256, error);
    if (status)
        return status;
    status = take(model, like, &file, &chosen, path, error);
    free(chosen.tensors);
    ls_tensor_file_free(&file);
    if (status)
        ls_model_free(model);
    return status;
}
