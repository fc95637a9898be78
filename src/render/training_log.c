#include "render/training_log.h"
#include "render/columns.h"
#include <math.h>
#include <stdlib.h>

enum ls_status ls_training_log_read(struct ls_training_log *log, const char *path,
                                    struct ls_error *error) {
    static const char *const names[] = {"epoch", "train_error", "test_error"};
    struct ls_columns columns;
    *log = (struct ls_training_log){0};
    enum ls_status status =
        ls_columns_read(&columns, path, names, 3, "log",
                        "epoch,rate,train_loss,train_error,test_loss,test_error", error);
    if (status)
        return status;
    for (int i = 0; i < columns.count && !status; i++) {
        const double epoch = columns.values[0][i];
        if (!isfinite(epoch) || (i > 0 && epoch <= columns.values[0][i - 1]))
            status = ls_fail(error, LS_BAD_FILE, "%s, line %d: epochs must rise", path,
                             columns.lines[i]);
    }
    if (status) {
        ls_columns_free(&columns);
        return status;
    }
    free(columns.lines);
    *log = (struct ls_training_log){.count = columns.count,
                                    .epoch = columns.values[0],
                                    .train_error = columns.values[1],
                                    .test_error = columns.values[2]};
    return LS_OK;
}

void ls_training_log_free(struct ls_training_log *log) {
    struct ls_columns columns = {.values = {log->epoch, log->train_error, log->test_error}};
    ls_columns_free(&columns);
    *log = (struct ls_training_log){0};
}
