/* Where a training run stands: all that an interrupted run needs to go on with the same bits. */
#ifndef LANDSCAPE_TRAIN_STATE_H
#define LANDSCAPE_TRAIN_STATE_H

#include "landscape/train.h"

struct ls_train_state {
    int epoch;                /* the epoch being trained, from 1; epochs + 1 when all are done */
    int step;                 /* batches of it that are done */
    int steps;                /* batches an epoch */
    double loss;              /* sum over the epoch's images so far */
    double correct;           /* images of them classified correctly */
    double seconds;           /* spent on the epoch so far */
    int rows;                 /* finished epochs in log */
    struct ls_epoch_log *log; /* [recipe epochs]; owned */
    float *velocity;          /* [value_count], SGD's momentum; owned */
};

/* A state at the very beginning of training on so many images. */
enum ls_status ls_train_state_create(struct ls_train_state *state, const struct ls_model *model,
                                     const struct ls_recipe *recipe, int images,
                                     struct ls_error *error);
void ls_train_state_free(struct ls_train_state *state);

/* Writes model and state into one file. `settings` is what a run that resumes must agree with. */
enum ls_status ls_train_state_write(const struct ls_train_state *state,
                                    const struct ls_model *model,
                                    const struct ls_metadata *settings, const char *path,
                                    struct ls_error *error);

/* Reads them back into a created state and the model's values. LS_MISMATCH names the setting in
 * which the file differs. */
enum ls_status ls_train_state_read(struct ls_train_state *state, struct ls_model *model,
                                   const struct ls_recipe *recipe,
                                   const struct ls_metadata *settings, const char *path,
                                   struct ls_error *error);

/* A checkpoint without a state beside it is a run's if it was made with the run's settings: killed
 * before it saved its first state, or a run of no epochs. LS_MISMATCH names the setting in which it
 * differs: then it is another's, and not to be overwritten. */
enum ls_status ls_train_checkpoint_check(const struct ls_metadata *settings, const char *path,
                                         struct ls_error *error);

#endif
