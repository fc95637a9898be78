/* A network is data: a graph of operations over images, and the tensors the operations own. */
#ifndef LANDSCAPE_NETWORK_H
#define LANDSCAPE_NETWORK_H

#include "landscape/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LS_MAX_RANK = 8,
    LS_MAX_INPUTS = 4,        /* of one operation */
    LS_MAX_OP_TENSORS = 8,    /* of one operation, fused ones included */
    LS_MAX_TENSOR_NAME = 128, /* bytes, with the terminating zero */
};

/* The extent of one image's activations, stored [height][width][channels]. */
struct ls_shape {
    int height, width, channels;
};

enum ls_tensor_kind {
    LS_PARAMETER, /* trained; gradients and directions cover it */
    LS_BUFFER,    /* running mean or variance */
    LS_COUNTER,   /* num_batches_tracked: an integer in PyTorch's files */
};

enum ls_tensor_init {
    LS_INIT_CONSTANT,  /* init_value everywhere */
    LS_INIT_NORMAL,    /* N(0, init_value^2) */
    LS_INIT_HE_NORMAL, /* N(0, 2 / fan_in), fan_in = size[1] * size[2] * size[3] (He et al. 2015) */
};

/* A named tensor. The values of all tensors of a network lie in one flat array of floats, in
 * state_dict order, each tensor row by row in PyTorch's layout. */
struct ls_tensor {
    char name[LS_MAX_TENSOR_NAME]; /* PyTorch's: "layer1.0.conv1.weight" */
    enum ls_tensor_kind kind;
    int rank;              /* 0 to LS_MAX_RANK */
    int size[LS_MAX_RANK]; /* dimension 0 of a weight counts its filters */
    size_t count;          /* product of size; 1 for rank 0 */
    size_t offset;         /* of the first value in the flat array */
    enum ls_tensor_init init;
    float init_value;
};

struct ls_op; /* what a node does; see src/ops/op.h */

/* The pixels that a convolution takes for one, down and across. */
struct ls_window {
    int kernel[2], stride[2];
    int dilation[2]; /* from one pixel of the kernel to the next */
    int padding[4];  /* on top, on the left, at the bottom, on the right */
};

enum ls_sampling_method {
    LS_NEAREST_BEFORE, /* the pixel at the place, or the next one above or left of it */
    LS_NEAREST_BEHIND, /* ... or below or right of it */
    LS_LINEAR          /* a mixture of both */
};

/* Where in an image the pixels of another one are found, down and across: number i at the place
 * step * i + start, in pixels from the middle of the first; those outside are at the edge. */
struct ls_sampling {
    enum ls_sampling_method method;
    int size[2]; /* of the other image */
    float step[2], start[2];
};

/* Attributes of an operation; each operation documents which it reads. */
struct ls_attributes {
    int channels;                /* of the output */
    int kernel, stride, padding; /* in pixels, the same in both dimensions */
    struct ls_window window;     /* of a convolution for which these do not do; kernel[0] is 0: they
                                    do */
    struct ls_sampling sampling; /* of an image that gets another size */
    bool round_up;               /* windows of a pooling may reach over the padding */
    bool padding_counts;         /* in means over windows: as pixels of 0 */
    int groups;                  /* of channels that a convolution, group norm or attention keeps
                                    apart or a shuffle mixes; 0 is 1, but for group norm */
    int begin;                   /* first channel of a slice, or pixel of a span */
    int pixels;              /* of a learned row, a span, a pick, or what a pixel is spread over */
    bool rows_are_pixels;    /* those of a learned row's tensor, not parts of its channels */
    int windows;             /* of as many pixels each, in which attention stays; 0: one */
    int rows;                /* that a span's pixels, or those a pixel is spread over, stand
                                in, or a dimension of a learned row's tensor; 0: one */
    float slope, shift;      /* of a bent line; slope: of attention's scores, too */
    float low, high;         /* what values are clipped to */
    bool bias;               /* adds a bias tensor */
    float bias_start;        /* its initial value */
    bool unweighted;         /* a layer norm or group norm has no tensors */
    bool matrix;             /* a 1x1 convolution's weight is [channels][inputs], as a linear
                                layer's */
    int rank, axis;          /* of the tensor of a scale, or of a learned row of one pixel:
                                dimensions, of which this is that of the channels; other rows'
                                are [1]...[pixels][channels], or [pixels][rows][channels / rows]
                              */
    bool single;             /* a scale's tensor is one number for all channels */
    const float *given;      /* the numbers of a row that is not learned, [pixels][channels], those
                                of the pixels or channels that are picked, or what is added to
                                attention's      scores, [windows][queries][keys]; the network's */
    float epsilon, momentum; /* batch norm; epsilon of layer norm, too */
    bool fused_batchnorm;    /* set by fusion: a convolution folds the batch norm behind it */
    bool fused_residual;     /* set by fusion: the last input is added to the result */
    bool fused_relu;         /* set by fusion: the result is rectified */
};

enum ls_format {
    LS_FLOATS,  /* [height][width][channels] */
    LS_BFLOATS, /* the same in bfloat16, the upper half of a float */
    LS_TILES,   /* bfloat16 in the order of matrix tiles: src/kernels/tiles.h */
};

/* How an engine stores activations. */
struct ls_storage {
    enum ls_format format;
    int parts;  /* of tiles: bfloat16 a value, 1 or 2 */
    int border; /* of tiles: pixels of zeros around the image */
    int images; /* how many go through the node at a time, at most */
};

struct ls_node {
    const struct ls_op *op;
    struct ls_attributes attributes;
    int input_count;
    int input[LS_MAX_INPUTS]; /* indices of earlier nodes */
    struct ls_shape in[LS_MAX_INPUTS];
    struct ls_shape out;
    struct ls_storage in_storage[LS_MAX_INPUTS], out_storage; /* set by the engine */
    int tensor_count;
    int tensor[LS_MAX_OP_TENSORS]; /* indices into the network's tensors, in the operation's order
                                    */
};

struct ls_network {
    char arch[1024];       /* its name, or the path of the ONNX file that describes it */
    char sha256[65];       /* of that file; empty if there is none */
    int node_count;        /* 0: only the tensors are known */
    struct ls_node *nodes; /* [node_count] in topological order; node 0 is the image, the last the
                              logits [height][width][classes] */
    int constant_count;
    float **constants; /* [constant_count] that attributes point to */
    int tensor_count;
    struct ls_tensor *tensors; /* [tensor_count] in state_dict order */
    size_t value_count;        /* floats in the flat array of all tensors */
    size_t parameter_count;    /* those of them that are trained */
};

/* Builds the architecture called `arch`, one of those that ls_arch_name lists; those with skip
 * connections have a twin without them, called so with "-noshort" behind it. Images and classes are
 * the usual ones, or what stands behind the name: "resnet20@28x28x1:9" takes images of 28 x 28
 * pixels with one channel and tells 9 classes apart, "resnet20:100" 100 classes. An unknown name
 * fails, and the message asks whether the known one was meant that is the same but for case, '_'
 * and '-'. A name that ends in ".onnx" is the path of an ONNX file, whose network is built. Free
 * with ls_network_free. */
enum ls_status ls_network_create(struct ls_network *network, const char *arch,
                                 struct ls_error *error);
void ls_network_free(struct ls_network *network);

/* Fails as ls_network_create does if there is no architecture of that name, or no known network in
 * the ONNX file; whether images are large enough, only building it for them tells. */
enum ls_status ls_arch_check(const char *arch, struct ls_error *error);

/* text[size] = the architecture's name for such images and so many classes, as far as it does not
 * say itself what it is for: "resnet20", if these are its usual ones, or "resnet20@28x28x1:9". An
 * ONNX file stays as it is. */
void ls_arch_for(const char *arch, struct ls_shape image, int classes, char *text, size_t size);

/* Names of known architectures: the i-th, or NULL past the last. */
const char *ls_arch_name(int i);

/* text[size] = how the architecture is called in print, such as "ResNet-56 without skip
 * connections", or an ONNX file's name without directory and ending, cut off where it does not fit;
 * false: there is none of that name. */
bool ls_arch_title(const char *arch, char *text, size_t size);

/* Multiply-adds times two of one image's forward pass, of convolutions, linear layers and attention
 * only. */
double ls_network_flops(const struct ls_network *network);

/* Fills values[value_count] with the initial values of `seed`: the paper's recipe. */
void ls_network_init(const struct ls_network *network, uint64_t seed, float *values);

/* The tensor called `name`, or NULL. */
const struct ls_tensor *ls_network_find(const struct ls_network *network, const char *name);

#ifdef __cplusplus
}
#endif

#endif
