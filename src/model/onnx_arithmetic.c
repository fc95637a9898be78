/* Sums and products in ONNX: of activations, and of these and weights. Layer norms, GELUs and
 * linear layers that are spelled out as such are put together again, term by term. */
#include "model/onnx_walk.h"
#include <math.h>

/* What a node's input is. */
enum kind { ACTIVATIONS, NUMBER, WEIGHT };

static enum kind kind_of(const struct ls_onnx_walk *w, size_t i, float *number) {
    if (i >= w->node->n_input || ls_onnx_is_activations(w, i))
        return ACTIVATIONS; /* or nothing, which is refused as such */
    const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
    if (source.tensor && source.rank <= 1 && ls_onnx_single(source.tensor, number))
        return NUMBER; /* with more dimensions it would give them to activations */
    return source.tensor ? WEIGHT : ACTIVATIONS;
}

/* The two inputs of a node, activations first; they may be terms. */
struct pair {
    struct ls_onnx_value x, y;    /* y only if both are activations */
    size_t first, second;         /* which input is which */
    enum kind kind;               /* of the second */
    float number;                 /* that it is */
    struct ls_onnx_source source; /* its tensor, if it has one, */
    bool trained;                 /* which is trained */
};

/* Whether a tensor is the weight or the bias of what is normal: a number for each channel. */
static bool is_of_norm(const struct ls_onnx_walk *w, const struct pair *p) {
    const struct ls_onnx_source *source = &p->source;
    return (p->x.term == LS_ONNX_NORMAL || p->x.term == LS_ONNX_NORMAL_WEIGHTED) &&
           source->tensor && source->rank > 0 &&
           source->size[0] == ls_onnx_shape(w, p->x).channels &&
           source->rank == ls_onnx_channel_rank(w, p->x);
}

/* Whether a row of one number is the weight or the bias of a single channel. */
static bool is_single(const struct ls_onnx_walk *w, const struct pair *p) {
    return (p->source.rank == 1 && p->x.term == LS_ONNX_PRODUCT) || is_of_norm(w, p);
}

/* Whether a single number, in no more dimensions than there are activations, is no weight. */
static bool is_constant(struct pair *p) {
    return p->source.tensor && !p->trained && p->source.rank <= p->x.view.rank &&
           ls_onnx_single(p->source.tensor, &p->number);
}

static struct pair pair_of(struct ls_onnx_walk *w) {
    struct pair p = {.second = 1};
    float number;
    p.kind = kind_of(w, 1, &p.number);
    if (p.kind == ACTIVATIONS && kind_of(w, 0, &number) != ACTIVATIONS) {
        p.first = 1;
        p.second = 0;
        p.kind = kind_of(w, 0, &p.number);
    }
    if (w->node->n_input != 2)
        ls_onnx_refuse(w, "does not have two inputs");
    p.x = ls_onnx_term(w, p.first);
    if (p.kind == NUMBER || p.kind == WEIGHT)
        p.source = ls_onnx_find(w->onnx, w->node->input[p.second]);
    p.trained = p.source.tensor && !ls_onnx_is_constant(w, &p.source, p.x);
    if (p.kind == NUMBER && is_single(w, &p))
        p.kind = WEIGHT;
    else if (p.kind == WEIGHT && is_constant(&p))
        p.kind = NUMBER;
    if (p.kind == ACTIVATIONS)
        p.y = ls_onnx_term(w, p.second);
    return p;
}

/* Whether a number is what was meant but for rounding. */
static bool is(float number, double meant) {
    return fabs((double)number - meant) <= 1e-6 * meant;
}

/* Whether the pair are these terms of one x. */
static bool are(const struct pair *p, enum ls_onnx_term first, enum ls_onnx_term second) {
    return p->kind == ACTIVATIONS && p->x.node == p->y.node &&
           ls_onnx_view_equal(&p->x.view, &p->y.view) && p->x.term == first && p->y.term == second;
}

/* Whether x is a multiple by this constant, which a trained number is not even if it begins so. */
static bool is_multiple(const struct ls_onnx_value *x, double by) {
    return x->term == LS_ONNX_TIMES && is(x->number, by) && !x->weight.tensor;
}

static struct ls_onnx_value term(struct ls_onnx_value x, enum ls_onnx_term term, float number) {
    x.term = term;
    x.number = number;
    return x;
}

static struct ls_onnx_value gelu(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    return ls_onnx_made_alike(x,
                              ls_onnx_add(w, &ls_op_gelu, (struct ls_attributes){0}, 1, &x.node));
}

/* Whether one of x's dimensions stands for each of y's that is one of 1, and for no channels. */
static bool is_stretched(const struct ls_onnx_walk *w, struct ls_onnx_value x,
                         struct ls_onnx_value y) {
    bool fits = x.view.rank == y.view.rank;
    for (int d = 0; fits && d < x.view.rank; d++)
        fits = ls_onnx_dimension_equal(&x.view.dimensions[d], &y.view.dimensions[d]) ||
               (y.view.dimensions[d].count == 0 && !ls_onnx_is_channels(w, x, d));
    return fits;
}

/* inputs[2] = activations, of which one is exchanged if they are counted alike only then: that
 * whose channels are not the last dimension. */
static void meet(struct ls_onnx_walk *w, struct ls_onnx_value inputs[2]) {
    ls_onnx_order_alike(w, 1, -1);
    for (size_t i = 0; i < 2; i++)
        inputs[i] = ls_onnx_input(w, i);
    struct ls_onnx_view exchanged = inputs[1].view;
    ls_onnx_exchange_axes(&exchanged);
    if (!ls_onnx_view_equal(&inputs[0].view, &inputs[1].view) &&
        ls_onnx_view_equal(&inputs[0].view, &exchanged)) {
        const size_t i = ls_onnx_is_channels(w, inputs[0], -1) ? 1 : 0;
        inputs[i] = ls_onnx_exchange_input(w, i);
    }
}

/* Of activations of one shape, or of those and one number for each channel or each pixel. */
static struct ls_onnx_value multiply_activations(struct ls_onnx_walk *w) {
    struct ls_onnx_value inputs[2];
    meet(w, inputs);
    const bool swapped =
        ls_shape_size(ls_onnx_shape(w, inputs[0])) < ls_shape_size(ls_onnx_shape(w, inputs[1]));
    struct ls_onnx_value x = inputs[swapped], y = inputs[!swapped];
    if (!is_stretched(w, x, y))
        x = ls_onnx_exchange(w, x);
    if (!is_stretched(w, x, y)) /* of one number for each pixel, which are to be channels, too */
        y = ls_onnx_exchange(w, y);
    if (!w->builder.status && !is_stretched(w, x, y))
        return ls_onnx_refuse(w, "multiplies what is not of one kind");
    if (ls_onnx_view_equal(&x.view, &y.view))
        return ls_onnx_of_two(w, &ls_op_multiply, x, y);
    const int nodes[] = {x.node, y.node};
    return ls_onnx_made_alike(x,
                              ls_onnx_add(w, &ls_op_multiply, (struct ls_attributes){0}, 2, nodes));
}

/* Activations times a number: as a part of a GELU or of attention, or for itself. */
static struct ls_onnx_value multiply_number(struct ls_onnx_walk *w, const struct pair *p,
                                            float number) {
    if (number == 1 && !p->trained)
        return p->x;
    if (p->x.term == LS_ONNX_SCORES && !p->x.bias && !p->x.mask && !p->trained)
        return term(p->x, LS_ONNX_SCORES, p->x.number * number);
    if (p->x.term == LS_ONNX_TWICE_GELU && is(number, 0.5) && !p->trained)
        return gelu(w, p->x);
    struct ls_onnx_value x = term(ls_onnx_input(w, p->first), LS_ONNX_TIMES, number);
    if (p->trained)
        x.weight = p->source;
    return x;
}

static struct ls_onnx_value multiply_weight(struct ls_onnx_walk *w, const struct pair *p) {
    struct ls_onnx_value x = p->x;
    if (x.term != LS_ONNX_NORMAL || !is_of_norm(w, p))
        return p->trained ? ls_onnx_scale(w, ls_onnx_input(w, p->first), p->source)
                          : ls_onnx_multiply_given(w, p->first, p->source, LS_ONNX_AS_IT_IS);
    x.term = LS_ONNX_NORMAL_WEIGHTED;
    x.weight = ls_onnx_channel_weight(w, p->second, x, false);
    return x;
}

static struct ls_onnx_value multiply(struct ls_onnx_walk *w) {
    const struct pair p = pair_of(w);
    if (p.kind == NUMBER)
        return multiply_number(w, &p, p.number);
    if (p.kind == WEIGHT)
        return multiply_weight(w, &p);
    if (are(&p, LS_ONNX_WHOLE, LS_ONNX_ERF_AND_ONE) || are(&p, LS_ONNX_ERF_AND_ONE, LS_ONNX_WHOLE))
        return term(p.x, LS_ONNX_TWICE_GELU, 0);
    if ((are(&p, LS_ONNX_TIMES, LS_ONNX_ERF_AND_ONE) && is_multiple(&p.x, 0.5)) ||
        (are(&p, LS_ONNX_ERF_AND_ONE, LS_ONNX_TIMES) && is_multiple(&p.y, 0.5)))
        return gelu(w, p.x);
    if (are(&p, LS_ONNX_CENTRED, LS_ONNX_CENTRED))
        return term(p.x, LS_ONNX_SQUARES, 0);
    return multiply_activations(w);
}

static struct ls_onnx_value divide(struct ls_onnx_walk *w) {
    const struct pair p = pair_of(w);
    if (p.kind == NUMBER && p.first == 0 && !p.trained)
        return multiply_number(w, &p, 1 / p.number);
    if (p.kind == WEIGHT && p.first == 0 && !p.trained)
        return ls_onnx_multiply_given(w, 0, p.source, LS_ONNX_RECIPROCAL);
    if (are(&p, LS_ONNX_CENTRED, LS_ONNX_DEVIATION))
        return term(p.x, LS_ONNX_NORMAL, p.y.number);
    return ls_onnx_refuse(w, "is known here by constants, and in layer norms");
}

static struct ls_onnx_value add_number(struct ls_onnx_walk *w, const struct pair *p) {
    if (p->trained)
        return ls_onnx_add_learned(w, p->first, p->source);
    if (p->number == 0)
        return p->x;
    if (p->x.term == LS_ONNX_ERF && is(p->number, 1))
        return term(p->x, LS_ONNX_ERF_AND_ONE, 0);
    if (p->x.term == LS_ONNX_VARIANCE && p->x.number == 0)
        return term(p->x, LS_ONNX_VARIANCE, p->number);
    return ls_onnx_line(w, ls_onnx_input(w, p->first), 1, p->number);
}

static struct ls_onnx_value add_weight(struct ls_onnx_walk *w, const struct pair *p) {
    if (p->x.term == LS_ONNX_SCORES)
        return ls_onnx_add_to_scores(w, p->x, p->source);
    if (p->x.term == LS_ONNX_PRODUCT && p->source.rank == 1)
        return ls_onnx_linear(w, p->x, ls_onnx_weight(w, p->second, 1, false));
    if (p->x.term == LS_ONNX_NORMAL_WEIGHTED)
        return ls_onnx_norm(w, p->x, ls_onnx_channel_weight(w, p->second, p->x, false));
    return p->trained ? ls_onnx_add_learned(w, p->first, p->source)
                      : ls_onnx_add_given(w, p->first, p->source, LS_ONNX_AS_IT_IS);
}

/* The first and `sign` times the second, of which one may be in a row, that has something learned
 * in it. */
static struct ls_onnx_value add_activations(struct ls_onnx_walk *w, float sign) {
    struct ls_onnx_value inputs[2];
    meet(w, inputs);
    if (sign != 1)
        inputs[1] = ls_onnx_line(w, inputs[1], sign, 0);
    if (!w->builder.status && !ls_onnx_view_equal(&inputs[0].view, &inputs[1].view))
        return ls_onnx_refuse(w, "adds what is not of one kind");
    return ls_onnx_of_two(w, &ls_op_add, inputs[0], inputs[1]);
}

static struct ls_onnx_value add(struct ls_onnx_walk *w) {
    const struct pair p = pair_of(w);
    if (p.kind == NUMBER)
        return add_number(w, &p);
    if (p.kind == WEIGHT)
        return add_weight(w, &p);
    if (p.x.term == LS_ONNX_SCORES)
        return ls_onnx_bias_scores(w, p.x, ls_onnx_input(w, p.second));
    if (p.y.term == LS_ONNX_SCORES)
        return ls_onnx_bias_scores(w, p.y, ls_onnx_input(w, p.first));
    return add_activations(w, 1);
}

/* x - constants, or constants - x, which is a node for all that take x's negative. */
static struct ls_onnx_value subtract_given(struct ls_onnx_walk *w, const struct pair *p) {
    const struct ls_onnx_value difference =
        ls_onnx_add_given(w, p->first, p->source, LS_ONNX_NEGATIVE);
    return p->first == 0 ? difference : ls_onnx_line(w, difference, -1, 0);
}

static struct ls_onnx_value subtract(struct ls_onnx_walk *w) {
    const struct pair p = pair_of(w);
    if (are(&p, LS_ONNX_WHOLE, LS_ONNX_MEAN))
        return term(p.x, LS_ONNX_CENTRED, 0);
    if (p.trained)
        return ls_onnx_refuse(w, "subtracts weights, or from weights, which is not known here");
    if (p.kind == WEIGHT)
        return subtract_given(w, &p);
    if (p.kind == NUMBER)
        return p.first == 0 ? ls_onnx_line(w, ls_onnx_input(w, 0), 1, -p.number)
                            : ls_onnx_line(w, ls_onnx_input(w, 1), -1, p.number);
    return add_activations(w, -1);
}

static struct ls_onnx_value square(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_input(w, 0);
    return ls_onnx_made_alike(
        x, ls_onnx_add(w, &ls_op_multiply, (struct ls_attributes){0}, 2, (int[]){x.node, x.node}));
}

static struct ls_onnx_value power(struct ls_onnx_walk *w) {
    const struct pair p = pair_of(w);
    if (p.kind != NUMBER || p.first != 0 || p.number != 2 || p.trained)
        return ls_onnx_refuse(w, "is known here for squares only");
    return p.x.term == LS_ONNX_CENTRED ? term(p.x, LS_ONNX_SQUARES, 0) : square(w);
}

static struct ls_onnx_value square_root(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_term(w, 0);
    if (x.term == LS_ONNX_VARIANCE)
        return term(x, LS_ONNX_DEVIATION, x.number);
    return ls_onnx_refuse(w, "is known here in layer norms only");
}

static struct ls_onnx_value error_function(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_term(w, 0);
    if (is_multiple(&x, sqrt(0.5)))
        return term(x, LS_ONNX_ERF, 0);
    return ls_onnx_refuse(w, "is known here in GELUs only");
}

static const struct ls_onnx_operation members[] = {
    {"Add", "", add},      {"Div", "", divide}, {"Erf", "", error_function},
    {"Mul", "", multiply}, {"Pow", "", power},  {"Sqrt", "", square_root},
    {"Sub", "", subtract},
};

const struct ls_onnx_operations ls_onnx_arithmetic = {members, sizeof members / sizeof *members};
