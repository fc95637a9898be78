/* Training: forward and backward through a network on a batch of images.
 *
 * The batch is cut into chunks of LS_CHUNK images. A chunk goes through all operations up to the
 * next one that needs the whole batch (batch norm), so that its activations stay in cache; there
 * the threads meet, reductions are combined in the order of the chunks, and the next stage begins.
 * Which thread runs which chunk changes no bit.
 *
 * In mixed precision (LS_BF16; Micikevicius et al., "Mixed Precision Training", 2018; Kalamkar et
 * al., "A Study of BFLOAT16 for Deep Learning Training", 2019) activations and their gradients are
 * kept in bfloat16 and convolutions round their weights to it; weights, gradients of weights,
 * statistics, logits, loss and all sums stay in float or double. */
#ifndef LANDSCAPE_ENGINE_BACKPROP_H
#define LANDSCAPE_ENGINE_BACKPROP_H

#include "landscape/network.h"
#include "landscape/precision.h"

enum { LS_CHUNK = 8 };

struct ls_backprop;

/* Plans training of the network, which must outlive the plan, on batches of up to `batch` images
 * with `threads` threads. LS_BAD_ARGUMENT if the precision is neither LS_FP32 nor LS_BF16. */
enum ls_status ls_backprop_create(struct ls_backprop **backprop, const struct ls_network *network,
                                  enum ls_precision precision, int batch, int threads,
                                  struct ls_error *error);
void ls_backprop_free(struct ls_backprop *backprop);

/* Where the caller puts the images: [batch][height][width][channels]. */
float *ls_backprop_images(struct ls_backprop *backprop);

/* The outcome of a batch: sums over its images, in order. */
struct ls_batch_sums {
    double loss;
    double correct;
};

/* Runs the first `images` images with labels[images][labels per image] through the network in
 * training mode: updates the running statistics among values[value_count], sets
 * gradient[value_count] to that of the mean cross-entropy (0 for what is not a parameter). */
struct ls_batch_sums ls_backprop_run(struct ls_backprop *backprop, int images,
                                     const uint16_t *labels, float *values, float *gradient);

/* Bytes of memory the plan holds. */
size_t ls_backprop_bytes(const struct ls_backprop *backprop);

#endif
