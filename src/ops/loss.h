/* Losses of one image: logits[height][width][classes] against labels[height * width], averaged over
 * the pixels (one for a classifier). Sums in double. */
#ifndef LANDSCAPE_OPS_LOSS_H
#define LANDSCAPE_OPS_LOSS_H

#include "landscape/loss.h"
#include "landscape/network.h"

/* Returns the loss and adds the share of pixels whose largest logit is the label's to *correct. */
double ls_loss_image(enum ls_loss loss, struct ls_shape shape, const float *logits,
                     const uint8_t *labels, double *correct);

/* gradient[height][width][classes] = scale * d cross-entropy / d logits = scale / pixels *
 * (softmax - one-hot). */
void ls_cross_entropy_gradient(struct ls_shape shape, const float *logits, const uint8_t *labels,
                               double scale, float *gradient);

#endif
