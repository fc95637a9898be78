/* The pixels of activations in another order, and some of them only, as ONNX files write windows
 * (Reshape and Transpose), rolled images (Slice and Concat) and every other pixel. An order is a
 * list of numbers of pixels; lists of lists become one, and no node before somebody takes it. */
#include "model/onnx_walk.h"
#include <string.h>

/* Numbers begin, begin + step, ... of dimension d are meant. */
struct some {
    int d;
    int64_t begin, count, step;
};

/* The dimensions of a view that count pixels, or channels, and of one of them only some. */
struct counting {
    const struct ls_onnx_view *view;
    bool pixels;
    struct some some;
    int count, dimension[LS_ONNX_DIMENSIONS];
    int64_t size[LS_ONNX_DIMENSIONS];
    int64_t all; /* that are counted */
};

static bool has(const struct ls_onnx_dimension *dimension, bool pixels) {
    for (int a = 0; a < dimension->count; a++)
        if (dimension->axes[a].pixels == pixels)
            return true;
    return false;
}

static const struct some whole = {.d = -1};

bool ls_onnx_counts_pixels(const struct ls_onnx_dimension *dimension) {
    return has(dimension, true) && !has(dimension, false);
}

bool ls_onnx_may_count_pixels(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, int d) {
    const struct ls_onnx_dimension *dimension = &x->view.dimensions[d];
    return dimension->count > 0 ? ls_onnx_counts_pixels(dimension)
                                : d > 0 && !ls_onnx_is_channels(w, *x, d);
}

/* Dimensions of 1 may become others, and count as those of pixels. False: a dimension counts pixels
 * and channels. */
static bool begin_counting(const struct ls_onnx_view *view, bool pixels, struct some some,
                           struct counting *c) {
    *c = (struct counting){.view = view, .pixels = pixels, .some = some, .all = 1};
    for (int d = 0; d < view->rank; d++) {
        if (has(&view->dimensions[d], !pixels)) {
            if (has(&view->dimensions[d], pixels))
                return false;
            continue;
        }
        c->dimension[c->count] = d;
        c->size[c->count] = d == some.d ? some.count : ls_onnx_dimension_size(&view->dimensions[d]);
        c->all *= c->size[c->count++];
    }
    return true;
}

/* Where number i of a dimension begins. */
static int64_t place(const struct ls_onnx_dimension *dimension, int64_t i) {
    int64_t at = 0;
    for (int a = dimension->count - 1; a >= 0; a--) {
        at += i % dimension->axes[a].size * dimension->axes[a].step;
        i /= dimension->axes[a].size;
    }
    return at;
}

/* Which pixel or channel the i-th is that is counted. */
static int64_t counted_at(const struct counting *c, int64_t i) {
    int64_t at = 0;
    for (int k = c->count - 1; k >= 0; k--) {
        const int d = c->dimension[k];
        const int64_t number = i % c->size[k];
        i /= c->size[k];
        at += place(&c->view->dimensions[d],
                    d == c->some.d ? c->some.begin + number * c->some.step : number);
    }
    return at;
}

/* The view of those that stand in the order in which they were counted. */
static struct ls_onnx_view counted(const struct counting *c) {
    struct ls_onnx_view view = *c->view;
    int64_t step = 1;
    for (int k = c->count - 1; k >= 0; step *= c->size[k--])
        view.dimensions[c->dimension[k]] =
            ls_onnx_dimension_of(c->pixels, (int)c->size[k], (int)step);
    return view;
}

/* Room for so many numbers, which may be none; NULL after a failure. */
static float *new_order(struct ls_onnx_walk *w, int64_t pixels) {
    enum { MOST = 1 << 22 };
    if (pixels > MOST)
        ls_onnx_refuse(w, "takes more pixels than can be put in another order here");
    return ls_constant(&w->builder, pixels > 0 ? (size_t)pixels : 1);
}

static struct ls_onnx_value take(struct ls_onnx_walk *w, struct ls_onnx_value x, struct some some) {
    struct counting c;
    if (x.term != LS_ONNX_PICKED)
        x = ls_onnx_settle(w, x);
    if (w->builder.status)
        return x;
    if (!begin_counting(&x.view, true, some, &c))
        return ls_onnx_refuse(w, "counts pixels and channels in one dimension");
    const struct ls_shape shape = ls_onnx_shape(w, x);
    const float *before = x.term == LS_ONNX_PICKED ? x.order : NULL;
    bool same = c.all == (int64_t)shape.height * shape.width;
    float *order = new_order(w, c.all);
    for (int64_t i = 0; order && i < c.all; i++) {
        const int64_t at = counted_at(&c, i);
        order[i] = before ? before[at] : (float)at;
        same = same && order[i] == (float)i;
    }
    x.view = counted(&c);
    x.term = same ? LS_ONNX_WHOLE : LS_ONNX_PICKED;
    x.order = order;
    x.pixels = (int)c.all;
    return x;
}

struct ls_onnx_value ls_onnx_ordered(struct ls_onnx_walk *w, struct ls_onnx_value x) {
    return take(w, x, whole);
}

struct ls_onnx_value ls_onnx_some_pixels(struct ls_onnx_walk *w, struct ls_onnx_value x, int d,
                                         int64_t begin, int64_t count, int64_t step) {
    return take(w, x, (struct some){d, begin, count, step});
}

struct ls_onnx_value ls_onnx_some_channels(struct ls_onnx_walk *w, struct ls_onnx_value x, int d,
                                           int64_t begin, int64_t count) {
    struct counting c;
    if (w->builder.status || !begin_counting(&x.view, false, (struct some){d, begin, count, 1}, &c))
        return ls_onnx_refuse(w, "counts pixels and channels in one dimension");
    float *order = ls_constant(&w->builder, (size_t)c.all);
    for (int64_t i = 0; order && i < c.all; i++)
        order[i] = (float)counted_at(&c, i);
    const struct ls_attributes a = {.channels = (int)c.all, .given = order};
    x.node = ls_onnx_add(w, &ls_op_pick_channels, a, 1, &x.node);
    x.view = counted(&c);
    return x;
}

bool ls_onnx_is_apart(const struct ls_onnx_view *view) {
    bool apart = true;
    for (int d = 0; d < view->rank; d++)
        apart = apart && !(has(&view->dimensions[d], true) && has(&view->dimensions[d], false));
    return apart;
}

bool ls_onnx_is_ordered(const struct ls_onnx_view *view) {
    bool ordered = true;
    int64_t step = 1;
    for (int d = view->rank - 1; d >= 0; d--) {
        const struct ls_onnx_dimension *dimension = &view->dimensions[d];
        if (!has(dimension, true))
            continue;
        if (has(dimension, false))
            return true;
        ordered = ordered && dimension->count == 1 && dimension->axes[0].step == step;
        step *= ls_onnx_dimension_size(dimension);
    }
    return ordered;
}

/* Pixels that the dimensions begin .. end-1 count. */
static int64_t pixels_in(const struct ls_onnx_view *view, int begin, int end) {
    int64_t pixels = 1;
    for (int d = begin; d < end; d++)
        if (ls_onnx_counts_pixels(&view->dimensions[d]))
            pixels *= ls_onnx_dimension_size(&view->dimensions[d]);
    return pixels;
}

/* Whether two ordered views are the same but for dimension d, and the steps of those before it. */
static bool continues(const struct ls_onnx_view *a, const struct ls_onnx_view *b, int d) {
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++) {
        const struct ls_onnx_dimension *of_a = &a->dimensions[i], *of_b = &b->dimensions[i];
        const bool pixels = ls_onnx_counts_pixels(of_a) && ls_onnx_counts_pixels(of_b);
        same = i == d || ls_onnx_dimension_equal(of_a, of_b) ||
               (pixels && ls_onnx_dimension_size(of_a) == ls_onnx_dimension_size(of_b));
    }
    return same;
}

/* Input i with its pixels in order, for all that take it from now on. */
static void order_input(struct ls_onnx_walk *w, size_t i) {
    const struct ls_onnx_value x = ls_onnx_input(w, i);
    if (!w->builder.status && !ls_onnx_is_ordered(&x.view))
        ls_onnx_replace_input(w, i, ls_onnx_settle(w, ls_onnx_ordered(w, x)));
}

void ls_onnx_order_alike(struct ls_onnx_walk *w, size_t i, int d) {
    const struct ls_onnx_value *first = ls_onnx_peek(w, 0), *x = ls_onnx_peek(w, i);
    if (!first || !x || ls_onnx_view_equal_but(&first->view, &x->view, d) ||
        !continues(&first->view, &x->view, d))
        return;
    order_input(w, 0);
    order_input(w, i);
}

/* Parts of activations that follow one another in dimension d, of pixels. */
struct parts {
    int d, count;
    struct ls_onnx_value part[LS_ONNX_WHOLES];
    int base[LS_ONNX_WHOLES]; /* the number of the first pixel of a part's node */
};

/* Takes the node's inputs, each in its order. */
static void take_parts(struct ls_onnx_walk *w, struct parts *p) {
    for (int i = 0; i < p->count && !w->builder.status; i++) {
        p->part[i] = ls_onnx_ordered(w, ls_onnx_term(w, (size_t)i));
        if (!w->builder.status && !continues(&p->part[0].view, &p->part[i].view, p->d))
            ls_onnx_refuse(w, "joins activations whose other dimensions differ");
    }
}

/* The node that has all parts' pixels: that which they are all of, or one that joins theirs. */
static int node_of(struct ls_onnx_walk *w, struct parts *p) {
    const struct ls_attributes none = {0};
    int inputs[LS_MAX_INPUTS], count = 0, base = 0;
    bool same = true;
    for (int i = 0; i < p->count; i++)
        same = same && p->part[i].node == p->part[0].node;
    for (int i = 0; i < p->count && !same; i++) {
        const struct ls_onnx_value all = {.node = p->part[i].node};
        const struct ls_shape shape = ls_onnx_shape(w, all);
        count = ls_onnx_join(w, &ls_op_append, count, inputs, all.node);
        p->base[i] = base;
        base += shape.height * shape.width;
    }
    return same ? p->part[0].node : ls_onnx_add(w, &ls_op_append, none, count, inputs);
}

/* order[pixels] = those of all parts, for every number of the dimensions before theirs. */
static void join_orders(const struct parts *p, float *order) {
    const int64_t outer = pixels_in(&p->part[0].view, 0, p->d);
    for (int64_t o = 0; o < outer; o++)
        for (int i = 0; i < p->count; i++) {
            const int64_t pixels = p->part[i].pixels / outer;
            for (int64_t k = 0; k < pixels; k++)
                *order++ = p->part[i].order[o * pixels + k] + (float)p->base[i];
        }
}

struct ls_onnx_value ls_onnx_join_pixels(struct ls_onnx_walk *w, int d) {
    struct parts p = {.d = d, .count = (int)w->node->n_input};
    struct counting c;
    int64_t size = 0;
    take_parts(w, &p);
    if (w->builder.status)
        return p.part[0];
    struct ls_onnx_value all = p.part[0];
    all.node = node_of(w, &p);
    for (int i = 0; i < p.count; i++)
        size += ls_onnx_dimension_size(&p.part[i].view.dimensions[d]);
    begin_counting(&all.view, true, (struct some){d, 0, size, 1}, &c);
    float *order = new_order(w, c.all);
    if (order)
        join_orders(&p, order);
    all.view = counted(&c);
    all.term = LS_ONNX_PICKED; /* also of parts that are whole */
    all.order = order;
    all.pixels = (int)c.all;
    return all;
}

/* Whether the node joins pixels in a dimension that is not that of all pixels: parts of images. */
bool ls_onnx_joins_pixels(const struct ls_onnx_walk *w, int d) {
    bool some = false;
    if (d < 0 || w->node->n_input > LS_ONNX_WHOLES)
        return false;
    for (size_t i = 0; i < w->node->n_input; i++) {
        const struct ls_onnx_value *x = ls_onnx_peek(w, i);
        if (!x || (x->term != LS_ONNX_PICKED && x->term != LS_ONNX_WHOLE) || d >= x->view.rank ||
            !ls_onnx_may_count_pixels(w, x, d))
            return false;
        some = some || x->term == LS_ONNX_PICKED || !ls_onnx_is_pixels(w, *x, d);
    }
    return some;
}

/* A node of the pixels of another, and one of zeros behind them. */
static int append_zeros(struct ls_onnx_walk *w, int node) {
    const int channels = ls_onnx_shape(w, (struct ls_onnx_value){.node = node}).channels;
    const int inputs[] = {node, ls_onnx_zeros(w, (struct ls_shape){1, 1, 1}, channels)};
    return ls_onnx_add(w, &ls_op_append, (struct ls_attributes){0}, 2, inputs);
}

struct ls_onnx_value ls_onnx_pad_pixels(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                        const int64_t *pads) {
    struct counting c;
    x = ls_onnx_settle(w, x);
    const struct ls_shape shape = ls_onnx_shape(w, x);
    if (w->builder.status || !begin_counting(&x.view, true, whole, &c))
        return ls_onnx_refuse(w, "puts zeros where channels and pixels are counted in one");
    struct counting padded = c;
    padded.all = 1;
    for (int k = 0; k < c.count; k++) {
        const int d = c.dimension[k];
        padded.size[k] += pads[d] + pads[x.view.rank + d];
        padded.all *= padded.size[k];
    }
    const int zero = shape.height * shape.width;
    float *order = new_order(w, padded.all);
    for (int64_t i = 0; order && i < padded.all; i++) {
        int64_t rest = i, at = 0;
        bool inside = true;
        for (int k = c.count - 1; k >= 0; rest /= padded.size[k--]) {
            const int64_t number = rest % padded.size[k] - pads[c.dimension[k]];
            inside = inside && number >= 0 && number < c.size[k];
            at += inside ? place(&x.view.dimensions[c.dimension[k]], number) : 0;
        }
        order[i] = (float)(inside ? at : zero);
    }
    x.node = append_zeros(w, x.node);
    x.view = counted(&padded);
    x.term = LS_ONNX_PICKED;
    x.order = order;
    x.pixels = (int)padded.all;
    return x;
}
