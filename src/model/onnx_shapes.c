/* Operations of ONNX that change or compute shapes: as far as it takes to flatten an image, or to
 * have its channels last. */
#include "model/onnx_walk.h"
#include <string.h>

/* The activations that are to be flattened, in the order in which that is known. */
static struct ls_onnx_value flattened(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const struct ls_shape shape = ls_onnx_shape(w, x);
    if (x.order == LS_ONNX_LAST && (shape.height > 1 || shape.width > 1))
        return ls_onnx_refuse(w, "flattens an image whose channels are the last dimension, which "
                                 "is not known here");
    return x;
}

static struct ls_onnx_value flatten(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = flattened(w);
    if (ls_onnx_whole(w->node, "axis", 1) != 1)
        return ls_onnx_refuse(w, "flattens images of a batch together");
    x.order = LS_ONNX_FLAT;
    return x;
}

/* To one row an image, [1 or 0 or -1, -1 or how many numbers an image has]; or such a row to the
 * channels of one pixel, with [1, 1] behind. */
static struct ls_onnx_value reshape(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = flattened(w);
    const struct ls_onnx_value to = ls_onnx_row(w, 1);
    const struct ls_shape shape = ls_onnx_shape(w, x);
    const int64_t numbers = (int64_t)ls_shape_size(shape);
    const bool pixel = to.count == LS_ONNX_RANK && to.wholes[2] == 1 && to.wholes[3] == 1 &&
                       numbers == shape.channels;
    if ((to.count != 2 && !pixel) || to.wholes[0] < -1 || to.wholes[0] > 1 ||
        (to.wholes[1] != numbers && (to.wholes[1] != -1 || to.wholes[0] == -1)))
        return ls_onnx_refuse(w, "only a reshape that flattens an image is known here, or that "
                                 "makes the numbers of one into one pixel");
    x.order = pixel ? LS_ONNX_IMAGE : LS_ONNX_FLAT;
    return x;
}

/* From images to those whose channels are the last dimension, and back. */
static struct ls_onnx_value transpose(struct ls_onnx_walk *w) {
    static const int64_t to_last[] = {0, 2, 3, 1}, to_image[] = {0, 3, 1, 2};
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    int64_t order[LS_ONNX_RANK];
    const bool sound = ls_onnx_wholes(w->node, "perm", LS_ONNX_RANK, 0, order);
    if (sound && x.order == LS_ONNX_IMAGE && memcmp(order, to_last, sizeof order) == 0)
        x.order = LS_ONNX_LAST;
    else if (sound && x.order == LS_ONNX_LAST && memcmp(order, to_image, sizeof order) == 0)
        x.order = LS_ONNX_IMAGE;
    else
        return ls_onnx_refuse(w, "only the channels of images can be moved to the last dimension, "
                                 "and back");
    return x;
}

/* Shapes are computed for batches of one image. */
static struct ls_onnx_value shape(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const struct ls_shape s = ls_onnx_shape(w, x);
    if (x.order == LS_ONNX_LAST)
        return (struct ls_onnx_value){.count = LS_ONNX_RANK,
                                      .wholes = {1, s.height, s.width, s.channels}};
    if (x.order == LS_ONNX_FLAT)
        return (struct ls_onnx_value){.count = 2, .wholes = {1, (int64_t)ls_shape_size(s)}};
    return (struct ls_onnx_value){.count = LS_ONNX_RANK,
                                  .wholes = {1, s.channels, s.height, s.width}};
}

static struct ls_onnx_value gather(struct ls_onnx_walk *w) {
    const struct ls_onnx_value from = ls_onnx_row(w, 0), index = ls_onnx_row(w, 1);
    const int64_t i = index.wholes[0] + (index.wholes[0] < 0 ? from.count : 0);
    if (from.count < 1 || index.count != 1 || i < 0 || i >= from.count ||
        ls_onnx_whole(w->node, "axis", 0))
        return ls_onnx_refuse(w, "is known here for the sizes of activations only");
    return (struct ls_onnx_value){.count = 1, .wholes = {from.wholes[i]}};
}

static struct ls_onnx_value unsqueeze(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_row(w, 0);
    return x.count == 1 ? x : ls_onnx_refuse(w, "is known here for the sizes of activations only");
}

struct ls_onnx_value ls_onnx_concat_rows(struct ls_onnx_walk *w) {
    struct ls_onnx_value all = {0};
    for (size_t i = 0; i < w->node->n_input; i++) {
        const struct ls_onnx_value more = ls_onnx_row(w, i);
        if (more.count < 1 || all.count + more.count > LS_ONNX_WHOLES)
            return ls_onnx_refuse(w, "joins what is not of one kind, or too much");
        memcpy(all.wholes + all.count, more.wholes, (size_t)more.count * sizeof *all.wholes);
        all.count += more.count;
    }
    return all;
}

static const struct ls_onnx_operation members[] = {
    {"Flatten", " axis ", flatten},      {"Gather", " axis ", gather},
    {"Reshape", " allowzero ", reshape}, {"Shape", "", shape},
    {"Transpose", " perm ", transpose},  {"Unsqueeze", " axes ", unsqueeze},
};

const struct ls_onnx_operations ls_onnx_shapes = {members, sizeof members / sizeof *members};
