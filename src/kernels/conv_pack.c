/* How a convolution is computed, and its weights packed for that. */
#include "kernels/conv_fit.h"
#include "kernels/kernels.h"
#include "kernels/product.h"
#include "kernels/winograd.h"

struct ls_conv ls_conv_adjoint(const struct ls_conv *conv) {
    return (struct ls_conv){.in_height = conv->out_height,
                            .in_width = conv->out_width,
                            .in = conv->out,
                            .out_height = conv->in_height,
                            .out_width = conv->in_width,
                            .out = conv->in,
                            .kernel = conv->kernel,
                            .stride = 1,
                            .padding = conv->kernel - 1 - conv->padding};
}

bool ls_conv_is_narrow(const struct ls_conv *conv) {
    return conv->kernel > 1 && conv->in_height * conv->in_width == 1 &&
           ls_conv_pixels_out(conv) == 1;
}

size_t ls_conv_middle(const struct ls_conv *conv) {
    return (size_t)conv->padding * (size_t)conv->kernel + (size_t)conv->padding;
}

struct ls_conv ls_conv_narrowed(const struct ls_conv *conv) {
    struct ls_conv narrow = *conv;
    if (ls_conv_is_narrow(conv)) {
        narrow.kernel = narrow.stride = 1;
        narrow.padding = 0;
    }
    return narrow;
}

/* Leaves the filters the position in the middle alone. */
static void narrow_filters(const struct ls_conv *conv, struct ls_filters *filters) {
    if (!ls_conv_is_narrow(conv))
        return;
    filters->weight += ls_conv_middle(conv);
    filters->taps = 1;
}

static int whole_vectors(int channels) {
    const int lanes = ls_kernels()->lanes;
    return (channels + lanes - 1) / lanes * lanes;
}

static int images_of_group(const struct ls_conv *conv, int tile) {
    const int tiles = ls_winograd_tiles(conv, tile);
    return tiles < LS_WINOGRAD_GROUP ? LS_WINOGRAD_GROUP / tiles : 1;
}

/* Output channels fill whole vectors, and so do input channels if minimal filtering, for which
 * `tile_of` gives the tile, lacks only that. Of a few channels it would multiply mostly zeros. */
static struct ls_conv_fit fitted(const struct ls_conv *conv,
                                 int (*tile_of)(const struct ls_conv *)) {
    enum { FEW = 8 };
    struct ls_conv fit = *conv, filled;
    if (ls_product_fits(conv))
        return (struct ls_conv_fit){.conv = fit};
    fit.out = whole_vectors(conv->out);
    filled = fit;
    filled.in = whole_vectors(conv->in);
    if (conv->in >= FEW && tile_of(&filled))
        fit = filled;
    const int tile = tile_of(&fit);
    return (struct ls_conv_fit){.conv = fit,
                                .more_in = fit.in > conv->in,
                                .more_out = fit.out > conv->out,
                                .images = tile ? images_of_group(&fit, tile) : 1};
}

struct ls_conv_fit ls_conv_fit_forward(const struct ls_conv *conv) {
    return fitted(conv, ls_winograd_tile);
}

struct ls_conv_fit ls_conv_fit_gradient(const struct ls_conv *conv) {
    return fitted(conv, ls_winograd_grad_tile);
}

/* Packed weights that direct loops read: [kernel][kernel][in][out]. */
static void pack_plain(const struct ls_conv *conv, const struct ls_filters *filters,
                       float *packed) {
    for (int tap = 0; tap < filters->taps; tap++)
        for (int i = 0; i < conv->in; i++)
            for (int o = 0; o < conv->out; o++)
                *packed++ = (float)ls_filter_value(filters, o, i, tap);
}

/* Those of the gradient of the input with a stride: [out][kernel][kernel][in]. */
static void pack_rows(const struct ls_conv *conv, const float *weight, float *packed) {
    const struct ls_filters filters = ls_filters_of(conv, weight);
    for (int o = 0; o < conv->out; o++)
        for (int tap = 0; tap < filters.taps; tap++)
            for (int i = 0; i < conv->in; i++)
                *packed++ = (float)ls_filter_value(&filters, o, i, tap);
}

static void pack(const struct ls_conv *conv, const struct ls_filters *filters, float *packed) {
    const struct ls_conv fit = ls_conv_fit_forward(conv).conv;
    (ls_winograd_tile(&fit) ? ls_kernels()->winograd_pack : pack_plain)(&fit, filters, packed);
}

/* Of a convolution that has been narrowed. */
static size_t packed_weights(const struct ls_conv *conv) {
    const struct ls_conv fit = ls_conv_fit_forward(conv).conv;
    return ls_winograd_tile(&fit) ? ls_winograd_weights(&fit) : ls_conv_plain_weights(&fit);
}

size_t ls_conv_weights(const struct ls_conv *conv) {
    const struct ls_conv narrow = ls_conv_narrowed(conv);
    return packed_weights(&narrow);
}

void ls_conv_pack(const struct ls_conv *conv, const float *weight, const double *scale,
                  float *packed) {
    const struct ls_conv narrow = ls_conv_narrowed(conv);
    struct ls_filters filters = ls_filters_of(conv, weight);
    filters.scale = scale;
    narrow_filters(conv, &filters);
    pack(&narrow, &filters, packed);
}

size_t ls_conv_grad_weights(const struct ls_conv *conv) {
    const struct ls_conv narrow = ls_conv_narrowed(conv), back = ls_conv_adjoint(&narrow);
    return narrow.stride == 1 ? packed_weights(&back) : ls_conv_plain_weights(conv);
}

void ls_conv_pack_grad(const struct ls_conv *conv, const float *weight, float *packed) {
    const struct ls_conv narrow = ls_conv_narrowed(conv), back = ls_conv_adjoint(&narrow);
    struct ls_filters filters = ls_filters_adjoint(conv, weight);
    narrow_filters(conv, &filters);
    if (narrow.stride == 1)
        pack(&back, &filters, packed);
    else
        pack_rows(conv, weight, packed);
}
