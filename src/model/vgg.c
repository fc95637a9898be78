/* VGG (Simonyan and Zisserman 2015) as in the code of Li et al. 2018: convolutions with bias and
 * batch norm, a max pool behind every stage, batch norm behind the first linear layer too. They
 * have no skip connections. */
#include "model/build.h"
#include <stdio.h>

enum { STAGES = 5 };

/* Convolutions of each stage. */
static const struct {
    int depth, convolutions[STAGES];
} layouts[] = {
    {9, {2, 2, 3}},
    {16, {2, 2, 3, 3, 3}},
};

/* A convolution, batch norm and ReLU; *layer counts what PyTorch's nn.Sequential numbers. */
static int convolution(struct ls_builder *b, int x, int width, int *layer) {
    char conv[16], norm[16];
    snprintf(conv, sizeof conv, "%d", *layer);
    snprintf(norm, sizeof norm, "%d", *layer + 1);
    *layer += 3;
    return ls_relu(b, ls_batchnorm(b, norm, ls_biased_conv(b, conv, x, width, 3, 0)));
}

static void build(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    const int *convolutions = layouts[a->depth == 9 ? 0 : 1].convolutions;
    int x = ls_image_of(b, 32), layer = 0, width = 0;
    (void)skips;
    ls_scope(b, "features.");
    for (int stage = 0; stage < STAGES && convolutions[stage]; stage++, layer++) {
        width = stage < 3 ? 64 << stage : 512;
        for (int i = 0; i < convolutions[stage]; i++)
            x = convolution(b, x, width, &layer);
        x = ls_maxpool(b, x, 2, 2, 0);
    }
    ls_scope(b, "%s", "");
    x = ls_relu(b, ls_batchnorm(b, "fc.1", ls_linear(b, "fc.0", x, width)));
    ls_linear(b, "classifier", x, ls_classes(b, 10));
}

static const struct ls_architecture members[] = {
    {"vgg9", NULL, "VGG-9", build, 9, 1},
    {"vgg16", NULL, "VGG-16", build, 16, 1},
};

const struct ls_family ls_vggs = {members, sizeof members / sizeof *members};
