/* AMX tiles in plain C. Included in front of a kernel (`-include`), it lets any machine with
 * AVX-512 and its bfloat16 run what is written for AMX, slowly. Of tiles it knows what the kernels
 * use. */
#ifndef LANDSCAPE_TESTS_AMX_EMULATION_H
#define LANDSCAPE_TESTS_AMX_EMULATION_H

#include <immintrin.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The state of the unit. */
static _Thread_local struct {
    int configured;
    unsigned rows[8], bytes[8];
    uint8_t tile[8][16][64];
} amx;

/* A mistake that the hardware would answer with an exception. */
static inline void amx_require(int good) {
    if (!good)
        abort();
}

static inline void amx_loadconfig(const void *operand) {
    const uint8_t *bytes = operand;
    amx_require(bytes[0] == 1 && bytes[1] == 0);
    memset(&amx, 0, sizeof amx);
    for (int t = 0; t < 8; t++) {
        uint16_t columns;
        memcpy(&columns, bytes + 16 + 2 * t, sizeof columns);
        amx.bytes[t] = columns;
        amx.rows[t] = bytes[48 + t];
        amx_require(columns <= 64 && amx.rows[t] <= 16);
    }
    amx.configured = 1;
}

static inline void amx_release(void) {
    amx.configured = 0;
}

/* Rows of memory and of a tile, in either direction. */
static inline void amx_move(int t, const void *base, size_t stride, int store) {
    amx_require(amx.configured && amx.rows[t] && amx.bytes[t]);
    for (unsigned r = 0; r < amx.rows[t]; r++) {
        char *memory = (char *)base + r * stride;
        if (store)
            memcpy(memory, amx.tile[t][r], amx.bytes[t]);
        else
            memcpy(amx.tile[t][r], memory, amx.bytes[t]);
    }
}

static inline void amx_zero(int t) {
    amx_require(amx.configured);
    memset(amx.tile[t], 0, sizeof amx.tile[t]);
}

static inline float amx_float(const uint8_t *bfloat) {
    const uint32_t bits = (uint32_t)bfloat[0] << 16 | (uint32_t)bfloat[1] << 24;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* TDPBF16PS: sums[m][n] += a[m][2 k] b[k][2 n] + a[m][2 k + 1] b[k][2 n + 1] over k. */
static inline void amx_multiply(int sums, int a, int b) {
    amx_require(amx.configured && sums != a && sums != b && a != b);
    amx_require(amx.rows[sums] == amx.rows[a] && amx.bytes[sums] == amx.bytes[b] &&
                amx.bytes[a] == 4 * amx.rows[b]);
    for (unsigned m = 0; m < amx.rows[sums]; m++)
        for (unsigned n = 0; n < amx.bytes[sums] / 4; n++) {
            float sum;
            memcpy(&sum, &amx.tile[sums][m][4 * n], sizeof sum);
            for (unsigned k = 0; k < amx.bytes[a] / 4; k++)
                for (unsigned i = 0; i < 4; i += 2)
                    sum += amx_float(&amx.tile[a][m][4 * k + i]) *
                           amx_float(&amx.tile[b][k][4 * n + i]);
            memcpy(&amx.tile[sums][m][4 * n], &sum, sizeof sum);
        }
}

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#define _tile_loadconfig(operand)           amx_loadconfig(operand)
#define _tile_release()                     amx_release()
#define _tile_loadd(tile, base, stride)     amx_move(tile, base, stride, 0)
#define _tile_stored(tile, base, stride)    amx_move(tile, base, stride, 1)
#define _tile_zero(tile)                    amx_zero(tile)
#define _tile_dpbf16ps(sums, first, second) amx_multiply(sums, first, second)

#endif
