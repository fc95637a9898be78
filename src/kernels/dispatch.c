/* The choice of kernels: made once, before main, and never changed. */
#define _DEFAULT_SOURCE /* syscall */
#include "base/threads.h"
#include "kernels/kernels.h"
#include "kernels/tile_conv.h"
#include "landscape/cpu.h"
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum { UNKNOWN = -1 };

static struct {
    enum ls_cpu found, used;
    int asked; /* an enum ls_cpu, or UNKNOWN */
} choice;

extern const struct ls_kernels ls_kernels_generic;
extern const struct ls_tile_kernels ls_tile_kernels_generic;
extern const struct ls_elementwise ls_bfloat_loops_generic;

#if defined __x86_64__
extern const struct ls_kernels ls_kernels_avx2, ls_kernels_avx512;
extern const struct ls_tile_kernels ls_tile_kernels_avx2, ls_tile_kernels_avx512,
    ls_tile_kernels_avx512bf16, ls_tile_kernels_amx;
extern const struct ls_elementwise ls_bfloat_loops_avx2, ls_bfloat_loops_avx512,
    ls_bfloat_loops_avx512bf16;

/* Whether there are AMX tiles, bfloat16 in them, and Linux lets this process use them
 * (arch_prctl(2)). */
static bool has_amx(void) {
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & 1U << 22) || !(d & 1U << 24))
        return false;
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

static enum ls_cpu find(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return LS_CPU_GENERIC;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq"))
        return LS_CPU_AVX2;
    if (!__builtin_cpu_supports("avx512bf16"))
        return LS_CPU_AVX512;
    return has_amx() ? LS_CPU_AMX : LS_CPU_AVX512BF16;
}

static const struct ls_kernels *const kernels[] = {&ls_kernels_generic, &ls_kernels_avx2,
                                                   &ls_kernels_avx512, &ls_kernels_avx512,
                                                   &ls_kernels_avx512};
static const struct ls_tile_kernels *const tile_kernels[] = {
    &ls_tile_kernels_generic, &ls_tile_kernels_avx2, &ls_tile_kernels_avx512,
    &ls_tile_kernels_avx512bf16, &ls_tile_kernels_amx};
static const struct ls_elementwise *const bfloat_loops[] = {
    &ls_bfloat_loops_generic, &ls_bfloat_loops_avx2, &ls_bfloat_loops_avx512,
    &ls_bfloat_loops_avx512bf16, &ls_bfloat_loops_avx512bf16};
#else
static enum ls_cpu find(void) {
    return LS_CPU_GENERIC;
}

static const struct ls_kernels *const kernels[] = {&ls_kernels_generic};
static const struct ls_tile_kernels *const tile_kernels[] = {&ls_tile_kernels_generic};
static const struct ls_elementwise *const bfloat_loops[] = {&ls_bfloat_loops_generic};
#endif

static int asked_for(const char *name) {
    for (int cpu = 0; ls_cpu_name((enum ls_cpu)cpu); cpu++)
        if (strcmp(name, ls_cpu_name((enum ls_cpu)cpu)) == 0)
            return cpu;
    return UNKNOWN;
}

__attribute__((constructor)) static void choose(void) {
    const char *limit = getenv("LANDSCAPE_CPU");
    choice.found = find();
    choice.asked = limit ? asked_for(limit) : (int)choice.found;
    choice.used = choice.asked >= 0 && choice.asked < (int)choice.found ? (enum ls_cpu)choice.asked
                                                                        : choice.found;
}

const char *ls_cpu_name(enum ls_cpu cpu) {
    static const char *const names[] = {"generic", "avx2", "avx512", "avx512bf16", "amx"};
    return cpu <= LS_CPU_AMX ? names[cpu] : NULL;
}

enum ls_cpu ls_cpu_found(void) {
    return choice.found;
}

enum ls_cpu ls_cpu_used(void) {
    return choice.used;
}

int ls_cpu_count(void) {
    return ls_thread_count(0);
}

enum ls_status ls_cpu_check(struct ls_error *error) {
    if (choice.asked == UNKNOWN)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "LANDSCAPE_CPU names no known CPU; known are generic, avx2, avx512, "
                       "avx512bf16, amx");
    if (choice.asked > (int)choice.found)
        return ls_fail(error, LS_BAD_ARGUMENT, "LANDSCAPE_CPU is %s, but this machine has only %s",
                       ls_cpu_name((enum ls_cpu)choice.asked), ls_cpu_name(choice.found));
    return LS_OK;
}

const struct ls_kernels *ls_kernels(void) {
    return kernels[choice.used];
}

const struct ls_elementwise *ls_bfloat_loops(void) {
    return bfloat_loops[choice.used];
}

const struct ls_tile_kernels *ls_tile_kernels(void) {
    return tile_kernels[choice.used];
}
