/* One step of SGD, ready to be repeated. */
#ifndef LANDSCAPE_TRAIN_STEP_H
#define LANDSCAPE_TRAIN_STEP_H

#include "engine/backprop.h"
#include "landscape/train.h"

struct ls_stepper {
    struct ls_model *model;
    const struct ls_recipe *recipe;
    const struct ls_dataset *dataset;
    int threads;
    struct ls_backprop *backprop;
    float *gradient;  /* [value_count] */
    uint16_t *labels; /* [batch][labels per image] */
};

enum ls_status ls_stepper_create(struct ls_stepper *stepper, struct ls_model *model,
                                 const struct ls_recipe *recipe, const struct ls_dataset *dataset,
                                 int threads, struct ls_error *error);
void ls_stepper_free(struct ls_stepper *stepper);

/* Computes loss and gradient on the images order[0 .. images-1], augmented for `epoch` if the
 * recipe says so. Updates the model's running statistics. */
struct ls_batch_sums ls_stepper_gradient(struct ls_stepper *stepper, const int *order, int images,
                                         int epoch);

/* Moves every parameter along the gradient: SGD with Nesterov momentum (Sutskever et al. 2013) and
 * weight decay in PyTorch's form. velocity[value_count] is carried from step to step. */
void ls_stepper_update(struct ls_stepper *stepper, double rate, float *velocity);

#endif
