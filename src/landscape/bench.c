#include "base/order.h"
#include "base/threads.h"
#include "landscape/bench_parts.h"
#include "landscape/cpu.h"
#include "landscape/rng.h"
#include "landscape/scan.h"
#include "train/step.h"
#include <omp.h>
#include <stdlib.h>

enum { IMAGES = 512, BATCH = 128, SCAN_POINTS = 8 };

/* The network and data that all measurements use. */
struct setting {
    struct ls_model model;
    struct ls_dataset dataset;
    enum ls_precision precision;
    int threads, runs;
};

/* Noise that fits the network: its content does not matter to the speed. */
static enum ls_status random_images(const struct ls_network *network, struct ls_dataset *data,
                                    struct ls_error *error) {
    const struct ls_shape in = network->nodes[0].out;
    const struct ls_shape out = network->nodes[network->node_count - 1].out;
    const struct ls_rng rng = {0, LS_RNG_TEST, 0, 0};
    const size_t size = (size_t)in.height * (size_t)in.width * (size_t)in.channels * IMAGES;
    if ((size_t)in.channels > sizeof data->mean / sizeof *data->mean)
        return ls_fail(error, LS_MISMATCH, "%s takes images of %d channels; there are none",
                       network->arch, in.channels);
    *data = (struct ls_dataset){.name = "noise",
                                .count = IMAGES,
                                .height = in.height,
                                .width = in.width,
                                .channels = in.channels,
                                .classes = out.channels,
                                .labels_per_image = out.height * out.width,
                                .mean = {128, 128, 128},
                                .deviation = {74, 74, 74}};
    data->pixels = malloc(size);
    data->labels = calloc((size_t)IMAGES * (size_t)data->labels_per_image, sizeof *data->labels);
    if (!data->pixels || !data->labels)
        return ls_fail_memory(error, "the images of a benchmark");
    for (size_t i = 0; i < size; i++)
        data->pixels[i] = (uint8_t)(ls_rng_word(&rng, i / 4) >> (8 * (i % 4)));
    return LS_OK;
}

/* Images of one thing measured; every measurement repeats `once` and takes the median rate. */
static enum ls_status measure(struct setting *s, double images, void *context,
                              enum ls_status (*once)(struct setting *s, void *context,
                                                     struct ls_error *error),
                              double *rate, struct ls_error *error) {
    double rates[LS_BENCH_MAX_RUNS];
    enum ls_status status = once(s, context, error);
    for (int run = 0; run < s->runs && !status; run++) {
        const double start = omp_get_wtime();
        status = once(s, context, error);
        rates[run] = images / (omp_get_wtime() - start);
    }
    if (!status)
        *rate = ls_median(rates, (size_t)s->runs);
    return status;
}

static enum ls_status evaluate_once(struct setting *s, void *context, struct ls_error *error) {
    struct ls_result result;
    (void)context;
    return ls_evaluate(&s->model, &s->dataset, LS_CROSS_ENTROPY, s->precision, s->threads, NULL,
                       &result, error);
}

static enum ls_status scan_once(struct setting *s, void *context, struct ls_error *error) {
    const struct ls_range x = {-1, 1, SCAN_POINTS};
    const struct ls_scan scan = {.precision = s->precision,
                                 .model = &s->model,
                                 .dataset = &s->dataset,
                                 .directions = context,
                                 .threads = s->threads};
    struct ls_surface surface;
    enum ls_status status = ls_surface_create(&surface, &x, NULL, error);
    if (!status)
        status = ls_scan_run(&scan, &surface, NULL, error);
    ls_surface_free(&surface);
    return status;
}

static enum ls_status scan_rate(struct setting *s, double *rate, struct ls_error *error) {
    const struct ls_direction_source random = {.options = {.norm = LS_NORM_FILTER}};
    struct ls_directions line;
    enum ls_status status = ls_directions_make(&line, &s->model, &random, false, error);
    if (status)
        return status;
    status = measure(s, (double)IMAGES * SCAN_POINTS, &line, scan_once, rate, error);
    ls_directions_free(&line);
    return status;
}

/* What a training step needs. */
struct training {
    struct ls_stepper stepper;
    float *velocity;
    int order[BATCH];
};

static enum ls_status train_once(struct setting *s, void *context, struct ls_error *error) {
    struct training *training = context;
    (void)s;
    (void)error;
    ls_stepper_gradient(&training->stepper, training->order, BATCH, 1);
    ls_stepper_update(&training->stepper, 1e-3, training->velocity);
    return LS_OK;
}

static enum ls_status training_rate(struct setting *s, struct ls_bench *bench,
                                    struct ls_error *error) {
    struct ls_recipe recipe = ls_recipe_default();
    struct training training = {0};
    recipe.precision = bench->training_precision;
    for (int i = 0; i < BATCH; i++)
        training.order[i] = i;
    training.velocity = calloc(s->model.network.value_count, sizeof(float));
    enum ls_status status =
        training.velocity ? LS_OK : ls_fail_memory(error, "the optimizer's momentum");
    if (!status)
        status = ls_stepper_create(&training.stepper, &s->model, &recipe, &s->dataset, s->threads,
                                   error);
    if (!status)
        status = measure(s, BATCH, &training, train_once, &bench->training, error);
    if (!status)
        bench->training_megabytes = (double)ls_backprop_bytes(training.stepper.backprop) / 1e6;
    ls_stepper_free(&training.stepper);
    free(training.velocity);
    return status;
}

enum ls_status ls_bench_check(int runs, struct ls_error *error) {
    if (runs < 1 || runs > LS_BENCH_MAX_RUNS)
        return ls_fail(error, LS_BAD_ARGUMENT, "a benchmark takes 1 to %d runs", LS_BENCH_MAX_RUNS);
    return LS_OK;
}

enum ls_status ls_bench_run(const char *arch, enum ls_precision precision, int threads, int runs,
                            bool training, struct ls_bench *bench, struct ls_error *error) {
    struct setting s = {.precision = precision, .threads = ls_thread_count(threads), .runs = runs};
    *bench = (struct ls_bench){.kernels = ls_cpu_name(ls_cpu_used()),
                               .threads = s.threads,
                               .training_precision = precision == LS_BF16 ? LS_BF16 : LS_FP32};
    enum ls_status status = ls_bench_check(runs, error);
    if (!status)
        status = ls_model_create(&s.model, arch, 0, error);
    if (!status)
        status = random_images(&s.model.network, &s.dataset, error);
    if (!status)
        status = measure(&s, IMAGES, NULL, evaluate_once, &bench->inference, error);
    if (!status)
        status = scan_rate(&s, &bench->scan, error);
    if (!status && training)
        status = training_rate(&s, bench, error);
    ls_model_free(&s.model);
    ls_dataset_free(&s.dataset);
    return status;
}
