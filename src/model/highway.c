/* Highway networks (Srivastava et al. 2015): every layer is y = T H + (1 - T) x, H a convolution
 * with batch norm and ReLU, T a convolution with sigmoid whose bias starts at -2, so that layers
 * begin by carrying. Shaped like the CIFAR ResNets: stages of 16, 32 and 64 channels, the first
 * layer of a later stage plain, because it changes the shape. Batch norm, which is younger, lets
 * the recipe of all the others train them. Without skips, y = H. */
#include "model/build.h"

static int plain_layer(struct ls_builder *b, int x, int width, int stride) {
    return ls_relu(b, ls_batchnorm(b, "bn", ls_conv(b, "conv", x, width, 3, stride)));
}

static int highway_layer(struct ls_builder *b, int x, int width) {
    const int h = plain_layer(b, x, width, 1);
    return ls_gate(b, ls_sigmoid(b, ls_biased_conv(b, "gate", x, width, 3, -2)), h, x);
}

/* One layer behind the stem for each but two of `depth`. */
static void build(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    const int layers = (a->depth - 2) / 3;
    int x = ls_image_of(b, 32);
    ls_scope(b, "stem.");
    x = plain_layer(b, x, 16, 1);
    for (int stage = 1; stage <= 3; stage++)
        for (int layer = 0; layer < layers; layer++) {
            const int width = 8 << stage;
            const bool narrows = stage > 1 && layer == 0;
            ls_scope(b, "layer%d.%d.", stage, layer);
            x = skips && !narrows ? highway_layer(b, x, width)
                                  : plain_layer(b, x, width, narrows ? 2 : 1);
        }
    ls_scope(b, "%s", "");
    ls_linear(b, "linear", ls_mean(b, x), ls_classes(b, 10));
}

static const struct ls_architecture members[] = {
    {"highway20", "highway20-noshort", "Highway-20", build, 20, 1},
    {"highway32", "highway32-noshort", "Highway-32", build, 32, 1},
};

const struct ls_family ls_highways = {members, sizeof members / sizeof *members};
