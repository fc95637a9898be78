/* Softmax's loops. The Makefile compiles this file for each instruction set. */
#include "kernels/exponential.h"
#include "kernels/kernels.h"
#include "kernels/row.h"
#include <math.h>

enum { BLOCK = 64 * LANES }; /* numbers of which sums are summed */

INLINE float largest_of(size_t count, const float *x) {
    vector most = (vector){0} - INFINITY;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const vector v = load(x + i);
        most = choose(v > most, v, most);
    }
    float part[LANES], largest = -INFINITY;
    store(part, most);
    for (int lane = 0; lane < LANES; lane++)
        largest = part[lane] > largest ? part[lane] : largest;
    for (; i < count; i++)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}

/* exp(v) for v <= 0, or 0 where that is next to nothing; NaN stays NaN. */
INLINE vector weight_at(vector v) {
    const vector zero = {0};
    const mask far = v <= -87.0F, near = v > -87.0F;
    return choose(far, zero, choose(near, exponential(choose(near, v, zero)), v));
}

/* x becomes exp(x - largest); returns the sum of these. */
INLINE float raise(size_t count, float largest, float *x) {
    vector total = {0};
    for (size_t first = 0; first < count; first += BLOCK) {
        vector sum = {0};
        for (size_t i = first; i < count && i < first + BLOCK; i += LANES) {
            const vector weight = weight_at(get(x, i, count) - largest);
            put(x, i, count, weight);
            sum += i + LANES <= count ? weight : get(x, i, count);
        }
        total += sum;
    }
    return sum_of(total);
}

INLINE float dot(size_t count, const float *x, const float *y) {
    vector total = {0};
    for (size_t first = 0; first < count; first += BLOCK) {
        vector sum = {0};
        for (size_t i = first; i < count && i < first + BLOCK; i += LANES)
            sum += get(x, i, count) * get(y, i, count);
        total += sum;
    }
    return sum_of(total);
}

ls_softmax NAME(ls_softmax_, LS_ISA);
ls_softmax_gradient NAME(ls_softmax_gradient_, LS_ISA);

void NAME(ls_softmax_, LS_ISA)(size_t rows, size_t count, float *x) {
    for (size_t row = 0; row < rows; row++, x += count) {
        const float share = 1 / raise(count, largest_of(count, x), x);
        for (size_t i = 0; i < count; i += LANES)
            put(x, i, count, get(x, i, count) * share);
    }
}

void NAME(ls_softmax_gradient_, LS_ISA)(size_t rows, size_t count, const float *y, float *x) {
    for (size_t row = 0; row < rows; row++, y += count, x += count) {
        const float mean = dot(count, x, y);
        for (size_t i = 0; i < count; i += LANES)
            put(x, i, count, get(y, i, count) * (get(x, i, count) - mean));
    }
}
