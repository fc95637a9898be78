#include "kernels/kernels.h"

extern const struct ls_kernels ls_kernels_generic;

#if defined __x86_64__
extern const struct ls_kernels ls_kernels_avx2, ls_kernels_avx512;

const struct ls_kernels *ls_kernels(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return &ls_kernels_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &ls_kernels_avx2;
    return &ls_kernels_generic;
}
#else
const struct ls_kernels *ls_kernels(void) {
    return &ls_kernels_generic;
}
#endif
