/* The table of one instruction set, and its loops that have no twin for bfloat16. The Makefile
 * compiles this file once for each, with LS_ISA as the table's name and LANES the vector's length.
 */
#include "kernels/bfloat.h"
#include "kernels/kernels.h"
#include "kernels/vector.h"

#define STRING(a)       #a
#define ISA_STRING(isa) STRING(isa)

/* Sums of many floats lose digits one after the other; sums of sums lose them over a block alone.
 */
enum { BLOCK = 64, CHANNELS = 64 };

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static void sum_parts(size_t count, const float *restrict part, int parts, size_t stride,
                      float *restrict total) {
    for (size_t first = 0; first < count; first += CHANNELS) {
        const size_t width = least(count - first, CHANNELS);
        for (size_t p = 0; p < (size_t)parts;) {
            const size_t end = least(p + BLOCK, (size_t)parts);
            const bool begins = p == 0;
            float sum[CHANNELS];
            for (size_t i = 0; i < width; i++)
                sum[i] = part[p * stride + first + i];
            for (p++; p < end; p++)
                for (size_t i = 0; i < width; i++)
                    sum[i] += part[p * stride + first + i];
            for (size_t i = 0; i < width; i++)
                total[first + i] = begins ? sum[i] : total[first + i] + sum[i];
        }
    }
}

static void widen(size_t count, const uint16_t *restrict x, float *restrict y) {
    for (size_t i = 0; i < count; i++)
        y[i] = ls_float_of(x[i]);
}

static void narrow(size_t count, const float *restrict x, uint16_t *restrict y) {
    for (size_t i = 0; i < count; i++)
        y[i] = ls_bfloat_of(x[i]);
}

static void scale_add(int pixels, size_t channels, const float *restrict x, size_t x_step,
                      const float *restrict weight, float *restrict y, size_t y_step) {
    for (int p = 0; p < pixels; p++, x += x_step, y += y_step)
        for (size_t c = 0; c < channels; c++)
            y[c] += x[c] * weight[c];
}

static void products_add(int pixels, size_t channels, const float *restrict x, size_t x_step,
                         const float *restrict y, size_t y_step, float *restrict total) {
    for (size_t first = 0; first < channels; first += CHANNELS) {
        const size_t width = least(channels - first, CHANNELS);
        for (size_t p = 0; p < (size_t)pixels;) {
            const size_t end = least(p + BLOCK, (size_t)pixels);
            float sum[CHANNELS] = {0};
            for (; p < end; p++)
                for (size_t i = 0; i < width; i++)
                    sum[i] += x[p * x_step + first + i] * y[p * y_step + first + i];
            for (size_t i = 0; i < width; i++)
                total[first + i] += sum[i];
        }
    }
}

static void sgd(size_t count, const struct ls_sgd *rule, const float *restrict gradient,
                float *restrict velocity, float *restrict weight) {
    const float rate = rule->rate, momentum = rule->momentum, decay = rule->weight_decay;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] + decay * weight[i];
        velocity[i] = momentum * velocity[i] + g;
        weight[i] -= rate * (g + momentum * velocity[i]);
    }
}

extern const struct ls_elementwise NAME(ls_float_loops_, LS_ISA);
ls_direct_forward NAME(ls_direct_forward_, LS_ISA);
ls_direct_weight_grad NAME(ls_direct_weight_grad_, LS_ISA);
ls_winograd_pack NAME(ls_winograd_pack_, LS_ISA);
ls_winograd_forward NAME(ls_winograd_forward_, LS_ISA);
ls_winograd_weight_grad NAME(ls_winograd_weight_grad_, LS_ISA);
ls_peak NAME(ls_peak_, LS_ISA);
ls_gelu NAME(ls_gelu_, LS_ISA);
ls_gelu_gradient NAME(ls_gelu_gradient_, LS_ISA);
ls_layer_norm NAME(ls_layer_norm_, LS_ISA);
ls_layer_norm_gradient NAME(ls_layer_norm_gradient_, LS_ISA);
ls_layer_norm_products NAME(ls_layer_norm_products_, LS_ISA);
ls_softmax NAME(ls_softmax_, LS_ISA);
ls_softmax_gradient NAME(ls_softmax_gradient_, LS_ISA);

extern const struct ls_kernels NAME(ls_kernels_, LS_ISA);
const struct ls_kernels NAME(ls_kernels_, LS_ISA) = {
    .name = ISA_STRING(LS_ISA),
    .lanes = LANES,
    .conv_forward = NAME(ls_direct_forward_, LS_ISA),
    .conv_weight_grad = NAME(ls_direct_weight_grad_, LS_ISA),
    .winograd_pack = NAME(ls_winograd_pack_, LS_ISA),
    .winograd_forward = NAME(ls_winograd_forward_, LS_ISA),
    .winograd_weight_grad = NAME(ls_winograd_weight_grad_, LS_ISA),
    .peak = NAME(ls_peak_, LS_ISA),
    .floats = &NAME(ls_float_loops_, LS_ISA),
    .widen = widen,
    .narrow = narrow,
    .sum_parts = sum_parts,
    .scale_add = scale_add,
    .products_add = products_add,
    .gelu = NAME(ls_gelu_, LS_ISA),
    .gelu_gradient = NAME(ls_gelu_gradient_, LS_ISA),
    .layer_norm = NAME(ls_layer_norm_, LS_ISA),
    .layer_norm_gradient = NAME(ls_layer_norm_gradient_, LS_ISA),
    .layer_norm_products = NAME(ls_layer_norm_products_, LS_ISA),
    .softmax = NAME(ls_softmax_, LS_ISA),
    .softmax_gradient = NAME(ls_softmax_gradient_, LS_ISA),
    .sgd = sgd,
};
