/* The log of a training run: log.csv. */
#ifndef LANDSCAPE_RENDER_TRAINING_LOG_H
#define LANDSCAPE_RENDER_TRAINING_LOG_H

#include "landscape/error.h"

struct ls_training_log {
    int count;           /* lines behind the header */
    double *epoch;       /* [count] rising; owned */
    double *train_error; /* [count] percent */
    double *test_error;  /* [count] percent */
};

/* Reads the columns "epoch", "train_error" and "test_error", wherever they stand; others are
 * allowed, but every line must have as many fields as the header, all of them numbers. Messages
 * name file and line. Free with ls_training_log_free. */
enum ls_status ls_training_log_read(struct ls_training_log *log, const char *path,
                                    struct ls_error *error);
void ls_training_log_free(struct ls_training_log *log);

#endif
