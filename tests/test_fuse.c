/* Fusion and training on graphs that no built-in architecture has. */
#include "engine/backprop.h"
#include "engine/fuse.h"
#include "model/build.h"
#include "perturb.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 6, CLASSES = 3 };

/* x = conv, then norm(x) + x. */
static int norm_plus_input(struct ls_builder *b, int image) {
    const int x = ls_conv(b, "conv", image, 16, 3, 1);
    return ls_add(b, ls_batchnorm(b, "bn", x), x);
}

/* The batch norm of the image, which has no gradient, behind what it is added to. */
static int norm_of_image_added(struct ls_builder *b, int image) {
    const int x = ls_conv(b, "conv", image, 3, 3, 1);
    return ls_add(b, x, ls_batchnorm(b, "bn", image));
}

/* Layers that nobody reads, of what others do. */
static int reader_without_use(struct ls_builder *b, int image) {
    const int x = ls_conv(b, "conv", image, 16, 3, 1);
    ls_batchnorm(b, "unused.bn", ls_conv(b, "unused.conv", x, 8, 3, 1));
    return ls_batchnorm(b, "bn", x);
}

/* What `body` makes of an image, and one linear layer: smooth in every parameter. */
static void make(struct ls_model *model, int (*body)(struct ls_builder *b, int image)) {
    struct ls_builder b = {.network = &model->network};
    memset(model, 0, sizeof *model);
    ls_linear(&b, "linear", body(&b, ls_image(&b, 4, 4, 3)), CLASSES);
    assert_int_equal(b.status, LS_OK);
    model->values = calloc(model->network.value_count, sizeof *model->values);
    ls_network_init(&model->network, 1, model->values);
    perturb_model(model, 1);
}

/* Mean loss of the model on fixed images; writes the gradient. */
static double loss_of(const struct ls_model *model, struct ls_backprop *backprop, float *gradient) {
    const uint16_t labels[IMAGES] = {0, 1, 2, 2, 1, 0};
    float *images = ls_backprop_images(backprop);
    for (int i = 0; i < IMAGES * 48; i++)
        images[i] = (float)sin(i * i);
    return ls_backprop_run(backprop, IMAGES, labels, model->values, gradient).loss / IMAGES;
}

static void move_along(struct ls_model *model, const float *gradient, double step) {
    for (int t = 0; t < model->network.tensor_count; t++) {
        const struct ls_tensor *tensor = &model->network.tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            if (tensor->kind == LS_PARAMETER)
                model->values[i] += (float)(step * gradient[i]);
    }
}

/* The derivative along the gradient is its squared norm. */
static void assert_gradient(int (*body)(struct ls_builder *b, int image)) {
    const double step = 1e-3;
    struct ls_model model;
    struct ls_backprop *backprop;
    double square = 0;
    make(&model, body);
    const size_t count = model.network.value_count;
    float *gradient = calloc(count, sizeof *gradient), *unused = calloc(count, sizeof *unused);
    assert_int_equal(ls_backprop_create(&backprop, &model.network, LS_FP32, IMAGES, 2, NULL),
                     LS_OK);
    loss_of(&model, backprop, gradient);
    for (size_t i = 0; i < count; i++)
        square += (double)gradient[i] * gradient[i];
    move_along(&model, gradient, step);
    double difference = loss_of(&model, backprop, unused);
    move_along(&model, gradient, -2 * step);
    difference -= loss_of(&model, backprop, unused);
    assert_true(square > 1e-3);
    assert_float_equal(difference / (2 * step * square), 1, 1e-2);
    ls_backprop_free(backprop);
    free(gradient);
    free(unused);
    ls_model_free(&model);
}

static void unusual_sums_have_the_right_gradient(void **state) {
    (void)state;
    assert_gradient(norm_plus_input);
    assert_gradient(norm_of_image_added);
}

static void layers_without_use_have_no_part_in_the_gradient(void **state) {
    struct ls_model model;
    struct ls_graph graph;
    (void)state;
    assert_gradient(reader_without_use);
    make(&model, reader_without_use);
    assert_int_equal(ls_fuse(&model.network, true, &graph, NULL), LS_OK);
    assert_int_equal(graph.node_count, 4);
    free(graph.nodes);
    ls_model_free(&model);
}

static void no_trained_node_reads_one_value_twice(void **state) {
    struct ls_model model;
    struct ls_graph graph;
    (void)state;
    make(&model, norm_plus_input);
    assert_int_equal(ls_fuse(&model.network, true, &graph, NULL), LS_OK);
    for (int n = 0; n < graph.node_count; n++)
        assert_false(graph.nodes[n].input_count == 2 &&
                     graph.nodes[n].input[0] == graph.nodes[n].input[1]);
    assert_int_equal(graph.node_count, 5); /* nothing fused */
    free(graph.nodes);
    assert_int_equal(ls_fuse(&model.network, false, &graph, NULL), LS_OK);
    assert_int_equal(graph.node_count, 4); /* values are only read: the sum is fused */
    free(graph.nodes);
    ls_model_free(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusual_sums_have_the_right_gradient),
        cmocka_unit_test(layers_without_use_have_no_part_in_the_gradient),
        cmocka_unit_test(no_trained_node_reads_one_value_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
