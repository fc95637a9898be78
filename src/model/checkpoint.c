#include "landscape/checkpoint.h"
#include "base/alloc.h"
#include "model/checkpoint_parts.h"
#include "model/dtype.h"
#include "model/onnx_file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Builds the network and the zeroed values of an otherwise empty model. */
static enum ls_status make_empty(struct ls_model *model, const char *arch, struct ls_error *error) {
    *model = (struct ls_model){0};
    enum ls_status status = ls_network_create(&model->network, arch, error);
    if (status)
        return status;
    model->values = ls_alloc(model->network.value_count, sizeof *model->values);
    if (!model->values) {
        ls_model_free(model);
        return ls_fail_memory(error, "a network's values");
    }
    return LS_OK;
}

enum ls_status ls_model_create(struct ls_model *model, const char *arch, uint64_t seed,
                               struct ls_error *error) {
    enum ls_status status = make_empty(model, arch, error);
    if (status)
        return status;
    ls_network_init(&model->network, seed, model->values);
    status = ls_metadata_set(&model->metadata, error, "arch", "%s", model->network.arch);
    if (status)
        ls_model_free(model);
    return status;
}

enum ls_status ls_model_from_file(struct ls_model *model, const struct ls_tensor_file *file,
                                  const char *name, const char *arch, struct ls_error *error) {
    *model = (struct ls_model){0};
    const char *recorded = ls_metadata_get(&file->metadata, "arch");
    if (!arch && !recorded)
        return ls_fail(
            error, LS_MISMATCH,
            "%s: the file does not say its architecture; name it with --arch. " LS_FOREIGN_NETWORK,
            name);
    if (!arch && ls_onnx_recognise(recorded) && strcmp(recorded, name) != 0)
        return ls_fail(error, LS_MISMATCH,
                       "%s: is a checkpoint of the network in %s; say with --arch where that is",
                       name, recorded); /* files do not choose what else is opened */
    struct ls_error reason = {0};
    enum ls_status status = make_empty(model, arch ? arch : recorded, &reason);
    if (status == LS_BAD_ARGUMENT && !arch)
        return ls_fail(error, LS_MISMATCH, "%s: %s; name the right architecture with --arch", name,
                       reason.message);
    if (status)
        return ls_fail(error, status, "%s", reason.message);
    status = ls_checkpoint_fill(model->values, &model->network, file, name, error);
    if (!status)
        status = ls_metadata_copy(&model->metadata, &file->metadata, error);
    if (!status)
        status = ls_metadata_set(&model->metadata, error, "arch", "%s", model->network.arch);
    if (status)
        ls_model_free(model);
    return status;
}

enum ls_status ls_model_load(struct ls_model *model, const char *path, const char *arch,
                             struct ls_error *error) {
    *model = (struct ls_model){0};
    struct ls_tensor_file file;
    char sha256[sizeof model->sha256];
    enum ls_status status = ls_tensor_file_read(&file, path, sha256, error);
    if (status)
        return status;
    status = ls_model_from_file(model, &file, path, arch, error);
    if (!status)
        memcpy(model->sha256, sha256, sizeof sha256);
    ls_tensor_file_free(&file);
    return status;
}

struct ls_stored_tensor ls_stored_tensor(const char *name, const struct ls_tensor *tensor,
                                         enum ls_dtype dtype, const void *data) {
    struct ls_stored_tensor stored = {
        .name = (char *)name,
        .dtype = dtype,
        .rank = tensor->rank,
        .count = tensor->count,
        .data = data,
    };
    for (int i = 0; i < tensor->rank; i++)
        stored.size[i] = tensor->size[i];
    return stored;
}

void ls_checkpoint_describe(const struct ls_model *model, struct ls_stored_tensor *stored,
                            int64_t *counters) {
    const struct ls_network *network = &model->network;
    int used = 0;
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (tensor->kind != LS_COUNTER)
            continue;
        counters[used] = (int64_t)llrintf(model->values[tensor->offset]);
        stored[used] = ls_stored_tensor(tensor->name, tensor, LS_DTYPE_I64, &counters[used]);
        used++;
    }
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (tensor->kind != LS_COUNTER)
            stored[used++] = ls_stored_tensor(tensor->name, tensor, LS_DTYPE_F32,
                                              model->values + tensor->offset);
    }
}

enum ls_status ls_model_save(const struct ls_model *model, const char *path,
                             struct ls_error *error) {
    struct ls_metadata metadata = {0};
    size_t count = (size_t)model->network.tensor_count;
    struct ls_stored_tensor *stored = calloc(count, sizeof *stored);
    int64_t *counters = calloc(count, sizeof *counters);
    enum ls_status status = LS_OK;
    if (!stored || !counters)
        status = ls_fail_memory(error, "a checkpoint's tensors");
    if (!status)
        status = ls_metadata_copy(&metadata, &model->metadata, error);
    if (!status)
        status = ls_metadata_set(&metadata, error, "arch", "%s", model->network.arch);
    if (!status) /* what the readers of PyTorch's world look for */
        status = ls_metadata_set(&metadata, error, "format", "pt");
    if (!status) {
        ls_checkpoint_describe(model, stored, counters);
        status = ls_safetensors_write(path, stored, (int)count, &metadata, error);
    }
    ls_metadata_free(&metadata);
    free(counters);
    free(stored);
    return status;
}

void ls_model_free(struct ls_model *model) {
    ls_network_free(&model->network);
    free(model->values);
    ls_metadata_free(&model->metadata);
    *model = (struct ls_model){0};
}
