#include "model/build.h"
#include "base/alloc.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ls_scope(struct ls_builder *builder, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(builder->scope, sizeof builder->scope, format, arguments);
    va_end(arguments);
}

static void add_tensor(struct ls_builder *builder, struct ls_node *node, const char *name,
                       const struct ls_tensor_spec *spec) {
    struct ls_network *network = builder->network;
    struct ls_tensor *tensor = &network->tensors[network->tensor_count];
    *tensor = (struct ls_tensor){.kind = spec->kind,
                                 .rank = spec->rank,
                                 .count = 1,
                                 .offset = network->value_count,
                                 .init = spec->init,
                                 .init_value = spec->init_value};
    int length = snprintf(tensor->name, sizeof tensor->name, "%s%s%s%s", builder->scope,
                          name ? name : "", *spec->suffix ? "." : "", spec->suffix);
    if (length >= (int)sizeof tensor->name)
        builder->status =
            ls_fail(builder->error, LS_BAD_ARGUMENT, "tensor name too long: %s", tensor->name);
    for (int d = 0; d < spec->rank; d++) {
        tensor->size[d] = spec->size[d];
        tensor->count *= (size_t)spec->size[d];
    }
    node->tensor[node->tensor_count++] = network->tensor_count++;
    network->value_count += tensor->count;
    if (tensor->kind == LS_PARAMETER)
        network->parameter_count += tensor->count;
}

/* Within these, sizes that are computed from a few of them are numbers that an int holds. */
static enum ls_status check_size(struct ls_shape s, struct ls_error *error) {
    enum { MOST_PIXELS = 1 << 16, MOST_CHANNELS = 1 << 24, MOST_VALUES = 1 << 28 };
    if (s.height <= MOST_PIXELS && s.width <= MOST_PIXELS && s.channels <= MOST_CHANNELS &&
        (double)s.height * s.width * s.channels <= MOST_VALUES)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH,
                   "activations of %d x %d pixels with %d channels are too many", s.height, s.width,
                   s.channels);
}

int ls_build(struct ls_builder *builder, const struct ls_op *op, const char *name,
             struct ls_attributes attributes, int input_count, const int *inputs) {
    struct ls_network *network = builder->network;
    struct ls_tensor_spec spec[LS_MAX_OP_TENSORS];
    if (builder->status)
        return 0;
    void *nodes = ls_grow(network->nodes, network->node_count, 1, sizeof *network->nodes);
    if (nodes)
        network->nodes = nodes;
    void *tensors = ls_grow(network->tensors, network->tensor_count, LS_MAX_OP_TENSORS,
                            sizeof *network->tensors);
    if (tensors)
        network->tensors = tensors;
    if (!nodes || !tensors) {
        builder->status = ls_fail_memory(builder->error, "a network");
        return 0;
    }
    struct ls_node *node = &network->nodes[network->node_count];
    *node = (struct ls_node){.op = op, .attributes = attributes, .input_count = input_count};
    for (int i = 0; i < input_count; i++) {
        node->input[i] = inputs[i];
        node->in[i] = network->nodes[inputs[i]].out;
    }
    builder->status = op->shape(node, &node->out, builder->error);
    if (!builder->status)
        builder->status = check_size(node->out, builder->error);
    int tensor_count = op->tensors && !builder->status ? op->tensors(node, spec) : 0;
    for (int t = 0; t < tensor_count; t++)
        add_tensor(builder, node, name, &spec[t]);
    return builder->status ? 0 : network->node_count++;
}

float *ls_constant(struct ls_builder *builder, size_t count) {
    struct ls_network *network = builder->network;
    if (builder->status)
        return NULL;
    void *constants =
        ls_grow(network->constants, network->constant_count, 1, sizeof *network->constants);
    if (constants)
        network->constants = constants;
    float *numbers = constants ? calloc(count, sizeof *numbers) : NULL;
    if (numbers)
        network->constants[network->constant_count++] = numbers;
    else
        builder->status = ls_fail_memory(builder->error, "a network");
    return numbers;
}

int ls_channels(const struct ls_builder *builder, int x) {
    return builder->status ? 0 : builder->network->nodes[x].out.channels;
}

int ls_image(struct ls_builder *builder, int height, int width, int channels) {
    int image = ls_build(builder, &ls_op_input, NULL, (struct ls_attributes){0}, 0, NULL);
    if (!builder->status)
        builder->network->nodes[image].out = (struct ls_shape){height, width, channels};
    return image;
}

int ls_image_of(struct ls_builder *builder, int side) {
    const struct ls_shape own = builder->image;
    return own.height ? ls_image(builder, own.height, own.width, own.channels)
                      : ls_image(builder, side, side, 3);
}

int ls_classes(const struct ls_builder *builder, int usual) {
    return builder->classes ? builder->classes : usual;
}

int ls_conv(struct ls_builder *builder, const char *name, int x, int channels, int kernel,
            int stride) {
    struct ls_attributes attributes = {
        .channels = channels, .kernel = kernel, .stride = stride, .padding = kernel / 2};
    return ls_build(builder, &ls_op_conv2d, name, attributes, 1, &x);
}

int ls_biased_conv(struct ls_builder *builder, const char *name, int x, int channels, int kernel,
                   float bias_start) {
    struct ls_attributes attributes = {.channels = channels,
                                       .kernel = kernel,
                                       .stride = 1,
                                       .padding = kernel / 2,
                                       .bias = true,
                                       .bias_start = bias_start};
    return ls_build(builder, &ls_op_conv2d, name, attributes, 1, &x);
}

int ls_batchnorm(struct ls_builder *builder, const char *name, int x) {
    struct ls_attributes attributes = {.epsilon = 1e-5F, .momentum = 0.1F};
    return ls_build(builder, &ls_op_batchnorm, name, attributes, 1, &x);
}

int ls_relu(struct ls_builder *builder, int x) {
    return ls_build(builder, &ls_op_relu, NULL, (struct ls_attributes){0}, 1, &x);
}

int ls_add(struct ls_builder *builder, int a, int b) {
    return ls_build(builder, &ls_op_add, NULL, (struct ls_attributes){0}, 2, (int[]){a, b});
}

int ls_concat(struct ls_builder *builder, int a, int b) {
    return ls_build(builder, &ls_op_concat, NULL, (struct ls_attributes){0}, 2, (int[]){a, b});
}

int ls_sigmoid(struct ls_builder *builder, int x) {
    return ls_build(builder, &ls_op_sigmoid, NULL, (struct ls_attributes){0}, 1, &x);
}

int ls_gate(struct ls_builder *builder, int gate, int transform, int carry) {
    const int inputs[] = {gate, transform, carry};
    return ls_build(builder, &ls_op_gate, NULL, (struct ls_attributes){0}, 3, inputs);
}

int ls_upconv(struct ls_builder *builder, const char *name, int x, int channels, int kernel) {
    struct ls_attributes attributes = {.channels = channels, .kernel = kernel, .bias = true};
    return ls_build(builder, &ls_op_upconv2d, name, attributes, 1, &x);
}

int ls_avgpool(struct ls_builder *builder, int x, int kernel) {
    struct ls_attributes attributes = {.kernel = kernel, .stride = kernel};
    return ls_build(builder, &ls_op_avgpool, NULL, attributes, 1, &x);
}

int ls_mean(struct ls_builder *builder, int x) {
    return ls_avgpool(builder, x, 0);
}

int ls_maxpool(struct ls_builder *builder, int x, int kernel, int stride, int padding) {
    struct ls_attributes attributes = {.kernel = kernel, .stride = stride, .padding = padding};
    return ls_build(builder, &ls_op_maxpool, NULL, attributes, 1, &x);
}

int ls_linear(struct ls_builder *builder, const char *name, int x, int channels) {
    struct ls_attributes attributes = {.channels = channels, .bias = true};
    return ls_build(builder, &ls_op_linear, name, attributes, 1, &x);
}
