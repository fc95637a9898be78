/* Operations of ONNX that normalise: batches, the channels of every pixel, or groups of channels.
 */
#include "model/onnx_walk.h"
#include <string.h>

static struct ls_onnx_value batch_normalization(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    if (!ls_onnx_is_channels(w, x, 1))
        x = ls_onnx_exchange_input(w, 0);
    if (!ls_onnx_is_channels(w, x, 1))
        return ls_onnx_refuse(w, "normalises something else than the channels of an image, which "
                                 "is not known here");
    bool trains = ls_onnx_whole(w->node, "training_mode", 0);
    for (size_t i = 1; i < w->node->n_output; i++) /* how it was said before opset 14 */
        trains = trains || *w->node->output[i];
    if (trains)
        return ls_onnx_refuse(w, "was exported for training; export the network as it evaluates");
    struct ls_onnx_source sources[4];
    for (size_t i = 0; i < 4; i++)
        sources[i] = ls_onnx_weight(w, i + 1, 1, false);
    /* ONNX says how much of the running statistics stays, PyTorch how much goes. */
    const struct ls_attributes a = {.epsilon = (float)ls_onnx_number(w->node, "epsilon", 1e-5),
                                    .momentum =
                                        (float)(1 - ls_onnx_number(w->node, "momentum", 0.9))};
    return ls_onnx_made_alike(x, ls_onnx_add_weighted(w, &ls_op_batchnorm, a, x, sources, 4));
}

/* A norm whose formula has ended: of groups if it has some, else of the channels of every pixel. */
struct ls_onnx_value ls_onnx_norm(struct ls_onnx_walk *w, struct ls_onnx_value normal,
                                  struct ls_onnx_source bias) {
    const struct ls_onnx_source sources[] = {normal.weight, bias};
    const struct ls_attributes a = {.epsilon = normal.number,
                                    .groups = normal.groups,
                                    .bias = bias.tensor,
                                    .unweighted = !normal.weight.tensor};
    const struct ls_op *op = normal.groups ? &ls_op_groupnorm : &ls_op_layernorm;
    if (normal.groups && !bias.tensor != a.unweighted)
        return ls_onnx_refuse(w, "a group norm without a bias is not known here");
    const int node = a.unweighted ? ls_onnx_add(w, op, a, 1, &normal.node)
                                  : ls_onnx_add_weighted(w, op, a, normal, sources, a.bias ? 2 : 1);
    return ls_onnx_made_alike(normal, node);
}

/* Whether x is [1, groups, ...], the last all channels of a group, and of each the pixels. */
static bool is_grouped(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, int groups) {
    const struct ls_shape shape = ls_onnx_shape(w, *x);
    struct ls_onnx_view rest = x->view;
    if (w->builder.status || rest.rank < 2 || groups < 1 || shape.channels % groups != 0)
        return false;
    const int members = shape.channels / groups;
    const struct ls_onnx_dimension wanted = ls_onnx_dimension_of(false, groups, members);
    const bool first = ls_onnx_dimension_equal(&rest.dimensions[1], &wanted);
    rest.dimensions[1] = (struct ls_onnx_dimension){0};
    return first && rest.dimensions[0].count == 0 &&
           ls_onnx_is_image_order(&rest, (struct ls_shape){shape.height, shape.width, members});
}

/* Whether a tensor is of one number, again and again. */
static bool is_all(const struct ls_onnx_source *source, float wanted) {
    const struct ls_onnx_numbers numbers = ls_onnx_numbers(source->tensor);
    bool same = numbers.data && numbers.dtype == LS_DTYPE_F32;
    for (size_t i = 0; same && i < numbers.count; i++) {
        float number;
        memcpy(&number, numbers.data + i * sizeof number, sizeof number);
        same = number == wanted;
    }
    return same;
}

/* What is normal of x, weighed by inputs 1 and 2 unless those are constants that do nothing. */
static struct ls_onnx_value weigh(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    const struct ls_onnx_source weight = ls_onnx_weight(w, 1, 1, false),
                                bias = ls_onnx_weight(w, 2, 1, true);
    x.term = LS_ONNX_NORMAL;
    x.number = (float)ls_onnx_number(w->node, "epsilon", 1e-5);
    if (w->builder.status)
        return x;
    const bool fits = weight.size[0] == ls_onnx_shape(w, x).channels;
    if (is_all(&weight, 1) && (!bias.tensor || is_all(&bias, 0)) &&
        !(fits && ls_onnx_is_parameter(w, &weight)))
        return x;
    x.weight = weight;
    return ls_onnx_norm(w, x, bias);
}

static struct ls_onnx_value layer_normalization(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int64_t axis = ls_onnx_whole(w->node, "axis", -1);
    if (!ls_onnx_is_channels(w, x, axis))
        x = ls_onnx_exchange_input(w, 0);
    if (!ls_onnx_is_channels(w, x, axis) || ls_onnx_dimension(&x, axis) != x.view.rank - 1)
        return ls_onnx_refuse(w, "normalises something else than the channels of every pixel, as "
                                 "the last dimension");
    return weigh(w, x);
}

/* Of groups of channels, if these have been put together to be one; PyTorch's group norm does. */
static struct ls_onnx_value instance_normalization(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int groups = x.view.rank < 2 ? 0 : (int)ls_onnx_dimension_size(&x.view.dimensions[1]);
    if (!is_grouped(w, &x, groups))
        x = ls_onnx_exchange_input(w, 0);
    x.groups = groups;
    if (!is_grouped(w, &x, groups))
        return ls_onnx_refuse(w, "normalises something else than groups of an image's channels");
    return weigh(w, x);
}

static struct ls_onnx_value group_normalization(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    const int64_t groups = ls_onnx_whole(w->node, "num_groups", 0);
    const int channels = ls_onnx_shape(w, x).channels;
    if (!is_grouped(w, &x, channels) || groups < 1 || channels % groups != 0)
        return ls_onnx_refuse(w, "normalises something else than groups of an image's channels");
    x.groups = (int)groups;
    return weigh(w, x);
}

static const struct ls_onnx_operation members[] = {
    {"BatchNormalization", " epsilon momentum training_mode ", batch_normalization},
    {"GroupNormalization", " epsilon num_groups stash_type ", group_normalization},
    {"InstanceNormalization", " epsilon ", instance_normalization},
    {"LayerNormalization", " axis epsilon stash_type ", layer_normalization},
};

const struct ls_onnx_operations ls_onnx_norms = {members, sizeof members / sizeof *members};
