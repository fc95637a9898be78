/* Operations of ONNX that change or compute shapes: as far as it takes to flatten an image, to have
 * its channels last, or to shuffle them. */
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

/* Whether `to` is the shape sizes[count] of an image behind the batch's size; one size may be -1.
 */
static bool is_shape(struct ls_onnx_value to, int count, const int64_t *sizes) {
    int left_out = 0;
    bool same = to.count == count + 1 && to.wholes[0] >= -1 && to.wholes[0] <= 1;
    for (int i = 0; i < to.count; i++)
        left_out += to.wholes[i] == -1;
    for (int i = 0; same && i < count; i++)
        same = to.wholes[1 + i] == sizes[i] || to.wholes[1 + i] == -1;
    return same && left_out <= 1;
}

/* From [channels, height, width] to [groups, others, height, width]. */
static struct ls_onnx_value group(struct ls_onnx_walk *w, struct ls_onnx_value to) {
    struct ls_onnx_value x = ls_onnx_image(w, 0);
    const struct ls_shape shape = ls_onnx_shape(w, x);
    int64_t groups = to.wholes[1];
    if (groups == -1 && to.wholes[2] > 0)
        groups = shape.channels / to.wholes[2];
    const int64_t others = groups > 0 ? shape.channels / groups : 0;
    if (groups < 1 || others * groups != shape.channels ||
        !is_shape(to, 4, (int64_t[]){groups, others, shape.height, shape.width}))
        return ls_onnx_refuse(w, "only the channels of an image can be put into groups");
    x.term = LS_ONNX_GROUPS;
    x.channels = (int)groups;
    return x;
}

/* From [others, groups, height, width] to [channels, height, width]. */
static struct ls_onnx_value shuffle(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                    struct ls_onnx_value to) {
    const struct ls_attributes a = {.groups = x.channels};
    const struct ls_shape shape = ls_onnx_shape(w, x);
    if (!is_shape(to, 3, (int64_t[]){shape.channels, shape.height, shape.width}))
        return ls_onnx_refuse(w, "only the channels of an image can be shuffled");
    return (struct ls_onnx_value){.node = ls_onnx_add(w, &ls_op_shuffle, a, 1, &x.node),
                                  .order = x.order};
}

/* To one row an image, [1 or 0 or -1, -1 or how many numbers an image has]; such a row to the
 * channels of one pixel, with [1, 1] behind; or, for a shuffle, to groups of channels and back. */
static struct ls_onnx_value reshape(struct ls_onnx_walk *w) {
    const struct ls_onnx_value to = ls_onnx_row(w, 1), parts = ls_onnx_term(w, 0);
    if (parts.term == LS_ONNX_TURNED_GROUPS)
        return shuffle(w, parts, to);
    if (to.count == LS_ONNX_RANK + 1)
        return group(w, to);
    struct ls_onnx_value x = flattened(w);
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

/* From groups of channels to [others, groups, height, width]. */
static struct ls_onnx_value turn(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    static const int64_t turned[] = {0, 2, 1, 3, 4};
    int64_t order[LS_ONNX_RANK + 1];
    if (!ls_onnx_wholes(w->node, "perm", LS_ONNX_RANK + 1, 0, order) ||
        memcmp(order, turned, sizeof order) != 0)
        return ls_onnx_refuse(w, "only groups of channels can be exchanged with their members");
    x.term = LS_ONNX_TURNED_GROUPS;
    return x;
}

/* From images to those whose channels are the last dimension, and back. */
static struct ls_onnx_value transpose(struct ls_onnx_walk *w) {
    if (ls_onnx_term(w, 0).term == LS_ONNX_GROUPS)
        return turn(w, ls_onnx_term(w, 0));
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

/* Of whole numbers; what is cast to floats is found by its name. */
static struct ls_onnx_value cast(struct ls_onnx_walk *w) {
    enum { INT64 = 7 };
    const struct ls_onnx_value x = ls_onnx_row(w, 0);
    return x.count > 0 && ls_onnx_whole(w->node, "to", 0) == INT64
               ? x
               : ls_onnx_refuse(w, "is known here for the sizes of activations only");
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
    {"Cast", " saturate to ", cast},
    {"Flatten", " axis ", flatten},
    {"Gather", " axis ", gather},
    {"Reshape", " allowzero ", reshape},
    {"Shape", "", shape},
    {"Transpose", " perm ", transpose},
    {"Unsqueeze", " axes ", unsqueeze},
};

const struct ls_onnx_operations ls_onnx_shapes = {members, sizeof members / sizeof *members};
