#include "base/file.h"
#include "landscape/deepen.h"
#include "model/onnx_file.h"
#include "networks.h"
#include "onnx_change.h"
#include "support.h"
#include <math.h>

enum { CLASSES = 10, IMAGES = 8 };

static void assert_same_logits(const char *shallow, const char *deep) {
    struct ls_model model, deeper;
    struct ls_error error = {0};
    float before[IMAGES * CLASSES], after[IMAGES * CLASSES];
    double largest = 0, spread = 0, worst = 0;
    make_model(&model, shallow, 5);
    if (ls_model_deepen(&deeper, &model, deep, 1, &error))
        fail_msg("%s", error.message);
    assert_string_equal(deeper.network.arch, deep);
    run_images(&model, LS_TEST, IMAGES, before);
    run_images(&deeper, LS_TEST, IMAGES, after);
    for (int i = 0; i < IMAGES * CLASSES; i++) {
        largest = fmax(largest, fabs(before[i]));
        spread = fmax(spread, fabs(before[i] - before[i % CLASSES]));
        worst = fmax(worst, fabs(before[i] - after[i]));
    }
    assert_true(spread > 1e-3 * largest); /* images give different logits */
    if (worst > 1e-5 * largest)
        fail_msg("%s to %s: logits up to %g differ by %g", shallow, deep, largest, worst);
    ls_model_free(&model);
    ls_model_free(&deeper);
}

static void plain_networks_get_identity_layers(void **state) {
    (void)state;
    assert_same_logits("resnet20-noshort", "resnet32-noshort");
    assert_same_logits("resnet20-noshort", "resnet56-noshort");
}

static void networks_with_skips_get_silent_blocks(void **state) {
    (void)state;
    assert_same_logits("resnet20", "resnet56");
}

/* What is added must be able to learn: no scale of 0 where nothing but it could wake a layer. */
static void added_blocks_can_learn(void **state) {
    struct ls_model model, deeper;
    (void)state;
    make_model(&model, "resnet20", 5);
    assert_int_equal(ls_metadata_set(&model.metadata, NULL, "pixels", "0.2/0.6"), LS_OK);
    assert_int_equal(ls_model_deepen(&deeper, &model, "resnet32", 1, NULL), LS_OK);
    assert_string_equal(ls_metadata_get(&deeper.metadata, "pixels"), "0.2/0.6");
    const struct ls_tensor *conv = ls_network_find(&deeper.network, "layer1.4.conv2.weight");
    const struct ls_tensor *first = ls_network_find(&deeper.network, "layer1.4.bn1.weight");
    const struct ls_tensor *last = ls_network_find(&deeper.network, "layer1.4.bn2.weight");
    assert_true(deeper.values[conv->offset] != 0);
    assert_true(deeper.values[first->offset] == 1);
    assert_true(deeper.values[last->offset] == 0);
    ls_model_free(&model);
    ls_model_free(&deeper);
}

static void names_what_has_no_place(void **state) {
    static const char *const cases[][3] = {
        {"resnet56", "resnet20", "no resnet20 with identity layers computes what this resnet56"},
        {"resnet20", "resnet20", "has no layers"},
        {"resnet20", "resnet56-noshort", "nothing like the relu at 'layer1.0.bn2.weight'"},
        {"resnet20-noshort", "resnet56", "the add at 'layer1.0.bn2.weight'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_model model, deeper;
        struct ls_error error = {0};
        make_model(&model, cases[i][0], 5);
        assert_int_equal(ls_model_deepen(&deeper, &model, cases[i][1], 1, &error), LS_MISMATCH);
        assert_message(&error, cases[i][2]);
        assert_null(deeper.values);
        ls_model_free(&model);
    }
}

static void another_slope(struct ls_onnx *onnx) {
    for (size_t n = 0; n < onnx->model->graph->n_node; n++)
        if (strcmp(onnx->model->graph->node[n]->type, "LeakyRelu") == 0)
            onnx->model->graph->node[n]->attribute[0]->number = 0.2F;
}

static void count_the_padding(struct ls_onnx *onnx) {
    LsOnnx__Node *pool = onnx->model->graph->node[onnx_node(onnx, "AveragePool", 1)];
    LsOnnx__Attribute *attribute = malloc(sizeof *attribute);
    pool->attribute = realloc(pool->attribute, (pool->n_attribute + 1) * sizeof *pool->attribute);
    assert_true(attribute && pool->attribute);
    ls_onnx__attribute__init(attribute);
    attribute->name = strdup("count_include_pad");
    attribute->has_whole = true;
    attribute->whole = 1;
    pool->attribute[pool->n_attribute++] = attribute;
}

static void write_changed(const char *path, void (*change)(struct ls_onnx *onnx),
                          const char *other) {
    struct ls_onnx file;
    unsigned char *bytes;
    size_t count;
    assert_int_equal(ls_file_read(path, 1 << 20, &bytes, &count, NULL), LS_OK);
    assert_int_equal(ls_onnx_parse(&file, path, bytes, count, NULL), LS_OK);
    free(bytes);
    change(&file);
    bytes = malloc(ls_onnx__model__get_packed_size(file.model));
    assert_non_null(bytes);
    count = ls_onnx__model__pack(file.model, bytes);
    assert_int_equal(ls_file_write(other, bytes, count, NULL), LS_OK);
    ls_onnx_free(&file);
    free(bytes);
}

/* An attribute that is no tensor changes what a network computes. */
static void attributes_count(void **state) {
    static const struct {
        const char *onnx;
        void (*change)(struct ls_onnx *onnx);
        const char *unlike;
    } cases[] = {
        {"tests/fixtures/onnx/mobile-folded.onnx", another_slope,
         "nothing like the leaky_relu at 'depth2.weight'"},
        {"tests/fixtures/onnx/pools-folded.onnx", count_the_padding, "nothing like the avgpool"}};
    const char *other = text("%s/other.onnx", (char *)*state);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ls_model model, deeper;
        struct ls_error error;
        write_changed(cases[c].onnx, cases[c].change, other);
        load_model(&model, cases[c].onnx);
        assert_int_equal(ls_model_deepen(&deeper, &model, cases[c].onnx, 1, &error), LS_MISMATCH);
        assert_message(&error, "has no layers");
        assert_int_equal(ls_model_deepen(&deeper, &model, other, 1, &error), LS_MISMATCH);
        assert_message(&error, cases[c].unlike);
        ls_model_free(&model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_networks_get_identity_layers),
        cmocka_unit_test(networks_with_skips_get_silent_blocks),
        cmocka_unit_test(added_blocks_can_learn),
        cmocka_unit_test(names_what_has_no_place),
        cmocka_unit_test_setup_teardown(attributes_count, make_directory, remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
