/* How a tensor of ONNX orders the activations of an image, which are [height][width][channels]
 * here: reshaping and transposing it moves nothing, but says how the same numbers are counted from
 * then on. Batches are of one image, so that a batch's dimension is one of 1. */
#ifndef LANDSCAPE_MODEL_ONNX_VIEW_H
#define LANDSCAPE_MODEL_ONNX_VIEW_H

#include "landscape/network.h"

enum {
    LS_ONNX_DIMENSIONS = 6, /* of a tensor */
    LS_ONNX_AXES = 4        /* of a dimension */
};

/* So many pixels, or channels of a pixel, each `step` behind the one before. */
struct ls_onnx_axis {
    bool pixels;
    int size, step;
};

/* The numbers that a dimension counts: the first axis is the slowest. One of 1 has none. */
struct ls_onnx_dimension {
    int count;
    struct ls_onnx_axis axes[LS_ONNX_AXES];
};

struct ls_onnx_view {
    int rank;
    struct ls_onnx_dimension dimensions[LS_ONNX_DIMENSIONS];
};

/* All pixels of an image, row by row, all channels of a pixel, or some of either. */
struct ls_onnx_dimension ls_onnx_pixels(struct ls_shape shape);
struct ls_onnx_dimension ls_onnx_channels_of(struct ls_shape shape);
struct ls_onnx_dimension ls_onnx_dimension_of(bool pixels, int size, int step);

/* [1, channels, height, width]. */
struct ls_onnx_view ls_onnx_image_view(struct ls_shape shape);

int64_t ls_onnx_dimension_size(const struct ls_onnx_dimension *dimension);
bool ls_onnx_dimension_equal(const struct ls_onnx_dimension *a, const struct ls_onnx_dimension *b);
bool ls_onnx_view_equal(const struct ls_onnx_view *a, const struct ls_onnx_view *b);

/* Whether they are the same but for one dimension of both. */
bool ls_onnx_view_equal_but(const struct ls_onnx_view *a, const struct ls_onnx_view *b, int but);

/* Whether the numbers are counted in the order of images: channel by channel, in each the pixels.
 */
bool ls_onnx_is_image_order(const struct ls_onnx_view *view, struct ls_shape shape);

/* Views of the same numbers; false if there is none: of other sizes, of which none is left open; of
 * dimensions order[rank]; without a dimension, which is to be 1; with one of 1 more. */
bool ls_onnx_reshape(struct ls_onnx_view *view, int rank, const int64_t *sizes);
bool ls_onnx_transpose(struct ls_onnx_view *view, const int64_t *order);
bool ls_onnx_remove(struct ls_onnx_view *view, int dimension);
bool ls_onnx_insert(struct ls_onnx_view *view, int dimension);

/* The view of the same numbers that pixels and channels have once they are exchanged. */
void ls_onnx_exchange_axes(struct ls_onnx_view *view);

#endif
