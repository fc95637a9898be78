/* The windows of poolings: kernel x kernel pixels that may reach over the edge of the image. */
#ifndef LANDSCAPE_OPS_POOL_H
#define LANDSCAPE_OPS_POOL_H

#include "ops/op.h"

/* The part of an output pixel's window that lies on the image: [top, bottom) x [left, right). */
struct ls_pool_window {
    int top, bottom, left, right;
    int padded; /* pixels of it on the image and in its padding */
};

/* An operation's shape: as many windows as fit, none of which begins in the padding behind the
 * image, even where round_up adds one that reaches over that. */
enum ls_status ls_pool_shape(const struct ls_node *node, struct ls_shape *out,
                             struct ls_error *error);

struct ls_pool_window ls_pool_window_at(const struct ls_node *node, int oy, int ox);

/* Where pixel (y, x) of the input is, in floats. */
size_t ls_pool_offset(const struct ls_node *node, int y, int x);

#endif
