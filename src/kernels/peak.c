/* The fastest that multiply-adds can be: chains of them that stay in registers, enough side by side
 * to hide how long each takes. Compiled once for each instruction set. */
#include "kernels/kernels.h"
#include "kernels/vector.h"

enum { CHAINS = TILE + 4 };

ls_peak NAME(ls_peak_, LS_ISA);
double NAME(ls_peak_, LS_ISA)(size_t rounds, float value, float *sum) {
    const vector half = (vector){0} + 0.5F, added = (vector){0} + value;
    vector chain[CHAINS];
#pragma GCC unroll 20
    for (int t = 0; t < CHAINS; t++)
        chain[t] = added * (float)t;
    for (size_t round = 0; round < rounds; round++)
#pragma GCC unroll 20
        for (int t = 0; t < CHAINS; t++)
            chain[t] = chain[t] * half + added;
    *sum = 0;
#pragma GCC unroll 20
    for (int t = 0; t < CHAINS; t++)
        *sum += chain[t][0];
    return 2.0 * LANES * CHAINS * (double)rounds;
}
