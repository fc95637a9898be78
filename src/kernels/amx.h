/* What the kernels on AMX tiles share. For code compiled with AMX alone. */
#ifndef LANDSCAPE_KERNELS_AMX_H
#define LANDSCAPE_KERNELS_AMX_H

#include <immintrin.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

enum { LINE = 64, TILES = 8 }; /* bytes of a tile's row, registers */

/* The operand of LDTILECFG. */
struct configuration {
    uint8_t palette, start_row, reserved[14];
    uint16_t column_bytes[16];
    uint8_t rows[16];
};

/* The first `count` tiles get `rows` rows, the others 16. */
INLINE void configure(int count, int rows) {
    /* Volatile: compilers believe that the instruction reads the first bytes only. */
    volatile struct configuration c = {.palette = 1};
    for (int t = 0; t < TILES; t++) {
        c.column_bytes[t] = LINE;
        c.rows[t] = (uint8_t)(t < count ? rows : 16);
    }
    _tile_loadconfig((const void *)&c);
}

#endif
