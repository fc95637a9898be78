/* Inference: a network fused and laid out once, then run by any number of threads, each with a
 * worker of its own. A few images go through the network at a time (engine/group.h), so that their
 * activations stay in the thread's cache; an image's result does not depend on what else is
 * evaluated. */
#ifndef LANDSCAPE_ENGINE_PLAN_H
#define LANDSCAPE_ENGINE_PLAN_H

#include "engine/sums.h"
#include "landscape/dataset.h"
#include "landscape/loss.h"
#include "landscape/network.h"
#include "landscape/precision.h"

struct ls_graph;
struct ls_plan; /* shared by all threads, never changes */
struct ls_overlap;
struct ls_worker; /* one thread's weights and activations */

/* Plans the network, which must outlive the plan. */
enum ls_status ls_plan_create(struct ls_plan **plan, const struct ls_network *network,
                              enum ls_precision precision, struct ls_error *error);
void ls_plan_free(struct ls_plan *plan);

/* The nodes that run, and the images whose logits come out together. */
const struct ls_graph *ls_plan_graph(const struct ls_plan *plan);
int ls_plan_images(const struct ls_plan *plan);

enum ls_status ls_worker_create(struct ls_worker **worker, const struct ls_plan *plan,
                                struct ls_error *error);
void ls_worker_free(struct ls_worker *worker);

/* The worker's own values [value_count]: fill them, then call ls_worker_load. */
float *ls_worker_values(struct ls_worker *worker);

/* Derives folded and packed weights from the worker's values. */
void ls_worker_load(struct ls_worker *worker);

/* The same from values[value_count], which are copied first. */
void ls_worker_load_values(struct ls_worker *worker, const float *values);

/* The logits [height][width][classes] of image[height][width][channels]; valid until the next call.
 */
const float *ls_worker_run(struct ls_worker *worker, const float *image);

/* Runs the image without a result; adds the seconds that each node takes for ls_plan_images of it
 * to seconds[nodes]. */
void ls_worker_time(struct ls_worker *worker, const float *image, double *seconds);

/* Images are summed in blocks of this many, in order, and the blocks' sums in order: threads can
 * share a grid point, and the result is the same bits for any number of them. */
enum { LS_BLOCK = 256 };

/* The sums over images first .. last-1 of the data set, in that order. Adds their pixels to
 * overlaps[classes] (ops/loss.h) unless that is NULL. */
struct ls_sums ls_worker_evaluate(struct ls_worker *worker, const struct ls_dataset *dataset,
                                  enum ls_loss loss, int first, int last,
                                  struct ls_overlap *overlaps);

/* Checks that the network's input and output fit the data set's images and classes. */
enum ls_status ls_network_fits(const struct ls_network *network, const struct ls_dataset *dataset,
                               struct ls_error *error);

#endif
