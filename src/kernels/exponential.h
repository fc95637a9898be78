/* exp of the compiler's vectors. */
#ifndef LANDSCAPE_KERNELS_EXPONENTIAL_H
#define LANDSCAPE_KERNELS_EXPONENTIAL_H

#include "kernels/vector.h"
#include <stdint.h>

typedef uint32_t words __attribute__((vector_size(LANES * sizeof(uint32_t))));

/* exp(v) for -87 < v <= 0: 2^n exp(r) with n whole and |r| <= log(2) / 2, where the polynomial is
 * off by 2e-9. */
INLINE vector exponential(vector v) {
    const float whole = 12582912.0F; /* 1.5 * 2^23: numbers of that size have no fraction */
    const vector shifted = v * 1.44269504F + whole, n = shifted - whole;
    const vector r = v - n * 0.693359375F + n * 2.12194440e-4F;
    vector p = r * 1.38436523e-3F + 8.3741556e-3F;
    p = p * r + 0.0416680021F;
    p = p * r + 0.166664313F;
    p = p * r + 0.499999942F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    return (vector)((words)p + ((words)shifted << 23)); /* n added to the exponent */
}

#endif
