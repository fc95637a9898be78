/* y = a row of learned pixels, the same for every image: the class token and the positions of a
 * vision transformer (Dosovitskiy et al. 2021, section 3.1), or a bias of all channels; or of
 * pixels that are given and not learned */
#include "kernels/kernels.h"
#include "ops/combine.h"
#include <string.h>

/* The tensor is called as the node: PyTorch has it in no layer of its own. */
static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const struct ls_attributes *a = &node->attributes;
    spec[0] =
        (struct ls_tensor_spec){"", LS_PARAMETER, a->rank, {1, 1, 1, 1}, LS_INIT_NORMAL, 0.02F};
    if (a->pixels == 1) {
        if (a->channels > 1)
            spec[0].size[a->axis] = a->channels;
        return 1;
    }
    const int rows = a->rows > 1 ? a->rows : 1, last = a->rank - 1;
    spec[0].size[last] = a->channels / rows;
    if (rows > 1)
        spec[0].size[last - 1] = rows;
    spec[0].size[last - (rows > 1) - 1] = a->pixels;
    return 1;
}

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_attributes *a = &node->attributes;
    const int rows = a->rows > 1 ? a->rows : 1;
    const int least = a->pixels > 1 ? 2 + (rows > 1) : a->channels > 1 ? a->axis + 1 : 0;
    *out = a->rows_are_pixels ? (struct ls_shape){1, a->pixels * rows, a->channels / rows}
                              : (struct ls_shape){1, a->pixels, a->channels};
    if (a->pixels > 0 && a->channels > 0 && a->channels % rows == 0 && a->axis >= 0 &&
        a->rank >= least && a->rank <= 4)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH,
                   "%d learned pixels of %d channels are no tensor of %d dimensions", a->pixels,
                   a->channels, a->rank);
}

/* The numbers for every image. */
static void put(const struct ls_call *call, int first, int last, const float *numbers) {
    const size_t size = ls_shape_size(call->node->out);
    for (size_t i = (size_t)first; i < (size_t)last; i++)
        memcpy(call->output + size * i, numbers, size * sizeof *call->output);
}

static void forward(const struct ls_call *call, int first, int last) {
    put(call, first, last, call->tensors[0]);
}

static void given_forward(const struct ls_call *call, int first, int last) {
    put(call, first, last, call->node->attributes.given);
}

/* partial = the tensor's gradient [pixels][channels] */
static size_t gradient_count(const struct ls_node *node, bool backward) {
    return backward ? ls_shape_size(node->out) : 0;
}

static size_t partial_size(const struct ls_node *node, bool backward) {
    return gradient_count(node, backward) * sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const size_t size = ls_shape_size(call->node->out);
    ls_kernels()->sum_parts(size, call->output_grad + size * (size_t)first, last - first, size,
                            partial);
}

/* There is no input whose gradient it could be. */
static void backward(const struct ls_call *call, int first, int last) {
    (void)call;
    (void)first;
    (void)last;
}

const struct ls_op ls_op_learned = {
    .name = "learned",
    .shape = shape,
    .tensors = tensors,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_combine_tensor,
    .backward = backward,
};

const struct ls_op ls_op_given = {
    .name = "given",
    .shape = shape,
    .forward = given_forward,
    .backward = backward,
};
