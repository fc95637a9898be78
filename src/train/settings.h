/* The settings of a training run. */
#ifndef LANDSCAPE_TRAIN_SETTINGS_H
#define LANDSCAPE_TRAIN_SETTINGS_H

#include "landscape/train.h"

/* Fills *settings, empty before, with all that decides on the run's result: a run that resumes must
 * agree with it, and checkpoints record it. The model is as it was given to the run. */
enum ls_status ls_train_settings(struct ls_metadata *settings, const struct ls_model *model,
                                 const struct ls_recipe *recipe, const struct ls_training *training,
                                 struct ls_error *error);

#endif
