#include "landscape/train.h"
#include "model/tensor_file.h"
#include <stdio.h>
#include <string.h>

/* The file's metadata but for the state's own. */
static enum ls_status copy_settings(struct ls_metadata *settings, const struct ls_metadata *found,
                                    struct ls_error *error) {
    enum ls_status status = LS_OK;
    for (int i = 0; i < found->count && !status; i++)
        if (strncmp(found->entries[i].key, "state", strlen("state")) != 0)
            status = ls_metadata_set(settings, error, found->entries[i].key, "%s",
                                     found->entries[i].value);
    return status;
}

enum ls_status ls_train_position_read(struct ls_train_position *position, const char *path,
                                      struct ls_error *error) {
    struct ls_tensor_file file;
    *position = (struct ls_train_position){0};
    enum ls_status status = ls_tensor_file_read(&file, path, NULL, error);
    if (status)
        return status;
    const char *state = ls_metadata_get(&file.metadata, "state");
    if (!state || sscanf(state, "%d %d", &position->epoch, &position->step) != 2)
        status = ls_fail(error, LS_MISMATCH, "%s: not the state of a training", path);
    if (!status)
        status = copy_settings(&position->settings, &file.metadata, error);
    if (status)
        ls_metadata_free(&position->settings);
    ls_tensor_file_free(&file);
    return status;
}
