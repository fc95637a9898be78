/* What a network is judged by. */
#ifndef LANDSCAPE_LOSS_H
#define LANDSCAPE_LOSS_H

#include "landscape/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ls_loss {
    LS_CROSS_ENTROPY, /* -log softmax[label] */
    LS_MSE,           /* mean over classes of (softmax - one-hot)^2, as the paper's code */
};

/* "cross-entropy" or "mse"; parsing another name fails with the known ones. */
const char *ls_loss_name(enum ls_loss loss);
enum ls_status ls_loss_parse(enum ls_loss *loss, const char *name, struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
