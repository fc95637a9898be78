/* y = some pixels of x that follow one another, in a row or in several: of a row of tokens, the one
 * that tells an image's class, all but that, or these as an image again */
#include "ops/channels.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape in = node->in[0];
    const int begin = node->attributes.begin, count = node->attributes.pixels;
    const int pixels = in.height * in.width;
    const int rows = node->attributes.rows > 1 ? node->attributes.rows : 1;
    *out = (struct ls_shape){rows, count / rows, in.channels};
    return begin >= 0 && count > 0 && begin <= pixels - count && count % rows == 0
               ? LS_OK
               : ls_fail(error, LS_MISMATCH,
                         "cannot take %d pixels from number %d on of %d as %d rows", count, begin,
                         pixels, rows);
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
