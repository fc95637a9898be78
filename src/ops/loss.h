/* Losses of one image: logits[height][width][classes] against labels[height * width], averaged over
 * the pixels (one for a classifier). Sums in double. */
#ifndef LANDSCAPE_OPS_LOSS_H
#define LANDSCAPE_OPS_LOSS_H

#include "landscape/loss.h"
#include "landscape/network.h"

/* Returns the loss and adds the share of pixels whose largest logit is the label's to *correct. */
double ls_loss_image(enum ls_loss loss, struct ls_shape shape, const float *logits,
                     const uint16_t *labels, double *correct);

/* Pixels of a class: predicted and labelled so, predicted so, labelled so. */
struct ls_overlap {
    uint64_t both, predicted, labelled;
};

/* Adds the image's pixels to overlaps[classes]; the first of equal logits is the prediction. */
void ls_overlap_count(struct ls_shape shape, const float *logits, const uint16_t *labels,
                      struct ls_overlap *overlaps);

/* Mean of both / (predicted + labelled - both) over the classes that have pixels. */
double ls_overlap_mean_iou(const struct ls_overlap *overlaps, int classes);

/* gradient[height][width][classes] = scale * d cross-entropy / d logits = scale / pixels *
 * (softmax - one-hot). */
void ls_cross_entropy_gradient(struct ls_shape shape, const float *logits, const uint16_t *labels,
                               double scale, float *gradient);

/* change[height][width][classes] = how that gradient changes when the logits do by tangent:
 * scale / pixels * (p t - p (p . t)) with p = softmax. */
void ls_cross_entropy_curvature(struct ls_shape shape, const float *logits, const float *tangent,
                                double scale, float *change);

#endif
