/* y = some channels of x that follow one another */
#include "ops/channels.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_attributes *a = &node->attributes;
    *out = node->in[0];
    out->channels = a->channels;
    if (a->begin >= 0 && a->channels > 0 && a->channels <= node->in[0].channels - a->begin)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "cannot take %d channels of %d from number %d on",
                   a->channels, node->in[0].channels, a->begin);
}

static void forward(const struct ls_call *call, int first, int last) {
    ls_cut_rows(call, first, last, ls_span_of(call->node, 0, 1).pixels,
                (size_t)call->node->attributes.begin);
}

static void backward(const struct ls_call *call, int first, int last) {
    ls_cut_rows_backward(call, first, last, ls_span_of(call->node, 0, 1).pixels,
                         (size_t)call->node->attributes.begin);
}

const struct ls_op ls_op_slice = {
    .name = "slice",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
