/* Operations of ONNX that take the channels of activations apart, and join them. */
#include "model/onnx_walk.h"

static struct ls_onnx_value concat_channels(struct ls_onnx_walk *w) {
    int inputs[LS_MAX_INPUTS];
    const size_t count = w->node->n_input;
    if (count < 1 || ls_onnx_whole(w->node, "axis", 1) != 1)
        return ls_onnx_refuse(w, "only channels can be joined (axis 1)");
    struct ls_onnx_value all = ls_onnx_image(w, 0);
    inputs[0] = all.node;
    int used = 1;
    for (size_t i = 1; i < count; i++) { /* of many, as many as an operation takes at a time */
        if (used == LS_MAX_INPUTS) {
            inputs[0] = ls_onnx_add(w, &ls_op_concat, (struct ls_attributes){0}, used, inputs);
            used = 1;
        }
        inputs[used++] = ls_onnx_image(w, i).node;
    }
    all.node = ls_onnx_add(w, &ls_op_concat, (struct ls_attributes){0}, used, inputs);
    return all;
}

/* Of whole numbers or of channels. */
static struct ls_onnx_value concat(struct ls_onnx_walk *w) {
    return ls_onnx_row(w, 0).count > 0 ? ls_onnx_concat_rows(w) : concat_channels(w);
}

/* Becomes a node when it is taken. */
static struct ls_onnx_value slice_of(struct ls_onnx_value x, int64_t begin, int64_t end) {
    x.term = LS_ONNX_SLICE;
    x.begin = (int)begin;
    x.channels = (int)(end - begin);
    return x;
}

/* From 0 to `most`, where negative numbers count from the end. */
static int64_t bound(int64_t number, int64_t most) {
    number += number < 0 ? most : 0;
    return number < 0 ? 0 : number > most ? most : number;
}

/* The one number that is input i or an attribute; `otherwise` where there is neither. False: it is
 * something else. */
static bool single(const struct ls_onnx_walk *w, size_t i, const char *name, int64_t otherwise,
                   int64_t *number) {
    const bool given = i < w->node->n_input && *w->node->input[i];
    if (!given)
        return ls_onnx_wholes(w->node, name, 1, otherwise, number);
    const struct ls_onnx_value row = ls_onnx_row(w, i);
    *number = row.wholes[0];
    return row.count == 1;
}

static struct ls_onnx_value slice(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int64_t channels = ls_onnx_shape(w, x).channels;
    int64_t begin, end, axis, step;
    if (!single(w, 1, "starts", 0, &begin) || !single(w, 2, "ends", 0, &end) ||
        !single(w, 3, "axes", 0, &axis) || !single(w, 4, "", 1, &step) || step != 1 ||
        !ls_onnx_is_channels(w, x, axis))
        return ls_onnx_refuse(w, "only channels that follow one another can be taken");
    begin = bound(begin, channels);
    end = bound(end, channels);
    return begin < end ? slice_of(x, begin, end) : ls_onnx_refuse(w, "takes no channel");
}

/* sizes[count] = how many channels each output has. */
static bool part_sizes(const struct ls_onnx_walk *w, int64_t channels, int count, int64_t *sizes) {
    const bool input = w->node->n_input > 1 && *w->node->input[1];
    struct ls_onnx_value given = {.count = count};
    int64_t left = channels;
    if (input)
        given = ls_onnx_row(w, 1);
    if (given.count != count ||
        (!input && !ls_onnx_wholes(w->node, "split", count, INT64_MIN, given.wholes)))
        return false;
    for (int i = 0; i < count; i++) { /* or all alike */
        sizes[i] = given.wholes[i] == INT64_MIN ? channels / count : given.wholes[i];
        if (sizes[i] < 1 || sizes[i] > left)
            return false;
        left -= sizes[i];
    }
    return left == 0;
}

static struct ls_onnx_value split(struct ls_onnx_walk *w) {
    const struct LsOnnx__Node *node = w->node;
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int64_t channels = ls_onnx_shape(w, x).channels;
    const int count = node->n_output <= LS_ONNX_WHOLES ? (int)node->n_output : 0;
    int64_t sizes[LS_ONNX_WHOLES];
    if (count == 0 || !ls_onnx_is_channels(w, x, ls_onnx_whole(node, "axis", 0)) ||
        ls_onnx_whole(node, "num_outputs", count) != count ||
        !part_sizes(w, channels, count, sizes))
        return ls_onnx_refuse(w, "only the channels of an image can be split, all of them, and "
                                 "into few parts");
    int64_t begin = sizes[0];
    for (int k = 1; k < count; begin += sizes[k++]) {
        const long index = ls_onnx_index(w->onnx, node->output[k]);
        if (index >= 0)
            w->values[index] = slice_of(x, begin, begin + sizes[k]);
    }
    return slice_of(x, 0, sizes[0]);
}

static const struct ls_onnx_operation members[] = {
    {"Concat", " axis ", concat},
    {"Slice", " axes ends starts ", slice},
    {"Split", " axis num_outputs split ", split},
};

const struct ls_onnx_operations ls_onnx_channels = {members, sizeof members / sizeof *members};
