#include "base/alloc.h"
#include "engine/backprop.h"
#include "engine/fuse.h"
#include "engine/lifetime.h"
#include "engine/plan.h"
#include "landscape/evaluate.h"
#include "landscape/rng.h"
#include "networks.h"
#include "ops/op.h"
#include "support.h"
#include <math.h>
#include <omp.h>

/* Logits by the network's own nodes, one after the other, nothing fused. */
static void run_plainly(const struct ls_model *model, const float *image, float *logits) {
    const struct ls_network *network = &model->network;
    float **values = calloc((size_t)network->node_count, sizeof *values);
    for (int n = 0; n < network->node_count; n++) {
        const struct ls_node *node = &network->nodes[n];
        struct ls_call call = {.node = node, .images = 1};
        values[n] = ls_alloc(ls_shape_size(node->out), sizeof(float));
        if (n == 0) {
            memcpy(values[0], image, ls_shape_size(node->out) * sizeof(float));
            continue;
        }
        for (int i = 0; i < node->input_count; i++)
            call.inputs[i] = values[node->input[i]];
        for (int t = 0; t < node->tensor_count; t++)
            call.tensors[t] = model->values + network->tensors[node->tensor[t]].offset;
        call.output = values[n];
        if (node->op->packed_size)
            call.packed = ls_alloc(node->op->packed_size(node, false), sizeof(float));
        if (node->op->scratch_size)
            call.scratch = ls_alloc(node->op->scratch_size(node, false), sizeof(float));
        if (node->op->pack)
            node->op->pack(node, false, call.tensors, call.packed);
        node->op->forward(&call, 0, 1);
        free(call.packed);
        free(call.scratch);
    }
    memcpy(logits, values[network->node_count - 1], 10 * sizeof *logits);
    for (int n = 0; n < network->node_count; n++)
        free(values[n]);
    free(values);
}

static void plan_agrees_with_plain_network(void **state) {
    static const char *const archs[] = {"resnet20", "resnet20-noshort", "resnet32"};
    struct ls_dataset data;
    (void)state;
    open_synthetic(&data, LS_TRAIN, 3);
    for (size_t a = 0; a < sizeof archs / sizeof *archs; a++) {
        struct ls_model model;
        struct ls_plan *plan;
        struct ls_worker *worker;
        make_model(&model, archs[a], a);
        assert_int_equal(ls_plan_create(&plan, &model.network, LS_FP32, NULL), LS_OK);
        assert_int_equal(ls_worker_create(&worker, plan, NULL), LS_OK);
        ls_worker_load_values(worker, model.values);
        for (int i = 0; i < data.count; i++) {
            float image[3072], plain[10];
            ls_dataset_image(&data, i, image);
            run_plainly(&model, image, plain);
            const float *fused = ls_worker_run(worker, image);
            for (int c = 0; c < 10; c++)
                assert_float_equal(fused[c], plain[c], 1e-5);
        }
        ls_worker_free(worker);
        ls_plan_free(plan);
        ls_model_free(&model);
    }
    ls_dataset_free(&data);
}

static int count_ops(const struct ls_graph *graph, const struct ls_op *op) {
    int count = 0;
    for (int n = 0; n < graph->node_count; n++)
        count += graph->nodes[n].op == op;
    return count;
}

static void fusion_leaves_convolutions_only(void **state) {
    struct ls_network network;
    struct ls_graph graph;
    (void)state;
    assert_int_equal(ls_network_create(&network, "resnet56", NULL), LS_OK);
    assert_int_equal(ls_fuse(&network, false, &graph, NULL), LS_OK);
    assert_int_equal(count_ops(&graph, &ls_op_conv2d), 57);
    assert_int_equal(graph.node_count, 57 + 3); /* image, pool, linear */
    free(graph.nodes);
    assert_int_equal(ls_fuse(&network, true, &graph, NULL), LS_OK);
    assert_int_equal(count_ops(&graph, &ls_op_batchnorm), 57);
    assert_int_equal(count_ops(&graph, &ls_op_relu), 0);
    assert_int_equal(count_ops(&graph, &ls_op_add), 0);
    free(graph.nodes);
    ls_network_free(&network);
}

static void memory_is_shared_but_never_at_once(void **state) {
    enum { BUFFERS = 200 };
    struct ls_lifetime buffers[BUFFERS];
    const struct ls_rng rng = {5, LS_RNG_TEST, 0, 0};
    size_t sum = 0;
    (void)state;
    for (int i = 0; i < BUFFERS; i++) {
        const int first = (int)ls_rng_below(&rng, 3 * (uint64_t)i, 100);
        buffers[i] = (struct ls_lifetime){.size = ls_rng_below(&rng, 3 * (uint64_t)i + 1, 1000),
                                          .first = first,
                                          .last = first - 1 +
                                                  (int)ls_rng_below(&rng, 3 * (uint64_t)i + 2, 10)};
        sum += buffers[i].size;
    }
    const size_t total = ls_plan_memory(buffers, BUFFERS);
    assert_true(total < sum / 4);
    for (int i = 0; i < BUFFERS; i++) {
        assert_int_equal(buffers[i].offset % 16, 0);
        for (int j = 0; j < i; j++) {
            const struct ls_lifetime *a = &buffers[i], *b = &buffers[j];
            const bool together = a->first <= b->last && b->first <= a->last &&
                                  a->first <= a->last && b->first <= b->last;
            const bool overlap = a->offset < b->offset + b->size && b->offset < a->offset + a->size;
            assert_false(together && overlap && a->size && b->size);
        }
    }
}

static void evaluation_is_the_same_on_any_threads(void **state) {
    struct ls_dataset data;
    struct ls_model model;
    struct ls_result one, three;
    (void)state;
    open_synthetic(&data, LS_TEST, 600);
    make_model(&model, "resnet20", 1);
    assert_int_equal(ls_evaluate(&model, &data, LS_CROSS_ENTROPY, LS_FP32, 1, NULL, &one, NULL),
                     LS_OK);
    assert_int_equal(ls_evaluate(&model, &data, LS_CROSS_ENTROPY, LS_FP32, 3, NULL, &three, NULL),
                     LS_OK);
    assert_memory_equal(&one, &three, sizeof one);
    ls_model_free(&model);
    ls_dataset_free(&data);
}

/* Of three images, whose losses are differences of sums. */
static void standard_error_is_that_of_the_mean(void **state) {
    double losses[3], sum = 0, squares = 0;
    struct ls_result result;
    struct ls_model model;
    (void)state;
    make_model(&model, "resnet20", 1);
    for (int images = 1; images <= 3; images++) {
        struct ls_dataset data;
        open_synthetic(&data, LS_TEST, images);
        result = evaluate(&model, &data, LS_FP32, 1);
        losses[images - 1] = result.loss * images - sum;
        sum += losses[images - 1];
        if (images == 1)
            assert_true(result.loss_error == -1);
        ls_dataset_free(&data);
    }
    for (int i = 0; i < 3; i++)
        squares += pow(losses[i] - sum / 3, 2);
    assert_float_equal(result.loss_error, sqrt(squares / 2) / sqrt(3), 1e-9);
    assert_true(result.loss_error > 1e-3);
    ls_model_free(&model);
}

/* Nothing needs to be computed to see how many threads would. */
static bool note_threads(void *context) {
    const int threads = omp_get_num_threads();
#pragma omp critical(note_threads)
    *(int *)context = threads;
    return true;
}

/* The number of threads that evaluate so many images when `asked` is asked for. */
static int threads_on(int images, int asked) {
    struct ls_dataset data;
    struct ls_model model;
    struct ls_result result;
    int threads = 0;
    const struct ls_observer observer = {.stop = note_threads, .context = &threads};
    open_synthetic(&data, LS_TEST, images);
    make_model(&model, "resnet20", 1);
    assert_int_equal(
        ls_evaluate(&model, &data, LS_CROSS_ENTROPY, LS_FP32, asked, &observer, &result, NULL),
        LS_INTERRUPTED);
    ls_model_free(&model);
    ls_dataset_free(&data);
    return threads;
}

/* Whatever has been computed before: OpenBLAS changes OpenMP's own default. */
static void all_processors_are_used(void **state) {
    const int most = 10000 / LS_BLOCK; /* there are no more images */
    const int processors = omp_get_num_procs() < most ? omp_get_num_procs() : most;
    (void)state;
    assert_int_equal(threads_on(processors * LS_BLOCK, 0), processors);
}

static void no_thread_is_without_work(void **state) {
    (void)state;
    assert_int_equal(threads_on(LS_BLOCK, 64), 1);
    assert_int_equal(threads_on(LS_BLOCK + 1, 64), 2);
}

/* Gradient and running statistics of `images` images with `threads` threads. */
static float *gradient_of(const char *arch, int images, int threads, float **values) {
    struct ls_dataset data;
    struct ls_model model;
    struct ls_backprop *backprop;
    make_model(&model, arch, 3);
    open_synthetic(&data, LS_TRAIN, images);
    const size_t count = model.network.value_count;
    float *gradient = calloc(count, sizeof *gradient);
    assert_int_equal(ls_backprop_create(&backprop, &model.network, LS_FP32, images, threads, NULL),
                     LS_OK);
    for (int i = 0; i < images; i++)
        ls_dataset_image(&data, i, ls_backprop_images(backprop) + (size_t)i * 3072);
    ls_backprop_run(backprop, images, data.labels, model.values, gradient);
    ls_backprop_free(backprop);
    ls_dataset_free(&data);
    *values = malloc(count * sizeof **values);
    memcpy(*values, model.values, count * sizeof **values);
    ls_model_free(&model);
    return gradient;
}

static void backprop_is_the_same_on_any_threads(void **state) {
    struct ls_network network;
    float *one_values, *three_values;
    (void)state;
    assert_int_equal(ls_network_create(&network, "resnet20", NULL), LS_OK);
    float *one = gradient_of("resnet20", 21, 1, &one_values);
    float *three = gradient_of("resnet20", 21, 3, &three_values);
    assert_memory_equal(one, three, network.value_count * sizeof *one);
    assert_memory_equal(one_values, three_values, network.value_count * sizeof *one);
    free(one);
    free(three);
    free(one_values);
    free(three_values);
    ls_network_free(&network);
}

static void architectures_are_found_by_name(void **state) {
    (void)state;
    for (int i = 0; ls_arch_name(i); i++) {
        struct ls_network network;
        assert_int_equal(ls_network_create(&network, ls_arch_name(i), NULL), LS_OK);
        assert_string_equal(network.arch, ls_arch_name(i));
        ls_network_free(&network);
    }
}

static void tensors_are_found_by_name(void **state) {
    struct ls_network network;
    (void)state;
    assert_int_equal(ls_network_create(&network, "resnet56", NULL), LS_OK);
    assert_non_null(ls_network_find(&network, "layer3.1.bn2.running_var"));
    assert_null(ls_network_find(&network, "layer3.1.bn9.running_var"));
    ls_network_free(&network);
}

static void unknown_architecture_is_refused(void **state) {
    struct ls_network network;
    struct ls_error error = {0};
    (void)state;
    assert_int_equal(ls_network_create(&network, "resnet21", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "'resnet21'");
    assert_message(&error, "--arch list");
}

static void initial_weights_have_the_recipes_spread(void **state) {
    struct ls_model model;
    double sum = 0, square = 0;
    (void)state;
    assert_int_equal(ls_model_create(&model, "resnet56", 4, NULL), LS_OK);
    const struct ls_tensor *tensor = ls_network_find(&model.network, "layer3.4.conv2.weight");
    for (size_t i = 0; i < tensor->count; i++) {
        sum += model.values[tensor->offset + i];
        square += pow(model.values[tensor->offset + i], 2);
    }
    const double deviation = sqrt(2.0 / (64 * 9)), count = (double)tensor->count;
    assert_float_equal(sum / count, 0, 4 * deviation / sqrt(count));
    assert_float_equal(sqrt(square / count) / deviation, 1, 4 / sqrt(2 * count));
    ls_model_free(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_agrees_with_plain_network),
        cmocka_unit_test(fusion_leaves_convolutions_only),
        cmocka_unit_test(memory_is_shared_but_never_at_once),
        cmocka_unit_test(evaluation_is_the_same_on_any_threads),
        cmocka_unit_test(standard_error_is_that_of_the_mean),
        cmocka_unit_test(all_processors_are_used),
        cmocka_unit_test(no_thread_is_without_work),
        cmocka_unit_test(backprop_is_the_same_on_any_threads),
        cmocka_unit_test(architectures_are_found_by_name),
        cmocka_unit_test(tensors_are_found_by_name),
        cmocka_unit_test(unknown_architecture_is_refused),
        cmocka_unit_test(initial_weights_have_the_recipes_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
