/* Lets the scripts of tools/reference look inside: logits, gradients, the Hessian, steps, images.
 * usage: probe make ARCH SEED OUT.safetensors
 *        probe logits MODEL DATA N OUT.f32
 *        probe gradient MODEL DATA N OUT.safetensors [PRECISION]
 *        probe curvature MODEL DATA N VECTOR.safetensors OUT.safetensors
 *        probe steps MODEL DATA BATCH STEPS OUT.txt [LR MOMENTUM WEIGHT_DECAY]
 *        probe images DATA N OUT.f32 */
#include "engine/curvature.h"
#include "engine/plan.h"
#include "landscape/landscape.h"
#include "perturb.h"
#include "train/step.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ls_error error;

static void must(enum ls_status status) {
    if (status) {
        fprintf(stderr, "probe: %s\n", error.message);
        exit(1);
    }
}

static void write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
        perror(path);
        exit(1);
    }
}

/* Initial weights with batch norm that does not merely pass through. */
static void make(const char *arch, const char *seed, const char *path) {
    struct ls_model model;
    must(ls_model_create(&model, arch, strtoull(seed, NULL, 10), &error));
    perturb_model(&model, strtoull(seed, NULL, 10));
    must(ls_model_save(&model, path, &error));
    ls_model_free(&model);
}

static void logits(const struct ls_model *model, const struct ls_dataset *data, const char *path) {
    const struct ls_shape out = model->network.nodes[model->network.node_count - 1].out;
    const size_t classes = (size_t)out.height * out.width * out.channels;
    const size_t size = (size_t)data->height * data->width * 3;
    float *all = malloc((size_t)data->count * classes * sizeof *all);
    float *image = malloc(size * sizeof *image);
    struct ls_plan *plan;
    struct ls_worker *worker;
    must(ls_plan_create(&plan, &model->network, LS_FP32, &error));
    must(ls_worker_create(&worker, plan, &error));
    ls_worker_load_values(worker, model->values);
    for (int i = 0; i < data->count; i++) {
        ls_dataset_image(data, i, image);
        memcpy(all + classes * (size_t)i, ls_worker_run(worker, image), classes * sizeof *all);
    }
    write_bytes(path, all, (size_t)data->count * classes * sizeof *all);
}

static struct ls_recipe plain_recipe(int batch) {
    struct ls_recipe recipe = ls_recipe_default();
    recipe.batch = batch;
    recipe.augment = recipe.shuffle = false;
    return recipe;
}

static void gradient(struct ls_model *model, const struct ls_dataset *data, const char *path,
                     const char *precision) {
    struct ls_recipe recipe = plain_recipe(data->count);
    struct ls_stepper stepper;
    int *order = malloc((size_t)data->count * sizeof *order);
    for (int i = 0; i < data->count; i++)
        order[i] = i;
    must(ls_precision_parse(&recipe.precision, precision, &error));
    must(ls_stepper_create(&stepper, model, &recipe, data, 0, &error));
    struct ls_batch_sums sums = ls_stepper_gradient(&stepper, order, data->count, 1);
    struct ls_model result = *model;
    result.metadata = (struct ls_metadata){0};
    result.values = stepper.gradient;
    must(ls_metadata_set(&result.metadata, &error, "loss", "%.17g", sums.loss / data->count));
    must(ls_model_save(&result, path, &error));
}

/* The Hessian times the weights of another checkpoint. */
static void curvature(const struct ls_model *model, const struct ls_dataset *data,
                      const char *vector_path, const char *path) {
    struct ls_model vector, result = *model;
    struct ls_curvature *curvature;
    struct ls_sums sums;
    const size_t count = model->network.value_count;
    double *product = malloc(count * sizeof *product);
    if (!product)
        must(ls_fail_memory(&error, "the product"));
    must(ls_model_load(&vector, vector_path, model->network.arch, &error));
    must(ls_curvature_create(&curvature, &model->network, 0, &error));
    ls_curvature_load(curvature, model->values);
    ls_curvature_product(curvature, data, vector.values, NULL, product, &sums);
    result.metadata = (struct ls_metadata){0};
    result.values = vector.values;
    for (size_t i = 0; i < count; i++)
        result.values[i] = (float)product[i];
    must(ls_metadata_set(&result.metadata, &error, "loss", "%.17g", sums.loss / data->count));
    must(ls_model_save(&result, path, &error));
    ls_metadata_free(&result.metadata);
    ls_curvature_free(curvature);
    ls_model_free(&vector);
    free(product);
}

static void steps(struct ls_model *model, const struct ls_dataset *data, int count,
                  struct ls_recipe recipe, const char *path) {
    struct ls_stepper stepper;
    float *velocity = calloc(model->network.value_count, sizeof *velocity);
    int *order = malloc((size_t)recipe.batch * sizeof *order);
    FILE *out = fopen(path, "w");
    must(ls_stepper_create(&stepper, model, &recipe, data, 0, &error));
    for (int step = 0; step < count; step++) {
        for (int i = 0; i < recipe.batch; i++)
            order[i] = step * recipe.batch + i;
        struct ls_batch_sums sums = ls_stepper_gradient(&stepper, order, recipe.batch, 1);
        ls_stepper_update(&stepper, recipe.lr, velocity);
        fprintf(out, "%.9g\n", sums.loss / recipe.batch);
    }
    fclose(out);
}

static void images(const struct ls_dataset *data, const char *path) {
    const size_t size = (size_t)data->height * data->width * data->channels;
    char labels[4096];
    float *all = malloc((size_t)data->count * size * sizeof *all);
    for (int i = 0; i < data->count; i++)
        ls_dataset_image(data, i, all + size * (size_t)i);
    write_bytes(path, all, (size_t)data->count * size * sizeof *all);
    snprintf(labels, sizeof labels, "%s.labels", path);
    printf("%d %d %d\n", data->height, data->width, data->labels_per_image);
    write_bytes(labels, data->labels,
                (size_t)data->count * data->labels_per_image * sizeof *data->labels);
}

int main(int argc, char **argv) {
    struct ls_model model;
    struct ls_dataset data;
    const char *command = argc > 4 ? argv[1] : "";
    if (strcmp(command, "make") == 0) {
        make(argv[2], argv[3], argv[4]);
        return 0;
    }
    if (strcmp(command, "images") == 0) {
        must(ls_dataset_open(&data, argv[2], LS_TRAIN, atoi(argv[3]), 0, NULL, &error));
        images(&data, argv[4]);
        return 0;
    }
    if (argc < 6) {
        fprintf(stderr, "usage: see the head of tools/probe.c\n");
        return 2;
    }
    const bool is_steps = strcmp(command, "steps") == 0 && argc >= 7;
    const int count = is_steps ? atoi(argv[4]) * atoi(argv[5]) : atoi(argv[4]);
    must(ls_model_load(&model, argv[2], NULL, &error));
    must(ls_dataset_open(&data, argv[3], LS_TRAIN, count, 0, NULL, &error));
    if (strcmp(command, "logits") == 0) {
        logits(&model, &data, argv[5]);
    } else if (strcmp(command, "gradient") == 0) {
        gradient(&model, &data, argv[5], argc >= 7 ? argv[6] : "fp32");
    } else if (strcmp(command, "curvature") == 0 && argc >= 7) {
        curvature(&model, &data, argv[5], argv[6]);
    } else if (is_steps) {
        struct ls_recipe recipe = plain_recipe(atoi(argv[4]));
        if (argc >= 10) {
            recipe.lr = atof(argv[7]);
            recipe.momentum = atof(argv[8]);
            recipe.weight_decay = atof(argv[9]);
        }
        steps(&model, &data, atoi(argv[5]), recipe, argv[6]);
    }
    return 0;
}
