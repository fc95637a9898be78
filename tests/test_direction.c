#include "base/hdf5_write.h"
#include "landscape/direction.h"
#include "support.h"
#include <math.h>

/* A network and room for two directions. */
struct fixture {
    struct ls_model model;
    float *x, *y; /* [value_count] */
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    if (!f || ls_model_create(&f->model, "resnet20", 1, NULL))
        return -1;
    for (size_t i = 0; i < f->model.network.value_count; i++)
        if (f->model.values[i] == 0)
            f->model.values[i] = 0.25f; /* biases and running means are not all zero in practice */
    f->x = calloc(f->model.network.value_count, sizeof *f->x);
    f->y = calloc(f->model.network.value_count, sizeof *f->y);
    *state = f;
    return f->x && f->y ? 0 : -1;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    free(f->x);
    free(f->y);
    ls_model_free(&f->model);
    free(f);
    return 0;
}

static double norm_of(const float *v, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)v[i] * v[i];
    return sqrt(sum);
}

static void make(struct fixture *f, enum ls_norm norm, bool keep, bool states, int axis,
                 float *direction) {
    struct ls_direction_options options = {
        .norm = norm, .keep_biasbn = keep, .states = states, .seed = 5};
    assert_int_equal(ls_direction_random(&f->model, &options, axis, direction, NULL), LS_OK);
}

static void names_norms(void **state) {
    (void)state;
    static const char *const names[] = {"filter", "layer", "weight", "dfilter", "dlayer", "none"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        enum ls_norm norm;
        assert_int_equal(ls_norm_parse(&norm, names[i], NULL), LS_OK);
        assert_string_equal(ls_norm_name(norm), names[i]);
    }
    enum ls_norm norm;
    struct ls_error error;
    assert_int_equal(ls_norm_parse(&norm, "filters", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "filters");
    assert_message(&error, "dlayer");
}

static void gives_filters_the_norms_of_the_weights(void **state) {
    struct fixture *f = *state;
    make(f, LS_NORM_FILTER, false, false, 0, f->x);
    make(f, LS_NORM_DFILTER, false, false, 0, f->y);
    for (int t = 0; t < f->model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &f->model.network.tensors[t];
        if (tensor->rank < 2)
            continue;
        size_t size = tensor->count / (size_t)tensor->size[0];
        for (size_t at = tensor->offset; at < tensor->offset + tensor->count; at += size) {
            double wanted = norm_of(f->model.values + at, size);
            assert_true(fabs(norm_of(f->x + at, size) - wanted) < 1e-6 * wanted);
            assert_true(fabs(norm_of(f->y + at, size) - 1) < 1e-6);
        }
    }
}

static void gives_layers_the_norms_of_the_weights(void **state) {
    struct fixture *f = *state;
    make(f, LS_NORM_LAYER, false, false, 0, f->x);
    make(f, LS_NORM_DLAYER, false, false, 0, f->y);
    for (int t = 0; t < f->model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &f->model.network.tensors[t];
        if (tensor->rank < 2)
            continue;
        double wanted = norm_of(f->model.values + tensor->offset, tensor->count);
        assert_true(fabs(norm_of(f->x + tensor->offset, tensor->count) - wanted) < 1e-6 * wanted);
        assert_true(fabs(norm_of(f->y + tensor->offset, tensor->count) - 1) < 1e-6);
    }
}

static void multiplies_by_the_weights(void **state) {
    struct fixture *f = *state;
    make(f, LS_NORM_NONE, false, false, 0, f->x);
    make(f, LS_NORM_WEIGHT, false, false, 0, f->y);
    for (size_t i = 0; i < f->model.network.value_count; i++)
        assert_true(f->y[i] == f->x[i] * f->model.values[i]);
}

/* Do the direction's entries at the tensor equal `wanted`, or 0 where that is NULL? */
static bool is_at(const float *direction, const struct ls_tensor *tensor, const float *wanted) {
    for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
        if (direction[i] != (wanted ? wanted[i] : 0))
            return false;
    return true;
}

static void treats_biases_and_batch_norm_as_asked(void **state) {
    struct fixture *f = *state;
    for (int option = 0; option < 4; option++) {
        bool keep = option & 1, states = option & 2;
        make(f, LS_NORM_FILTER, keep, states, 0, f->x);
        for (int t = 0; t < f->model.network.tensor_count; t++) {
            const struct ls_tensor *tensor = &f->model.network.tensors[t];
            bool covered = states || tensor->kind == LS_PARAMETER;
            if (tensor->rank < 2)
                assert_true(is_at(f->x, tensor, keep && covered ? f->model.values : NULL));
            else
                assert_false(is_at(f->x, tensor, NULL));
        }
    }
}

static void draws_the_same_numbers_for_weights_and_states(void **state) {
    struct fixture *f = *state;
    make(f, LS_NORM_FILTER, false, false, 1, f->x);
    make(f, LS_NORM_FILTER, false, true, 1, f->y);
    assert_memory_equal(f->x, f->y, f->model.network.value_count * sizeof *f->x);
}

static void draws_other_numbers_for_another_axis_or_seed(void **state) {
    struct fixture *f = *state;
    make(f, LS_NORM_FILTER, false, false, 0, f->x);
    make(f, LS_NORM_FILTER, false, false, 1, f->y);
    assert_true(fabs(ls_direction_cosine(&f->model.network, f->x, f->y)) < 0.02);
    struct ls_direction_options other = {.norm = LS_NORM_FILTER, .seed = 6};
    assert_int_equal(ls_direction_random(&f->model, &other, 0, f->y, NULL), LS_OK);
    assert_true(fabs(ls_direction_cosine(&f->model.network, f->x, f->y)) < 0.02);
    struct ls_error error;
    assert_int_equal(ls_direction_random(&f->model, &other, -1, f->y, &error), LS_BAD_ARGUMENT);
}

static void measures_angles(void **state) {
    struct fixture *f = *state;
    f->x[0] = 1;
    assert_true(ls_direction_cosine(&f->model.network, f->x, f->y) == 0);
    f->y[0] = -2;
    assert_true(ls_direction_cosine(&f->model.network, f->x, f->y) == -1);
    f->y[1] = 2;
    assert_true(fabs(ls_direction_cosine(&f->model.network, f->x, f->y) + sqrt(0.5)) < 1e-15);
    for (int t = 0; t < f->model.network.tensor_count; t++) /* counters of batches do not count */
        if (f->model.network.tensors[t].kind == LS_COUNTER)
            f->x[f->model.network.tensors[t].offset] = f->y[f->model.network.tensors[t].offset] = 9;
    assert_true(fabs(ls_direction_cosine(&f->model.network, f->x, f->y) + sqrt(0.5)) < 1e-15);
}

static void leads_to_another_model(void **state) {
    struct fixture *f = *state;
    struct ls_model target;
    assert_int_equal(ls_model_create(&target, "resnet20", 2, NULL), LS_OK);
    assert_int_equal(ls_direction_target(&f->model, &target, true, f->x, NULL), LS_OK);
    assert_int_equal(ls_direction_target(&f->model, &target, false, f->y, NULL), LS_OK);
    for (int t = 0; t < f->model.network.tensor_count; t++) {
        const struct ls_tensor *tensor = &f->model.network.tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            float difference = target.values[i] - f->model.values[i];
            assert_true(f->x[i] == difference);
            assert_true(f->y[i] == (tensor->kind == LS_PARAMETER ? difference : 0));
        }
    }
    struct ls_error error;
    target.values[7] = INFINITY;
    assert_int_equal(ls_direction_target(&f->model, &target, false, f->y, &error), LS_NOT_FINITE);
    assert_message(&error, "conv1.weight");
    ls_model_free(&target);
    assert_int_equal(ls_model_create(&target, "resnet20-noshort", 2, NULL), LS_OK);
    assert_int_equal(ls_direction_target(&f->model, &target, false, f->y, &error), LS_MISMATCH);
    assert_message(&error, "resnet20-noshort");
    ls_model_free(&target);
}

/* The name of a file in a new directory. */
static const char *new_file(void **directory) {
    assert_int_equal(make_directory(directory), 0);
    return text("%s/dir.h5", (char *)*directory);
}

static void reads_what_it_wrote(void **state) {
    struct fixture *f = *state;
    const struct ls_network *network = &f->model.network;
    void *directory;
    const char *path = new_file(&directory);
    size_t bytes = network->value_count * sizeof(float);
    float *x = malloc(bytes), *y = malloc(bytes);
    for (int states = 0; states < 2; states++) {
        bool found;
        make(f, LS_NORM_FILTER, true, states, 0, f->x);
        make(f, LS_NORM_LAYER, true, states, 1, f->y);
        assert_int_equal(ls_directions_write(path, network, f->x, f->y, states, NULL), LS_OK);
        assert_int_equal(ls_directions_read(path, network, x, y, &found, NULL, NULL), LS_OK);
        assert_int_equal(found, states);
        assert_memory_equal(x, f->x, bytes);
        assert_memory_equal(y, f->y, bytes);
    }
    bool found;
    struct ls_error error;
    assert_int_equal(ls_directions_write(path, network, f->x, NULL, false, NULL), LS_OK);
    assert_int_equal(ls_directions_read(path, network, x, NULL, &found, NULL, NULL), LS_OK);
    assert_int_equal(ls_directions_read(path, network, x, y, &found, NULL, &error), LS_BAD_FILE);
    assert_message(&error, "no group 'ydirection'");
    assert_int_equal(count_entries(directory), 1);
    free(x);
    free(y);
    remove_directory(&directory);
}

static void assert_refused(struct fixture *f, const char *path, enum ls_status status,
                           const char *why) {
    struct ls_error error = {0};
    bool states;
    assert_int_equal(ls_directions_read(path, &f->model.network, f->x, f->y, &states, NULL, &error),
                     status);
    assert_message(&error, path);
    assert_message(&error, why);
}

static void refuses_directions_of_other_networks(void **state) {
    struct fixture *f = *state;
    void *directory;
    const char *path = new_file(&directory);
    struct ls_model other;
    assert_int_equal(ls_model_create(&other, "resnet32", 1, NULL), LS_OK);
    float *x = calloc(other.network.value_count, sizeof *x);
    assert_int_equal(ls_directions_write(path, &other.network, x, x, false, NULL), LS_OK);
    assert_refused(
        f, path, LS_MISMATCH,
        "'xdirection' has 101 datasets; directions of resnet20 have 65 (weights) or 128");
    free(x);
    ls_model_free(&other);
    remove_directory(&directory);
}

static void refuses_damaged_directions(void **state) {
    struct fixture *f = *state;
    struct ls_network *network = &f->model.network;
    void *directory;
    const char *path = new_file(&directory);
    f->x[network->tensors[0].offset + 9] = NAN;
    assert_int_equal(ls_directions_write(path, network, f->x, f->x, false, NULL), LS_OK);
    assert_refused(f, path, LS_NOT_FINITE, "element 9 of dataset 'xdirection/0'");

    memset(f->x, 0, network->value_count * sizeof *f->x);
    network->tensors[0].size[0] = 8; /* written with another shape */
    network->tensors[0].size[1] = 6;
    assert_int_equal(ls_directions_write(path, network, f->x, f->x, false, NULL), LS_OK);
    network->tensors[0].size[0] = 16;
    network->tensors[0].size[1] = 3;
    assert_refused(f, path, LS_MISMATCH,
                   "'xdirection/0' is [8, 6, 3, 3], 'conv1.weight' of resnet20 is [16, 3, 3, 3]");

    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    assert_refused(f, path, LS_BAD_FILE, "not a sound HDF5 file");
    write_text(path, "not at all");
    assert_refused(f, path, LS_BAD_FILE, "not an HDF5 file");
    remove_directory(&directory);
}

/* Writes the groups with one of them covering the states, the other the weights. */
static void refuses_mixed_layouts(void **state) {
    struct fixture *f = *state;
    const struct ls_network *network = &f->model.network;
    void *directory;
    const char *path = new_file(&directory);
    struct ls_h5_output h5;
    assert_int_equal(ls_h5_create(&h5, "mixed", NULL), LS_OK);
    for (int states = 0; states < 2; states++) {
        const char *group = states ? "ydirection" : "xdirection";
        int index = 0;
        assert_int_equal(ls_h5_write_group(&h5, group, NULL), LS_OK);
        for (int t = 0; t < network->tensor_count; t++) {
            const struct ls_tensor *tensor = &network->tensors[t];
            struct ls_extent extent = {.rank = tensor->rank};
            for (int i = 0; i < tensor->rank; i++)
                extent.size[i] = tensor->size[i];
            if (!states && tensor->kind != LS_PARAMETER)
                continue;
            char dataset[32];
            snprintf(dataset, sizeof dataset, "%s/%d", group, index++);
            assert_int_equal(
                ls_h5_write(&h5, dataset, H5T_STD_I64LE, H5T_NATIVE_FLOAT, &extent, f->x, NULL),
                LS_OK);
        }
    }
    assert_int_equal(ls_h5_save(&h5, path, NULL), LS_OK);
    ls_h5_close(&h5);
    assert_refused(f, path, LS_MISMATCH, "one direction covers the weights, the other the states");
    remove_directory(&directory);
}

#define WITH_MODEL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_norms),
        WITH_MODEL(gives_filters_the_norms_of_the_weights),
        WITH_MODEL(gives_layers_the_norms_of_the_weights),
        WITH_MODEL(multiplies_by_the_weights),
        WITH_MODEL(treats_biases_and_batch_norm_as_asked),
        WITH_MODEL(draws_the_same_numbers_for_weights_and_states),
        WITH_MODEL(draws_other_numbers_for_another_axis_or_seed),
        WITH_MODEL(measures_angles),
        WITH_MODEL(leads_to_another_model),
        WITH_MODEL(reads_what_it_wrote),
        WITH_MODEL(refuses_directions_of_other_networks),
        WITH_MODEL(refuses_damaged_directions),
        WITH_MODEL(refuses_mixed_layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
