#include "train/settings.h"
#include "base/metadata.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { DIGITS = 6 }; /* at least */

static void note_number(struct ls_notes *notes, const char *key, double number) {
    char text[LS_SHORTEST];
    ls_shortest(number, DIGITS, text);
    ls_note(notes, key, "%s", text);
}

enum ls_status ls_train_settings(struct ls_metadata *m, const struct ls_model *model,
                                 const struct ls_recipe *recipe, const struct ls_training *training,
                                 struct ls_error *error) {
    char steps[LS_MAX_LR_STEPS * LS_SHORTEST] = "";
    for (int i = 0; i < recipe->lr_step_count; i++) {
        char text[LS_SHORTEST];
        ls_shortest(recipe->lr_steps[i], DIGITS, text);
        snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "%s%s", i ? "," : "", text);
    }
    char train_sha256[65], test_sha256[65];
    ls_dataset_sha256(training->train, train_sha256);
    ls_dataset_sha256(training->test, test_sha256);
    struct ls_notes notes = {m, error, LS_OK};
    ls_note(&notes, "arch", "%s", model->network.arch);
    if (*model->network.sha256)
        ls_note(&notes, "arch_sha256", "%s", model->network.sha256);
    ls_note(&notes, "init_sha256", "%s", model->sha256[0] ? model->sha256 : "none");
    ls_note(&notes, "data", "%s", training->train->name);
    ls_note(&notes, "images", "%d", training->train->count);
    ls_note(&notes, "test_images", "%d", training->test->count);
    if (!notes.status)
        notes.status = ls_dataset_record_pixels(training->train, m, error);
    ls_note(&notes, "data_sha256", "%s", train_sha256);
    ls_note(&notes, "test_data_sha256", "%s", test_sha256);
    ls_note(&notes, "epochs", "%d", recipe->epochs);
    ls_note(&notes, "batch", "%d", recipe->batch);
    note_number(&notes, "lr", recipe->lr);
    ls_note(&notes, "lr_steps", "%s", steps);
    note_number(&notes, "momentum", recipe->momentum);
    note_number(&notes, "weight_decay", recipe->weight_decay);
    ls_note(&notes, "seed", "%llu", (unsigned long long)recipe->seed);
    ls_note(&notes, "augment", "%s", recipe->augment ? "yes" : "no");
    ls_note(&notes, "shuffle", "%s", recipe->shuffle ? "yes" : "no");
    ls_note(&notes, "precision", "%s", ls_precision_name(recipe->precision));
    return notes.status;
}
