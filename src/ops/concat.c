/* y = the channels of x0, then those of x1, ...: the skip connection of a DenseNet or a U-Net */
#include "ops/channels.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    *out = node->in[0];
    for (int i = 1; i < node->input_count; i++) {
        const struct ls_shape a = node->in[0], b = node->in[i];
        if (a.height != b.height || a.width != b.width)
            return ls_fail(error, LS_MISMATCH,
                           "cannot join the channels of activations of %dx%d and %dx%d pixels",
                           a.height, a.width, b.height, b.width);
        out->channels += b.channels;
    }
    return LS_OK;
}

static void forward(const struct ls_call *call, int first, int last) {
    ls_join_rows(call, first, last, ls_span_of(call->node, 0, 1).pixels);
}

static void backward(const struct ls_call *call, int first, int last) {
    ls_join_rows_backward(call, first, last, ls_span_of(call->node, 0, 1).pixels);
}

const struct ls_op ls_op_concat = {
    .name = "concat",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
