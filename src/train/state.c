#include "train/state.h"
#include "base/alloc.h"
#include "model/checkpoint_parts.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tensors of the optimizer are called after their parameters. */
#define MOMENTUM "momentum."

/* Room for an epoch in the state: eight numbers, seven of them in hexadecimal. */
enum { LOG_LINE = 256 };

enum ls_status ls_train_state_create(struct ls_train_state *state, const struct ls_model *model,
                                     const struct ls_recipe *recipe, int images,
                                     struct ls_error *error) {
    *state = (struct ls_train_state){.epoch = 1};
    const int batch = recipe->batch < images ? recipe->batch : images;
    state->steps = (images - 1) / batch + 1;
    state->log = calloc((size_t)recipe->epochs + 1, sizeof *state->log);
    state->velocity = ls_alloc(model->network.value_count, sizeof(float));
    if (!state->log || !state->velocity) {
        ls_train_state_free(state);
        return ls_fail_memory(error, "the training state");
    }
    return LS_OK;
}

void ls_train_state_free(struct ls_train_state *state) {
    free(state->log);
    free(state->velocity);
    *state = (struct ls_train_state){0};
}

/* The numbers of the state as metadata, doubles in hexadecimal so that no bit is lost. */
static enum ls_status describe_position(const struct ls_train_state *state,
                                        struct ls_metadata *metadata, struct ls_error *error) {
    enum ls_status status =
        ls_metadata_set(metadata, error, "state", "%d %d %a %a %a %d", state->epoch, state->step,
                        state->loss, state->correct, state->seconds, state->rows);
    const size_t room = LOG_LINE * (size_t)state->rows + 1;
    char *log = calloc(room, 1);
    if (!log)
        return ls_fail_memory(error, "the training log");
    for (size_t i = 0, used = 0; i < (size_t)state->rows; i++) {
        const struct ls_epoch_log *row = &state->log[i];
        used += (size_t)snprintf(log + used, room - used, "%d %a %a %a %a %a %a %a\n", row->epoch,
                                 row->rate, row->train_loss, row->train_error, row->test_loss,
                                 row->test_error, row->seconds, row->test_mean_iou);
    }
    if (!status)
        status = ls_metadata_set(metadata, error, "state.log", "%s", log);
    free(log);
    return status;
}

static enum ls_status parse_position(struct ls_train_state *state, const struct ls_recipe *recipe,
                                     const struct ls_metadata *metadata, const char *path,
                                     struct ls_error *error) {
    const char *text = ls_metadata_get(metadata, "state");
    if (!text ||
        sscanf(text, "%d %d %la %la %la %d", &state->epoch, &state->step, &state->loss,
               &state->correct, &state->seconds, &state->rows) != 6 ||
        state->epoch < 1 || state->epoch > recipe->epochs + 1 || state->step < 0 ||
        state->step > state->steps || state->rows != state->epoch - 1)
        return ls_fail(error, LS_BAD_FILE, "%s: not a training state that can be resumed", path);
    text = ls_metadata_get(metadata, "state.log");
    for (int i = 0; i < state->rows; i++) {
        struct ls_epoch_log *row = &state->log[i];
        int length = 0;
        if (!text ||
            sscanf(text, "%d %la %la %la %la %la %la%n", &row->epoch, &row->rate, &row->train_loss,
                   &row->train_error, &row->test_loss, &row->test_error, &row->seconds,
                   &length) != 7 ||
            row->epoch != i + 1)
            return ls_fail(error, LS_BAD_FILE, "%s: the log of epoch %d is missing", path, i + 1);
        text += length;
        row->test_mean_iou = -1; /* where a state has none yet */
        if (sscanf(text, "%*[ ]%la%n", &row->test_mean_iou, &length) == 1)
            text += length;
    }
    return LS_OK;
}

/* Appends the velocity of every parameter to stored[count] under names kept in names[tensor_count].
 * Returns the new count. */
static int describe_velocity(const struct ls_train_state *state, const struct ls_network *network,
                             struct ls_stored_tensor *stored, int count,
                             char (*names)[LS_MAX_TENSOR_NAME + 16]) {
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (tensor->kind != LS_PARAMETER)
            continue;
        snprintf(names[t], sizeof names[t], MOMENTUM "%s", tensor->name);
        stored[count++] =
            ls_stored_tensor(names[t], tensor, LS_DTYPE_F32, state->velocity + tensor->offset);
    }
    return count;
}

enum ls_status ls_train_state_write(const struct ls_train_state *state,
                                    const struct ls_model *model,
                                    const struct ls_metadata *settings, const char *path,
                                    struct ls_error *error) {
    const size_t tensors = (size_t)model->network.tensor_count;
    struct ls_metadata metadata = {0};
    struct ls_stored_tensor *stored = calloc(2 * tensors, sizeof *stored);
    int64_t *counters = calloc(tensors, sizeof *counters);
    char(*names)[LS_MAX_TENSOR_NAME + 16] = calloc(tensors, sizeof *names);
    enum ls_status status =
        stored && counters && names ? LS_OK : ls_fail_memory(error, "the training state");
    if (!status)
        status = ls_metadata_copy(&metadata, settings, error);
    if (!status)
        status = describe_position(state, &metadata, error);
    if (!status) {
        ls_checkpoint_describe(model, stored, counters);
        int count = describe_velocity(state, &model->network, stored, (int)tensors, names);
        status = ls_safetensors_write(path, stored, count, &metadata, error);
    }
    ls_metadata_free(&metadata);
    free(names);
    free(counters);
    free(stored);
    return status;
}

/* The setting in which the file differs from this run, named. */
static enum ls_status check_settings(const struct ls_metadata *settings,
                                     const struct ls_metadata *found, const char *path,
                                     struct ls_error *error) {
    const char *pixels = ls_metadata_get(found, "pixels");
    if (pixels && !ls_metadata_get(settings, "pixels"))
        return ls_fail(error, LS_MISMATCH,
                       "%s: this run was begun with --pixels %s; resume it with them or choose "
                       "another directory",
                       path, pixels);
    for (int i = 0; i < settings->count; i++) {
        const char *key = settings->entries[i].key, *value = ls_metadata_get(found, key);
        if (strcmp(key, "data") == 0 ||
            (strcmp(key, "arch") == 0 && ls_metadata_get(settings, "arch_sha256")))
            continue; /* names; the images, or the network's file, have a digest */
        if (!value || strcmp(value, settings->entries[i].value) != 0)
            return ls_fail(error, LS_MISMATCH,
                           "%s: this run was begun with %s = %s, not %s; resume it with the same "
                           "settings or choose another directory",
                           path, key, value ? value : "nothing", settings->entries[i].value);
    }
    return LS_OK;
}

enum ls_status ls_train_checkpoint_check(const struct ls_metadata *settings, const char *path,
                                         struct ls_error *error) {
    struct ls_tensor_file file;
    enum ls_status status = ls_safetensors_read(&file, path, error);
    if (status)
        return status;
    status = check_settings(settings, &file.metadata, path, error);
    const char *epoch = ls_metadata_get(&file.metadata, "epoch");
    if (!status && epoch && atoi(epoch) > 1)
        status = ls_fail(error, LS_IO,
                         "%s has been trained for %s epochs, but the state.safetensors to resume "
                         "from is not beside it; choose another directory, and --init to start "
                         "from this checkpoint",
                         path, epoch);
    ls_tensor_file_free(&file);
    return status;
}

/* Splits a file's tensors: the optimizer's behind the model's, in place. Returns the model's
 * number. */
static int split(struct ls_tensor_file *file) {
    int model = 0;
    for (int t = 0; t < file->tensor_count; t++)
        if (strncmp(file->tensors[t].name, MOMENTUM, strlen(MOMENTUM)) != 0) {
            struct ls_stored_tensor swap = file->tensors[t];
            file->tensors[t] = file->tensors[model];
            file->tensors[model++] = swap;
        }
    return model;
}

static enum ls_status fill_velocity(struct ls_train_state *state, const struct ls_network *network,
                                    const struct ls_stored_tensor *stored, int count,
                                    const char *path, struct ls_error *error) {
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        const struct ls_stored_tensor *found = NULL;
        for (int s = 0; s < count; s++)
            if (strcmp(stored[s].name + strlen(MOMENTUM), tensor->name) == 0)
                found = &stored[s];
        if (tensor->kind != LS_PARAMETER)
            continue;
        if (!found || found->dtype != LS_DTYPE_F32 || found->count != tensor->count)
            return ls_fail(error, LS_BAD_FILE, "%s: the momentum of %s is missing or misshapen",
                           path, tensor->name);
        memcpy(state->velocity + tensor->offset, found->data, tensor->count * sizeof(float));
    }
    return LS_OK;
}

enum ls_status ls_train_state_read(struct ls_train_state *state, struct ls_model *model,
                                   const struct ls_recipe *recipe,
                                   const struct ls_metadata *settings, const char *path,
                                   struct ls_error *error) {
    struct ls_tensor_file file;
    enum ls_status status = ls_safetensors_read(&file, path, error);
    if (status)
        return status;
    status = check_settings(settings, &file.metadata, path, error);
    if (!status)
        status = parse_position(state, recipe, &file.metadata, path, error);
    if (!status) {
        struct ls_tensor_file part = file;
        part.tensor_count = split(&file);
        status = ls_checkpoint_fill(model->values, &model->network, &part, path, error);
        if (!status)
            status = fill_velocity(state, &model->network, file.tensors + part.tensor_count,
                                   file.tensor_count - part.tensor_count, path, error);
    }
    ls_tensor_file_free(&file);
    return status;
}
