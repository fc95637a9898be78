/* DenseNets (Huang et al. 2017) with bottlenecks and compression by half, as in the code of Li et
 * al. 2018: every layer reads all feature maps before it in its block. Without skips, every layer
 * has the outputs it has with them, but reads only its predecessor's. */
#include "model/build.h"

enum { BLOCKS = 4 };

/* Layers of each dense block. */
static const struct {
    int depth, layers[BLOCKS];
} layouts[] = {
    {40, {6, 6, 6}}, /* densenet-bc: three blocks of (depth - 4) / 6 layers */
    {100, {16, 16, 16}},
    {121, {6, 12, 24, 16}},
};

static const int *layers_of(int depth) {
    int i = 0;
    while (layouts[i].depth != depth)
        i++;
    return layouts[i].layers;
}

static int dense_layer(struct ls_builder *b, int x, int growth, bool skips) {
    int y = ls_conv(b, "conv1", ls_relu(b, ls_batchnorm(b, "bn1", x)), 4 * growth, 1, 1);
    y = ls_conv(b, "conv2", ls_relu(b, ls_batchnorm(b, "bn2", y)), growth, 3, 1);
    return skips ? ls_concat(b, y, x) : y;
}

static int transition(struct ls_builder *b, int x, int channels) {
    x = ls_conv(b, "conv", ls_relu(b, ls_batchnorm(b, "bn", x)), channels, 1, 1);
    return ls_avgpool(b, x, 2);
}

/* `width` is the growth: feature maps that a layer adds. */
static void build(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    const int *layers = layers_of(a->depth);
    int maps = 2 * a->width; /* that there are with skips */
    int x = ls_conv(b, "conv1", ls_image_of(b, 32), maps, 3, 1);
    for (int block = 0; block < BLOCKS && layers[block]; block++) {
        if (block > 0) {
            ls_scope(b, "trans%d.", block);
            maps /= 2;
            x = transition(b, x, maps);
        }
        for (int layer = 0; layer < layers[block]; layer++) {
            ls_scope(b, "dense%d.%d.", block + 1, layer);
            x = dense_layer(b, x, a->width, skips);
        }
        maps += layers[block] * a->width;
    }
    ls_scope(b, "%s", "");
    x = ls_relu(b, ls_batchnorm(b, "bn", x));
    ls_linear(b, "linear", ls_mean(b, x), ls_classes(b, 10));
}

static const struct ls_architecture members[] = {
    {"densenet-cifar", "densenet-cifar-noshort", "DenseNet-CIFAR", build, 121, 12},
    {"densenet121", "densenet121-noshort", "DenseNet-121", build, 121, 32},
    {"densenet-bc-40-12", "densenet-bc-40-12-noshort", "DenseNet-BC-40-12", build, 40, 12},
    {"densenet-bc-100-12", "densenet-bc-100-12-noshort", "DenseNet-BC-100-12", build, 100, 12},
};

const struct ls_family ls_densenets = {members, sizeof members / sizeof *members};
