/* What the benchmarks share. */
#ifndef LANDSCAPE_LANDSCAPE_BENCH_PARTS_H
#define LANDSCAPE_LANDSCAPE_BENCH_PARTS_H

#include "landscape/bench.h"

/* LS_BAD_ARGUMENT unless so many runs can be measured. */
enum ls_status ls_bench_check(int runs, struct ls_error *error);

#endif
