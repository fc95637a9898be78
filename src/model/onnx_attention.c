/* Scaled dot-product attention (Vaswani et al. 2017, equation 1), which ONNX has no operation for
 * in the files of most networks: softmax(factor * q k^T + bias) v, where q and k may carry parts of
 * the factor. */
#include "model/onnx_walk.h"

/* The channels of every head, of which as many as dimensions tell are counted before the tokens. */
static int channels_of_head(const struct ls_onnx_walk *w, const struct ls_onnx_value *x,
                            int head_channels) {
    const int channels = ls_onnx_shape(w, *x).channels;
    const int size = (int)ls_onnx_dimension_size(&x->view.dimensions[head_channels]);
    const struct ls_onnx_dimension wanted = ls_onnx_dimension_of(false, size, 1),
                                   heads = ls_onnx_dimension_of(false, channels / size, size);
    bool fits = channels % size == 0 &&
                ls_onnx_dimension_equal(&x->view.dimensions[head_channels], &wanted);
    int seen = 0; /* dimensions that count the heads */
    for (int d = 0; d < x->view.rank - 2; d++) {
        const bool counts = x->view.dimensions[d].count > 0;
        fits = fits && (!counts || ls_onnx_dimension_equal(&x->view.dimensions[d], &heads));
        seen += counts;
    }
    return fits && seen == (heads.count > 0) ? size : 0;
}

/* Whether x is [..., heads, ..., tokens, channels of a head], or with the last two exchanged; and
 * how many heads that are. */
static bool is_headed(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, bool exchanged,
                      int *heads) {
    const int rank = x->view.rank;
    if (w->builder.status || rank < 2 || !ls_onnx_is_pixels(w, *x, exchanged ? -1 : -2))
        return false;
    const int size = channels_of_head(w, x, exchanged ? rank - 2 : rank - 1);
    *heads = size ? ls_onnx_shape(w, *x).channels / size : 0;
    return size > 0;
}

/* An input that may have been multiplied by a number, which goes to the scores. */
static struct ls_onnx_value factor_of(struct ls_onnx_walk *w, size_t i, float *number) {
    const struct ls_onnx_value x = ls_onnx_term(w, i);
    if (x.term != LS_ONNX_TIMES || x.weight.tensor)
        return ls_onnx_input(w, i);
    *number *= x.number;
    return ls_onnx_made_alike(x, x.node);
}

static bool have_equal_fronts(const struct ls_onnx_view *a, const struct ls_onnx_view *b) {
    bool same = a->rank == b->rank;
    for (int d = 0; same && d < a->rank - 2; d++)
        same =
            ls_onnx_dimension_size(&a->dimensions[d]) == ls_onnx_dimension_size(&b->dimensions[d]);
    return same;
}

static struct ls_onnx_value score(struct ls_onnx_walk *w) {
    float number = 1;
    int heads, others;
    const struct ls_onnx_value keys = factor_of(w, 1, &number);
    struct ls_onnx_value scores = factor_of(w, 0, &number);
    if (!is_headed(w, &scores, false, &heads) || !is_headed(w, &keys, true, &others) ||
        heads != others || !have_equal_fronts(&scores.view, &keys.view))
        return ls_onnx_refuse(
            w, "multiplies activations, which is known here in attention only: queries "
               "[batch, heads, tokens, channels] by keys [batch, heads, channels, "
               "tokens], and by values what softmax makes of that");
    scores.term = LS_ONNX_SCORES;
    scores.other = keys.node;
    scores.number = number;
    scores.view.dimensions[scores.view.rank - 1] = keys.view.dimensions[keys.view.rank - 1];
    scores.heads = heads;
    return scores;
}

/* Whether the numbers of x lie in memory as they are counted. */
static bool is_in_memory_order(const struct ls_onnx_walk *w, const struct ls_onnx_value *x) {
    const struct ls_shape shape = ls_onnx_shape(w, *x);
    struct ls_onnx_view view = x->view;
    ls_onnx_exchange_axes(&view); /* an image is counted channel by channel, but lies by pixels */
    return ls_onnx_is_image_order(&view,
                                  (struct ls_shape){1, shape.channels, shape.height * shape.width});
}

/* Whether both have the same sizes, but that a has more dimensions of 1 in front. */
static bool have_equal_sizes(const struct ls_onnx_view *a, const struct ls_onnx_view *b) {
    const int before = a->rank - b->rank;
    bool same = before >= 0;
    for (int d = 0; same && d < a->rank; d++)
        same = ls_onnx_dimension_size(&a->dimensions[d]) ==
               (d < before ? 1 : ls_onnx_dimension_size(&b->dimensions[d - before]));
    return same;
}

struct ls_onnx_value ls_onnx_bias_scores(struct ls_onnx_walk *w, struct ls_onnx_value scores,
                                         struct ls_onnx_value bias) {
    if (!is_in_memory_order(w, &bias))
        bias = ls_onnx_exchange(w, bias);
    if (!w->builder.status && (scores.bias || !is_in_memory_order(w, &bias) ||
                               !have_equal_sizes(&scores.view, &bias.view)))
        return ls_onnx_refuse(w, "adds to the scores of attention what is not one number for each "
                                 "[heads, queries, keys], or does so twice");
    scores.bias = bias.node;
    return scores;
}

static struct ls_onnx_value attend(struct ls_onnx_walk *w, struct ls_onnx_value scores) {
    struct ls_onnx_value values = ls_onnx_input(w, 1);
    const int last = values.view.rank - 1;
    int heads;
    if (!is_headed(w, &values, false, &heads) || heads != scores.heads ||
        !have_equal_fronts(&scores.view, &values.view))
        return ls_onnx_refuse(w, "attends to other values than [batch, heads, tokens, channels]");
    const struct ls_attributes a = {.groups = heads, .slope = scores.number};
    const int inputs[] = {scores.node, scores.other, values.node, scores.bias};
    const int node = ls_onnx_add(w, &ls_op_attention, a, scores.bias ? 4 : 3, inputs);
    struct ls_onnx_value made = ls_onnx_made_alike(values, node);
    made.view.dimensions[last - 1] = scores.view.dimensions[last - 1];
    return made;
}

struct ls_onnx_value ls_onnx_multiply_matrices(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_term(w, 0);
    return x.term == LS_ONNX_ATTENTION ? attend(w, x) : score(w);
}

/* Before version 13 it is over all dimensions from the axis on, of which there is one at the end.
 */
static struct ls_onnx_value softmax(struct ls_onnx_walk *w) {
    struct ls_onnx_value x = ls_onnx_term(w, 0);
    const int64_t axis = ls_onnx_whole(w->node, "axis", w->onnx->version < 13 ? 1 : -1);
    if (x.term != LS_ONNX_SCORES || ls_onnx_dimension(&x, axis) != x.view.rank - 1)
        return ls_onnx_refuse(w,
                              "is known here in attention only, over the last dimension of scores");
    x.term = LS_ONNX_ATTENTION;
    return x;
}

static const struct ls_onnx_operation members[] = {{"Softmax", " axis ", softmax}};

const struct ls_onnx_operations ls_onnx_attention = {members, sizeof members / sizeof *members};
