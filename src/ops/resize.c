/* y = x with more or fewer pixels, each the nearest one of x, or a mixture of the four around where
 * it lies, by how near they are (bilinear interpolation): how decoders enlarge that learn no
 * up-convolutions */
#include "ops/op.h"
#include <math.h>
#include <string.h>

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_sampling *s = &node->attributes.sampling;
    *out = (struct ls_shape){s->size[0], s->size[1], node->in[0].channels};
    bool sound = true;
    for (int d = 0; d < 2; d++)
        sound = sound && s->size[d] > 0 && isfinite(s->step[d]) && isfinite(s->start[d]);
    return sound ? LS_OK
                 : ls_fail(error, LS_MISMATCH, "cannot give %d x %d pixels the size %d x %d",
                           node->in[0].height, node->in[0].width, out->height, out->width);
}

/* Two lines or columns of x, and how much of the second is in their mixture. */
struct mixture {
    size_t first, second;
    float share;
};

/* What line (d = 0) or column (d = 1) number i of y is, of so many of x. */
static struct mixture mixture_at(const struct ls_sampling *s, int d, int i, int count) {
    const float last = (float)(count - 1), at = s->step[d] * (float)i + s->start[d];
    const float down = fminf(fmaxf(floorf(at), 0), last), up = fminf(fmaxf(ceilf(at), 0), last);
    if (s->method == LS_NEAREST_BEFORE)
        return (struct mixture){(size_t)down, (size_t)down, 0};
    if (s->method == LS_NEAREST_BEHIND)
        return (struct mixture){(size_t)up, (size_t)up, 0};
    return (struct mixture){(size_t)down, (size_t)up, down < up ? at - down : 0};
}

/* y[count] = the mixture of a and b */
static void mix(size_t count, const float *a, const float *b, float share, float *y) {
    if (share == 0)
        memcpy(y, a, count * sizeof *y);
    else
        for (size_t i = 0; i < count; i++)
            y[i] = (1 - share) * a[i] + share * b[i];
}

/* The gradients of a and b += their parts of y_grad[count] */
static void part(size_t count, const float *y_grad, float share, float *a_grad, float *b_grad) {
    for (size_t i = 0; i < count; i++)
        a_grad[i] += (1 - share) * y_grad[i];
    for (size_t i = 0; share != 0 && i < count; i++)
        b_grad[i] += share * y_grad[i];
}

/* A line of x. */
static size_t line_size(const struct ls_node *node) {
    return (size_t)node->in[0].width * (size_t)node->in[0].channels;
}

static size_t scratch_size(const struct ls_node *node, bool training) {
    (void)training;
    return line_size(node);
}

/* The mixture of two lines of x, then for each pixel that of two pixels in it. */
static void forward_image(const struct ls_call *call, const float *x, float *y) {
    const struct ls_node *node = call->node;
    const struct ls_sampling *s = &node->attributes.sampling;
    const size_t line = line_size(node), channels = (size_t)node->out.channels;
    for (int oy = 0; oy < node->out.height; oy++) {
        const struct mixture rows = mixture_at(s, 0, oy, node->in[0].height);
        mix(line, x + rows.first * line, x + rows.second * line, rows.share, call->scratch);
        for (int ox = 0; ox < node->out.width; ox++, y += channels) {
            const struct mixture m = mixture_at(s, 1, ox, node->in[0].width);
            mix(channels, call->scratch + m.first * channels, call->scratch + m.second * channels,
                m.share, y);
        }
    }
}

static void backward_image(const struct ls_call *call, const float *y_grad, float *x_grad) {
    const struct ls_node *node = call->node;
    const struct ls_sampling *s = &node->attributes.sampling;
    const size_t line = line_size(node), channels = (size_t)node->out.channels;
    for (int oy = 0; oy < node->out.height; oy++) {
        const struct mixture rows = mixture_at(s, 0, oy, node->in[0].height);
        memset(call->scratch, 0, line * sizeof *call->scratch);
        for (int ox = 0; ox < node->out.width; ox++, y_grad += channels) {
            const struct mixture m = mixture_at(s, 1, ox, node->in[0].width);
            part(channels, y_grad, m.share, call->scratch + m.first * channels,
                 call->scratch + m.second * channels);
        }
        part(line, call->scratch, rows.share, x_grad + rows.first * line,
             x_grad + rows.second * line);
    }
}

static void forward(const struct ls_call *call, int first, int last) {
    const size_t in = ls_shape_size(call->node->in[0]), out = ls_shape_size(call->node->out);
    for (size_t image = (size_t)first; image < (size_t)last; image++)
        forward_image(call, call->inputs[0] + in * image, call->output + out * image);
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t in = ls_shape_size(call->node->in[0]), out = ls_shape_size(call->node->out);
    for (size_t image = (size_t)first; call->input_grads[0] && image < (size_t)last; image++) {
        float *x_grad = call->input_grads[0] + in * image;
        if (!call->accumulate[0])
            memset(x_grad, 0, in * sizeof *x_grad);
        backward_image(call, call->output_grad + out * image, x_grad);
    }
}

const struct ls_op ls_op_resize = {
    .name = "resize",
    .shape = shape,
    .scratch_size = scratch_size,
    .forward = forward,
    .backward = backward,
};
