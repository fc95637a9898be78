/* bfloat16: the upper half of a float. */
#ifndef LANDSCAPE_KERNELS_BFLOAT_H
#define LANDSCAPE_KERNELS_BFLOAT_H

#include <stdint.h>
#include <string.h>

static inline float ls_float_of(uint16_t bfloat) {
    const uint32_t bits = (uint32_t)bfloat << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Rounded to nearest, ties to even; what is not a number stays so. */
static inline uint16_t ls_bfloat_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t rounded = bits + 0x7fff + (bits >> 16 & 1);
    const uint32_t quiet = bits | 0x400000;
    return (uint16_t)((value != value ? quiet : rounded) >> 16);
}

/* What rounding lost. 0 where the value or its rounding is infinite. */
static inline uint16_t ls_bfloat_rest(float value, uint16_t high) {
    const float rest = value - ls_float_of(high);
    return rest - rest == 0 ? ls_bfloat_of(rest) : 0;
}

#endif
