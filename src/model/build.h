/* How architectures are written down: layer by layer, without error checks in between. */
#ifndef LANDSCAPE_MODEL_BUILD_H
#define LANDSCAPE_MODEL_BUILD_H

#include "landscape/network.h"
#include "ops/op.h"

/* A network that is being built. After the first failure the functions below do nothing and return
 * 0, so that a builder reads like the architecture; the failure is reported at the end. */
struct ls_builder {
    struct ls_network *network;
    struct ls_shape image;          /* 0 x 0: the architecture's usual ones, and ... */
    int classes;                    /* ... 0: as many as usual */
    char scope[LS_MAX_TENSOR_NAME]; /* prefix of the names that follow: "layer1.0." */
    enum ls_status status;
    struct ls_error *error;
};

/* Appends a node and its tensors, called `scope` + `name` + "." + suffix; `name` may be NULL for an
 * operation without tensors. Returns the node's index. */
int ls_build(struct ls_builder *builder, const struct ls_op *op, const char *name,
             struct ls_attributes attributes, int input_count, const int *inputs);

/* Sets the prefix of the names that follow from a printf format. */
void ls_scope(struct ls_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `count` numbers that are not trained, zeros so far, to be an attribute's `given`; NULL
 * after a failure. */
float *ls_constant(struct ls_builder *builder, size_t count);

/* Channels of node x; 0 after a failure. */
int ls_channels(const struct ls_builder *builder, int x);

/* The images and the number of classes that the network is for, of an architecture that usually has
 * images of side x side pixels with three channels, and so many classes. */
int ls_image_of(struct ls_builder *builder, int side);
int ls_classes(const struct ls_builder *builder, int usual);

/* The layers of the field, each returning its node. Convolutions pad by half their kernel. */
int ls_image(struct ls_builder *builder, int height, int width, int channels);
int ls_conv(struct ls_builder *builder, const char *name, int x, int channels, int kernel,
            int stride);
int ls_biased_conv(struct ls_builder *builder, const char *name, int x, int channels, int kernel,
                   float bias_start);
int ls_batchnorm(struct ls_builder *builder, const char *name, int x);
int ls_relu(struct ls_builder *builder, int x);
int ls_add(struct ls_builder *builder, int a, int b);
int ls_concat(struct ls_builder *builder, int a, int b);
int ls_sigmoid(struct ls_builder *builder, int x);
int ls_gate(struct ls_builder *builder, int gate, int transform, int carry);
int ls_upconv(struct ls_builder *builder, const char *name, int x, int channels, int kernel);
int ls_mean(struct ls_builder *builder, int x); /* over all pixels */
int ls_avgpool(struct ls_builder *builder, int x, int kernel);
int ls_maxpool(struct ls_builder *builder, int x, int kernel, int stride, int padding);
int ls_linear(struct ls_builder *builder, const char *name, int x, int channels);

/* What an architecture's name says: "resnet20@28x28x1:9" is resnet20 for images of 28 x 28 pixels
 * with one channel, and 9 classes. */
struct ls_variant {
    char name[64];         /* "resnet20" */
    struct ls_shape image; /* 0 x 0: not said */
    int classes;           /* 0: not said */
};

/* LS_BAD_ARGUMENT if what stands behind the name does not say that. */
enum ls_status ls_variant_parse(struct ls_variant *variant, const char *arch,
                                struct ls_error *error);

/* A row of a family's table. */
struct ls_architecture {
    const char *name;  /* with its skip connections */
    const char *plain; /* with every one of them removed; NULL: it has none */
    const char *title; /* as it is called in print, with them */
    void (*build)(struct ls_builder *builder, const struct ls_architecture *architecture,
                  bool skips);
    int depth, width; /* of which member; what they count is the family's own affair */
};

/* Architectures that are built alike: one file each. */
struct ls_family {
    const struct ls_architecture *members; /* [count] */
    int count;
};

extern const struct ls_family ls_resnets, ls_vggs, ls_densenets, ls_highways, ls_unets;

#endif
