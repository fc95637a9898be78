#include "kernels/kernels.h"
#include "kernels/winograd.h"

enum {
    GRAD_CHANNELS = 96 * 96, /* input times output channels: 1.3 MB of sums, a second cache */
    GRAD_INPUTS = 128 * 256, /* tiles of a group times input channels: 4.7 MB transformed */
    GRAD_TILES = 4,          /* of an image: fewer do not pay for transforming sums back */
};

static int products(const struct ls_conv *conv, int tile) {
    return ls_winograd_tiles(conv, tile) * ls_winograd_points(tile);
}

int ls_winograd_tile(const struct ls_conv *conv) {
    const int lanes = ls_kernels()->lanes;
    if (conv->in % lanes != 0 || conv->out % lanes != 0 || conv->kernel != 3 || conv->stride != 1 ||
        conv->padding != 1 || conv->out_height < 2 || conv->out_width < 2)
        return 0;
    return products(conv, 4) < products(conv, 2) ? 4 : 2;
}

int ls_winograd_grad_tile(const struct ls_conv *conv) {
    const int tile = ls_winograd_tile(conv);
    const bool pays = conv->in * conv->out <= GRAD_CHANNELS ||
                      (tile && ls_winograd_tiles(conv, tile) >= GRAD_TILES);
    return pays ? tile : 0;
}

int ls_winograd_grad_block(const struct ls_conv *conv) {
    const int pair = 2 * ls_kernels()->lanes, fitting = GRAD_CHANNELS / conv->in / pair * pair;
    if (conv->in * conv->out <= GRAD_CHANNELS)
        return conv->out;
    return fitting > pair ? fitting : pair;
}

int ls_winograd_grad_group(const struct ls_conv *conv) {
    const int fitting = GRAD_INPUTS / conv->in / LS_WINOGRAD_GROUP * LS_WINOGRAD_GROUP;
    if (ls_winograd_grad_block(conv) == conv->out || fitting < LS_WINOGRAD_GROUP)
        return LS_WINOGRAD_GROUP;
    return fitting < LS_WINOGRAD_LARGE_GROUP ? fitting : LS_WINOGRAD_LARGE_GROUP;
}

static size_t points_of(const struct ls_conv *conv) {
    return (size_t)ls_winograd_points(ls_winograd_tile(conv));
}

size_t ls_winograd_weights(const struct ls_conv *conv) {
    return points_of(conv) * (size_t)conv->in * (size_t)conv->out;
}

size_t ls_winograd_scratch(const struct ls_conv *conv) {
    return points_of(conv) * (ls_winograd_stride(LS_WINOGRAD_GROUP, conv->in) +
                              ls_winograd_stride(LS_WINOGRAD_GROUP, conv->out));
}

size_t ls_winograd_grad_scratch(const struct ls_conv *conv) {
    const int group = ls_winograd_grad_group(conv), block = ls_winograd_grad_block(conv);
    return points_of(conv) * (ls_winograd_stride(group, conv->in) +
                              ls_winograd_stride(group, block) + (size_t)conv->in * block);
}
