/* The machine's vector units, and what the program uses of them. */
#ifndef LANDSCAPE_CPU_H
#define LANDSCAPE_CPU_H

#include "landscape/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Instruction sets with kernels of their own, each including those before it. */
enum ls_cpu {
    LS_CPU_GENERIC,    /* what every machine has */
    LS_CPU_AVX2,       /* with FMA */
    LS_CPU_AVX512,     /* F, VL, BW, DQ */
    LS_CPU_AVX512BF16, /* dot products of bfloat16 */
    LS_CPU_AMX,        /* bfloat16 tiles */
};

/* "generic", "avx2", "avx512", "avx512bf16", "amx"; NULL past the last. */
const char *ls_cpu_name(enum ls_cpu cpu);

/* What the machine has. */
enum ls_cpu ls_cpu_found(void);

/* What is used: what the machine has, or less if the environment variable LANDSCAPE_CPU named less
 * when the program started. */
enum ls_cpu ls_cpu_used(void);

/* The processors this process may run on. */
int ls_cpu_count(void);

/* LS_BAD_ARGUMENT if LANDSCAPE_CPU names nothing that is known, or more than the machine has. */
enum ls_status ls_cpu_check(struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
