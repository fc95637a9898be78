/* What the files about the nodes of ONNX graphs share. */
#ifndef LANDSCAPE_MODEL_ONNX_WALK_H
#define LANDSCAPE_MODEL_ONNX_WALK_H

#include "model/build.h"
#include "model/onnx_file.h"

enum {
    LS_ONNX_MOST = 4096, /* pixels or channels of an image, or pixels of a window */
    LS_ONNX_RANK = 4,    /* dimensions of an image */
    LS_ONNX_WHOLES = 8,  /* that a shape is computed from */
};

/* What an ONNX name stands for. */
struct ls_onnx_value {
    bool made;
    int node;  /* that computes it */
    bool flat; /* no pixels any more: only what takes all numbers of an image alike may follow */
    int count; /* not 0: it is no activations, but so many whole numbers, for a shape */
    int64_t wholes[LS_ONNX_WHOLES];
};

/* A graph on the way to becoming a network. */
struct ls_onnx_walk {
    const struct ls_onnx *onnx;
    struct ls_builder builder;
    const char *image; /* the name of value `name_count` */
    struct ls_onnx_value
        *values; /* [name_count + 1] of the graph's names, as far as they are made */
    struct ls_onnx_source *sources;  /* [network's tensor_count] */
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

/* Those with weights, those of activations without, and those that compute shapes. */
extern const struct ls_onnx_operations ls_onnx_layers, ls_onnx_activations, ls_onnx_shapes;

/* Fails for what is wrong with the node; returns a value of no use. */
struct ls_onnx_value ls_onnx_refuse(struct ls_onnx_walk *w, const char *what);

/* The activations that are the node's input i; of the second, they must have pixels. */
struct ls_onnx_value ls_onnx_input(struct ls_onnx_walk *w, size_t i);
struct ls_onnx_value ls_onnx_image(struct ls_onnx_walk *w, size_t i);

/* The whole numbers that are the node's input i; count is -1 if it is something else. The second
 * takes them from an attribute, as ONNX did before its version in which they are input i. */
struct ls_onnx_value ls_onnx_row(const struct ls_onnx_walk *w, size_t i);
struct ls_onnx_value ls_onnx_row_or_attribute(const struct ls_onnx_walk *w, size_t i,
                                              const char *name, int count);

/* The node's whole numbers behind one another. */
struct ls_onnx_value ls_onnx_concat_rows(struct ls_onnx_walk *w);

/* Of activations; nothing after a failure. */
struct ls_shape ls_onnx_shape(const struct ls_onnx_walk *w, struct ls_onnx_value x);

/* Kernel, stride and padding of a convolution or pooling, the same in both dimensions. */
struct ls_attributes ls_onnx_window(struct ls_onnx_walk *w, int64_t kernel);

/* Adds a node of ours without tensors. */
int ls_onnx_add(struct ls_onnx_walk *w, const struct ls_op *op, struct ls_attributes attributes,
                int count, const int *inputs);

#endif
