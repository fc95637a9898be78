/* Checks an operation's backward pass against central differences of its forward pass. */
#ifndef LANDSCAPE_TESTS_GRADIENT_H
#define LANDSCAPE_TESTS_GRADIENT_H

#include "ops/op.h"

/* An operation set up on random numbers, with all that one call needs. */
struct rig {
    struct ls_node node;
    struct ls_call call;
    int images;
    struct ls_tensor_spec spec[LS_MAX_OP_TENSORS];
    size_t tensor_size[LS_MAX_OP_TENSORS];
    float *probe; /* [output]: the scalar that is differentiated is sum of probe * output */
    float *room;  /* for ls_phase_run */
};

/* Makes a rig for `op` on inputs of the given shapes (residual included). Inputs keep away from 0
 * by `gap`, so that kinks are not stepped over. */
void rig_create(struct rig *rig, const struct ls_op *op, struct ls_attributes attributes,
                int input_count, const struct ls_shape *inputs, int images, float gap);
void rig_free(struct rig *rig);

/* Rounds inputs and probe to what bfloat16 holds. */
void rig_round(struct rig *rig);

/* Keeps all activations and their gradients in bfloat16 from now on, as mixed precision does, and
 * lets `op` do the work, of the same shapes and tensors. There is no scalar to differentiate then:
 * rig_forward returns NAN. */
void rig_narrow(struct rig *rig, const struct ls_op *op);

/* values[count] of one of the rig's activations or their gradients, as floats. */
void rig_read(const struct rig *rig, const float *activation, size_t count, float *values);

/* Runs the forward pass in chunks of at most `chunk` images and returns sum of probe * output. */
double rig_forward(struct rig *rig, int chunk);

/* Runs the backward pass likewise, after rig_forward. */
void rig_backward(struct rig *rig, int chunk);

/* Fails the test unless every gradient agrees with central differences of step `step` within
 * `tolerance`, relative to the largest gradient of its tensor. */
void rig_check(struct rig *rig, int chunk, float step, double tolerance);

/* Fails the test unless gradients that are added to what was there are twice those that are not. */
void rig_check_accumulation(struct rig *rig, int chunk);

/* Fails the test unless the operation, which has no tensors, tells how its output and its inputs'
 * gradients change along a direction of the inputs and the output's gradient: within `tolerance` of
 * differences over `step`, relative to the largest change. */
void rig_check_tangents(struct rig *rig, float step, double tolerance);

#endif
