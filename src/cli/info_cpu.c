/* What this machine has, and which kernels are used on it. */
#include "cli/info_cpu.h"
#include "landscape/landscape.h"
#include <stdbool.h>
#include <stdio.h>

static void print_line(const char *name, const char *text) {
    printf("  %-18s %s\n", name, text);
}

void cli_info_cpu(void) {
    const enum ls_cpu used = ls_cpu_used();
    const bool tiles = used == LS_CPU_AMX;
    printf("this machine: %d processors\n", ls_cpu_count());
    print_line("instruction set", ls_cpu_name(ls_cpu_found()));
    print_line("used", ls_cpu_name(used));
    const char *floats = "Winograd and direct convolutions, the rest by OpenBLAS";
    print_line("fp32", floats);
    print_line("bf16, bf16x3", tiles ? "matrix tiles" : "vectors, slower than fp32");
    print_line("auto", ls_precision_name(ls_precision_auto()));
    print_line("training, fp32", floats);
    print_line("training, bf16",
               tiles ? "matrix tiles" : "activations in bfloat16, convolutions as in fp32");
}
