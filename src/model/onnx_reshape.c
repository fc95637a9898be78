/* Operations of ONNX that count the same numbers in other dimensions. */
#include "model/onnx_walk.h"
#include <string.h>

/* Parts of attention may be counted otherwise before they are multiplied, groups that are normal
 * before their channels are weighed, and a log softmax, which PyTorch transposes before version 13.
 * A multiple by a trained number is one for all that take it, as a weight belongs to one node. */
struct ls_onnx_value ls_onnx_views_of(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_term(w, 0);
    const bool stays = (x.term == LS_ONNX_TIMES && !x.weight.tensor) ||
                       (x.term == LS_ONNX_NORMAL && x.groups) || x.term == LS_ONNX_LOG_SOFTMAX ||
                       x.term == LS_ONNX_PICKED || x.term == LS_ONNX_WHOLE;
    return stays ? x : ls_onnx_input(w, 0);
}

int ls_onnx_row_of_pixels(struct ls_onnx_walk *w, int node) {
    const struct ls_shape shape = ls_onnx_shape(w, (struct ls_onnx_value){.node = node});
    return shape.height > 1 ? ls_onnx_add(w, &ls_op_append, (struct ls_attributes){0}, 1, &node)
                            : node;
}

/* Where channels stand as [others, groups] in one dimension they are moved, and stand in order
 * again.
 */
static void shuffle(struct ls_onnx_walk *w, struct ls_onnx_value *x) {
    const int channels = ls_onnx_shape(w, *x).channels;
    for (int d = 0; d < x->view.rank; d++) {
        struct ls_onnx_dimension *dimension = &x->view.dimensions[d];
        const struct ls_onnx_axis *others = dimension->axes, *groups = others + 1;
        if (dimension->count != 2 || others->pixels || groups->pixels || others->step != 1 ||
            groups->step != others->size || groups->size * others->size != channels)
            continue;
        *x = ls_onnx_settle(w, *x);
        if (w->builder.status)
            return;
        const struct ls_attributes a = {.groups = groups->size};
        x->node = ls_onnx_add(w, &ls_op_shuffle, a, 1, &x->node);
        *dimension = ls_onnx_channels_of(ls_onnx_shape(w, *x));
        return;
    }
}

static bool close_sizes(const struct ls_onnx_view *from, bool zeros, int rank, int64_t *sizes) {
    int64_t own[LS_ONNX_DIMENSIONS];
    for (int d = 0; d < from->rank; d++)
        own[d] = ls_onnx_dimension_size(&from->dimensions[d]);
    return ls_onnx_close_sizes(from->rank, own, zeros, rank, sizes);
}

/* Counts x in the sizes that are the node's second input; false: it cannot be. */
static bool count_anew(const struct ls_onnx_walk *w, struct ls_onnx_value *x) {
    struct ls_onnx_row to = ls_onnx_row(w, 1);
    const bool zeros = !ls_onnx_whole(w->node, "allowzero", 0);
    return to.count >= 0 && close_sizes(&x->view, zeros, to.count, to.wholes) &&
           ls_onnx_reshape(&x->view, to.count, to.wholes);
}

/* Scores of attention, of which only the windows may be counted otherwise. */
static struct ls_onnx_value reshape_scores(struct ls_onnx_walk *w, struct ls_onnx_value scores) {
    const struct ls_onnx_view before = scores.view;
    bool same = count_anew(w, &scores) && scores.view.rank >= 2;
    for (int d = 1; same && d <= 2; d++)
        same = ls_onnx_dimension_equal(&scores.view.dimensions[scores.view.rank - d],
                                       &before.dimensions[before.rank - d]);
    return same ? scores
                : ls_onnx_refuse(w, "counts scores of attention in a way that is not known here");
}

static struct ls_onnx_value reshape(struct ls_onnx_walk *w) {
    if (ls_onnx_peek(w, 0) && ls_onnx_peek(w, 0)->term == LS_ONNX_SCORES)
        return reshape_scores(w, ls_onnx_term(w, 0));
    struct ls_onnx_value x = ls_onnx_views_of(w);
    if (w->builder.status)
        return x;
    if (!count_anew(w, &x))
        return ls_onnx_refuse(w,
                              "its shape is none that the activations of one image can be counted "
                              "in; known are files for batches of one image, or of any size");
    shuffle(w, &x);
    return ls_onnx_is_ordered(&x.view) ? x : ls_onnx_ordered(w, x);
}

static struct ls_onnx_value flatten(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    int64_t sizes[] = {0, -1};
    if (ls_onnx_whole(w->node, "axis", 1) != 1)
        return ls_onnx_refuse(w, "flattens images of a batch together");
    if (!close_sizes(&x.view, true, 2, sizes) || !ls_onnx_reshape(&x.view, 2, sizes))
        return ls_onnx_refuse(w, "flattens what has been transposed too often");
    return x;
}

/* Shares of attention may be turned. */
static struct ls_onnx_value transpose(struct ls_onnx_walk *w) {
    const struct ls_onnx_value *shares = ls_onnx_peek(w, 0);
    const struct ls_onnx_value x =
        shares && shares->term == LS_ONNX_ATTENTION ? *shares : ls_onnx_views_of(w);
    int64_t order[LS_ONNX_DIMENSIONS];
    if (w->builder.status)
        return x;
    if (!ls_onnx_wholes(w->node, "perm", x.view.rank, -1, order))
        return ls_onnx_refuse(w, "its order of dimensions is none of those that its input has");
    return ls_onnx_permuted(w, x, order);
}

/* Counts the axes of so many dimensions from the first; whether they are there, and in order. */
static bool place(struct ls_onnx_row *axes, int rank) {
    for (int i = 0; i < axes->count; i++) {
        axes->wholes[i] += axes->wholes[i] < 0 ? rank : 0;
        if (axes->wholes[i] < 0 || axes->wholes[i] >= rank ||
            (i > 0 && axes->wholes[i] <= axes->wholes[i - 1]))
            return false;
    }
    return axes->count > 0;
}

static struct ls_onnx_value squeeze(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_views_of(w);
    struct ls_onnx_row axes = ls_onnx_row_or_attribute(w, 1, "axes");
    if (axes.count == 0) { /* takes away all of 1 */
        for (int d = x.view.rank - 1; d >= 0; d--)
            ls_onnx_remove(&x.view, d);
        return x;
    }
    bool sound = place(&axes, x.view.rank);
    for (int i = axes.count - 1; sound && i >= 0; i--)
        sound = ls_onnx_remove(&x.view, (int)axes.wholes[i]);
    return sound ? x : ls_onnx_refuse(w, "takes away dimensions that are not there, or not of 1");
}

static struct ls_onnx_value unsqueeze(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_views_of(w);
    struct ls_onnx_row axes = ls_onnx_row_or_attribute(w, 1, "axes");
    bool sound = place(&axes, x.view.rank + axes.count);
    for (int i = 0; sound && i < axes.count; i++)
        sound = ls_onnx_insert(&x.view, (int)axes.wholes[i]);
    return sound ? x : ls_onnx_refuse(w, "adds dimensions that are too many, or in no order");
}

/* What is learned, for every image of a batch. */
static struct ls_onnx_value expand(struct ls_onnx_walk *w) {
    const struct ls_onnx_row to = ls_onnx_row(w, 1);
    const struct ls_onnx_source source = w->node->n_input == 2
                                             ? ls_onnx_find(w->onnx, w->node->input[0])
                                             : (struct ls_onnx_source){0};
    bool same = source.tensor && to.count == source.rank;
    for (int d = 0; same && d < to.count; d++)
        same = to.wholes[d] == 1 || to.wholes[d] == source.size[d];
    return same ? (struct ls_onnx_value){.term = LS_ONNX_LEARNED, .weight = source}
                : ls_onnx_refuse(w,
                                 "is known here for weights that are the same for all images only");
}

static const struct ls_onnx_operation members[] = {
    {"Expand", "", expand},
    {"Flatten", " axis ", flatten},
    {"Reshape", " allowzero ", reshape},
    {"Squeeze", " axes ", squeeze},
    {"Transpose", " perm ", transpose},
    {"Unsqueeze", " axes ", unsqueeze},
};

const struct ls_onnx_operations ls_onnx_reshapes = {members, sizeof members / sizeof *members};
