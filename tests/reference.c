#include "reference.h"
#include "engine/curvature.h"
#include "engine/plan.h"
#include "fixture.h"
#include "landscape/direction.h"
#include "landscape/scan.h"
#include "networks.h"
#include "ops/op.h"
#include "support.h"
#include "train/step.h"
#include <math.h>

static void assert_near(double found, double wanted, double tolerance, const char *what) {
    if (!(fabs(found - wanted) <= tolerance))
        fail_msg("%s: %.9g, PyTorch has %.9g", what, found, wanted);
}

/* A fixture with the model and the images it speaks of. */
struct setting {
    json_t *fixture;
    struct ls_model model;
    struct ls_dataset dataset;
};

/* With as many images as the fixture has logits of, times `batches`. */
static void open_setting(struct setting *s, const char *arch, int batches) {
    s->fixture = fixture_open(arch);
    make_model(&s->model, arch, (uint64_t)fixture_number(s->fixture, "seed"));
    const char *data = json_string_value(fixture_get(s->fixture, "data"));
    const int images = (int)fixture_number(s->fixture, "images") * batches;
    assert_int_equal(ls_dataset_open(&s->dataset, data, LS_TRAIN, images, 0, NULL, NULL), LS_OK);
}

static void close_setting(struct setting *s) {
    json_decref(s->fixture);
    ls_model_free(&s->model);
    ls_dataset_free(&s->dataset);
}

static size_t image_size(const struct setting *s) {
    return ls_shape_size(s->model.network.nodes[0].out);
}

/* If these differ, it is the fixture that is of another time. */
static void check_inputs(const struct setting *s) {
    double values = 0, pixels = 0;
    for (int t = 0; t < s->model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &s->model.network.tensors[t];
        for (size_t i = 0; i < tensor->count && tensor->kind != LS_COUNTER; i++)
            values += s->model.values[tensor->offset + i];
    }
    const size_t size = image_size(s);
    float *image = calloc(size, sizeof *image);
    for (int i = 0; i < s->dataset.count; i++) {
        ls_dataset_image(&s->dataset, i, image);
        for (size_t p = 0; p < size; p++)
            pixels += image[p];
    }
    free(image);
    assert_near(values, fixture_number(s->fixture, "values_sum"), 1e-4,
                "sum of the model's values");
    assert_near(pixels, fixture_number(s->fixture, "images_sum"), 1e-2, "sum of the images");
}

/* The largest error of an image's logits; raises *largest to their largest magnitude. */
static double logits_error(const json_t *wanted, const float *found, size_t count,
                           double *largest) {
    double worst = 0;
    if (json_array_size(wanted) < count) { /* summed up */
        double norm, dot;
        fixture_summary(found, count, &norm, &dot);
        *largest = fmax(*largest, fixture_at(wanted, 0) / sqrt((double)count));
        return fmax(fabs(norm - fixture_at(wanted, 0)), fabs(dot - fixture_at(wanted, 1))) /
               sqrt((double)count);
    }
    for (size_t c = 0; c < count; c++) {
        *largest = fmax(*largest, fabs(fixture_at(wanted, c)));
        worst = fmax(worst, fabs(found[c] - fixture_at(wanted, c)));
    }
    return worst;
}

static void check_logits(const struct setting *s) {
    const struct ls_network *network = &s->model.network;
    const size_t count = ls_shape_size(network->nodes[network->node_count - 1].out);
    struct ls_plan *plan;
    struct ls_worker *worker;
    double largest = 0, worst = 0;
    float *image = calloc(image_size(s), sizeof *image);
    assert_int_equal(ls_plan_create(&plan, network, LS_FP32, NULL), LS_OK);
    assert_int_equal(ls_worker_create(&worker, plan, NULL), LS_OK);
    ls_worker_load_values(worker, s->model.values);
    for (int i = 0; i < s->dataset.count; i++) {
        const json_t *wanted = json_array_get(fixture_get(s->fixture, "logits"), (size_t)i);
        ls_dataset_image(&s->dataset, i, image);
        const float *found = ls_worker_run(worker, image);
        worst = fmax(worst, logits_error(wanted, found, count, &largest));
    }
    assert_near(worst / largest, 0, 1e-5, "relative error of the logits");
    free(image);
    ls_worker_free(worker);
    ls_plan_free(plan);
}

void inference_agrees(const char *arch) {
    struct setting s;
    open_setting(&s, arch, 1);
    check_inputs(&s);
    check_logits(&s);
    close_setting(&s);
}

static struct ls_recipe recipe_of(int batch) {
    struct ls_recipe recipe = ls_recipe_default();
    recipe.batch = batch;
    recipe.augment = recipe.shuffle = false;
    return recipe;
}

/* Moves batch norm's shifts away from where ReLU decides, as make_fixtures.py does; with running
 * variances of `variance`, unless that is 0. */
static void lift(struct ls_model *model, float variance) {
    enum { LIFT = 3 };
    const struct ls_network *network = &model->network;
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *bias = &network->tensors[t], *spread;
        const char *end = strrchr(bias->name, '.');
        if (strcmp(end, ".bias") != 0)
            continue;
        spread =
            ls_network_find(network, text("%.*s.running_var", (int)(end - bias->name), bias->name));
        for (size_t i = 0; spread && i < bias->count; i++) {
            model->values[bias->offset + i] += i % 2 == 0 ? LIFT : -LIFT;
            if (variance > 0)
                model->values[spread->offset + i] = variance;
        }
    }
}

/* The bias of a layer in front of batch norm has no effect. Its gradient is 0 but for rounding,
 * which is held against this part of the largest gradient. */
#define VANISHING 1e-4

static double largest_norm(json_t *gradients) {
    double largest = 0;
    const char *name;
    json_t *pair;
    json_object_foreach(gradients, name, pair) largest = fmax(largest, fixture_at(pair, 0));
    return largest;
}

/* What `all` has recorded of a tensor, against its values. */
static void check_summary(const json_t *all, const struct ls_tensor *tensor, const float *values,
                          double least) {
    const json_t *wanted = fixture_get(all, tensor->name);
    const double tolerance = 1e-3 * fmax(fixture_at(wanted, 0), least);
    double norm, dot;
    fixture_summary(values, tensor->count, &norm, &dot);
    assert_near(norm, fixture_at(wanted, 0), tolerance, tensor->name);
    assert_near(dot, fixture_at(wanted, 1), tolerance * sqrt((double)tensor->count), tensor->name);
}

void gradients_agree(const char *arch) {
    struct setting s;
    struct ls_stepper stepper;
    int order[64];
    open_setting(&s, arch, 1);
    const int images = s.dataset.count;
    lift(&s.model, 0);
    const struct ls_recipe recipe = recipe_of(images);
    for (int i = 0; i < images; i++)
        order[i] = i;
    assert_int_equal(ls_stepper_create(&stepper, &s.model, &recipe, &s.dataset, 2, NULL), LS_OK);
    const double loss = ls_stepper_gradient(&stepper, order, images, 1).loss / images;
    assert_near(loss, fixture_number(s.fixture, "loss"), 1e-5, "loss of the batch");
    json_t *gradients = fixture_get(s.fixture, "gradients");
    const double least = VANISHING * largest_norm(gradients);
    for (int t = 0; t < s.model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &s.model.network.tensors[t];
        if (tensor->kind == LS_PARAMETER)
            check_summary(gradients, tensor, stepper.gradient + tensor->offset, least);
    }
    ls_stepper_free(&stepper);
    close_setting(&s);
}

void hessian_agrees(const char *arch) {
    struct setting s;
    struct ls_model vector;
    struct ls_curvature *curvature;
    struct ls_sums sums;
    open_setting(&s, arch, 1);
    make_model(&vector, arch, (uint64_t)fixture_number(s.fixture, "seed") + 1);
    lift(&s.model, (float)fixture_number(s.fixture, "hessian_variance"));
    const struct ls_network *network = &s.model.network;
    double *product = calloc(network->value_count, sizeof *product);
    assert_non_null(product);
    assert_int_equal(ls_curvature_create(&curvature, network, 2, NULL), LS_OK);
    ls_curvature_load(curvature, s.model.values);
    assert_true(ls_curvature_product(curvature, &s.dataset, vector.values, NULL, product, &sums));
    for (size_t i = 0; i < network->value_count; i++)
        vector.values[i] = (float)product[i];
    json_t *products = fixture_get(s.fixture, "hessian");
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        const float *values = vector.values + tensor->offset;
        if (ls_curvature_covers(tensor))
            check_summary(products, tensor, values, 0);
        for (size_t i = 0; i < tensor->count && !ls_curvature_covers(tensor); i++)
            assert_true(values[i] == 0);
    }
    free(product);
    ls_curvature_free(curvature);
    ls_model_free(&vector);
    close_setting(&s);
}

void steps_agree(const char *arch) {
    struct setting s;
    struct ls_stepper stepper;
    open_setting(&s, arch, 5);
    const json_t *steps = fixture_get(s.fixture, "steps"), *losses = fixture_get(steps, "losses");
    struct ls_recipe recipe = recipe_of((int)fixture_number(steps, "batch"));
    recipe.momentum = fixture_number(steps, "momentum");
    recipe.weight_decay = fixture_number(steps, "weight_decay");
    float *velocity = calloc(s.model.network.value_count, sizeof *velocity);
    int *order = calloc((size_t)recipe.batch, sizeof *order);
    assert_int_equal(ls_stepper_create(&stepper, &s.model, &recipe, &s.dataset, 2, NULL), LS_OK);
    for (int step = 0; step < (int)json_array_size(losses); step++) {
        for (int i = 0; i < recipe.batch; i++)
            order[i] = step * recipe.batch + i;
        const double loss = ls_stepper_gradient(&stepper, order, recipe.batch, 1).loss;
        const double wanted = fixture_at(losses, (size_t)step);
        assert_near(loss / recipe.batch, wanted, 1e-3 * wanted, text("loss of step %d", step));
        ls_stepper_update(&stepper, fixture_number(steps, "lr"), velocity);
    }
    free(order);
    free(velocity);
    ls_stepper_free(&stepper);
    close_setting(&s);
}

void surface_agrees(const char *arch) {
    const struct ls_direction_source random = {.options = {.norm = LS_NORM_FILTER}};
    struct setting s;
    struct ls_surface surface;
    struct ls_directions plane;
    open_setting(&s, arch, 1);
    const json_t *wanted = fixture_get(s.fixture, "surface"), *x = fixture_get(wanted, "x");
    const struct ls_range side = {fixture_at(x, 0), fixture_at(x, 2), 3};
    assert_int_equal(ls_directions_make(&plane, &s.model, &random, true, NULL), LS_OK);
    for (int axis = 0; axis < 2; axis++) {
        double square = 0;
        for (size_t i = 0; i < s.model.network.value_count; i++)
            square += pow((axis ? plane.y : plane.x)[i], 2);
        const double norm = fixture_at(fixture_get(wanted, "norms"), (size_t)axis);
        assert_near(sqrt(square), norm, 1e-6 * norm, "norm of a direction");
    }
    const struct ls_scan scan = {
        .model = &s.model, .dataset = &s.dataset, .directions = &plane, .threads = 2};
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&scan, &surface, NULL, NULL), LS_OK);
    for (size_t i = 0; i < 9; i++) {
        const double loss = fixture_at(json_array_get(fixture_get(wanted, "loss"), i / 3), i % 3);
        const double accuracy =
            fixture_at(json_array_get(fixture_get(wanted, "accuracy"), i / 3), i % 3);
        assert_near(surface.loss[i], loss, 1e-5 * loss, text("loss of point %zu", i));
        const double one = s.dataset.labels_per_image > 1 ? 100.0 / s.dataset.labels_per_image : 0;
        assert_near(surface.accuracy[i], accuracy, one + 1e-6, text("accuracy of point %zu", i));
    }
    ls_surface_free(&surface);
    ls_directions_free(&plane);
    close_setting(&s);
}
