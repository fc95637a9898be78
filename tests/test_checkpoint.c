#include "landscape/checkpoint.h"
#include "model/safetensors.h"
#include "support.h"
#include <math.h>

/* A saved network whose file a test takes apart. */
struct fixture {
    struct ls_model model;
    struct ls_tensor_file file; /* what ls_model_save wrote of it */
    char *path;                 /* where the test writes its own version; owned */
};

static void set_up(struct fixture *f, void **state) {
    f->path = strdup(text("%s/model", (char *)*state));
    assert_non_null(f->path);
    assert_int_equal(ls_model_create(&f->model, "resnet20", 1, NULL), LS_OK);
    assert_int_equal(ls_metadata_set(&f->model.metadata, NULL, "epoch", "3"), LS_OK);
    assert_int_equal(ls_model_save(&f->model, f->path, NULL), LS_OK);
    assert_int_equal(ls_safetensors_read(&f->file, f->path, NULL), LS_OK);
}

static void tear_down(struct fixture *f) {
    ls_tensor_file_free(&f->file);
    ls_model_free(&f->model);
    free(f->path);
}

static struct ls_stored_tensor *stored(struct fixture *f, const char *name) {
    for (int i = 0; i < f->file.tensor_count; i++)
        if (strcmp(f->file.tensors[i].name, name) == 0)
            return &f->file.tensors[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static void write_file(struct fixture *f) {
    assert_int_equal(ls_safetensors_write(f->path, f->file.tensors, f->file.tensor_count,
                                          &f->file.metadata, NULL),
                     LS_OK);
}

static void assert_refused(struct fixture *f, enum ls_status status, const char *why) {
    struct ls_model model;
    struct ls_error error = {0};
    write_file(f);
    assert_int_equal(ls_model_load(&model, f->path, NULL, &error), status);
    assert_message(&error, f->path);
    assert_message(&error, why);
    assert_null(model.values);
}

/* Loads the file as `arch` and compares it with the fixture's model. */
static void assert_same(struct fixture *f, const char *arch) {
    struct ls_model model;
    struct ls_error error = {0};
    if (ls_model_load(&model, f->path, arch, &error))
        fail_msg("%s", error.message);
    assert_string_equal(model.network.arch, "resnet20");
    assert_memory_equal(model.values, f->model.values,
                        f->model.network.value_count * sizeof(float));
    ls_model_free(&model);
}

static void loads_what_it_saved(void **state) {
    struct fixture f;
    set_up(&f, state);
    assert_same(&f, NULL);
    assert_same(&f, "resnet20");
    struct ls_model model;
    assert_int_equal(ls_model_load(&model, f.path, NULL, NULL), LS_OK);
    assert_string_equal(ls_metadata_get(&model.metadata, "arch"), "resnet20");
    assert_string_equal(ls_metadata_get(&model.metadata, "epoch"), "3");
    assert_string_equal(ls_metadata_get(&model.metadata, "format"), "pt");
    assert_int_equal(strlen(model.sha256), 64);
    ls_model_free(&model);
    assert_string_equal(f.model.sha256, "");
    tear_down(&f);
}

static void keeps_counters_as_integers(void **state) {
    struct fixture f;
    set_up(&f, state);
    const struct ls_tensor *counter = ls_network_find(&f.model.network, "bn1.num_batches_tracked");
    f.model.values[counter->offset] = 391;
    assert_int_equal(ls_model_save(&f.model, f.path, NULL), LS_OK);
    assert_same(&f, NULL);
    ls_tensor_file_free(&f.file);
    assert_int_equal(ls_safetensors_read(&f.file, f.path, NULL), LS_OK);
    assert_int_equal(stored(&f, "bn1.num_batches_tracked")->dtype, LS_DTYPE_I64);
    assert_true(ls_stored_value(stored(&f, "bn1.num_batches_tracked"), 0) == 391);
    tear_down(&f);
}

/* PyTorch's readers view every tensor in place, so each must be aligned to its element's size. */
static void aligns_every_tensor(void **state) {
    struct fixture f;
    set_up(&f, state);
    for (int i = 0; i < f.file.tensor_count; i++) {
        const struct ls_stored_tensor *tensor = &f.file.tensors[i];
        size_t offset = (size_t)((const unsigned char *)tensor->data - f.file.bytes);
        assert_int_equal(offset % (tensor->dtype == LS_DTYPE_I64 ? 8 : 4), 0);
    }
    tear_down(&f);
}

static void accepts_other_float_types(void **state) {
    struct fixture f;
    set_up(&f, state);
    double *wide = calloc(10, sizeof *wide);
    struct ls_stored_tensor *bias = stored(&f, "linear.bias");
    wide[3] = 0.5;
    bias->dtype = LS_DTYPE_F64;
    bias->data = wide;
    uint16_t brain[640] = {0x3f80};
    struct ls_stored_tensor *weight = stored(&f, "linear.weight");
    weight->dtype = LS_DTYPE_BF16;
    weight->data = brain;
    uint16_t half[16] = {0x3c00, 0xc000};
    struct ls_stored_tensor *scale = stored(&f, "bn1.weight");
    scale->dtype = LS_DTYPE_F16;
    scale->data = half;
    float steps = 12;
    struct ls_stored_tensor *counter = stored(&f, "bn1.num_batches_tracked");
    counter->dtype = LS_DTYPE_F32;
    counter->data = &steps;
    write_file(&f);

    struct ls_model model;
    assert_int_equal(ls_model_load(&model, f.path, NULL, NULL), LS_OK);
    const struct ls_network *network = &model.network;
    assert_true(model.values[ls_network_find(network, "linear.bias")->offset + 3] == 0.5f);
    assert_true(model.values[ls_network_find(network, "linear.weight")->offset] == 1);
    assert_true(model.values[ls_network_find(network, "bn1.weight")->offset + 1] == -2);
    assert_true(model.values[ls_network_find(network, "bn1.num_batches_tracked")->offset] == 12);
    ls_model_free(&model);
    free(wide);
    tear_down(&f);
}

static void takes_foreign_files(void **state) {
    struct fixture f;
    set_up(&f, state);
    int kept = 0;
    for (int i = 0; i < f.file.tensor_count; i++) /* no counters, as old PyTorch wrote */
        if (f.file.tensors[i].dtype != LS_DTYPE_I64) {
            struct ls_stored_tensor other = f.file.tensors[i];
            f.file.tensors[i] = f.file.tensors[kept];
            f.file.tensors[kept++] = other;
        }
    int all = f.file.tensor_count;
    f.file.tensor_count = kept;
    write_file(&f);
    assert_same(&f, NULL);
    f.file.tensor_count = all;

    for (int i = 0; i < all; i++) { /* as DataParallel names them */
        char *name = strdup(text("module.%s", f.file.tensors[i].name));
        free(f.file.tensors[i].name);
        f.file.tensors[i].name = name;
    }
    write_file(&f);
    assert_same(&f, NULL);

    ls_metadata_free(&f.file.metadata);
    assert_refused(&f, LS_MISMATCH, "--arch");
    assert_same(&f, "resnet20");
    tear_down(&f);
}

static void refuses_other_networks(void **state) {
    struct fixture f;
    struct ls_model model;
    struct ls_error error;
    set_up(&f, state);
    assert_int_equal(ls_model_load(&model, f.path, "resnet20-noshort", &error), LS_MISMATCH);
    assert_message(&error, "layer2.0.shortcut");
    assert_int_equal(ls_model_load(&model, f.path, "resnet56", &error), LS_MISMATCH);
    assert_message(&error, "layer1.3.conv1.weight");
    assert_int_equal(ls_model_load(&model, f.path, "resnet21", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "resnet21");
    assert_int_equal(ls_metadata_set(&f.file.metadata, NULL, "arch", "resnet21"), LS_OK);
    assert_refused(&f, LS_MISMATCH, "--arch");
    tear_down(&f);
}

static void refuses_wrong_tensors(void **state) {
    struct fixture f;
    set_up(&f, state);
    struct ls_stored_tensor *conv = stored(&f, "conv1.weight");
    conv->size[0] = 8;
    conv->size[1] = 6;
    assert_refused(&f, LS_MISMATCH,
                   "'conv1.weight' has shape [8, 6, 3, 3], the network needs [16, 3, 3, 3]");
    conv->size[0] = 16;
    conv->size[1] = 3;

    float weights[16 * 3 * 3 * 3];
    const void *original = conv->data;
    memcpy(weights, original, sizeof weights);
    conv->data = weights;
    weights[5] = NAN;
    assert_refused(&f, LS_NOT_FINITE, "element 5 of tensor 'conv1.weight'");
    weights[5] = -INFINITY;
    assert_refused(&f, LS_NOT_FINITE, "element 5 of tensor 'conv1.weight'");
    memcpy(weights, original, sizeof weights);

    double large[10] = {0, 1e300};
    struct ls_stored_tensor *bias = stored(&f, "linear.bias");
    struct ls_stored_tensor saved = *bias;
    bias->dtype = LS_DTYPE_F64;
    bias->data = large;
    assert_refused(&f, LS_BAD_FILE, "too large");
    bias->dtype = LS_DTYPE_I64;
    assert_refused(&f, LS_MISMATCH, "type I64");
    *bias = saved;

    float variances[16] = {1, -1e-9f};
    struct ls_stored_tensor *variance = stored(&f, "bn1.running_var");
    original = variance->data;
    variance->data = variances;
    assert_refused(&f, LS_BAD_FILE, "negative variance");
    variance->data = original;

    int64_t count = -1;
    struct ls_stored_tensor *counter = stored(&f, "bn1.num_batches_tracked");
    original = counter->data;
    counter->data = &count;
    assert_refused(&f, LS_BAD_FILE, "not a count");
    counter->data = original;

    char *name = bias->name;
    bias->name = "linear.offset";
    assert_refused(&f, LS_MISMATCH, "linear.offset");
    bias->name = name;
    write_file(&f);
    assert_same(&f, NULL); /* mended again */
    tear_down(&f);
}

static void refuses_files_it_cannot_read(void **state) {
    struct ls_model model;
    struct ls_error error;
    assert_int_equal(ls_model_load(&model, text("%s/none", (char *)*state), NULL, &error), LS_IO);
    write_text(text("%s/text", (char *)*state), "this is not a checkpoint");
    assert_int_equal(ls_model_load(&model, text("%s/text", (char *)*state), NULL, &error),
                     LS_BAD_FILE);
    assert_message(&error, "not a safetensors file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(loads_what_it_saved),   IN_DIRECTORY(keeps_counters_as_integers),
        IN_DIRECTORY(aligns_every_tensor),   IN_DIRECTORY(accepts_other_float_types),
        IN_DIRECTORY(takes_foreign_files),   IN_DIRECTORY(refuses_other_networks),
        IN_DIRECTORY(refuses_wrong_tensors), IN_DIRECTORY(refuses_files_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
