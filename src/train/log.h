/* log.csv: one line an epoch; of segmentations with the mean intersection over union. */
#ifndef LANDSCAPE_TRAIN_LOG_H
#define LANDSCAPE_TRAIN_LOG_H

#include "landscape/train.h"

/* Replaces the file by the header and the given rows. */
enum ls_status ls_log_write(const char *path, const struct ls_epoch_log *rows, int count,
                            struct ls_error *error);

#endif
