#include "train/step.h"
#include "base/alloc.h"
#include "base/threads.h"
#include "engine/plan.h"
#include "kernels/kernels.h"
#include "ops/op.h"
#include <stdlib.h>
#include <string.h>

/* A batch norm of a single value has no variance. */
static enum ls_status check_batches(const struct ls_network *network, int batch, int images,
                                    struct ls_error *error) {
    if (batch > 1 && images % batch != 1)
        return LS_OK;
    for (int n = 0; n < network->node_count; n++) {
        const struct ls_node *node = &network->nodes[n];
        if (node->op == &ls_op_batchnorm && node->in[0].height * node->in[0].width == 1)
            return ls_fail(error, LS_MISMATCH,
                           "%s normalises single pixels over a batch, and a batch of one image has "
                           "no variance: choose a --batch that does not leave one image of %d over",
                           network->arch, images);
    }
    return LS_OK;
}

enum ls_status ls_stepper_create(struct ls_stepper *stepper, struct ls_model *model,
                                 const struct ls_recipe *recipe, const struct ls_dataset *dataset,
                                 int threads, struct ls_error *error) {
    *stepper = (struct ls_stepper){
        .model = model, .recipe = recipe, .dataset = dataset, .threads = ls_thread_count(threads)};
    const int batch = recipe->batch < dataset->count ? recipe->batch : dataset->count;
    enum ls_status status = ls_network_fits(&model->network, dataset, error);
    if (!status)
        status = check_batches(&model->network, batch, dataset->count, error);
    if (!status)
        status = ls_backprop_create(&stepper->backprop, &model->network, recipe->precision, batch,
                                    stepper->threads, error);
    if (status)
        return status;
    stepper->gradient = ls_alloc(model->network.value_count, sizeof(float));
    stepper->labels =
        calloc((size_t)batch, (size_t)dataset->labels_per_image * sizeof *stepper->labels);
    if (!stepper->gradient || !stepper->labels) {
        ls_stepper_free(stepper);
        return ls_fail_memory(error, "the gradient");
    }
    return LS_OK;
}

void ls_stepper_free(struct ls_stepper *stepper) {
    ls_backprop_free(stepper->backprop);
    free(stepper->gradient);
    free(stepper->labels);
    *stepper = (struct ls_stepper){0};
}

struct ls_batch_sums ls_stepper_gradient(struct ls_stepper *stepper, const int *order, int images,
                                         int epoch) {
    const struct ls_dataset *data = stepper->dataset;
    const size_t pixels = (size_t)data->height * data->width * data->channels;
    const size_t labels = (size_t)data->labels_per_image;
    float *input = ls_backprop_images(stepper->backprop);
#pragma omp parallel for num_threads(stepper->threads) schedule(static)
    for (int i = 0; i < images; i++) {
        float *image = input + pixels * (size_t)i;
        uint16_t *label = stepper->labels + labels * (size_t)i;
        if (stepper->recipe->augment) {
            ls_dataset_augmented(data, order[i], stepper->recipe->seed, epoch, image, label);
        } else {
            ls_dataset_image(data, order[i], image);
            memcpy(label, data->labels + labels * (size_t)order[i], labels * sizeof *label);
        }
    }
    return ls_backprop_run(stepper->backprop, images, stepper->labels, stepper->model->values,
                           stepper->gradient);
}

void ls_stepper_update(struct ls_stepper *stepper, double rate, float *velocity) {
    const struct ls_network *network = &stepper->model->network;
    const struct ls_sgd sgd = {(float)rate, (float)stepper->recipe->momentum,
                               (float)stepper->recipe->weight_decay};
#pragma omp parallel for num_threads(stepper->threads) schedule(dynamic, 1)
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (tensor->kind == LS_PARAMETER)
            ls_kernels()->sgd(tensor->count, &sgd, stepper->gradient + tensor->offset,
                              velocity + tensor->offset, stepper->model->values + tensor->offset);
    }
}
