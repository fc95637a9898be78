/* The CIFAR ResNets of He et al. 2016 (section 4.2) as Li et al. 2018 trained them: projection
 * shortcuts where the width changes; without skips, every shortcut is left out. */
#include "model/build.h"

static int basic_block(struct ls_builder *b, int x, int width, int stride, bool skips,
                       bool project) {
    int y = ls_conv(b, "conv1", x, width, 3, stride);
    y = ls_relu(b, ls_batchnorm(b, "bn1", y));
    y = ls_batchnorm(b, "bn2", ls_conv(b, "conv2", y, width, 3, 1));
    if (skips && project)
        x = ls_batchnorm(b, "shortcut.1", ls_conv(b, "shortcut.0", x, width, 1, stride));
    if (skips)
        y = ls_add(b, y, x);
    return ls_relu(b, y);
}

void ls_build_resnet(struct ls_builder *b, int depth, bool skips) {
    const int blocks = (depth - 2) / 6;
    int x = ls_image(b, 32, 32, 3);
    x = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, 16, 3, 1)));
    for (int stage = 1; stage <= 3; stage++)
        for (int block = 0; block < blocks; block++) {
            bool narrows = stage > 1 && block == 0;
            ls_scope(b, "layer%d.%d.", stage, block);
            x = basic_block(b, x, 8 << stage, narrows ? 2 : 1, skips, narrows);
        }
    ls_scope(b, "%s", "");
    ls_linear(b, "linear", ls_avgpool(b, x, 8), 10);
}
