/* Functions of one value in ONNX, and what does nothing here. */
#include "model/onnx_walk.h"
#include <float.h>

/* A function of every value. */
static struct ls_onnx_value map(struct ls_onnx_walk *w, const struct ls_op *op,
                                struct ls_attributes a) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    x.node = ls_onnx_add(w, op, a, 1, &x.node);
    return x;
}

static struct ls_onnx_value relu(struct ls_onnx_walk *w) {
    return map(w, &ls_op_relu, (struct ls_attributes){0});
}

static struct ls_onnx_value sigmoid(struct ls_onnx_walk *w) {
    return map(w, &ls_op_sigmoid, (struct ls_attributes){0});
}

static struct ls_onnx_value hyperbolic_tangent(struct ls_onnx_walk *w) {
    return map(w, &ls_op_tanh, (struct ls_attributes){0});
}

static struct ls_onnx_value hard_swish(struct ls_onnx_walk *w) {
    return map(w, &ls_op_hard_swish, (struct ls_attributes){0});
}

static struct ls_onnx_value hard_sigmoid(struct ls_onnx_walk *w) {
    return map(w, &ls_op_hard_sigmoid,
               (struct ls_attributes){.slope = (float)ls_onnx_number(w->node, "alpha", 0.2),
                                      .shift = (float)ls_onnx_number(w->node, "beta", 0.5)});
}

static struct ls_onnx_value leaky_relu(struct ls_onnx_walk *w) {
    return map(w, &ls_op_leaky_relu,
               (struct ls_attributes){.slope = (float)ls_onnx_number(w->node, "alpha", 0.01)});
}

static struct ls_onnx_value elu(struct ls_onnx_walk *w) {
    return map(w, &ls_op_elu,
               (struct ls_attributes){.slope = (float)ls_onnx_number(w->node, "alpha", 1)});
}

static struct ls_onnx_value softplus(struct ls_onnx_walk *w) {
    return map(w, &ls_op_softplus, (struct ls_attributes){0});
}

static struct ls_onnx_value negative(struct ls_onnx_walk *w) {
    return ls_onnx_line(w, ls_onnx_input(w, 0), -1, 0);
}

/* gamma times x, or alpha (exp(x) - 1) below 0 (Klambauer et al. 2017, equation 2). */
static struct ls_onnx_value selu(struct ls_onnx_walk *w) {
    const float alpha = (float)ls_onnx_number(w->node, "alpha", 1.67326319217681884765625),
                gamma = (float)ls_onnx_number(w->node, "gamma", 1.05070102214813232421875);
    return ls_onnx_line(w, map(w, &ls_op_elu, (struct ls_attributes){.slope = alpha}), gamma, 0);
}

/* x, or alpha (exp(x / alpha) - 1) below 0 (Barron 2017, equation 2). */
static struct ls_onnx_value celu(struct ls_onnx_walk *w) {
    const float alpha = (float)ls_onnx_number(w->node, "alpha", 1);
    struct ls_onnx_value x = ls_onnx_line(w, ls_onnx_input(w, 0), 1 / alpha, 0);
    x.node = ls_onnx_add(w, &ls_op_elu, (struct ls_attributes){.slope = 1}, 1, &x.node);
    return ls_onnx_line(w, x, alpha, 0);
}

static struct ls_onnx_value gelu(struct ls_onnx_walk *w) {
    if (ls_onnx_says(w->node, "approximate", "none", true))
        return map(w, &ls_op_gelu, (struct ls_attributes){0});
    if (ls_onnx_says(w->node, "approximate", "tanh", false))
        return map(w, &ls_op_gelu_tanh, (struct ls_attributes){0});
    return ls_onnx_refuse(w, "is approximated in a way that is not known here");
}

static struct ls_onnx_value clip(struct ls_onnx_walk *w) {
    const struct ls_attributes a = {.low = ls_onnx_number_or_attribute(w, 1, "min", -FLT_MAX),
                                    .high = ls_onnx_number_or_attribute(w, 2, "max", FLT_MAX)};
    return map(w, &ls_op_clip, a);
}

/* Of all channels, as the network's last step, which changes no loss: that takes it itself. Before
 * version 13 it is over all dimensions from the axis on. */
static struct ls_onnx_value log_softmax(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_input(w, 0);
    const bool later = w->onnx->version >= 13;
    const int d = ls_onnx_dimension(&x, ls_onnx_whole(w->node, "axis", later ? -1 : 1));
    if (!ls_onnx_is_channels(w, x, d) || (!later && d != x.view.rank - 1))
        return ls_onnx_refuse(w, "is known here over all classes only");
    x.term = LS_ONNX_LOG_SOFTMAX;
    return x;
}

/* x, but below 0 times a trained number: max(x, 0) + weight min(x, 0). */
static struct ls_onnx_value prelu(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    const struct ls_attributes low = {.low = -FLT_MAX};
    struct ls_onnx_value below =
        ls_onnx_made_alike(x, ls_onnx_add(w, &ls_op_clip, low, 1, &x.node));
    if (w->node->n_input != 2)
        return ls_onnx_refuse(w, "does not have two inputs");
    below = ls_onnx_scale(w, below, ls_onnx_find(w->onnx, w->node->input[1]));
    if (!ls_onnx_view_equal(&below.view, &x.view))
        below = ls_onnx_exchange(w, below);
    int above = ls_onnx_add(w, &ls_op_relu, (struct ls_attributes){0}, 1, &x.node);
    if (!ls_shape_equal(ls_onnx_shape(w, below), ls_onnx_shape(w, x))) /* it has been exchanged */
        above = ls_onnx_row_of_pixels(w, above);
    return ls_onnx_made_alike(
        x, ls_onnx_add(w, &ls_op_add, (struct ls_attributes){0}, 2, (int[]){above, below.node}));
}

static struct ls_onnx_value pass(struct ls_onnx_walk *w) {
    return ls_onnx_term(w, 0);
}

static const struct ls_onnx_operation members[] = {
    {"Celu", " alpha ", celu},
    {"Clip", " max min ", clip},
    {"Dropout", " ratio seed ", pass},
    {"Elu", " alpha ", elu},
    {"Gelu", " approximate ", gelu},
    {"HardSigmoid", " alpha beta ", hard_sigmoid},
    {"HardSwish", "", hard_swish},
    {"Identity", "", pass},
    {"LeakyRelu", " alpha ", leaky_relu},
    {"LogSoftmax", " axis ", log_softmax},
    {"Neg", "", negative},
    {"PRelu", "", prelu},
    {"Relu", "", relu},
    {"Selu", " alpha gamma ", selu},
    {"Sigmoid", "", sigmoid},
    {"Softplus", "", softplus},
    {"Tanh", "", hyperbolic_tangent},
};

const struct ls_onnx_operations ls_onnx_activations = {members, sizeof members / sizeof *members};
