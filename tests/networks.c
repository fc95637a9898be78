#include "networks.h"
#include "engine/plan.h"
#include "perturb.h"
#include "support.h"

void make_model(struct ls_model *model, const char *arch, uint64_t seed) {
    assert_int_equal(ls_model_create(model, arch, seed, NULL), LS_OK);
    perturb_model(model, seed);
}

void load_model(struct ls_model *model, const char *path) {
    struct ls_error error = {0};
    if (ls_model_load(model, path, NULL, &error))
        fail_msg("%s", error.message);
}

void open_synthetic(struct ls_dataset *dataset, enum ls_split split, int images) {
    assert_int_equal(ls_dataset_open(dataset, "synthetic", split, images, 0, NULL, NULL), LS_OK);
}

void open_small(struct ls_dataset *dataset, enum ls_split split, int images) {
    open_synthetic(dataset, split, images);
    uint8_t *to = dataset->pixels;
    for (int plane = 0; plane < images * dataset->channels; plane++)
        for (int y = 0; y < dataset->height; y += 2)
            for (int x = 0; x < dataset->width; x += 2)
                *to++ = dataset->pixels[(plane * dataset->height + y) * dataset->width + x];
    dataset->height /= 2;
    dataset->width /= 2;
}

struct ls_result evaluate(const struct ls_model *model, const struct ls_dataset *data,
                          enum ls_precision precision, int threads) {
    struct ls_result result;
    assert_int_equal(
        ls_evaluate(model, data, LS_CROSS_ENTROPY, precision, threads, NULL, &result, NULL), LS_OK);
    return result;
}

void run_images(const struct ls_model *model, enum ls_split split, int images, float *logits) {
    const size_t classes = (size_t)model->network.nodes[model->network.node_count - 1].out.channels;
    struct ls_plan *plan;
    struct ls_worker *worker;
    struct ls_dataset data;
    float image[32 * 32 * 3];
    open_synthetic(&data, split, images);
    assert_int_equal(ls_plan_create(&plan, &model->network, LS_FP32, NULL), LS_OK);
    assert_int_equal(ls_worker_create(&worker, plan, NULL), LS_OK);
    ls_worker_load_values(worker, model->values);
    for (int i = 0; i < images; i++) {
        ls_dataset_image(&data, i, image);
        memcpy(logits + classes * (size_t)i, ls_worker_run(worker, image),
               classes * sizeof *logits);
    }
    ls_worker_free(worker);
    ls_plan_free(plan);
    ls_dataset_free(&data);
}
