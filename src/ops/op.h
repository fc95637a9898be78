/* An operation: everything the rest of the program needs to know about one kind of node. A new
 * operation is one file that fills one `struct ls_op`; the engine never asks which one it runs.
 *
 * Inference calls pack() once per set of values, then forward() on a few images at a time.
 * Training works on batches cut into chunks of a few images, which run on different threads.
 * Forward is reduce() on every chunk, combine() once all chunks are done, then forward() on every
 * chunk; backward is the same with backward_reduce(), backward_combine() and backward(). Reductions
 * are combined in the order of the chunks, so that the number of threads changes no bit. */
#ifndef LANDSCAPE_OPS_OP_H
#define LANDSCAPE_OPS_OP_H

#include "landscape/network.h"

/* A tensor that an operation asks for. */
struct ls_tensor_spec {
    const char *suffix; /* behind the node's name and a dot: "weight"; empty: called as the node */
    enum ls_tensor_kind kind;
    int rank;
    int size[LS_MAX_RANK];
    enum ls_tensor_init init;
    float init_value;
};

/* A node at work on images first .. last-1 of a batch. Activations are
 * [batch][height][width][channels] floats, unless the node's storage says otherwise. */
struct ls_call {
    const struct ls_node *node;
    int images; /* in the whole batch */
    float
        *tensors[LS_MAX_OP_TENSORS]; /* the node's values; only running statistics are written to */
    float *packed;                   /* what pack() made, [packed_size] */
    const float *inputs[LS_MAX_INPUTS];
    float *output;
    float *scratch; /* [scratch_size], of the calling thread */

    /* Backward only. */
    const float *output_grad;
    float *input_grads[LS_MAX_INPUTS];      /* NULL where nobody asks for it */
    bool accumulate[LS_MAX_INPUTS];         /* add to input_grads instead of setting it */
    float *tensor_grads[LS_MAX_OP_TENSORS]; /* parameters only; set, not added to */

    /* Tangents only: how these change along a direction in the space of weights. */
    const float *input_tangents[LS_MAX_INPUTS];
    float *output_tangent;
    const float *output_grad_tangent;
    float *input_grad_tangents[LS_MAX_INPUTS]; /* as input_grads */
};

/* Which followers an operation can absorb, as flags. */
enum { LS_FUSE_BATCHNORM = 1, LS_FUSE_RESIDUAL = 2, LS_FUSE_RELU = 4 };

/* Which activations a hook of the backward pass reads: what nobody needs shares memory. */
enum { LS_NEEDS_INPUTS = 1, LS_NEEDS_OUTPUT = 2 };

/* Hooks may be NULL where the comment says so. Sizes are in floats, but for partial_size. */
struct ls_op {
    const char *name;
    /* The operations that do the same for nodes that suit them: in inference from bfloat16 tiles to
     * bfloat16 tiles, and in training on activations in bfloat16 where the machine multiplies
     * matrix tiles fast. NULL: none. */
    const struct ls_op *in_tiles, *in_bfloats;
    bool (*suits)(const struct ls_node *node); /* of such an operation */
    int inference_fusions, training_fusions;   /* LS_FUSE_* */
    int reduce_needs, backward_needs;          /* of backward_reduce() and backward(): LS_NEEDS_* */
    /* The hooks of training take activations in bfloat16, too, if all of a node's are. For other
     * operations the engine widens them. */
    bool takes_bfloats;

    /* *out = the output's shape for node->in; LS_MISMATCH says what does not fit. */
    enum ls_status (*shape)(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error);
    /* Writes the tensors in state_dict order and returns their number. NULL: none. */
    int (*tensors)(const struct ls_node *node, struct ls_tensor_spec *spec);
    /* Multiply-adds times two of one image. NULL: not worth counting. */
    double (*flops)(const struct ls_node *node);

    /* Derived values: packed weights, scales. NULL: none. */
    size_t (*packed_size)(const struct ls_node *node, bool training);
    void (*pack)(const struct ls_node *node, bool training, float *const *tensors, float *packed);
    size_t (*scratch_size)(const struct ls_node *node, bool training); /* NULL: 0 */
    void (*forward)(const struct ls_call *call, int first, int last);

    /* Training's reductions: reduce() fills partial, of partial_size bytes, for its chunk;
     * combine() sums the chunks' partials, `stride` bytes apart, for elements begin .. end-1 of
     * combine_count. */
    size_t (*partial_size)(const struct ls_node *node, bool backward); /* NULL: no reductions */
    size_t (*combine_count)(const struct ls_node *node, bool backward);
    void (*reduce)(const struct ls_call *call, int first, int last, void *partial);
    void (*combine)(const struct ls_call *call, const void *partials, int chunks, size_t stride,
                    size_t begin, size_t end);
    void (*backward_reduce)(const struct ls_call *call, int first, int last, void *partial);
    void (*backward_combine)(const struct ls_call *call, const void *partials, int chunks,
                             size_t stride, size_t begin, size_t end);
    /* Set if backward() needs what backward_combine() computed. */
    bool backward_waits;
    void (*backward)(const struct ls_call *call, int first, int last);

    /* Second derivatives by the weights, in inference mode (engine/curvature.h), on floats.
     * tangent() sets output_tangent from input_tangents; NULL: forward() is linear in the inputs.
     * backward_tangent() sets, or adds to, input_grad_tangents; NULL: backward() does not change
     * with the inputs, or jumps only. */
    void (*tangent)(const struct ls_call *call, int first, int last);
    void (*backward_tangent)(const struct ls_call *call, int first, int last);
    /* The operation that does the same in inference mode and takes its tensors as constants. NULL:
     * it does itself. */
    const struct ls_op *constant;
};

extern const struct ls_op ls_op_input;  /* node 0: the image; attributes: none */
extern const struct ls_op ls_op_conv2d; /* attributes: channels, kernel, stride, padding, bias,
                                           bias_start, matrix */
extern const struct ls_op ls_op_grouped_conv2d;   /* and groups */
extern const struct ls_op ls_op_depthwise_conv2d; /* and groups, or window instead of kernel, ... */
extern const struct ls_op ls_op_general_conv2d;   /* attributes: channels, window, groups, bias */
extern const struct ls_op ls_op_batchnorm;        /* attributes: epsilon, momentum */
extern const struct ls_op ls_op_affine;           /* batch norm's constant: a scale and a shift */
extern const struct ls_op ls_op_layernorm;        /* attributes: epsilon, bias, unweighted */
extern const struct ls_op ls_op_fixed_layernorm;  /* layer norm's constant */
extern const struct ls_op ls_op_groupnorm;        /* attributes: groups, epsilon, unweighted */
extern const struct ls_op ls_op_fixed_groupnorm;  /* group norm's constant */
extern const struct ls_op ls_op_scale;            /* attributes: rank, axis, single */
extern const struct ls_op ls_op_relu;
extern const struct ls_op ls_op_add;     /* of two inputs of one shape */
extern const struct ls_op ls_op_concat;  /* of up to LS_MAX_INPUTS inputs of one size */
extern const struct ls_op ls_op_slice;   /* attributes: channels, begin */
extern const struct ls_op ls_op_shuffle; /* attributes: groups */
extern const struct ls_op ls_op_learned; /* no inputs; attributes: pixels, channels, rows, rank,
                                            axis, rows_are_pixels */
extern const struct ls_op ls_op_given;   /* the same, not learned; and given */
extern const struct ls_op ls_op_spread;  /* attributes: pixels, channels, rows */
extern const struct ls_op ls_op_append;  /* of up to LS_MAX_INPUTS inputs with as many channels */
extern const struct ls_op ls_op_span;    /* attributes: begin, pixels, rows */
extern const struct ls_op ls_op_pick;    /* attributes: pixels, given: their numbers */
extern const struct ls_op ls_op_pick_channels; /* attributes: channels, given: their numbers */
extern const struct ls_op ls_op_resize;        /* attributes: sampling */
extern const struct ls_op ls_op_transpose;     /* pixels and channels */
extern const struct ls_op ls_op_sigmoid, ls_op_tanh, ls_op_hard_swish, ls_op_softplus;
extern const struct ls_op ls_op_line; /* attributes: slope, shift */
extern const struct ls_op ls_op_gelu, ls_op_gelu_tanh;
extern const struct ls_op ls_op_elu, ls_op_leaky_relu; /* attributes: slope */
extern const struct ls_op ls_op_clip;                  /* attributes: low, high */
extern const struct ls_op ls_op_hard_sigmoid;          /* attributes: slope, shift */
extern const struct ls_op ls_op_multiply;  /* inputs: of one shape, or the second of one pixel */
extern const struct ls_op ls_op_gate;      /* inputs: gate, transform, carry, of one shape */
extern const struct ls_op ls_op_attention; /* inputs: queries, keys, values, and if there are any
                                              biases of scores; attributes: groups, slope, windows,
                                              given */
extern const struct ls_op ls_op_upconv2d;  /* attributes: channels, kernel, bias */
extern const struct ls_op ls_op_avgpool;   /* attributes: kernel, stride, padding, round_up,
                                              padding_counts; kernel 0: the whole image */
extern const struct ls_op ls_op_maxpool;   /* attributes: kernel, stride, padding, round_up */
extern const struct ls_op ls_op_linear;    /* attributes: channels, bias; the input is flattened */

/* Floats of memory that `images` outputs of the node take. */
size_t ls_output_floats(const struct ls_node *node, int images);

/* Floats from the first output of an inference to that of `image`; in tiles, the first of a group.
 */
size_t ls_output_offset(const struct ls_node *node, int image);

/* height * width * channels. */
size_t ls_shape_size(struct ls_shape shape);
bool ls_shape_equal(struct ls_shape a, struct ls_shape b);

/* What images first .. last-1 of a node's output are: where their first value is, and how many
 * values and pixels they have. */
struct ls_span {
    size_t at, values, pixels;
};
struct ls_span ls_span_of(const struct ls_node *node, int first, int last);

/* The shape() of operations whose output is as large as their first input. */
enum ls_status ls_first_shape(const struct ls_node *node, struct ls_shape *out,
                              struct ls_error *error);

/* The same, if the attribute's groups can share its channels. */
enum ls_status ls_grouped_shape(const struct ls_node *node, struct ls_shape *out,
                                struct ls_error *error);

#endif
