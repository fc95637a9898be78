/* y = x times the probability that a standard normal number is below x (Hendrycks and Gimpel 2016)
 */
#include "kernels/kernels.h"
#include "ops/op.h"
#include <math.h>

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    ls_kernels()->gelu(s.values, call->inputs[0] + s.at, call->output + s.at);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    if (call->input_grads[0])
        ls_kernels()->gelu_gradient(s.values, call->inputs[0] + s.at, call->output_grad + s.at,
                                    call->accumulate[0], call->input_grads[0] + s.at);
}

static void tangent(const struct ls_call *call, int first, int last) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    ls_kernels()->gelu_gradient(s.values, call->inputs[0] + s.at, call->input_tangents[0] + s.at,
                                false, call->output_tangent + s.at);
}

/* The second derivative is the density of normal numbers at x times 2 - x^2. */
static void backward_tangent(const struct ls_call *call, int first, int last) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    float *change = call->input_grad_tangents[0];
    if (!change)
        return;
    ls_kernels()->gelu_gradient(s.values, call->inputs[0] + s.at, call->output_grad_tangent + s.at,
                                call->accumulate[0], change + s.at);
    for (size_t i = s.at; i < s.at + s.values; i++) {
        const float x = call->inputs[0][i], density = 0.398942280F * expf(-x * x / 2);
        change[i] += call->output_grad[i] * density * (2 - x * x) * call->input_tangents[0][i];
    }
}

const struct ls_op ls_op_gelu = {
    .name = "gelu",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = ls_first_shape,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};
