#include "ops/channels.h"
#include <string.h>

void ls_move_channels(size_t pixels, size_t count, const float *from, size_t from_step, bool add,
                      float *to, size_t to_step) {
    for (size_t p = 0; p < pixels; p++, from += from_step, to += to_step) {
        if (!add)
            memcpy(to, from, count * sizeof *to);
        for (size_t c = 0; add && c < count; c++)
            to[c] += from[c];
    }
}

void ls_transpose(size_t count, int rows, int columns, const float *from, bool add, float *to) {
    const int size = rows * columns;
    for (size_t i = 0; i < count; i++, from += size, to += size)
        for (int c = 0; c < columns; c++)
            for (int r = 0; r < rows; r++) {
                const float value = from[r * columns + c];
                to[c * rows + r] = add ? to[c * rows + r] + value : value;
            }
}

void ls_join_rows(const struct ls_call *call, int first, int last, size_t rows) {
    const struct ls_node *node = call->node;
    const size_t row = ls_shape_size(node->out) / rows;
    const size_t at = rows * (size_t)first, count = rows * (size_t)(last - first);
    float *y = call->output + at * row;
    for (int i = 0; i < node->input_count; i++) {
        const size_t part = ls_shape_size(node->in[i]) / rows;
        ls_move_channels(count, part, call->inputs[i] + at * part, part, false, y, row);
        y += part;
    }
}

void ls_join_rows_backward(const struct ls_call *call, int first, int last, size_t rows) {
    const struct ls_node *node = call->node;
    const size_t row = ls_shape_size(node->out) / rows;
    const size_t at = rows * (size_t)first, count = rows * (size_t)(last - first);
    const float *y_grad = call->output_grad + at * row;
    for (int i = 0; i < node->input_count; i++) {
        const size_t part = ls_shape_size(node->in[i]) / rows;
        if (call->input_grads[i])
            ls_move_channels(count, part, y_grad, row, call->accumulate[i],
                             call->input_grads[i] + at * part, part);
        y_grad += part;
    }
}

void ls_cut_rows(const struct ls_call *call, int first, int last, size_t rows, size_t begin) {
    const struct ls_node *node = call->node;
    const size_t in = ls_shape_size(node->in[0]) / rows, out = ls_shape_size(node->out) / rows;
    const size_t at = rows * (size_t)first, count = rows * (size_t)(last - first);
    ls_move_channels(count, out, call->inputs[0] + at * in + begin, in, false,
                     call->output + at * out, out);
}

void ls_cut_rows_backward(const struct ls_call *call, int first, int last, size_t rows,
                          size_t begin) {
    const struct ls_node *node = call->node;
    const size_t in = ls_shape_size(node->in[0]) / rows, out = ls_shape_size(node->out) / rows;
    const size_t at = rows * (size_t)first, count = rows * (size_t)(last - first);
    if (!call->input_grads[0])
        return;
    float *x_grad = call->input_grads[0] + at * in;
    if (!call->accumulate[0])
        memset(x_grad, 0, count * in * sizeof *x_grad);
    ls_move_channels(count, out, call->output_grad + at * out, out, call->accumulate[0],
                     x_grad + begin, in);
}
