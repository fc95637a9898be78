/* ONNX files, made by tools/reference/make_onnx.py. */
#include "base/file.h"
#include "fixture.h"
#include "networks.h"
#include "onnx_change.h"
#include "support.h"
#include <limits.h>
#include <math.h>

static const char *fixture(const char *name, const char *way) {
    return text("tests/fixtures/onnx/%s-%s.onnx", name, way);
}

static const char *const names[] = {
    "all-operations", "small-mean", "small-flatten", "small-view", "small-twice", "mobile",
    "next",           "next-later", "shuffle",       "windows",    "pools",       "vision",
    "vision-later",   "encoder",    "mixer",         "norms",      "values",      "tokens",
    "sizes",          "pyramid",    "cuts",          "relative",   "same",        "shifted",
    "orders",         "regrouped",  "letters"};
static const char *const ways[] = {"folded", "with-batch-norm", "any-batch"};

/* The first training images' logits. */
static void assert_logits(const struct ls_model *model, const json_t *wanted) {
    enum { IMAGES = 3, CLASSES = 10 };
    float logits[IMAGES * CLASSES];
    assert_int_equal(json_array_size(wanted), IMAGES * CLASSES);
    run_images(model, LS_TRAIN, IMAGES, logits);
    for (size_t i = 0; i < IMAGES * CLASSES; i++)
        assert_true(fabs(logits[i] - fixture_at(wanted, i)) < 2e-6);
}

static void logits_are_those_of_pytorch(void **state) {
    (void)state;
    json_t *wanted = fixture_open("onnx/onnx");
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            struct ls_model model;
            load_model(&model, fixture(names[n], ways[way]));
            assert_logits(&model, fixture_get(wanted, names[n]));
            ls_model_free(&model);
        }
    json_decref(wanted);
}

static void every_precision_works(void **state) {
    (void)state;
    static const char *const larger[] = {
        "all-operations", "mobile", "next",    "windows", "pools",     "vision",  "encoder",
        "mixer",          "norms",  "values",  "tokens",  "sizes",     "pyramid", "cuts",
        "relative",       "same",   "shifted", "orders",  "regrouped", "letters"};
    for (size_t n = 0; n < sizeof larger / sizeof *larger; n++) {
        struct ls_model model;
        struct ls_dataset data;
        load_model(&model, fixture(larger[n], "folded"));
        open_synthetic(&data, LS_TRAIN, 40);
        const double exact = evaluate(&model, &data, LS_FP32, 1).loss;
        assert_true(evaluate(&model, &data, LS_FP32, 3).loss == exact);
        assert_true(fabs(evaluate(&model, &data, LS_BF16X3, 1).loss / exact - 1) < 1e-4);
        assert_true(fabs(evaluate(&model, &data, LS_BF16, 1).loss / exact - 1) < 1e-2);
        ls_dataset_free(&data);
        ls_model_free(&model);
    }
}

static void assert_names(const char *path, const char *const *wanted, size_t count) {
    struct ls_network network;
    assert_int_equal(ls_network_create(&network, path, NULL), LS_OK);
    for (size_t i = 0; i < count; i++)
        if (!ls_network_find(&network, wanted[i]))
            fail_msg("%s has no %s", path, wanted[i]);
    ls_network_free(&network);
}

/* Names are those of PyTorch's state_dict where the file has them. */
static void tensors_keep_their_names(void **state) {
    (void)state;
    static const char *const mixed[] = {
        "conv1.weight",   "conv1.bias",   "bn1.running_var",
        "bn2.weight",     "conv2.weight", "up.weight",
        "linear1.weight", "linear2.bias", "bn1.num_batches_tracked"};
    static const char *const attention[] = {
        "positions", "memory", "encoder.layers.0.self_attn.in_proj_weight",
        "encoder.layers.0.self_attn.in_proj_bias", "encoder.layers.0.self_attn.out_proj.weight"};
    /* products whose weight the exporter transposed have a number there, but a bias */
    static const char *const folded[] = {"token", "positions", "blocks.0.attention.project.weight",
                                         "blocks.1.widen.weight", "blocks.1.widen.bias"};
    assert_names(fixture("all-operations", "with-batch-norm"), mixed, sizeof mixed / sizeof *mixed);
    assert_names(fixture("encoder", "with-batch-norm"), attention,
                 sizeof attention / sizeof *attention);
    assert_names(fixture("encoder", "folded"), attention, sizeof attention / sizeof *attention);
    assert_names(fixture("vision", "folded"), folded, sizeof folded / sizeof *folded);
    char title[64];
    assert_true(ls_arch_title("some/where.v2/my net.onnx", title, sizeof title));
    assert_string_equal(title, "my net");
}

/* A checkpoint does not choose which other file is opened. */
static void checkpoints_need_the_network_named(void **state) {
    const char *path = text("%s/m.safetensors", (char *)*state);
    const char *onnx = fixture("small-mean", "folded");
    struct ls_model model, again;
    struct ls_error error;
    load_model(&model, onnx);
    assert_int_equal(ls_model_save(&model, path, NULL), LS_OK);
    assert_int_equal(ls_model_load(&again, path, NULL, &error), LS_MISMATCH);
    assert_message(&error, onnx);
    assert_message(&error, "--arch");
    assert_int_equal(ls_model_load(&again, path, onnx, &error), LS_OK);
    assert_memory_equal(again.values, model.values,
                        model.network.value_count * sizeof *model.values);
    ls_model_free(&again);
    ls_model_free(&model);
}

/* What the tests of refusals change: the small network, of nodes Conv, Relu, ReduceMean, MatMul. */

/* The weight of the convolution. */
static LsOnnx__Tensor *kernel(const struct ls_onnx *onnx) {
    LsOnnx__Graph *graph = onnx->model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (strcmp(graph->initializer[i]->name, graph->node[0]->input[1]) == 0)
            return graph->initializer[i];
    fail_msg("no kernel");
    return NULL;
}

static void group(struct ls_onnx *o) {
    onnx_attribute(o, 0, "group")->whole = 3;
}
static void no_groups(struct ls_onnx *o) {
    onnx_attribute(o, 0, "group")->whole = 0;
}
static void gaps(struct ls_onnx *o) {
    onnx_attribute(o, 0, "dilations")->wholes[0] = 0;
}
static void wide_gaps(struct ls_onnx *o) {
    onnx_attribute(o, 0, "dilations")->wholes[0] = 20;
}
static void vast_pads(struct ls_onnx *o) {
    for (int i = 0; i < 4; i++)
        onnx_attribute(o, 0, "pads")->wholes[i] = INT64_MAX;
}
static void wide_kernel(struct ls_onnx *o) {
    onnx_attribute(o, 0, "kernel_shape")->wholes[0] = 5;
}
static void pads_itself(struct ls_onnx *o) {
    onnx_rename(&onnx_attribute(o, 0, "group")->name, "auto_pad");
}
static void more_filters(struct ls_onnx *o) {
    kernel(o)->size[0]++;
}
static void endless_filters(struct ls_onnx *o) {
    for (int d = 0; d < 4; d++)
        kernel(o)->size[d] = INT_MAX;
}
static void negative_size(struct ls_onnx *o) {
    kernel(o)->size[0] = -kernel(o)->size[0];
}
static void other_shape(struct ls_onnx *o) {
    kernel(o)->size[1] *= 3; /* of 9 channels, and a third of the filters */
    kernel(o)->size[0] /= 3;
}
static void whole_weights(struct ls_onnx *o) {
    kernel(o)->type = 7;
}
static void weights_elsewhere(struct ls_onnx *o) {
    kernel(o)->has_location = true;
    kernel(o)->location = 1;
}
static void no_weights(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->node[0]->input[1], "nowhere");
}
static void ring(struct ls_onnx *o) {
    onnx_append(o, "Identity", "ring", "ring");
    onnx_rename(&o->model->graph->node[0]->input[1], "ring");
}
static void unknown(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->node[1]->type, "Tan");
}
/* The ReLU as something that takes what the convolution's bias is, too. */
static void append_bias(struct ls_onnx *o, const char *type) {
    LsOnnx__Node *relu = o->model->graph->node[1];
    onnx_rename(&relu->type, type);
    relu->input = realloc(relu->input, 2 * sizeof *relu->input);
    assert_non_null(relu->input);
    relu->input[relu->n_input++] = strdup(o->model->graph->node[0]->input[2]);
}
static void odd_bound(struct ls_onnx *o) {
    append_bias(o, "Clip");
}
static void odd_factor(struct ls_onnx *o) {
    append_bias(o, "Mul");
}
static void odd_summand(struct ls_onnx *o) {
    append_bias(o, "Add");
}
static void other_axes(struct ls_onnx *o) {
    onnx_attribute(o, 2, "axes")->wholes[0] = 1;
}
static void same_axes(struct ls_onnx *o) {
    onnx_attribute(o, 2, "axes")->wholes[0] = 3;
    onnx_attribute(o, 2, "axes")->wholes[1] = -1;
}
static void kept_pixels(struct ls_onnx *o) {
    onnx_attribute(o, 2, "keepdims")->whole = 1;
}
static void columns(struct ls_onnx *o) {
    onnx_take(o, "MatMul", 0, 0, onnx_find(o, "Relu", 0)->output[0]);
}
static void no_input(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->node[1]->input[0], "nowhere");
}
static void other_output(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->output[0]->name, "nowhere");
}
static void unknown_height(struct ls_onnx *o) {
    o->model->graph->input[0]->type->tensor->shape->dimension[2]->size = 0;
}
static void vast_image(struct ls_onnx *o) {
    o->model->graph->input[0]->type->tensor->shape->dimension[3]->size = INT64_MAX;
}
/* The convolution's bias as everything that a batch norm has. */
static void shared(struct ls_onnx *o) {
    LsOnnx__Node *relu = o->model->graph->node[1];
    const char *bias = o->model->graph->node[0]->input[2];
    onnx_rename(&relu->type, "BatchNormalization");
    relu->input = realloc(relu->input, 5 * sizeof *relu->input);
    assert_non_null(relu->input);
    for (relu->n_input = 1; relu->n_input < 5; relu->n_input++)
        relu->input[relu->n_input] = strdup(bias);
}
static void other_domain(struct ls_onnx *o) {
    o->model->graph->node[1]->domain = strdup("my.own");
}
static void old_version(struct ls_onnx *o) {
    o->model->operators[0]->version = 6;
}
static void unknown_attribute(struct ls_onnx *o) {
    onnx_rename(&onnx_attribute(o, 0, "group")->name, "groups");
}
static void flat_pixels(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->node[1]->type, "Flatten");
    onnx_rename(&o->model->graph->output[0]->name, o->model->graph->node[1]->output[0]);
}
static void no_utf8(struct ls_onnx *o) {
    onnx_rename(&kernel(o)->name, "\xff");
    onnx_rename(&o->model->graph->node[0]->input[1], "\xff");
}

/* What nobody takes is left out, known or not. */
static void nodes_for_nothing_are_left_out(void **state) {
    (void)state;
    unsigned char *bytes;
    size_t count;
    const char *path = fixture("small-mean", "folded");
    struct ls_onnx onnx;
    struct ls_network with, without;
    assert_int_equal(ls_file_read(path, 1 << 20, &bytes, &count, NULL), LS_OK);
    assert_int_equal(ls_onnx_parse(&onnx, path, bytes, count, NULL), LS_OK);
    assert_int_equal(ls_onnx_network(&onnx, &without, NULL, NULL), LS_OK);
    onnx_append(&onnx, "NonZero", onnx.model->graph->node[0]->output[0], "nobody takes this");
    assert_int_equal(onnx_read_again(&onnx, path, NULL), LS_OK);
    assert_int_equal(ls_onnx_network(&onnx, &with, NULL, NULL), LS_OK);
    assert_int_equal(with.node_count, without.node_count);
    ls_network_free(&with);
    ls_network_free(&without);
    ls_onnx_free(&onnx);
    free(bytes);
}

static void names_are_there_once(void **state) {
    (void)state;
    unsigned char *bytes;
    size_t count;
    struct ls_onnx onnx;
    struct ls_error error;
    const char *path = fixture("small-mean", "folded");
    assert_int_equal(ls_file_read(path, 1 << 20, &bytes, &count, NULL), LS_OK);
    assert_int_equal(ls_onnx_parse(&onnx, path, bytes, count, NULL), LS_OK);
    onnx_rename(&onnx.model->graph->node[1]->output[0], onnx.model->graph->node[0]->output[0]);
    assert_int_equal(onnx_read_again(&onnx, path, &error), LS_BAD_FILE);
    assert_message(&error, "is there twice");
    free(bytes);
}

static void what_is_not_known_is_refused(void **state) {
    (void)state;
    static const struct onnx_refusal cases[] = {
        {group, "(Conv): its weights do not fit"},
        {no_groups, "(Conv): its channels are in no sensible number of groups"},
        {odd_bound, "(Clip): a number that it takes is none in the file"},
        {odd_factor, "(Mul): weighs activations by numbers that are not one for each channel"},
        {gaps, "(Conv): its window is of no sensible size"},
        {wide_gaps, "(Conv): cannot convolve 32x32 pixels with kernel 3x3"},
        {vast_pads, "no sensible size"},
        {wide_kernel, "(Conv): its kernel is not of the size that its weights have"},
        {pads_itself, "auto_pad"},
        {more_filters, "not as many as their dimensions say"},
        {endless_filters, "not as many as their dimensions say"},
        {negative_size, "not as many as their dimensions say"},
        {other_shape, "do not fit what it is applied to"},
        {whole_weights, "or not of floating point"},
        {weights_elsewhere, "in another file"},
        {no_weights, "not in the file, or are computed"},
        {ring, "not in the file, or are computed"},
        {unknown, "(Tan): is not known here; known are Add, "},
        {other_axes, "mean over both dimensions"},
        {same_axes, "mean over both dimensions"},
        {kept_pixels, "(MatMul): its weights do not fit what it is applied to"},
        {columns, "(MatMul): is known here for images that have been flattened"},
        {odd_summand, "(Add): has the weights of another node"},
        {no_input, "(Relu): takes something else"},
        {other_output, "one output, computed last"},
        {unknown_height, "[batch, channels, height, width] of known size"},
        {vast_image, "[batch, channels, height, width] of known size"},
        {shared, "(BatchNormalization): has the weights of another node"},
        {other_domain, "(Relu): is not known here"},
        {old_version, "version 6 of ONNX's operations"},
        {unknown_attribute, "(Conv): has attributes that are not known"},
        {flat_pixels, "its output is an image that has been flattened"},
        {no_utf8, "no UTF-8"},
    };
    onnx_check_refusals(fixture("small-mean", "folded"), cases, sizeof cases / sizeof *cases);
}

static void uneven_pool(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "MaxPool", 0), "pads")->wholes[3] = 0;
}
static void wide_pool(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "AveragePool", 0), "kernel_shape")->wholes[0] = 1;
}
static void pool_with_gaps(struct ls_onnx *o) {
    onnx_rename(&onnx_attribute(o, onnx_node(o, "MaxPool", 0), "strides")->name, "dilations");
}
static void wide_upconvolution(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "ConvTranspose", 0), "strides")->wholes[0] = 1;
}

/* What only convolutions can have. */
static void other_windows_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {uneven_pool, "(MaxPool): its window is not the same in both dimensions, or its padding"},
        {wide_pool, "(AveragePool): its window is not the same in both dimensions"},
        {pool_with_gaps, "(MaxPool): windows with gaps (dilations) are known here in"},
        {wide_upconvolution, "(ConvTranspose): its window is not the same in both dimensions"},
    };
    (void)state;
    onnx_check_refusals(fixture("all-operations", "folded"), cases, sizeof cases / sizeof *cases);
}

/* The Concat as something that takes what the Pad makes of it. */
static void concatenated_zeros(struct ls_onnx *o) {
    LsOnnx__Node **nodes = o->model->graph->node;
    onnx_rename(&nodes[onnx_node(o, "Concat", 0)]->input[1],
                nodes[onnx_node(o, "Pad", 0)]->output[0]);
}
static void reflected(struct ls_onnx *o) {
    LsOnnx__Attribute *mode = onnx_attribute(o, onnx_node(o, "Pad", 0), "mode");
    memcpy(mode->text.data, "reflects", mode->text.len);
}
static void zeros_along_axes(struct ls_onnx *o) {
    LsOnnx__Node *pad = o->model->graph->node[onnx_node(o, "Pad", 0)];
    while (pad->n_input < 4)
        onnx_add_name(&pad->input, &pad->n_input, pad->input[1]);
}

static void zeros_are_refused_where_they_are_not_known(void **state) {
    static const struct onnx_refusal cases[] = {
        {concatenated_zeros, "(Concat): only all channels, or all tokens"},
        {reflected, "(Pad): only zeros around an image's pixels or beside its channels"},
        {zeros_along_axes, "(Pad): pads the axes it names"},
    };
    (void)state;
    onnx_check_refusals(fixture("pools", "folded"), cases, sizeof cases / sizeof *cases);
}

/* Before version 14 of ONNX's operations, batch norm says so by what more it puts out. */
static void new_statistics(struct ls_onnx *o) {
    LsOnnx__Node *norm = o->model->graph->node[onnx_node(o, "BatchNormalization", 0)];
    onnx_add_name(&norm->output, &norm->n_output, "mean");
}

static void norms_that_train_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {new_statistics, "(BatchNormalization): was exported for training"},
    };
    (void)state;
    onnx_check_refusals(fixture("all-operations", "with-batch-norm"), cases, 1);
}

static void damaged_files_are_refused(void **state) {
    const char *path = text("%s/bad.onnx", (char *)*state);
    struct ls_model model;
    struct ls_error error;
    write_text(path, "not at all");
    assert_int_equal(ls_model_load(&model, path, NULL, &error), LS_BAD_FILE);
    assert_message(&error, "not a sound ONNX file");
    write_text(path, "");
    assert_int_equal(ls_model_load(&model, path, NULL, &error), LS_BAD_FILE);
    assert_message(&error, "without a network");
    assert_int_equal(ls_model_load(&model, "missing.onnx", NULL, &error), LS_IO);
    assert_message(&error, "missing.onnx");
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_those_of_pytorch),
        cmocka_unit_test(every_precision_works),
        cmocka_unit_test(tensors_keep_their_names),
        IN_DIRECTORY(checkpoints_need_the_network_named),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(other_windows_are_refused),
        cmocka_unit_test(zeros_are_refused_where_they_are_not_known),
        cmocka_unit_test(norms_that_train_are_refused),
        cmocka_unit_test(nodes_for_nothing_are_left_out),
        cmocka_unit_test(names_are_there_once),
        IN_DIRECTORY(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
