/* What the convolutions share: their arithmetic differs, not their shapes nor their results. */
#ifndef LANDSCAPE_OPS_CONV2D_H
#define LANDSCAPE_OPS_CONV2D_H

#include "kernels/conv.h"
#include "ops/op.h"

/* The convolution of one image as the kernels see it. */
struct ls_conv ls_conv2d_of(const struct ls_node *node);

/* Its window. */
struct ls_window ls_conv2d_window(const struct ls_node *node);

/* The pixels of its kernel. */
size_t ls_conv2d_taps(const struct ls_node *node);

/* How many groups of channels do not meet: those of each take the inputs of each. */
int ls_conv2d_groups(const struct ls_node *node);

/* Hooks. */
enum ls_status ls_conv2d_shape(const struct ls_node *node, struct ls_shape *out,
                               struct ls_error *error);
int ls_conv2d_tensors(const struct ls_node *node, struct ls_tensor_spec *spec);
double ls_conv2d_flops(const struct ls_node *node);

/* Of convolutions whose packed values are as many weights as they have, then what is added
 * [channels]. */
size_t ls_conv2d_shift_offset(const struct ls_node *node);
size_t ls_conv2d_packed_size(const struct ls_node *node, bool training);

/* Hooks of the gradient: partial = the weight's [kernel][kernel][in of a group][out], then the
 * bias's [out] if there is one. */
size_t ls_conv2d_gradient_count(const struct ls_node *node, bool backward);
size_t ls_conv2d_partial_size(const struct ls_node *node, bool backward);
void ls_conv2d_backward_combine(const struct ls_call *call, const void *partials, int chunks,
                                size_t stride, size_t begin, size_t end);

/* What is left to do behind a sum of products: output += shift[channels] and the residual,
 * rectified, as far as there are a bias and what is fused. */
void ls_conv2d_finish(const struct ls_call *call, int first, int last, const float *shift);

/* The bias's part of partial. */
void ls_conv2d_bias_grad(const struct ls_call *call, int first, int last, float *partial);

/* ls_op_conv2d in training on activations in bfloat16, by matrix tiles. */
extern const struct ls_op ls_op_bfloat_conv2d;

#endif
