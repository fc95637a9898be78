/* Scaled dot-product attention (Vaswani et al. 2017, equation 1), which ONNX has no operation for
 * in the files of most networks: softmax(factor * q k^T + bias) v, where q and k may carry parts of
 * the factor. */
#include "model/onnx_array.h"
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
        const bool windows = ls_onnx_counts_pixels(&x->view.dimensions[d]);
        fits =
            fits && (!counts || windows || ls_onnx_dimension_equal(&x->view.dimensions[d], &heads));
        seen += counts && !windows;
    }
    return fits && seen == (heads.count > 0) ? size : 0;
}

/* How attention divides queries, keys or values. */
struct division {
    int heads, windows;
};

/* The windows of x, whose dimensions, and behind them `tokens`, count its pixels in order; 0: they
 * do not. */
static int windows_of(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, int tokens) {
    const struct ls_shape shape = ls_onnx_shape(w, *x);
    const int pixels = shape.height * shape.width;
    const int64_t window = ls_onnx_dimension_size(&x->view.dimensions[tokens]);
    int64_t step = pixels;
    for (int d = 0; d < x->view.rank; d++) {
        const struct ls_onnx_dimension *dimension = &x->view.dimensions[d];
        if (dimension->count == 0 || !dimension->axes[0].pixels ||
            (d > x->view.rank - 3 && d != tokens))
            continue;
        step /= dimension->axes[0].size;
        if (dimension->count > 1 || dimension->axes[0].step != step)
            return 0;
    }
    return step == 1 ? (int)(pixels / window) : 0;
}

/* Whether x is [windows, heads, tokens, channels of a head], the first two in any order or left
 * out, or with the last two exchanged; and how it is divided. */
static bool is_headed(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, bool exchanged,
                      struct division *division) {
    const int rank = x->view.rank, tokens = exchanged ? rank - 1 : rank - 2;
    *division = (struct division){0};
    if (w->builder.status || rank < 2)
        return false;
    const int size = channels_of_head(w, x, exchanged ? rank - 2 : rank - 1);
    division->windows = windows_of(w, x, tokens);
    division->heads = size ? ls_onnx_shape(w, *x).channels / size : 0;
    return size > 0 && division->windows > 0;
}

/* x, or its pixels in the order of windows, or channels in the place of pixels, which then attend
 * to one another (Ali et al. 2021): that which is headed. */
static struct ls_onnx_value divided(struct ls_onnx_walk *w, struct ls_onnx_value x, bool exchanged,
                                    struct division *division) {
    *division = (struct division){0};
    if (w->builder.status || is_headed(w, &x, exchanged, division) || !ls_onnx_is_apart(&x.view))
        return x;
    const struct ls_onnx_value ordered = ls_onnx_settle(w, ls_onnx_ordered(w, x));
    if (is_headed(w, &ordered, exchanged, division))
        return ordered;
    const struct ls_onnx_value turned = ls_onnx_exchange(w, x);
    return is_headed(w, &turned, exchanged, division) ? turned : x;
}

static bool are_equal(struct division a, struct division b) {
    return a.heads == b.heads && a.windows == b.windows;
}

struct ls_onnx_value ls_onnx_factor(struct ls_onnx_walk *w, size_t i) {
    const struct ls_onnx_value x = ls_onnx_term(w, i);
    const bool stays = (x.term == LS_ONNX_TIMES && !x.weight.tensor) || x.term == LS_ONNX_ATTENTION;
    return stays ? x : ls_onnx_input(w, i);
}

/* x, or what it is a multiple of by a number, which goes to the scores. */
static struct ls_onnx_value bare(struct ls_onnx_value x, float *number) {
    if (x.term != LS_ONNX_TIMES)
        return x;
    *number *= x.number;
    return ls_onnx_made_alike(x, x.node);
}

/* Whether all dimensions but the last two count as many heads, or as many windows, in both. */
static bool have_equal_fronts(const struct ls_onnx_view *a, const struct ls_onnx_view *b) {
    bool same = a->rank == b->rank;
    for (int d = 0; same && d < a->rank - 2; d++) {
        const struct ls_onnx_dimension *of_a = &a->dimensions[d], *of_b = &b->dimensions[d];
        same = ls_onnx_dimension_size(of_a) == ls_onnx_dimension_size(of_b) &&
               ls_onnx_counts_pixels(of_a) == ls_onnx_counts_pixels(of_b);
    }
    return same;
}

static struct ls_onnx_value score(struct ls_onnx_walk *w, struct ls_onnx_value queries,
                                  struct ls_onnx_value keys) {
    float number = 1;
    struct division division, of_keys;
    keys = divided(w, bare(keys, &number), true, &of_keys);
    struct ls_onnx_value scores = divided(w, bare(queries, &number), false, &division);
    if (scores.term != LS_ONNX_WHOLE || keys.term != LS_ONNX_WHOLE || !division.windows ||
        !are_equal(division, of_keys) || !have_equal_fronts(&scores.view, &keys.view))
        return ls_onnx_refuse(
            w, "multiplies activations, which is known here in attention only: queries "
               "[batch, heads, tokens, channels] by keys [batch, heads, channels, "
               "tokens], and by values what softmax makes of that");
    scores.term = LS_ONNX_SCORES;
    scores.other = keys.node;
    scores.number = number;
    scores.view.dimensions[scores.view.rank - 1] = keys.view.dimensions[keys.view.rank - 1];
    scores.heads = division.heads;
    scores.windows = division.windows;
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

/* How many numbers a dimension of scores has that are added for `heads` or for `windows`, and 1 if
 * not; of the last two it is that of queries and keys. */
static int64_t added_in(const struct ls_onnx_view *scores, int d, bool heads, bool windows) {
    const struct ls_onnx_dimension *dimension = &scores->dimensions[d];
    const bool front = d < scores->rank - 2;
    return !front || (ls_onnx_counts_pixels(dimension) ? windows : heads)
               ? ls_onnx_dimension_size(dimension)
               : 1;
}

/* Whether the view has a number for all heads, queries and keys, but that it may have fewer
 * dimensions of 1 in front. */
static bool is_for_heads(const struct ls_onnx_view *scores, const struct ls_onnx_view *view) {
    const int before = scores->rank - view->rank;
    bool same = before >= 0;
    for (int d = 0; same && d < scores->rank; d++)
        same = added_in(scores, d, true, false) ==
               (d < before ? 1 : ls_onnx_dimension_size(&view->dimensions[d - before]));
    return same;
}

struct ls_onnx_value ls_onnx_bias_scores(struct ls_onnx_walk *w, struct ls_onnx_value scores,
                                         struct ls_onnx_value bias) {
    if (!is_in_memory_order(w, &bias))
        bias = ls_onnx_exchange(w, bias);
    if (!w->builder.status &&
        (scores.bias || !is_in_memory_order(w, &bias) || !is_for_heads(&scores.view, &bias.view)))
        return ls_onnx_refuse(w, "adds to the scores of attention what is not one number for each "
                                 "[heads, queries, keys], or does so twice");
    scores.bias = bias.node;
    return scores;
}

/* Whether all numbers are 0, or so much below it that nothing of a share is left: then they are no
 * weights, wherever in the file they are. */
static bool keeps_apart(const struct ls_onnx_array *array) {
    bool apart = false;
    for (size_t i = 0; i < array->count; i++) {
        if (array->number[i] != 0 && !(array->number[i] <= -64))
            return false;
        apart = apart || array->number[i] != 0;
    }
    return apart;
}

/* Queries times keys of a window. */
static size_t pairs_of(const struct ls_onnx_view *scores) {
    return (size_t)(ls_onnx_dimension_size(&scores->dimensions[scores->rank - 2]) *
                    ls_onnx_dimension_size(&scores->dimensions[scores->rank - 1]));
}

/* Adds an array for all heads, and for each window or for all of them, to the scores' mask; false:
 * it is none. */
static bool add_mask(struct ls_onnx_walk *w, struct ls_onnx_value *scores,
                     const struct ls_onnx_array *array) {
    int64_t size[LS_ONNX_SOURCE_RANK];
    const size_t pairs = pairs_of(&scores->view), count = pairs * (size_t)scores->windows;
    for (int d = 0; d < scores->view.rank; d++)
        size[d] = added_in(&scores->view, d, false, true);
    struct ls_onnx_array all = ls_onnx_array_expand(array, scores->view.rank, size);
    const bool fits = all.number && (all.count == count || all.count == pairs);
    float *mask = fits ? ls_constant(&w->builder, count) : NULL;
    for (size_t i = 0; mask && i < count; i++)
        mask[i] = (float)all.number[i % all.count] + (scores->mask ? scores->mask[i] : 0);
    scores->mask = mask ? mask : scores->mask;
    ls_onnx_array_free(&all);
    return mask;
}

struct ls_onnx_value ls_onnx_add_to_scores(struct ls_onnx_walk *w, struct ls_onnx_value scores,
                                           struct ls_onnx_source source) {
    struct ls_onnx_array array = ls_onnx_array_take(&source);
    const bool constant = array.number && (!ls_onnx_is_stored(w, &source) || keeps_apart(&array));
    const bool masked = constant && add_mask(w, &scores, &array);
    ls_onnx_array_free(&array);
    return masked ? scores : ls_onnx_bias_scores(w, scores, ls_onnx_learned(w, source));
}

static struct ls_onnx_value attend(struct ls_onnx_walk *w, struct ls_onnx_value scores,
                                   struct ls_onnx_value values) {
    const struct division wanted = {scores.heads, scores.windows};
    struct division division;
    values = divided(w, values, false, &division);
    const int last = values.view.rank - 1;
    if (w->builder.status || !are_equal(division, wanted) ||
        !have_equal_fronts(&scores.view, &values.view))
        return ls_onnx_refuse(w, "attends to other values than [batch, heads, tokens, channels]");
    const struct ls_attributes a = {.groups = scores.heads,
                                    .slope = scores.number,
                                    .windows = scores.windows,
                                    .given = scores.mask};
    const int inputs[] = {scores.node, scores.other, values.node, scores.bias};
    const int node = ls_onnx_add(w, &ls_op_attention, a, scores.bias ? 4 : 3, inputs);
    struct ls_onnx_value made = ls_onnx_made_alike(values, node);
    made.view.dimensions[last - 1] = scores.view.dimensions[last - 1];
    return made;
}

static void turn(struct ls_onnx_view *view) {
    const int rank = view->rank;
    const struct ls_onnx_dimension last = view->dimensions[rank - 1];
    view->dimensions[rank - 1] = view->dimensions[rank - 2];
    view->dimensions[rank - 2] = last;
}

/* Values [..., channels, tokens] times shares [..., keys, queries]. */
static struct ls_onnx_value attend_turned(struct ls_onnx_walk *w, struct ls_onnx_value shares,
                                          struct ls_onnx_value values) {
    if (values.view.rank < 2)
        return ls_onnx_refuse(w, "attends to what has no channels and tokens");
    turn(&values.view);
    struct ls_onnx_value made = attend(w, shares, values);
    if (!w->builder.status)
        turn(&made.view);
    return made;
}

struct ls_onnx_value ls_onnx_multiply_matrices(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                               struct ls_onnx_value y) {
    if (y.term == LS_ONNX_ATTENTION && y.turned)
        return attend_turned(w, y, ls_onnx_settle(w, x));
    if (x.term == LS_ONNX_ATTENTION && !x.turned)
        return attend(w, x, ls_onnx_settle(w, y));
    return score(w, x, y);
}

/* Whether an order of dimensions exchanges the last two, or, without `turn`, none. */
static bool only_turns(int rank, const int64_t *order, bool turn) {
    bool same = true;
    for (int d = 0; d < rank; d++)
        same = same && order[d] == (turn && d >= rank - 2 ? 2 * rank - 3 - d : d);
    return same;
}

struct ls_onnx_value ls_onnx_permuted(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                      const int64_t *order) {
    const int rank = x.view.rank;
    if (x.term == LS_ONNX_SCORES || x.term == LS_ONNX_ATTENTION) {
        if (only_turns(rank, order, false))
            return x;
        if (x.term == LS_ONNX_SCORES || !only_turns(rank, order, true))
            return ls_onnx_refuse(w, "turns scores of attention in a way that is not known here");
        x.turned = !x.turned;
        return x;
    }
    return ls_onnx_transpose(&x.view, order)
               ? x
               : ls_onnx_refuse(w, "its order of dimensions is none of those that its input has");
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
