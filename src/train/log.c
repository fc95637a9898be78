#include "train/log.h"
#include "base/file.h"
#include <stdio.h>
#include <stdlib.h>

enum ls_status ls_log_write(const char *path, const struct ls_epoch_log *rows, int count,
                            struct ls_error *error) {
    enum { LINE = 256 };
    size_t used = 0, room = LINE * ((size_t)count + 1);
    char *text = malloc(room);
    if (!text)
        return ls_fail_memory(error, "the training log");
    used += (size_t)snprintf(text, room,
                             "epoch,rate,train_loss,train_error,test_loss,test_error,seconds\n");
    for (int i = 0; i < count; i++)
        used +=
            (size_t)snprintf(text + used, room - used, "%d,%g,%.6g,%.4f,%.6g,%.4f,%.1f\n",
                             rows[i].epoch, rows[i].rate, rows[i].train_loss, rows[i].train_error,
                             rows[i].test_loss, rows[i].test_error, rows[i].seconds);
    enum ls_status status = ls_file_write(path, text, used, error);
    free(text);
    return status;
}
