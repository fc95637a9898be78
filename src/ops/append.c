/* y = the pixels of x0, row by row, then those of x1, ..., all in one row: the class token in front
 * of an image's patches (Dosovitskiy et al. 2021, section 3.1) */
#include "ops/channels.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    *out = (struct ls_shape){1, 0, node->in[0].channels};
    for (int i = 0; i < node->input_count; i++) {
        const struct ls_shape in = node->in[i];
        if (in.channels != out->channels)
            return ls_fail(error, LS_MISMATCH,
                           "cannot append pixels of %d channels to pixels of %d", in.channels,
                           out->channels);
        out->width += in.height * in.width;
    }
    return LS_OK;
}

static void forward(const struct ls_call *call, int first, int last) {
    ls_join_rows(call, first, last, 1);
}

static void backward(const struct ls_call *call, int first, int last) {
    ls_join_rows_backward(call, first, last, 1);
}

const struct ls_op ls_op_append = {
    .name = "append",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
