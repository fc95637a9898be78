/* What the files about the nodes of ONNX graphs share. */
#ifndef LANDSCAPE_MODEL_ONNX_WALK_H
#define LANDSCAPE_MODEL_ONNX_WALK_H

#include "model/build.h"
#include "model/onnx_file.h"
#include "model/onnx_view.h"

enum {
    LS_ONNX_MOST = 4096, /* pixels or channels of an image, or pixels of a window */
    LS_ONNX_RANK = 4,    /* dimensions of an image */
    LS_ONNX_WHOLES = 8,  /* of a row */
};

/* What several nodes of ONNX have come to that are one of ours, of what `node` computes, x. */
enum ls_onnx_term {
    LS_ONNX_WHOLE,           /* x */
    LS_ONNX_PRODUCT,         /* x times the matrix `weight`, to which a bias may be added */
    LS_ONNX_TIMES,           /* x * number, which is `weight` if that has a tensor */
    LS_ONNX_ERF,             /* erf(x / sqrt(2)) */
    LS_ONNX_ERF_AND_ONE,     /* erf(x / sqrt(2)) + 1 */
    LS_ONNX_TWICE_GELU,      /* x (erf(x / sqrt(2)) + 1) */
    LS_ONNX_MEAN,            /* of the channels of each pixel */
    LS_ONNX_CENTRED,         /* x - mean */
    LS_ONNX_SQUARES,         /* (x - mean)^2 */
    LS_ONNX_VARIANCE,        /* their mean, + number */
    LS_ONNX_DEVIATION,       /* the root of that */
    LS_ONNX_NORMAL,          /* (x - mean) / deviation */
    LS_ONNX_NORMAL_WEIGHTED, /* times `weight`, to which a bias may be added */
    LS_ONNX_PADDED,          /* with `pads` pixels of 0 above, left, below and right of it */
    LS_ONNX_SLICE,           /* `channels` of x from `begin` on */
    LS_ONNX_PICKED,          /* `pixels` of x, in this `order` */
    LS_ONNX_SCORES,      /* of the queries x and the keys `other` in `heads` and `windows`, times
                            `number`, what `bias` computes, unless that is 0, and `mask` */
    LS_ONNX_ATTENTION,   /* what softmax makes of them */
    LS_ONNX_LOG_SOFTMAX, /* the logarithm of softmax over all channels */
    LS_ONNX_LEARNED      /* no activations of a node, but `weight` for every image */
};

/* What an ONNX name stands for. */
struct ls_onnx_value {
    bool made;
    int node;                 /* that computes it, or what it is a term of */
    struct ls_onnx_view view; /* of the node's activations; of a slice, of those it has */
    enum ls_onnx_term term;   /* and what its description names: */
    float number;
    struct ls_onnx_source weight;
    int begin, channels, other, heads, bias;
    int groups; /* of what is normal: 0 is every pixel for itself */
    int pads[4];
    const float *order; /* [pixels] numbers of the node's; the network's */
    int pixels;
    bool turned;       /* shares of attention, which are [..., keys, queries] then */
    int windows;       /* of scores: that attention stays in */
    const float *mask; /* [windows][queries][keys] constants that are added to scores, or NULL */
};

/* Some whole numbers; count is -1 if it is something else. */
struct ls_onnx_row {
    int count;
    int64_t wholes[LS_ONNX_WHOLES];
};

/* Which numbers of which dimensions a Slice takes; count is 0 if that is not known. */
struct ls_onnx_ranges {
    int count; /* of dimensions */
    struct ls_onnx_row begins, ends, axes, steps;
};

/* A graph on the way to becoming a network. */
struct ls_onnx_walk {
    const struct ls_onnx *onnx;
    struct ls_builder builder;
    const char *image; /* the name of value `name_count` */
    struct ls_onnx_value
        *values; /* [name_count + 1] of the graph's names, as far as they are made */
    struct ls_onnx_source *sources;  /* [network's tensor_count] */
    size_t folded;                   /* numbers that were computed from constants */
    const struct LsOnnx__Node *node; /* being added */
};

/* How operations of ONNX become ours: add() appends what the walk's node stands for, or refuses. */
struct ls_onnx_operation {
    const char *type;       /* "Conv" */
    const char *attributes; /* the names of those that it may have, each between spaces */
    struct ls_onnx_value (*add)(struct ls_onnx_walk *w);
};

struct ls_onnx_operations {
    const struct ls_onnx_operation *members; /* [count] */
    int count;
};

/* Those with weights, those that normalise, functions of one value, means and maxima, sums and
 * products, which may be parts of others, those that take some channels or pixels and those that
 * join them, those of attention, products by letters, those that change shapes, and those that
 * change an image's size. */
extern const struct ls_onnx_operations ls_onnx_layers, ls_onnx_einsums, ls_onnx_norms,
    ls_onnx_activations, ls_onnx_pools, ls_onnx_arithmetic, ls_onnx_parts, ls_onnx_joins,
    ls_onnx_attention, ls_onnx_reshapes, ls_onnx_resizes;

/* Whether the node is one whose output is known from the file, as are its inputs; puts a constant
 * in the place of the output, or fails. Which types such nodes can have: NULL is behind the last.
 */
bool ls_onnx_folds(const struct ls_onnx_walk *w);
void ls_onnx_fold(struct ls_onnx_walk *w);
const char *ls_onnx_folded_type(size_t i);

/* Fails for what is wrong with the node; returns a value of no use. */
struct ls_onnx_value ls_onnx_refuse(struct ls_onnx_walk *w, const char *what);

/* The activations that are the node's input i; the second are in the order of images, the third may
 * be a term. */
struct ls_onnx_value ls_onnx_input(struct ls_onnx_walk *w, size_t i);
struct ls_onnx_value ls_onnx_image(struct ls_onnx_walk *w, size_t i);
struct ls_onnx_value ls_onnx_term(struct ls_onnx_walk *w, size_t i);

/* x, with its pixels in rows if it is an image but that they stand in other ones: tokens that have
 * become an image again. */
struct ls_onnx_value ls_onnx_in_rows(struct ls_onnx_walk *w, struct ls_onnx_value x);

/* The image that is the node's first input without the zeros around it, pads[4], which are added to
 * a window's own padding. */
struct ls_onnx_value ls_onnx_unpadded(struct ls_onnx_walk *w, int pads[4]);

/* The same numbers, counted as before, of a node that has pixels and channels exchanged; of input
 * i, for all that take it from now on. */
struct ls_onnx_value ls_onnx_exchange(struct ls_onnx_walk *w, struct ls_onnx_value x);
struct ls_onnx_value ls_onnx_exchange_input(struct ls_onnx_walk *w, size_t i);

/* Lets x, the same activations, be input i for all that take it from now on. */
struct ls_onnx_value ls_onnx_replace_input(struct ls_onnx_walk *w, size_t i,
                                           struct ls_onnx_value x);

/* The activations that a term stands for. */
struct ls_onnx_value ls_onnx_settle(struct ls_onnx_walk *w, struct ls_onnx_value x);

/* Activations in the order in which their dimensions count the pixels, as a term; the same of
 * numbers begin, begin + step, ... of dimension d. */
struct ls_onnx_value ls_onnx_ordered(struct ls_onnx_walk *w, struct ls_onnx_value x);
struct ls_onnx_value ls_onnx_some_pixels(struct ls_onnx_walk *w, struct ls_onnx_value x, int d,
                                         int64_t begin, int64_t count, int64_t step);

/* Activations of numbers begin, begin + 1, ... of dimension d alone, which counts channels. */
struct ls_onnx_value ls_onnx_some_channels(struct ls_onnx_walk *w, struct ls_onnx_value x, int d,
                                           int64_t begin, int64_t count);

/* The same numbers, where a dimension counts pixels and channels, of pixels that have all of these
 * channels (pixel unshuffle, Shi et al. 2016); x itself where that is not so, or all numbers are in
 * one dimension. */
struct ls_onnx_value ls_onnx_unmixed(struct ls_onnx_walk *w, struct ls_onnx_value x);

/* The same with pixels of 0 before (pads[d]) and behind (pads[rank + d]) those of each dimension.
 */
struct ls_onnx_value ls_onnx_pad_pixels(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                        const int64_t *pads);

/* Whether a dimension counts pixels and nothing else; whether dimension d of x does, or is one of 1
 * that may: neither the batch's nor that of an only channel. Whether no dimension of a view counts
 * both pixels and channels; whether its pixels are counted in their order, as far as none does. */
bool ls_onnx_counts_pixels(const struct ls_onnx_dimension *dimension);
bool ls_onnx_may_count_pixels(const struct ls_onnx_walk *w, const struct ls_onnx_value *x, int d);
bool ls_onnx_is_apart(const struct ls_onnx_view *view);
bool ls_onnx_is_ordered(const struct ls_onnx_view *view);

/* Puts the pixels of inputs 0 and i in the order in which their dimensions count them, for all that
 * take them from now on, if these orders are all they differ in but for dimension d. */
void ls_onnx_order_alike(struct ls_onnx_walk *w, size_t i, int d);

/* Appends a part to inputs[count], and returns how many these are then: of many, as many are joined
 * as an operation takes at a time. */
int ls_onnx_join(struct ls_onnx_walk *w, const struct ls_op *op, int count, int *inputs, int part);

/* Whether the node joins, in dimension d, parts of images; what it makes. */
bool ls_onnx_joins_pixels(const struct ls_onnx_walk *w, int d);
struct ls_onnx_value ls_onnx_join_pixels(struct ls_onnx_walk *w, int d);

/* The node's input i as it is, which are activations; NULL: they are not. */
const struct ls_onnx_value *ls_onnx_peek(const struct ls_onnx_walk *w, size_t i);

/* Whether the node's input i are activations. */
bool ls_onnx_is_activations(const struct ls_onnx_walk *w, size_t i);

/* The row of whole numbers that is input i, or the single one. */
struct ls_onnx_row ls_onnx_row(const struct ls_onnx_walk *w, size_t i);

/* The same row, or an attribute, as ONNX had it before its version in which it is input i; empty if
 * there is neither. */
struct ls_onnx_row ls_onnx_row_or_attribute(const struct ls_onnx_walk *w, size_t i,
                                            const char *name);

/* Of a Slice. */
struct ls_onnx_ranges ls_onnx_ranges(const struct ls_onnx_walk *w);

/* The number of the dimension of x that is `axis`, which may count from the end; -1: there is none.
 */
int ls_onnx_dimension(const struct ls_onnx_value *x, int64_t axis);

/* Whether that dimension is that of all channels, or of all pixels. */
bool ls_onnx_is_channels(const struct ls_onnx_walk *w, struct ls_onnx_value x, int64_t axis);
bool ls_onnx_is_pixels(const struct ls_onnx_walk *w, struct ls_onnx_value x, int64_t axis);

/* Whether x is [1, channels, height, width]. */
bool ls_onnx_is_image(const struct ls_onnx_walk *w, struct ls_onnx_value x);

/* How many dimensions x has from that of the channels on. */
int ls_onnx_channel_rank(const struct ls_onnx_walk *w, struct ls_onnx_value x);

/* Whether x is all numbers of an image in one dimension, in the order of images. */
bool ls_onnx_is_flat(const struct ls_onnx_walk *w, struct ls_onnx_value x);

/* What a node has made: an image; of x, numbers in place of x's, counted alike; the same, but for a
 * dimension, which counts the node's channels. */
struct ls_onnx_value ls_onnx_made_image(struct ls_onnx_walk *w, int node);
struct ls_onnx_value ls_onnx_made_alike(struct ls_onnx_value x, int node);
struct ls_onnx_value ls_onnx_made_channels(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                           int dimension, int node);

/* The weight that is the node's input i, of `rank` dimensions; its tensor is NULL after a failure,
 * or if the node has no such input and it is `optional`. */
struct ls_onnx_source ls_onnx_weight(struct ls_onnx_walk *w, size_t i, int rank, bool optional);

/* The same, one number for each channel of x, with a dimension of 1 for each that x has behind
 * these.
 */
struct ls_onnx_source ls_onnx_channel_weight(struct ls_onnx_walk *w, size_t i,
                                             struct ls_onnx_value x, bool optional);

/* Adds a node of ours with tensors, whose values are in sources[count]. */
int ls_onnx_add_weighted(struct ls_onnx_walk *w, const struct ls_op *op,
                         struct ls_attributes attributes, struct ls_onnx_value x,
                         const struct ls_onnx_source *sources, int count);

/* The source, if it has numbers in `rank` dimensions; without a tensor after a failure. */
struct ls_onnx_source ls_onnx_checked(struct ls_onnx_walk *w, struct ls_onnx_source source,
                                      int rank);

/* Whether the tensor is one of the network's that are trained: not a constant, also one that the
 * exporter has put among the weights, with a number for a name. */
bool ls_onnx_is_parameter(const struct ls_onnx_walk *w, const struct ls_onnx_source *source);

/* Whether it is at least among the weights. */
bool ls_onnx_is_stored(const struct ls_onnx_walk *w, const struct ls_onnx_source *source);

/* slope x + shift */
struct ls_onnx_value ls_onnx_line(struct ls_onnx_walk *w, struct ls_onnx_value x, float slope,
                                  float shift);

/* x times a trained number for each channel, or one for all. */
struct ls_onnx_value ls_onnx_scale(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                   struct ls_onnx_source source);

/* What is done with each number of a constant before it is used. */
enum ls_onnx_change { LS_ONNX_AS_IT_IS, LS_ONNX_NEGATIVE, LS_ONNX_RECIPROCAL };

/* Whether numbers that are put to x are constants: no weights of the file, or put to the images
 * themselves before any layer, whose mean and deviation they are. */
bool ls_onnx_is_constant(const struct ls_onnx_walk *w, const struct ls_onnx_source *source,
                         struct ls_onnx_value x);

/* A node of ours for what is learned and the same for all images: tokens [1, tokens, channels] or
 * less, numbers for each channel in a dimension of their own, or an image [channels, height, width]
 * of them. */
struct ls_onnx_value ls_onnx_learned(struct ls_onnx_walk *w, struct ls_onnx_source source);

/* A node of one pixel, or of one number, for all pixels of a shape. */
int ls_onnx_spread(struct ls_onnx_walk *w, int pixel, struct ls_shape over, int channels);

/* A node of zeros for all pixels of a shape. */
int ls_onnx_zeros(struct ls_onnx_walk *w, struct ls_shape over, int channels);

/* The sum or product of input `activations` and what is learned or constant so: for every number,
 * or for all pixels alike. */
struct ls_onnx_value ls_onnx_add_learned(struct ls_onnx_walk *w, size_t activations,
                                         struct ls_onnx_source source);
struct ls_onnx_value ls_onnx_add_given(struct ls_onnx_walk *w, size_t activations,
                                       struct ls_onnx_source source, enum ls_onnx_change change);
struct ls_onnx_value ls_onnx_multiply_given(struct ls_onnx_walk *w, size_t activations,
                                            struct ls_onnx_source source,
                                            enum ls_onnx_change change);

/* An operation on activations that are counted alike, of which some may have their pixels in a row;
 * on two of them. */
int ls_onnx_add_alike(struct ls_onnx_walk *w, const struct ls_op *op, int count, int *inputs);
struct ls_onnx_value ls_onnx_of_two(struct ls_onnx_walk *w, const struct ls_op *op,
                                    struct ls_onnx_value x, struct ls_onnx_value y);

/* The node's first input, as something to be counted in other dimensions. */
struct ls_onnx_value ls_onnx_views_of(struct ls_onnx_walk *w);

/* The pixels of a node's activations as one row. */
int ls_onnx_row_of_pixels(struct ls_onnx_walk *w, int node);

/* The product of activations: scores of queries and keys, or these on values. */
struct ls_onnx_value ls_onnx_multiply_matrices(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                               struct ls_onnx_value y);

/* The node's input i as a factor of such a product: a multiple by a number, shares of attention, or
 * activations. */
struct ls_onnx_value ls_onnx_factor(struct ls_onnx_walk *w, size_t i);

/* x with its dimensions in another order. */
struct ls_onnx_value ls_onnx_permuted(struct ls_onnx_walk *w, struct ls_onnx_value x,
                                      const int64_t *order);

/* Scores, and a bias for each of all heads. */
struct ls_onnx_value ls_onnx_bias_scores(struct ls_onnx_walk *w, struct ls_onnx_value scores,
                                         struct ls_onnx_value bias);

/* Scores and what a tensor adds to them. */
struct ls_onnx_value ls_onnx_add_to_scores(struct ls_onnx_walk *w, struct ls_onnx_value scores,
                                           struct ls_onnx_source source);

/* Add what a term with a weight stands for, with a bias if that has a tensor: a linear layer... */
struct ls_onnx_value ls_onnx_linear(struct ls_onnx_walk *w, struct ls_onnx_value product,
                                    struct ls_onnx_source bias);

/* ... or a layer norm or group norm. */
struct ls_onnx_value ls_onnx_norm(struct ls_onnx_walk *w, struct ls_onnx_value normal,
                                  struct ls_onnx_source bias);

/* Rows of a table of weights, which is the node's first input, by their numbers, the second. */
struct ls_onnx_value ls_onnx_take_rows(struct ls_onnx_walk *w);

/* A number that is input i, or an attribute, as before ONNX's version 11. */
float ls_onnx_number_or_attribute(struct ls_onnx_walk *w, size_t i, const char *name,
                                  double otherwise);

/* Of activations; nothing after a failure. */
struct ls_shape ls_onnx_shape(const struct ls_onnx_walk *w, struct ls_onnx_value x);

/* The window of a convolution, whose kernel has the size that its weights have, or of a pooling,
 * for which `kernel` is NULL. */
struct ls_window ls_onnx_window(struct ls_onnx_walk *w, const int64_t kernel[2]);

/* Whether kernel, stride and padding, the same in both dimensions, are all there is to a window,
 * and that as attributes; others are refused. */
bool ls_onnx_is_plain(const struct ls_window *window);
struct ls_attributes ls_onnx_plain(struct ls_onnx_walk *w, struct ls_window window);

/* Adds a node of ours without tensors. */
int ls_onnx_add(struct ls_onnx_walk *w, const struct ls_op *op, struct ls_attributes attributes,
                int count, const int *inputs);

#endif
