/* Small networks, models and data for tests. */
#ifndef LANDSCAPE_TESTS_NETWORKS_H
#define LANDSCAPE_TESTS_NETWORKS_H

#include "landscape/checkpoint.h"
#include "landscape/dataset.h"
#include "landscape/evaluate.h"

/* An initial model of `arch`, perturbed (perturb.h); the same as `probe make`. */
void make_model(struct ls_model *model, const char *arch, uint64_t seed);

/* Loads the checkpoint at `path`, which must be sound. */
void load_model(struct ls_model *model, const char *path);

/* The first `images` images of the embedded data set. */
void open_synthetic(struct ls_dataset *dataset, enum ls_split split, int images);

/* The same with every other pixel of every other row, and a network for them: 16x16, a quarter of
 * the work. */
#define SMALL_RESNET "resnet20@16x16x3"
void open_small(struct ls_dataset *dataset, enum ls_split split, int images);

/* Loss and accuracy of `model` on all of `data`. */
struct ls_result evaluate(const struct ls_model *model, const struct ls_dataset *data,
                          enum ls_precision precision, int threads);

/* logits[images][classes] of the first images of a split of the embedded data set, in fp32. */
void run_images(const struct ls_model *model, enum ls_split split, int images, float *logits);

#endif
