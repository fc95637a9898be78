/* y = one pixel of x: of a row of tokens, that from which an image's class is told */
#include "ops/channels.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape in = node->in[0];
    const int begin = node->attributes.begin, pixels = in.height * in.width;
    *out = (struct ls_shape){1, 1, in.channels};
    return begin >= 0 && begin < pixels
               ? LS_OK
               : ls_fail(error, LS_MISMATCH, "cannot take pixel number %d of %d", begin, pixels);
}

/* Where it begins in the image. */
static size_t offset_of(const struct ls_node *node) {
    return (size_t)node->attributes.begin * (size_t)node->out.channels;
}

static void forward(const struct ls_call *call, int first, int last) {
    ls_cut_rows(call, first, last, 1, offset_of(call->node));
}

static void backward(const struct ls_call *call, int first, int last) {
    ls_cut_rows_backward(call, first, last, 1, offset_of(call->node));
}

const struct ls_op ls_op_pixel = {
    .name = "pixel",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
