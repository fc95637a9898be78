/* Weights of no layer in ONNX files: tokens, positions, biases, and numbers that activations are
 * weighed by; and constants in the place of such. */
#include "model/onnx_walk.h"
#include <string.h>

/* The only one of a tensor's dimensions that is not 1, or 0 if there is none. */
static int axis_of(const struct LsOnnx__Tensor *tensor) {
    int axis = 0;
    for (int d = 0; d < (int)tensor->n_size; d++)
        if (tensor->size[d] != 1)
            axis = d;
    return axis;
}

/* Whether the last of the file's dimensions are those of the source. */
static bool ends_alike(const struct ls_onnx_source *source, int count) {
    const struct LsOnnx__Tensor *tensor = source->tensor;
    for (int d = 1; d <= count; d++)
        if ((int)tensor->n_size < d ||
            tensor->size[(int)tensor->n_size - d] != source->size[source->rank - d])
            return false;
    return true;
}

/* The row of pixels that a source is, and how it is counted: of three dimensions the second counts
 * channels, or `pixels`. False: it is none. */
static bool describe(const struct ls_onnx_source *source, bool pixels, struct ls_attributes *a,
                     struct ls_onnx_view *view) {
    int first = -1, last = 0; /* of the dimensions that are not 1 */
    for (int d = 0; d < source->rank; d++)
        if (source->size[d] != 1) {
            first = first < 0 ? d : first;
            last = d;
        }
    const int64_t *size = source->size + last;
    const int count = first < 0 ? 0 : last - first + 1; /* and those between them */
    *view = (struct ls_onnx_view){.rank = source->rank};
    *a = (struct ls_attributes){.rank = (int)source->tensor->n_size, .pixels = 1, .channels = 1};
    if (source->rank > LS_ONNX_DIMENSIONS || source->transposed || count > 3)
        return false;
    if (count == 1) {
        a->axis = axis_of(source->tensor);
        a->channels = (int)size[0];
        view->dimensions[last] = ls_onnx_dimension_of(false, a->channels, 1);
    } else if (count > 1) {
        a->pixels = (int)size[1 - count];
        a->rows = count == 3 ? (int)size[-1] : 1;
        a->channels = a->rows * (int)size[0];
        a->rows_are_pixels = pixels && count == 3;
        view->dimensions[first] =
            ls_onnx_dimension_of(true, a->pixels, a->rows_are_pixels ? a->rows : 1);
        if (count == 3)
            view->dimensions[last - 1] =
                ls_onnx_dimension_of(pixels, a->rows, pixels ? 1 : (int)size[0]);
        view->dimensions[last] = ls_onnx_dimension_of(false, (int)size[0], 1);
    }
    return count < 2 ||
           (last == source->rank - 1 && ends_alike(source, count) && (count == 2 || a->rows > 1));
}

/* Checks a source and describes it; false after a failure. */
static bool take(struct ls_onnx_walk *w, struct ls_onnx_source source, bool pixels,
                 struct ls_attributes *a, struct ls_onnx_view *view) {
    source = ls_onnx_checked(w, source, source.rank);
    if (!w->builder.status && (!source.tensor || !describe(&source, pixels, a, view)))
        ls_onnx_refuse(w, "takes weights as activations that are neither tokens nor an image, or "
                          "differ between images");
    return !w->builder.status;
}

static float changed(float number, enum ls_onnx_change change) {
    return change == LS_ONNX_NEGATIVE     ? -number
           : change == LS_ONNX_RECIPROCAL ? 1 / number
                                          : number;
}

/* numbers[count] = those of a tensor, changed; false: they are of a type that is not known here. */
static bool change_numbers(struct ls_onnx_numbers from, enum ls_onnx_change change,
                           float *numbers) {
    for (size_t i = 0; i < from.count; i++) {
        if (!ls_onnx_number_at(&from, i, &numbers[i]))
            return false;
        numbers[i] = changed(numbers[i], change);
    }
    return true;
}

static struct ls_onnx_value given(struct ls_onnx_walk *w, struct ls_onnx_source source, bool pixels,
                                  enum ls_onnx_change change) {
    struct ls_onnx_value row = {0};
    struct ls_attributes a;
    if (!take(w, source, pixels, &a, &row.view))
        return row;
    float *numbers = ls_constant(&w->builder, ls_onnx_numbers(source.tensor).count);
    a.given = numbers;
    if (numbers && !change_numbers(ls_onnx_numbers(source.tensor), change, numbers))
        return ls_onnx_refuse(w, "takes constants that are neither floats nor doubles");
    row.node = ls_onnx_add(w, &ls_op_given, a, 0, NULL);
    return row;
}

static struct ls_onnx_value learned_row(struct ls_onnx_walk *w, struct ls_onnx_source source,
                                        bool pixels) {
    const struct ls_onnx_value none = {.term = LS_ONNX_LEARNED};
    struct ls_onnx_value learned = {0};
    struct ls_attributes a;
    if (source.tensor && !ls_onnx_is_stored(w, &source))
        return given(w, source, pixels, LS_ONNX_AS_IT_IS);
    if (take(w, source, pixels, &a, &learned.view))
        learned.node = ls_onnx_add_weighted(w, &ls_op_learned, a, none, &source, 1);
    return learned;
}

struct ls_onnx_value ls_onnx_learned(struct ls_onnx_walk *w, struct ls_onnx_source source) {
    return learned_row(w, source, false);
}

/* Whether a source has a number for every pixel, in two dimensions, and channel of x: positions of
 * an image whose channels are last, or of tokens in windows. */
static bool is_of_pixels(const struct ls_onnx_walk *w, const struct ls_onnx_value *x,
                         const struct ls_onnx_source *source) {
    const int rank = x->view.rank, before = rank - source->rank;
    bool fits = !w->builder.status && rank >= 3 && source->rank >= 3 && before >= 0 &&
                ls_onnx_counts_pixels(&x->view.dimensions[rank - 3]) &&
                ls_onnx_counts_pixels(&x->view.dimensions[rank - 2]) &&
                ls_onnx_is_channels(w, *x, -1);
    for (int d = rank - 3; fits && d < rank; d++)
        fits = ls_onnx_dimension_size(&x->view.dimensions[d]) == source->size[d - before];
    return fits;
}

/* Whether the last dimensions of a view are those of another, and there are none before them. */
static bool ends_as(const struct ls_onnx_view *view, const struct ls_onnx_view *end) {
    const int before = view->rank - end->rank;
    bool same = before >= 0; /* it would give the sum its own */
    for (int d = 0; same && d < view->rank; d++)
        same = d < before
                   ? view->dimensions[d].count == 0
                   : ls_onnx_dimension_equal(&view->dimensions[d], &end->dimensions[d - before]);
    return same;
}

/* The only dimension that counts the channels of a row of one pixel; -1: it is a single number. */
static int axis_in(const struct ls_onnx_view *view) {
    int axis = view->rank - 1;
    while (axis >= 0 && view->dimensions[axis].count == 0)
        axis--;
    return axis;
}

int ls_onnx_spread(struct ls_onnx_walk *w, int pixel, struct ls_shape over, int channels) {
    const struct ls_attributes a = {
        .pixels = over.height * over.width, .channels = channels, .rows = over.height};
    return ls_onnx_add(w, &ls_op_spread, a, 1, &pixel);
}

int ls_onnx_zeros(struct ls_onnx_walk *w, struct ls_shape over, int channels) {
    const struct ls_attributes zero = {
        .pixels = 1, .channels = 1, .given = ls_constant(&w->builder, 1)};
    return ls_onnx_spread(w, ls_onnx_add(w, &ls_op_given, zero, 0, NULL), over, channels);
}

/* A row at every pixel of x, if it is one pixel or one number and x counts more. */
static struct ls_onnx_value spread(struct ls_onnx_walk *w, struct ls_onnx_value *x,
                                   struct ls_onnx_value row, size_t input) {
    const struct ls_shape shape = ls_onnx_shape(w, row);
    const int before = x->view.rank - row.view.rank;
    const int axis = axis_in(&row.view), in_x = before + axis;
    if (w->builder.status || shape.width > 1 || before < 0 || ends_as(&x->view, &row.view))
        return row;
    if (axis >= 0 && !ls_onnx_is_channels(w, *x, in_x))
        *x = ls_onnx_exchange_input(w, input);
    const struct ls_shape to = ls_onnx_shape(w, *x);
    if (axis >= 0 && (!ls_onnx_is_channels(w, *x, in_x) || to.channels != shape.channels))
        return row;
    return ls_onnx_made_alike(*x, ls_onnx_spread(w, row.node, to, to.channels));
}

/* Input `activations` and a row, as sums or products. */
static struct ls_onnx_value combine(struct ls_onnx_walk *w, const struct ls_op *op,
                                    size_t activations, struct ls_onnx_value row) {
    struct ls_onnx_value x = ls_onnx_input(w, activations);
    row = spread(w, &x, row, activations);
    if (!ends_as(&x.view, &row.view))
        row = ls_onnx_exchange(w, row);
    if (w->builder.status)
        return x;
    if (!ends_as(&x.view, &row.view))
        return ls_onnx_refuse(w,
                              "takes weights, which is known here behind products and layer norms, "
                              "and of as many as there are activations [batch, tokens, channels], "
                              "[batch, channels, tokens] or of an image, or as channels");
    row.view = x.view;
    return ls_onnx_of_two(w, op, x, row);
}

struct ls_onnx_value ls_onnx_add_learned(struct ls_onnx_walk *w, size_t activations,
                                         struct ls_onnx_source source) {
    const struct ls_onnx_value x = ls_onnx_input(w, activations); /* whose weights come first */
    return combine(w, &ls_op_add, activations,
                   learned_row(w, source, is_of_pixels(w, &x, &source)));
}

static struct ls_onnx_value combine_given(struct ls_onnx_walk *w, const struct ls_op *op,
                                          size_t activations, struct ls_onnx_source source,
                                          enum ls_onnx_change change) {
    const struct ls_onnx_value x = ls_onnx_input(w, activations);
    return combine(w, op, activations, given(w, source, is_of_pixels(w, &x, &source), change));
}

struct ls_onnx_value ls_onnx_add_given(struct ls_onnx_walk *w, size_t activations,
                                       struct ls_onnx_source source, enum ls_onnx_change change) {
    return combine_given(w, &ls_op_add, activations, source, change);
}

struct ls_onnx_value ls_onnx_multiply_given(struct ls_onnx_walk *w, size_t activations,
                                            struct ls_onnx_source source,
                                            enum ls_onnx_change change) {
    return combine_given(w, &ls_op_multiply, activations, source, change);
}

/* Whether a node's numbers are the same for all images, and not learned. */
static bool is_given(const struct ls_network *network, int n) {
    return network->nodes[n].op == &ls_op_given ||
           (network->nodes[n].op == &ls_op_spread && is_given(network, network->nodes[n].input[0]));
}

/* Whether node n are the images still, with nothing but constants put to them on the way, of which
 * parts may have been taken, and at another size. */
static bool is_image(const struct ls_network *network, int n) {
    static const struct ls_op *const plain[] = {&ls_op_line, &ls_op_clip, &ls_op_slice,
                                                &ls_op_resize, &ls_op_transpose};
    bool known = true;
    for (; n > 0 && known; n = network->nodes[n].input[0]) {
        const struct ls_node *node = &network->nodes[n];
        known = (node->op == &ls_op_add || node->op == &ls_op_multiply) &&
                is_given(network, node->input[1]);
        for (size_t p = 0; p < sizeof plain / sizeof *plain; p++)
            known = known || node->op == plain[p];
    }
    return known;
}

bool ls_onnx_is_constant(const struct ls_onnx_walk *w, const struct ls_onnx_source *source,
                         struct ls_onnx_value x) {
    float number;
    const bool parameter = ls_onnx_single(source->tensor, &number) ? ls_onnx_is_parameter(w, source)
                                                                   : ls_onnx_is_stored(w, source);
    return !parameter ||
           (!w->builder.status && !x.weight.tensor && is_image(w->builder.network, x.node));
}

/* Whether a tensor has a number for each channel of x, in a dimension of its own that is theirs, or
 * one number for all. */
static bool is_scale(const struct ls_onnx_walk *w, struct ls_onnx_source source,
                     struct ls_onnx_value x, struct ls_attributes *a) {
    const int before = x.view.rank - source.rank;
    struct ls_onnx_view view;
    if (!source.tensor || before < 0 || source.tensor->n_size > LS_ONNX_RANK ||
        !describe(&source, false, a, &view) || a->pixels > 1)
        return false;
    a->single = a->channels == 1;
    return a->single || ls_onnx_is_channels(w, x, before + axis_in(&view));
}

struct ls_onnx_value ls_onnx_scale(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                   struct ls_onnx_source source) {
    struct ls_attributes a;
    if (!is_scale(w, source, x, &a))
        x = ls_onnx_exchange(w, x);
    if (!is_scale(w, source, x, &a))
        return ls_onnx_refuse(w, "weighs activations by numbers that are not one for each channel, "
                                 "or for each pixel");
    source = ls_onnx_checked(w, source, source.rank);
    return ls_onnx_made_alike(x, ls_onnx_add_weighted(w, &ls_op_scale, a, x, &source, 1));
}
