#include "landscape/hessian.h"
#include "base/alloc.h"
#include "base/observer.h"
#include "base/threads.h"
#include "engine/curvature.h"
#include "engine/plan.h"
#include "landscape/hessian_search.h"
#include "landscape/lanczos.h"
#include "landscape/rng.h"
#include <omp.h>
#include <stdlib.h>

struct ls_hessian_search {
    const struct ls_hessian *hessian;
    const struct ls_dataset *dataset;
    struct ls_curvature *curvature;
    struct ls_matrix matrix;
    float *start;        /* [value_count] */
    struct ls_sums sums; /* of the images' losses */
    int products;
    double began; /* wall clock */
};

struct ls_hessian ls_hessian_default(void) {
    return (struct ls_hessian){.products = 100, .tolerance = 0.01};
}

static void report(const struct ls_hessian_search *search) {
    const int images = search->dataset->count;
    const struct ls_progress progress = {.phase = "hessian",
                                         .done = search->products,
                                         .total = search->hessian->products,
                                         .images = (double)search->products * images,
                                         .seconds = omp_get_wtime() - search->began,
                                         .loss = search->sums.loss / images,
                                         .accuracy = 100 * search->sums.correct / images};
    ls_report(search->hessian->observer, &progress);
}

static bool multiply(void *context, const float *x, double *y) {
    struct ls_hessian_search *search = context;
    if (!ls_curvature_product(search->curvature, search->dataset, x, search->hessian->observer, y,
                              &search->sums))
        return false;
    search->products++;
    report(search);
    return true;
}

/* Where the search begins: in a random direction of the weights. */
static void fill_start(const struct ls_network *network, uint64_t seed, float *start) {
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        const struct ls_rng rng = {
            .seed = seed, .purpose = LS_RNG_HESSIAN, .substream = (uint32_t)t};
        if (ls_curvature_covers(tensor))
            ls_rng_normal(&rng, 0, tensor->count, start + tensor->offset);
    }
}

static bool has_weights(const struct ls_network *network) {
    for (int t = 0; t < network->tensor_count; t++)
        if (ls_curvature_covers(&network->tensors[t]))
            return true;
    return false;
}

enum ls_status ls_hessian_search_create(struct ls_hessian_search **result,
                                        const struct ls_hessian *hessian,
                                        const struct ls_network *network,
                                        const struct ls_dataset *dataset, struct ls_error *error) {
    if (hessian->products < 1)
        return ls_fail(error, LS_BAD_ARGUMENT, "eigenvalues take at least one product");
    if (!has_weights(network))
        return ls_fail(error, LS_MISMATCH, "%s has no weights of two or more dimensions",
                       network->arch);
    enum ls_status status = ls_network_fits(network, dataset, error);
    if (status)
        return status;
    struct ls_hessian_search *search = calloc(1, sizeof *search);
    if (!search)
        return ls_fail_memory(error, "eigenvalues");
    search->hessian = hessian;
    search->dataset = dataset;
    search->matrix = (struct ls_matrix){.size = network->value_count,
                                        .multiply = multiply,
                                        .context = search,
                                        .threads = ls_thread_count(hessian->threads)};
    search->start = ls_alloc(network->value_count, sizeof *search->start);
    status = search->start
                 ? ls_curvature_create(&search->curvature, network, hessian->threads, error)
                 : ls_fail_memory(error, "eigenvalues");
    if (status) {
        ls_hessian_search_free(search);
        return status;
    }
    fill_start(network, hessian->seed, search->start);
    *result = search;
    return LS_OK;
}

void ls_hessian_search_free(struct ls_hessian_search *search) {
    if (!search)
        return;
    ls_curvature_free(search->curvature);
    free(search->start);
    free(search);
}

enum ls_status ls_hessian_search_run(struct ls_hessian_search *search, const float *values,
                                     struct ls_spectrum *spectrum, struct ls_result *result,
                                     struct ls_error *error) {
    const struct ls_hessian *hessian = search->hessian;
    search->began = omp_get_wtime();
    search->products = 0;
    ls_curvature_load(search->curvature, values);
    enum ls_status status = ls_lanczos(&search->matrix, search->start, hessian->products,
                                       hessian->tolerance, spectrum, error);
    *result = ls_sums_result(&search->sums, search->dataset->count);
    return status;
}

enum ls_status ls_hessian_spectrum(const struct ls_hessian *hessian, const struct ls_model *model,
                                   const struct ls_dataset *dataset, struct ls_spectrum *spectrum,
                                   struct ls_error *error) {
    struct ls_hessian_search *search;
    struct ls_result result;
    *spectrum = (struct ls_spectrum){0};
    enum ls_status status =
        ls_hessian_search_create(&search, hessian, &model->network, dataset, error);
    if (status)
        return status;
    status = ls_hessian_search_run(search, model->values, spectrum, &result, error);
    ls_hessian_search_free(search);
    return status;
}
