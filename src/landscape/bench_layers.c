/* Where the time of an evaluation goes. */
#include "base/alloc.h"
#include "base/order.h"
#include "engine/fuse.h"
#include "engine/plan.h"
#include "kernels/kernels.h"
#include "landscape/bench_parts.h"
#include "landscape/checkpoint.h"
#include "landscape/rng.h"
#include "ops/conv2d.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PASSES = 32, PEAK_ROUNDS = 1000000 };
#define RUN_SECONDS 0.25 /* that a run should take */

/* A plan at work on one thread. */
struct stand {
    struct ls_model model;
    struct ls_plan *plan;
    struct ls_worker *worker;
    float *image;    /* of noise */
    double *seconds; /* [nodes], of one run */
    double *rows;    /* [kinds][runs] */
    int *kind_of;    /* [nodes] */
};

static void free_stand(struct stand *s) {
    ls_worker_free(s->worker);
    ls_plan_free(s->plan);
    ls_model_free(&s->model);
    free(s->image);
    free(s->seconds);
    free(s->rows);
    free(s->kind_of);
}

static enum ls_status build(struct stand *s, const char *arch, enum ls_precision precision,
                            int runs, struct ls_error *error) {
    const struct ls_rng rng = {0, LS_RNG_TEST, 0, 0};
    enum ls_status status = ls_model_create(&s->model, arch, 0, error);
    if (!status)
        status = ls_plan_create(&s->plan, &s->model.network, precision, error);
    if (!status)
        status = ls_worker_create(&s->worker, s->plan, error);
    if (status)
        return status;
    const size_t nodes = (size_t)ls_plan_graph(s->plan)->node_count;
    const size_t size = ls_shape_size(s->model.network.nodes[0].out);
    s->image = ls_alloc(size, sizeof *s->image);
    s->seconds = calloc(nodes, sizeof *s->seconds);
    s->rows = calloc(nodes * (size_t)runs, sizeof *s->rows);
    s->kind_of = calloc(nodes, sizeof *s->kind_of);
    if (!s->image || !s->seconds || !s->rows || !s->kind_of)
        return ls_fail_memory(error, "a benchmark");
    ls_rng_normal(&rng, 0, size, s->image);
    ls_worker_load_values(s->worker, s->model.values);
    return LS_OK;
}

static struct ls_bench_kind kind_of(const struct ls_node *node) {
    const struct ls_window window = ls_conv2d_window(node);
    return (struct ls_bench_kind){.operation = node->op->name,
                                  .kernel = window.kernel[0],
                                  .width = window.kernel[1],
                                  .stride = window.stride[0],
                                  .in = node->in[0],
                                  .out = node->out};
}

static bool same(const struct ls_bench_kind *a, const struct ls_bench_kind *b) {
    return strcmp(a->operation, b->operation) == 0 && a->kernel == b->kernel &&
           a->width == b->width && a->stride == b->stride && ls_shape_equal(a->in, b->in) &&
           ls_shape_equal(a->out, b->out);
}

/* Sorts the nodes behind the image by kind. */
static void sort(struct stand *s, struct ls_bench_layers *layers) {
    const struct ls_graph *graph = ls_plan_graph(s->plan);
    for (int n = 1; n < graph->node_count; n++) {
        const struct ls_node *node = &graph->nodes[n];
        const struct ls_bench_kind kind = kind_of(node);
        int at = 0;
        while (at < layers->count && !same(&layers->kinds[at], &kind))
            at++;
        if (at == layers->count)
            layers->kinds[layers->count++] = kind;
        layers->kinds[at].number++;
        layers->kinds[at].flops += node->op->flops ? node->op->flops(node) : 0;
        s->kind_of[n] = at;
    }
}

/* Adds the seconds of one run, an image's share, to the kinds' rows. */
static void run_once(struct stand *s, int passes, int run, int runs) {
    const int nodes = ls_plan_graph(s->plan)->node_count;
    memset(s->seconds, 0, (size_t)nodes * sizeof *s->seconds);
    for (int pass = 0; pass < passes; pass++)
        ls_worker_time(s->worker, s->image, s->seconds);
    for (int n = 1; n < nodes; n++)
        s->rows[s->kind_of[n] * runs + run] += s->seconds[n] / passes / ls_plan_images(s->plan);
}

static double peak(int runs) {
    double rates[LS_BENCH_MAX_RUNS];
    float sum;
    for (int run = 0; run < runs; run++) {
        const double start = omp_get_wtime();
        const double flops = ls_kernels()->peak(PEAK_ROUNDS, 1, &sum);
        rates[run] = flops / (omp_get_wtime() - start);
    }
    return ls_median(rates, (size_t)runs);
}

static enum ls_status measure(struct stand *s, int runs, struct ls_bench_layers *layers,
                              struct ls_error *error) {
    layers->kinds = calloc((size_t)ls_plan_graph(s->plan)->node_count, sizeof *layers->kinds);
    if (!layers->kinds)
        return ls_fail_memory(error, "a benchmark");
    sort(s, layers);
    const double start = omp_get_wtime();
    int passes = 0;
    do /* warms up */
        ls_worker_run(s->worker, s->image);
    while (++passes < MOST_PASSES && omp_get_wtime() - start < RUN_SECONDS);
    for (int run = 0; run < runs; run++)
        run_once(s, passes, run, runs);
    for (int i = 0; i < layers->count; i++)
        layers->kinds[i].seconds = ls_median(s->rows + (size_t)i * (size_t)runs, (size_t)runs);
    layers->peak = peak(runs);
    return LS_OK;
}

enum ls_status ls_bench_layers_run(const char *arch, enum ls_precision precision, int runs,
                                   struct ls_bench_layers *layers, struct ls_error *error) {
    struct stand stand = {.plan = NULL};
    *layers = (struct ls_bench_layers){.count = 0};
    enum ls_status status = ls_bench_check(runs, error);
    if (!status)
        status = build(&stand, arch, precision, runs, error);
    if (!status)
        status = measure(&stand, runs, layers, error);
    free_stand(&stand);
    return status;
}

void ls_bench_layers_free(struct ls_bench_layers *layers) {
    free(layers->kinds);
    *layers = (struct ls_bench_layers){.count = 0};
}
