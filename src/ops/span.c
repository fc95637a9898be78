/* y = some pixels of x that follow one another, in a row: of a row of tokens, the one that tells an
 * image's class, or all but that */
#include "ops/channels.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape in = node->in[0];
    const int begin = node->attributes.begin, count = node->attributes.pixels;
    const int pixels = in.height * in.width;
    *out = (struct ls_shape){1, count, in.channels};
    return begin >= 0 && count > 0 && begin <= pixels - count
               ? LS_OK
               : ls_fail(error, LS_MISMATCH, "cannot take %d pixels from number %d on of %d", count,
                         begin, pixels);
}

/* Where they begin in the image. */
static size_t offset_of(const struct ls_node *node) {
    return (size_t)node->attributes.begin * (size_t)node->out.channels;
}

static void forward(const struct ls_call *call, int first, int last) {
    ls_cut_rows(call, first, last, 1, offset_of(call->node));
}

static void backward(const struct ls_call *call, int first, int last) {
    ls_cut_rows_backward(call, first, last, 1, offset_of(call->node));
}

const struct ls_op ls_op_span = {
    .name = "span",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
