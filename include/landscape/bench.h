/* How fast this machine evaluates and trains a network. */
#ifndef LANDSCAPE_BENCH_H
#define LANDSCAPE_BENCH_H

#include "landscape/network.h"
#include "landscape/precision.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Benchmarks take the median of 1 to so many runs. */
enum { LS_BENCH_MAX_RUNS = 101 };

/* Medians over `runs` runs, after one that warms up. */
struct ls_bench {
    const char *kernels; /* the instruction set of the kernels */
    int threads;
    double inference; /* images/s of plain evaluation */
    double scan;      /* images/s of a scan, folding of every grid point included */
    enum ls_precision training_precision; /* LS_BF16 if that was asked for, else LS_FP32 */
    double training;                      /* images/s of training steps on batches of 128 */
    double training_megabytes;            /* memory of the training plan */
};

/* Measures `arch` on images of noise with `threads` threads (0: as many as the machine has).
 * Training is measured only if asked for. */
enum ls_status ls_bench_run(const char *arch, enum ls_precision precision, int threads, int runs,
                            bool training, struct ls_bench *bench, struct ls_error *error);

/* What the layers of one kind take in evaluation, all together, an image. */
struct ls_bench_kind {
    const char *operation; /* "conv2d" */
    int kernel, width;     /* of the window, down and across; 0: it has none */
    int stride;            /* down */
    struct ls_shape in, out;
    int number;   /* of layers */
    double flops; /* of their definition: multiply-adds times two; 0 if they are not counted */
    double seconds;
};

struct ls_bench_layers {
    struct ls_bench_kind *kinds; /* [count], in the network's order; owned */
    int count;
    double peak; /* floating-point operations a second of multiply-adds of floats in registers */
};

/* Measures the layers of `arch` on one thread while images of noise go through the whole network:
 * medians over `runs` runs. LS_BAD_ARGUMENT for an unknown architecture or number of runs. Free
 * with ls_bench_layers_free, which may be called after a failure too. */
enum ls_status ls_bench_layers_run(const char *arch, enum ls_precision precision, int runs,
                                   struct ls_bench_layers *layers, struct ls_error *error);
void ls_bench_layers_free(struct ls_bench_layers *layers);

/* *seconds = the median time of drawing a rough surface of 51 x 51 points as a PNG of 1600 x 1200
 * pixels, with all defaults. */
enum ls_status ls_bench_drawing(int threads, int runs, double *seconds, struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
