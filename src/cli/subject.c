/* The model and the images that commands are about. */
#include "base/text.h"
#include "cli/cli.h"
#include "model/tensor_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_NAME = 4352 }; /* room for a path and what stands before it */

/* text = the images that the checkpoint says it was trained on; empty if it does not say. That it
 * cannot be read is told before they are, which may take long. */
static enum ls_status find_trained(const char *path, char text[DATA_NAME], struct ls_error *error) {
    struct ls_tensor_file file;
    const enum ls_status status = ls_tensor_file_read(&file, path, NULL, error);
    if (status)
        return status;
    const char *data = ls_metadata_get(&file.metadata, "data");
    snprintf(text, DATA_NAME, "%s", data ? data : "");
    ls_tensor_file_free(&file);
    return LS_OK;
}

/* Opens the images that are asked for, or else those that the model was trained on. */
static enum ls_status open_data(const struct cli_subject *subject, const char *trained,
                                const struct ls_observer *observer, struct ls_dataset *dataset,
                                struct ls_error *error) {
    const enum ls_split split = subject->train ? LS_TRAIN : LS_TEST;
    const char *name = subject->data ? subject->data : *trained ? trained : "synthetic";
    const enum ls_status status =
        ls_dataset_open(dataset, name, split, subject->images, subject->threads, observer, error);
    if (!status || subject->data || !*trained || status == LS_INTERRUPTED)
        return status;
    char reason[sizeof error->message];
    memcpy(reason, error->message, sizeof reason);
    return ls_fail(error, status,
                   "%.800s; the model was trained on these images: --data says where they are, or "
                   "names others",
                   reason);
}

/* Whether every class shows among the first images, where these are many. */
static bool shows_all(const struct ls_dataset *dataset, int images) {
    bool *seen = calloc((size_t)dataset->classes, sizeof *seen);
    int classes = 0;
    for (int i = 0; seen && i < images; i++) {
        const uint16_t label = dataset->labels[(size_t)i * (size_t)dataset->labels_per_image];
        classes += !seen[label];
        seen[label] = true;
    }
    free(seen);
    return classes == dataset->classes || images < 10 * dataset->classes;
}

void cli_note_order(const struct ls_dataset *dataset, int images) {
    if (dataset->labels_per_image > 1 || shows_all(dataset, images))
        return;
    fprintf(stderr,
            "note: not every class is among the first %d images of %s: losses of some of the "
            "images tell of all if these are in random order\n",
            images, dataset->name);
}

enum ls_status cli_load(const struct cli_subject *subject, const struct ls_observer *observer,
                        struct ls_model *model, struct ls_dataset *dataset,
                        struct ls_error *error) {
    char arch[1024], trained[DATA_NAME];
    enum ls_status status = subject->arch ? ls_arch_check(subject->arch, error) : LS_OK;
    if (!status)
        status = find_trained(subject->model, trained, error);
    if (!status)
        status = open_data(subject, trained, observer, dataset, error);
    if (!status)
        status =
            ls_model_load(model, subject->model, cli_arch_for(subject->arch, dataset, arch), error);
    if (!status && subject->images > 0)
        cli_note_order(dataset, dataset->count);
    return status ? status : cli_suit(dataset, subject->pixels, model, error);
}
