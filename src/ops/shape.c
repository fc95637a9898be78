#include "ops/tiles.h"

size_t ls_shape_size(struct ls_shape shape) {
    return (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels;
}

struct ls_span ls_span_of(const struct ls_node *node, int first, int last) {
    const size_t size = ls_shape_size(node->out), values = size * (size_t)(last - first);
    return (struct ls_span){size * (size_t)first, values, values / (size_t)node->out.channels};
}

bool ls_shape_equal(struct ls_shape a, struct ls_shape b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
}

size_t ls_output_floats(const struct ls_node *node, int images) {
    const size_t values = ls_shape_size(node->out) * (size_t)images;
    if (node->out_storage.format == LS_FLOATS)
        return values;
    if (node->out_storage.format == LS_BFLOATS)
        return (values + 1) / 2;
    const struct ls_tiles tiles = ls_tiles_of(node->out, node->out_storage);
    return ls_tiles_bytes(&tiles, images) / sizeof(float);
}

size_t ls_output_offset(const struct ls_node *node, int image) {
    if (node->out_storage.format == LS_FLOATS)
        return ls_shape_size(node->out) * (size_t)image;
    const struct ls_tiles tiles = ls_tiles_of(node->out, node->out_storage);
    return ls_tiles_offset(&tiles, image, -tiles.border, -tiles.border) * sizeof(uint16_t) /
           sizeof(float);
}

enum ls_status ls_first_shape(const struct ls_node *node, struct ls_shape *out,
                              struct ls_error *error) {
    (void)error;
    *out = node->in[0];
    return LS_OK;
}

enum ls_status ls_grouped_shape(const struct ls_node *node, struct ls_shape *out,
                                struct ls_error *error) {
    const int channels = node->in[0].channels, groups = node->attributes.groups;
    *out = node->in[0];
    if (groups > 0 && channels % groups == 0)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "%d groups cannot share %d channels", groups, channels);
}
