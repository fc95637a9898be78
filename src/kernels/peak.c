/* The fastest that multiply-adds can be: chains of them that stay in registers, as many side by
 * side as the convolutions have. Compiled once for each instruction set. */
#include "kernels/kernels.h"
#include "kernels/vector.h"

#define JOIN(a, b)   a##b
#define NAME(f, isa) JOIN(f, isa)

ls_peak NAME(ls_peak_, LS_ISA);
double NAME(ls_peak_, LS_ISA)(size_t rounds, float value, float *sum) {
    const vector half = (vector){0} + 0.5F, added = (vector){0} + value;
    vector chain[TILE];
#pragma GCC unroll 16
    for (int t = 0; t < TILE; t++)
        chain[t] = added * (float)t;
    for (size_t round = 0; round < rounds; round++)
#pragma GCC unroll 16
        for (int t = 0; t < TILE; t++)
            chain[t] = chain[t] * half + added;
    *sum = 0;
#pragma GCC unroll 16
    for (int t = 0; t < TILE; t++)
        *sum += chain[t][0];
    return 2.0 * LANES * TILE * (double)rounds;
}
