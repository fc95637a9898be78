/* Residual networks (He et al. 2016), as in the code of Li et al. 2018: shortcuts that change the
 * shape go through a 1x1 convolution with batch norm; without skips, every shortcut is left out. */
#include "model/build.h"

/* What a network's blocks are like. */
struct style {
    bool bottleneck, skips;
    const char *project,
        *project_norm; /* what a shortcut's convolution and batch norm are called */
};

static const char shortcut_conv[] = "shortcut.0", shortcut_norm[] = "shortcut.1";

static int shortcut(struct ls_builder *b, const struct style *style, int x, int channels,
                    int stride) {
    if (stride == 1 && ls_channels(b, x) == channels)
        return x;
    return ls_batchnorm(b, style->project_norm, ls_conv(b, style->project, x, channels, 1, stride));
}

/* Two 3x3 convolutions, or a 3x3 one between two of 1x1 of which the last widens four times. */
static int block(struct ls_builder *b, const struct style *style, int x, int width, int stride) {
    int y;
    if (style->bottleneck) {
        y = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, width, 1, 1)));
        y = ls_relu(b, ls_batchnorm(b, "bn2", ls_conv(b, "conv2", y, width, 3, stride)));
        y = ls_batchnorm(b, "bn3", ls_conv(b, "conv3", y, 4 * width, 1, 1));
    } else {
        y = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, width, 3, stride)));
        y = ls_batchnorm(b, "bn2", ls_conv(b, "conv2", y, width, 3, 1));
    }
    if (style->skips)
        y = ls_add(b, y, shortcut(b, style, x, ls_channels(b, y), stride));
    else if (style->bottleneck)
        return y; /* the paper's code has no ReLU here */
    return ls_relu(b, y);
}

/* `count` stages of blocks[stage] blocks, each but the first twice as wide on half the pixels. */
static int stages(struct ls_builder *b, const struct style *style, int x, int width, int count,
                  const int *blocks) {
    for (int stage = 0; stage < count; stage++)
        for (int i = 0; i < blocks[stage]; i++) {
            ls_scope(b, "layer%d.%d.", stage + 1, i);
            x = block(b, style, x, width << stage, stage > 0 && i == 0 ? 2 : 1);
        }
    ls_scope(b, "%s", "");
    return x;
}

/* Of section 4.2, for CIFAR; `width` times as wide (Zagoruyko and Komodakis 2016). */
static void build_cifar(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    const struct style style = {false, skips, shortcut_conv, shortcut_norm};
    const int blocks = (a->depth - 2) / 6, width = 16 * a->width;
    int x = ls_image_of(b, 32);
    x = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, width, 3, 1)));
    x = stages(b, &style, x, width, 3, (int[]){blocks, blocks, blocks});
    ls_linear(b, "linear", ls_mean(b, x), ls_classes(b, 10));
}

static const int two_each[] = {2, 2, 2, 2}, of_34_layers[] = {3, 4, 6, 3};

/* The stages of table 1 behind a stem for CIFAR's small images. */
static void build_wide(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    const struct style style = {a->depth >= 50, skips, shortcut_conv, shortcut_norm};
    int x = ls_image_of(b, 32);
    x = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, 64, 3, 1)));
    x = stages(b, &style, x, 64, 4, a->depth == 18 ? two_each : of_34_layers);
    ls_linear(b, "linear", ls_mean(b, x), ls_classes(b, 10));
}

/* Of table 1, for ImageNet, with the names of torchvision. */
static void build_imagenet(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    const struct style style = {false, skips, "downsample.0", "downsample.1"};
    int x = ls_image_of(b, 224);
    x = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, 64, 7, 2)));
    x = stages(b, &style, ls_maxpool(b, x, 3, 2, 1), 64, 4, of_34_layers);
    ls_linear(b, "fc", ls_mean(b, x), ls_classes(b, 1000));
    (void)a;
}

static const struct ls_architecture members[] = {
    {"resnet20", "resnet20-noshort", "ResNet-20", build_cifar, 20, 1},
    {"resnet32", "resnet32-noshort", "ResNet-32", build_cifar, 32, 1},
    {"resnet44", "resnet44-noshort", "ResNet-44", build_cifar, 44, 1},
    {"resnet56", "resnet56-noshort", "ResNet-56", build_cifar, 56, 1},
    {"resnet110", "resnet110-noshort", "ResNet-110", build_cifar, 110, 1},
    {"wrn56-2", "wrn56-2-noshort", "WRN-56-2", build_cifar, 56, 2},
    {"wrn56-4", "wrn56-4-noshort", "WRN-56-4", build_cifar, 56, 4},
    {"wrn56-8", "wrn56-8-noshort", "WRN-56-8", build_cifar, 56, 8},
    {"resnet18", "resnet18-noshort", "ResNet-18", build_wide, 18, 1},
    {"resnet34", "resnet34-noshort", "ResNet-34", build_wide, 34, 1},
    {"resnet50", "resnet50-noshort", "ResNet-50", build_wide, 50, 1},
    {"resnet34-imagenet", NULL, "ResNet-34 for ImageNet", build_imagenet, 34, 1},
};

const struct ls_family ls_resnets = {members, sizeof members / sizeof *members};
