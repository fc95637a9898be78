/* U-Net (Ronneberger et al. 2015) for 64x64 pixels: four poolings as there, a quarter of the
 * channels, padded convolutions, batch norm. The encoder's maps are joined to the decoder's of the
 * same size; without skips, the decoder has only what comes from below. */
#include "model/build.h"

enum { LEVELS = 4, WIDTH = 16, CLASSES = 5 };

static int two_convolutions(struct ls_builder *b, int x, int width) {
    x = ls_relu(b, ls_batchnorm(b, "bn1", ls_conv(b, "conv1", x, width, 3, 1)));
    return ls_relu(b, ls_batchnorm(b, "bn2", ls_conv(b, "conv2", x, width, 3, 1)));
}

static void build(struct ls_builder *b, const struct ls_architecture *a, bool skips) {
    int x = ls_image_of(b, 64), encoded[LEVELS];
    (void)a;
    for (int level = 0; level < LEVELS; level++) {
        ls_scope(b, "down%d.", level + 1);
        encoded[level] = two_convolutions(b, x, WIDTH << level);
        x = ls_maxpool(b, encoded[level], 2, 2, 0);
    }
    ls_scope(b, "bottom.");
    x = two_convolutions(b, x, WIDTH << LEVELS);
    for (int level = LEVELS - 1; level >= 0; level--) {
        ls_scope(b, "up%d.", level + 1);
        x = ls_upconv(b, "up", x, WIDTH << level, 2);
        x = two_convolutions(b, skips ? ls_concat(b, encoded[level], x) : x, WIDTH << level);
    }
    ls_scope(b, "%s", "");
    ls_biased_conv(b, "classifier", x, ls_classes(b, CLASSES), 1, 0);
}

static const struct ls_architecture members[] = {{"unet", "unet-noshort", "U-Net", build, 0, 0}};

const struct ls_family ls_unets = {members, sizeof members / sizeof *members};
