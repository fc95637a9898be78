#include "ops/op.h"

size_t ls_shape_size(struct ls_shape shape) {
    return (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels;
}

bool ls_shape_equal(struct ls_shape a, struct ls_shape b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
}
