#include "train/log.h"
#include "base/file.h"
#include <stdio.h>
#include <stdlib.h>

enum ls_status ls_log_write(const char *path, const struct ls_epoch_log *rows, int count,
                            struct ls_error *error) {
    enum { LINE = 256 };
    const bool segmenting = count > 0 && rows[0].test_mean_iou >= 0;
    size_t used = 0, room = LINE * ((size_t)count + 1);
    char *text = malloc(room);
    if (!text)
        return ls_fail_memory(error, "the training log");
    used += (size_t)snprintf(text, room,
                             "epoch,rate,train_loss,train_error,test_loss,test_error,%sseconds\n",
                             segmenting ? "test_mean_iou," : "");
    for (int i = 0; i < count; i++) {
        const struct ls_epoch_log *row = &rows[i];
        used += (size_t)snprintf(text + used, room - used, "%d,%g,%.6g,%.4f,%.6g,%.4f,", row->epoch,
                                 row->rate, row->train_loss, row->train_error, row->test_loss,
                                 row->test_error);
        if (segmenting)
            used += (size_t)snprintf(text + used, room - used, "%.4f,", row->test_mean_iou);
        used += (size_t)snprintf(text + used, room - used, "%.1f\n", row->seconds);
    }
    enum ls_status status = ls_file_write(path, text, used, error);
    free(text);
    return status;
}
