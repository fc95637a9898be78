#include "ops/combine.h"
#include "kernels/kernels.h"
#include <string.h>

void ls_combine_weights(const struct ls_call *call, const void *partials, int chunks, size_t stride,
                        size_t begin, size_t end, size_t weights,
                        void (*store)(const struct ls_node *node, const float *total, size_t begin,
                                      size_t end, float *grad)) {
    enum { BLOCK = 256 };
    float total[BLOCK];
    for (size_t e = begin; e < end;) {
        size_t count = end - e < BLOCK ? end - e : BLOCK;
        if (e < weights && e + count > weights)
            count = weights - e;
        ls_kernels()->sum_parts(count, (const float *)partials + e, chunks, stride / sizeof(float),
                                total);
        if (e < weights)
            store(call->node, total, e, e + count, call->tensor_grads[0]);
        else
            memcpy(call->tensor_grads[1] + (e - weights), total, count * sizeof *total);
        e += count;
    }
}

void ls_combine_tensor(const struct ls_call *call, const void *partials, int chunks, size_t stride,
                       size_t begin, size_t end) {
    ls_kernels()->sum_parts(end - begin, (const float *)partials + begin, chunks,
                            stride / sizeof(float), call->tensor_grads[0] + begin);
}

void ls_combine_channels(const struct ls_call *call, const void *partials, int chunks,
                         size_t stride, size_t begin, size_t end) {
    const size_t channels = (size_t)call->node->out.channels;
    for (size_t e = begin, next; e < end; e = next) {
        const size_t tensor = e / channels;
        next = (tensor + 1) * channels < end ? (tensor + 1) * channels : end;
        ls_kernels()->sum_parts(next - e, (const float *)partials + e, chunks,
                                stride / sizeof(float),
                                call->tensor_grads[tensor] + e - tensor * channels);
    }
}
