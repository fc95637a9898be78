/* Loss and accuracy of a network on a data set. */
#ifndef LANDSCAPE_EVALUATE_H
#define LANDSCAPE_EVALUATE_H

#include "landscape/checkpoint.h"
#include "landscape/dataset.h"
#include "landscape/loss.h"
#include "landscape/observer.h"
#include "landscape/precision.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What evaluating a network on images gave. */
struct ls_result {
    double loss;       /* mean over images */
    double loss_error; /* its standard error, if the images are a sample of many: their losses'
                          standard deviation over the square root of their number; -1: one image */
    double accuracy;   /* percent; of segmentations: of the pixels */
    double mean_iou;   /* of segmentations: intersection over union of the pixels of a class that
                          are predicted and those that are labelled so, mean over the classes that
                          occur, in percent; of classifications: -1 */
};

/* Evaluates the model in inference mode on all images of the data set with `threads` threads (0: as
 * many as the machine has). The result does not depend on the number of threads. `observer` may be
 * NULL. */
enum ls_status ls_evaluate(const struct ls_model *model, const struct ls_dataset *dataset,
                           enum ls_loss loss, enum ls_precision precision, int threads,
                           const struct ls_observer *observer, struct ls_result *result,
                           struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
