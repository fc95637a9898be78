/* Attention among the pixels of an image (Vaswani et al. 2017, equation 1), in heads: groups of
 * channels, each on its own. A query is compared with all keys, and takes the values by what comes
 * of it:
 *   y_t = sum over s of P_ts v_s,  P_ts = softmax over s of slope q_t . k_s + b_ts + m_ts
 * where b, a fourth input, may be left out: [heads][queries][keys] numbers, such as biases of
 * relative positions (Raffel et al. 2020, section 2.1); and so may m, constants for all heads, that
 * keep queries from keys. The pixels may be in windows, that follow one another and do not meet
 * (Liu et al. 2021, section 3.2): queries and keys are those of a window then, biases the same for
 * all of them. P is never stored: it is found anew wherever it is needed, for some queries at a
 * time. */
#include "base/alloc.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/op.h"
#include <string.h>

enum { QUERIES, KEYS, VALUES, BIAS };

enum {
    MOST = 1 << 16,   /* pixels */
    ENOUGH = 1 << 16, /* shares of queries in keys that are found at a time, ... */
    LEAST = 16        /* but those of so many queries, so that reading all keys is worth it */
};

static int heads_of(const struct ls_node *node) {
    return node->attributes.groups ? node->attributes.groups : 1;
}

static size_t pixels_of(struct ls_shape shape) {
    return (size_t)shape.height * (size_t)shape.width;
}

static int windows_of(const struct ls_node *node) {
    return node->attributes.windows ? node->attributes.windows : 1;
}

static bool is_biased(const struct ls_node *node) {
    return node->input_count > BIAS;
}

static enum ls_status check_bias(const struct ls_node *node, struct ls_error *error) {
    const size_t windows = (size_t)windows_of(node), heads = (size_t)heads_of(node);
    const size_t queries = pixels_of(node->in[QUERIES]) / windows,
                 keys = pixels_of(node->in[KEYS]) / windows;
    if (!is_biased(node) || ls_shape_size(node->in[BIAS]) == heads * queries * keys)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH,
                   "%zu numbers cannot be added to the scores of %zu queries and %zu keys in %zu "
                   "heads",
                   ls_shape_size(node->in[BIAS]), queries, keys, heads);
}

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape q = node->in[QUERIES], k = node->in[KEYS], v = node->in[VALUES];
    const int heads = heads_of(node);
    *out = (struct ls_shape){q.height, q.width, v.channels};
    if (q.channels != k.channels)
        return ls_fail(error, LS_MISMATCH, "queries of %d channels cannot meet keys of %d",
                       q.channels, k.channels);
    if (pixels_of(k) != pixels_of(v))
        return ls_fail(error, LS_MISMATCH, "%dx%d keys cannot stand for %dx%d values", k.height,
                       k.width, v.height, v.width);
    if (heads < 1 || q.channels % heads != 0 || v.channels % heads != 0)
        return ls_fail(error, LS_MISMATCH,
                       "%d heads cannot share %d channels of queries, %d of values", heads,
                       q.channels, v.channels);
    if (windows_of(node) < 1 || pixels_of(q) % (size_t)windows_of(node) != 0 ||
        pixels_of(k) % (size_t)windows_of(node) != 0)
        return ls_fail(error, LS_MISMATCH, "%dx%d queries and %dx%d keys are no %d windows",
                       q.height, q.width, k.height, k.width, windows_of(node));
    if (pixels_of(q) > MOST || pixels_of(k) > MOST)
        return ls_fail(error, LS_MISMATCH,
                       "attention of %dx%d pixels to %dx%d is too much: %d are the most", q.height,
                       q.width, k.height, k.width, MOST);
    return check_bias(node, error);
}

/* Channels of a head and of all heads. */
struct channels {
    int head, all;
};

/* What there is to do for an image, of as many queries and keys in each window. */
struct extent {
    int windows, heads, queries, keys;
    struct channels compared, taken; /* of queries and keys, of values and outputs */
    int rows;                        /* queries at a time, at most */
    size_t block;                    /* floats of their shares in all keys */
};

static struct extent extent_of(const struct ls_node *node) {
    const int heads = heads_of(node), in = node->in[QUERIES].channels, out = node->out.channels;
    const int windows = windows_of(node);
    struct extent e = {.windows = windows,
                       .heads = heads,
                       .queries = (int)pixels_of(node->in[QUERIES]) / windows,
                       .keys = (int)pixels_of(node->in[KEYS]) / windows,
                       .compared = {in / heads, in},
                       .taken = {out / heads, out}};
    const int fit = ENOUGH / e.keys, rows = fit < LEAST ? LEAST : fit;
    e.rows = rows < e.queries ? rows : e.queries;
    e.block = ls_align_floats((size_t)e.rows * (size_t)e.keys);
    return e;
}

static double flops(const struct ls_node *node) {
    const struct extent e = extent_of(node);
    return 2.0 * e.windows * e.queries * e.keys * ((double)e.compared.all + e.taken.all);
}

/* scratch = P of some queries and, in training, its change, and both of its gradient */
static size_t scratch_size(const struct ls_node *node, bool training) {
    return extent_of(node).block * (training ? 4 : 1);
}

/* Some queries of an image in one head: where their first channel is in queries, keys, values and
 * outputs, and their first bias and constant. */
struct part {
    int rows;
    size_t q, k, v, y, b, m;
};

/* The `row`-th of all images' queries in a window, and those after it. */
static struct part part_of(const struct ls_node *node, const struct extent *e, int image,
                           int window, int head, int row) {
    const size_t compared = (size_t)head * (size_t)e->compared.head;
    const size_t taken = (size_t)head * (size_t)e->taken.head;
    const size_t i = (size_t)image, queries = (size_t)e->queries, keys = (size_t)e->keys;
    const size_t before = (size_t)window * keys,        /* of the image's keys */
        t = (size_t)window * queries + (size_t)row,     /* of its queries */
        of_head = (size_t)head * queries + (size_t)row; /* of all heads' */
    const int left = e->queries - row;
    return (struct part){
        .rows = left < e->rows ? left : e->rows,
        .q = ls_shape_size(node->in[QUERIES]) * i + t * (size_t)e->compared.all + compared,
        .k = ls_shape_size(node->in[KEYS]) * i + before * (size_t)e->compared.all + compared,
        .v = ls_shape_size(node->in[VALUES]) * i + before * (size_t)e->taken.all + taken,
        .y = ls_shape_size(node->out) * i + t * (size_t)e->taken.all + taken,
        .b = ls_shape_size(node->in[BIAS]) * i + of_head * keys,
        .m = t * keys};
}

/* Does something with all parts of images first .. last-1. */
typedef void do_part(const struct ls_call *call, const struct extent *e, const struct part *part);

static void each_part(const struct ls_call *call, int first, int last, do_part *run) {
    const struct extent e = extent_of(call->node);
    for (int image = first; image < last; image++)
        for (int window = 0; window < e.windows; window++)
            for (int head = 0; head < e.heads; head++)
                for (int row = 0; row < e.queries; row += e.rows) {
                    const struct part part = part_of(call->node, &e, image, window, head, row);
                    run(call, &e, &part);
                }
}

/* The three products there are, of channels of some queries' pixels x and all keys' pixels z, and
 * numbers p[rows][keys] between them.
 * p (= or +=) scale x z^T */
static void compare(const struct extent *e, const struct part *part, struct channels c, float scale,
                    const float *x, const float *z, bool add, float *p) {
    const struct ls_factor left = {false, x, c.all}, right = {true, z, c.all};
    ls_gemm_parts(part->rows, e->keys, c.head, scale, left, right, add, p, e->keys);
}

/* x (= or +=) scale p z */
static void take(const struct extent *e, const struct part *part, struct channels c, float scale,
                 const float *p, const float *z, bool add, float *x) {
    const struct ls_factor left = {false, p, e->keys}, right = {false, z, c.all};
    ls_gemm_parts(part->rows, c.head, e->keys, scale, left, right, add, x, c.all);
}

/* z += scale p^T x */
static void give(const struct extent *e, const struct part *part, struct channels c, float scale,
                 const float *p, const float *x, float *z) {
    const struct ls_factor left = {true, p, e->keys}, right = {false, x, c.all};
    ls_gemm_parts(e->keys, c.head, part->rows, scale, left, right, true, z, c.all);
}

/* p = the biases, of which there are as many in a part of `from`; false: there are none. */
static bool take_bias(const struct ls_call *call, const struct extent *e, const struct part *part,
                      const float *const *from, float *p) {
    if (is_biased(call->node))
        memcpy(p, from[BIAS] + part->b, (size_t)part->rows * (size_t)e->keys * sizeof *p);
    return is_biased(call->node);
}

/* p (= or +=) the constants; false: there are none. */
static bool take_constants(const struct ls_call *call, const struct extent *e,
                           const struct part *part, bool add, float *p) {
    const float *given = call->node->attributes.given;
    const size_t count = (size_t)part->rows * (size_t)e->keys;
    if (given && add)
        ls_kernels()->floats->add(count, p, given + part->m, p);
    else if (given)
        memcpy(p, given + part->m, count * sizeof *p);
    return given;
}

/* p = P */
static void find_shares(const struct ls_call *call, const struct extent *e, const struct part *part,
                        float *p) {
    const bool biased = take_bias(call, e, part, call->inputs, p);
    const bool begun = take_constants(call, e, part, biased, p) || biased;
    compare(e, part, e->compared, call->node->attributes.slope, call->inputs[QUERIES] + part->q,
            call->inputs[KEYS] + part->k, begun, p);
    ls_kernels()->softmax((size_t)part->rows, (size_t)e->keys, p);
}

static void attend(const struct ls_call *call, const struct extent *e, const struct part *part) {
    find_shares(call, e, part, call->scratch);
    take(e, part, e->taken, 1, call->scratch, call->inputs[VALUES] + part->v, false,
         call->output + part->y);
}

static void forward(const struct ls_call *call, int first, int last) {
    each_part(call, first, last, attend);
}

/* Zeroes the gradients that are set: all parts add to them, as each has a share in those of all
 * keys and values, and two inputs may be one. */
static void clear(const struct ls_call *call, float *const *grads, int first, int last) {
    for (int i = 0; i < call->node->input_count; i++) {
        const size_t size = ls_shape_size(call->node->in[i]);
        if (grads[i] && !call->accumulate[i])
            memset(grads[i] + size * (size_t)first, 0,
                   size * (size_t)(last - first) * sizeof(float));
    }
}

/* Adds what a part makes of its shares p, its outputs' gradient, and its scores' gradient h to the
 * gradients of queries, keys and values. */
static void add_gradients(const struct ls_call *call, const struct extent *e,
                          const struct part *part, const float *h, const float *p,
                          const float *const *inputs, const float *y_grad, float *const *grads) {
    const float slope = call->node->attributes.slope;
    if (grads[QUERIES])
        take(e, part, e->compared, slope, h, inputs[KEYS] + part->k, true,
             grads[QUERIES] + part->q);
    if (grads[KEYS])
        give(e, part, e->compared, slope, h, inputs[QUERIES] + part->q, grads[KEYS] + part->k);
    if (grads[VALUES])
        give(e, part, e->taken, 1, p, y_grad + part->y, grads[VALUES] + part->v);
}

/* Adds the scores' gradient h to that of the biases. */
static void add_bias_gradient(const struct ls_call *call, const struct extent *e,
                              const struct part *part, const float *h, float *const *grads) {
    if (!is_biased(call->node) || !grads[BIAS])
        return;
    float *grad = grads[BIAS] + part->b;
    ls_kernels()->floats->add((size_t)part->rows * (size_t)e->keys, grad, h, grad);
}

static void differentiate(const struct ls_call *call, const struct extent *e,
                          const struct part *part) {
    float *p = call->scratch, *h = p + e->block;
    find_shares(call, e, part, p);
    compare(e, part, e->taken, 1, call->output_grad + part->y, call->inputs[VALUES] + part->v,
            false, h);
    ls_kernels()->softmax_gradient((size_t)part->rows, (size_t)e->keys, p, h);
    add_gradients(call, e, part, h, p, call->inputs, call->output_grad, call->input_grads);
    add_bias_gradient(call, e, part, h, call->input_grads);
}

static void backward(const struct ls_call *call, int first, int last) {
    clear(call, call->input_grads, first, last);
    each_part(call, first, last, differentiate);
}

/* change = how the scores before softmax change */
static void change_scores(const struct ls_call *call, const struct extent *e,
                          const struct part *part, float *change) {
    const float slope = call->node->attributes.slope;
    const float *const *in = call->inputs, *const *d = call->input_tangents;
    const bool begun = take_bias(call, e, part, d, change);
    compare(e, part, e->compared, slope, d[QUERIES] + part->q, in[KEYS] + part->k, begun, change);
    compare(e, part, e->compared, slope, in[QUERIES] + part->q, d[KEYS] + part->k, true, change);
}

static void change_outputs(const struct ls_call *call, const struct extent *e,
                           const struct part *part) {
    float *p = call->scratch, *dp = p + e->block, *dy = call->output_tangent + part->y;
    find_shares(call, e, part, p);
    change_scores(call, e, part, dp);
    ls_kernels()->softmax_gradient((size_t)part->rows, (size_t)e->keys, p, dp);
    take(e, part, e->taken, 1, dp, call->inputs[VALUES] + part->v, false, dy);
    take(e, part, e->taken, 1, p, call->input_tangents[VALUES] + part->v, true, dy);
}

static void tangent(const struct ls_call *call, int first, int last) {
    each_part(call, first, last, change_outputs);
}

/* Of a query with shares p[keys], whose gradient is g: the change dp of its scores becomes that of
 * its shares, g the gradient of the scores, p (g - mean), where the mean is by shares, and its own
 * change dg the change of that. */
static void bend(int keys, const float *p, float *dp, float *g, float *dg) {
    double score_change = 0, mean = 0, change = 0;
    for (int s = 0; s < keys; s++) {
        score_change += (double)p[s] * dp[s];
        mean += (double)p[s] * g[s];
    }
    for (int s = 0; s < keys; s++)
        change += p[s] * (dg[s] + (dp[s] - score_change) * (g[s] - mean));
    for (int s = 0; s < keys; s++) {
        const double growth = dp[s] - score_change; /* dp / p after this */
        dg[s] = (float)(p[s] * (dg[s] + growth * (g[s] - mean) - change));
        g[s] = (float)(p[s] * (g[s] - mean));
        dp[s] = (float)(p[s] * growth);
    }
}

static void change_gradients(const struct ls_call *call, const struct extent *e,
                             const struct part *part) {
    float *p = call->scratch, *dp = p + e->block, *h = dp + e->block, *dh = h + e->block;
    const float *g = call->output_grad, *dg = call->output_grad_tangent;
    const float *v = call->inputs[VALUES] + part->v;
    find_shares(call, e, part, p);
    change_scores(call, e, part, dp);
    compare(e, part, e->taken, 1, g + part->y, v, false, h);
    compare(e, part, e->taken, 1, dg + part->y, v, false, dh);
    compare(e, part, e->taken, 1, g + part->y, call->input_tangents[VALUES] + part->v, true, dh);
    for (size_t at = 0; at < (size_t)part->rows * (size_t)e->keys; at += (size_t)e->keys)
        bend(e->keys, p + at, dp + at, h + at, dh + at);
    add_gradients(call, e, part, dh, dp, call->inputs, g, call->input_grad_tangents);
    add_gradients(call, e, part, h, p, call->input_tangents, dg, call->input_grad_tangents);
    add_bias_gradient(call, e, part, dh, call->input_grad_tangents);
}

static void backward_tangent(const struct ls_call *call, int first, int last) {
    clear(call, call->input_grad_tangents, first, last);
    each_part(call, first, last, change_gradients);
}

const struct ls_op ls_op_attention = {
    .name = "attention",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .flops = flops,
    .scratch_size = scratch_size,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};
