#include "train/settings.h"
#include <stdio.h>
#include <string.h>

enum ls_status ls_train_settings(struct ls_metadata *m, const struct ls_model *model,
                                 const struct ls_recipe *recipe, const struct ls_training *training,
                                 struct ls_error *error) {
    char steps[LS_MAX_LR_STEPS * 16] = "";
    for (int i = 0; i < recipe->lr_step_count; i++)
        snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "%s%g", i ? "," : "",
                 recipe->lr_steps[i]);
    char train_sha256[65], test_sha256[65];
    ls_dataset_sha256(training->train, train_sha256);
    ls_dataset_sha256(training->test, test_sha256);
    enum ls_status status = ls_metadata_set(m, error, "arch", "%s", model->network.arch);
    if (!status && *model->network.sha256)
        status = ls_metadata_set(m, error, "arch_sha256", "%s", model->network.sha256);
    if (!status)
        status = ls_metadata_set(m, error, "init_sha256", "%s",
                                 model->sha256[0] ? model->sha256 : "none");
    if (!status)
        status = ls_metadata_set(m, error, "data", "%s", training->train->name);
    if (!status)
        status = ls_metadata_set(m, error, "images", "%d", training->train->count);
    if (!status)
        status = ls_metadata_set(m, error, "test_images", "%d", training->test->count);
    if (!status)
        status = ls_dataset_record_pixels(training->train, m, error);
    if (!status)
        status = ls_metadata_set(m, error, "data_sha256", "%s", train_sha256);
    if (!status)
        status = ls_metadata_set(m, error, "test_data_sha256", "%s", test_sha256);
    if (!status)
        status = ls_metadata_set(m, error, "epochs", "%d", recipe->epochs);
    if (!status)
        status = ls_metadata_set(m, error, "batch", "%d", recipe->batch);
    if (!status)
        status = ls_metadata_set(m, error, "lr", "%.12g", recipe->lr);
    if (!status)
        status = ls_metadata_set(m, error, "lr_steps", "%s", steps);
    if (!status)
        status = ls_metadata_set(m, error, "momentum", "%.12g", recipe->momentum);
    if (!status)
        status = ls_metadata_set(m, error, "weight_decay", "%.12g", recipe->weight_decay);
    if (!status)
        status = ls_metadata_set(m, error, "seed", "%llu", (unsigned long long)recipe->seed);
    if (!status)
        status = ls_metadata_set(m, error, "augment", "%s", recipe->augment ? "yes" : "no");
    if (!status)
        status = ls_metadata_set(m, error, "shuffle", "%s", recipe->shuffle ? "yes" : "no");
    if (!status)
        status = ls_metadata_set(m, error, "precision", "%s", ls_precision_name(recipe->precision));
    return status;
}
