/* What every architecture must do, on a few images: the right size, the same bits on any number of
 * threads, every precision, learning. test_networks.c compares them with PyTorch. */
#include "engine/backprop.h"
#include "networks.h"
#include "ops/op.h"
#include "support.h"
#include "train/step.h"
#include <math.h>

/* A small one of every family. */
static const char *const small[] = {"vgg9", "densenet-bc-40-12", "highway20", "unet-noshort"};

enum { SMALL = sizeof small / sizeof *small };

/* Images of the embedded data set that fits the architecture. */
static void open_data(struct ls_dataset *data, const char *arch, int images) {
    const char *name = strncmp(arch, "unet", 4) == 0 ? "shapes" : "synthetic";
    assert_int_equal(ls_dataset_open(data, name, LS_TRAIN, images, 0, NULL, NULL), LS_OK);
}

/* The published ones, and what our own came to. */
static void have_the_right_size(void **state) {
    static const struct {
        const char *name;
        size_t parameters;
    } known[] = {
        {"resnet20", 272474},
        {"resnet20-noshort", 269722},
        {"resnet56", 855770},
        {"resnet56-noshort", 853018},
        {"resnet110", 1730714},
        {"resnet110-noshort", 1727962},
        {"wrn56-2", 3412394},
        {"resnet18", 11173962},
        {"resnet34", 21282122},
        {"resnet50", 23520842},
        {"resnet34-imagenet", 21797672},
        {"vgg9", 2789706},
        {"vgg16", 14991946},
        {"densenet121", 6956298},
        {"densenet-cifar", 1000618},
        {"densenet-bc-40-12", 176122},
        {"densenet-bc-100-12", 769162},
        {"highway20-noshort", 269722},
        {"highway20", 514522},
        {"unet", 1942645},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct ls_network network;
        assert_int_equal(ls_network_create(&network, known[i].name, NULL), LS_OK);
        assert_int_equal(network.parameter_count, known[i].parameters);
        ls_network_free(&network);
    }
}

/* For other images and classes, some layers change. */
static void are_made_for_other_images(void **state) {
    static const struct {
        const char *name;
        struct ls_shape image;
        int classes, labels;
        size_t parameters;
    } others[] = {
        {"resnet20", {32, 32, 3}, 10, 1, 272474},
        {"resnet20:100", {32, 32, 3}, 100, 1, 272474 + 90 * 65},
        {"resnet20@28x28x1", {28, 28, 1}, 10, 1, 272474 - 2 * 9 * 16},
        {"resnet20@28x28x1:9", {28, 28, 1}, 9, 1, 272474 - 2 * 9 * 16 - 65},
        {"resnet18@64x64x3:200", {64, 64, 3}, 200, 1, 11173962 + 190 * 513},
        {"vgg9@28x28x3:10", {28, 28, 3}, 10, 1, 2789706 - 7 * 256 * 256},
        {"densenet-bc-40-12@30x30x3:7", {30, 30, 3}, 7, 1, 176122 - 3 * 133},
        {"highway20-noshort@9x9x3:2", {9, 9, 3}, 2, 1, 269722 - 8 * 65},
        {"resnet56@20x31x3", {20, 31, 3}, 10, 1, 855770},
        {"unet@32x48x1:2", {32, 48, 1}, 2, 32 * 48, 1942645 - 2 * 9 * 16 - 3 * 17},
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct ls_network network;
        struct ls_error error;
        if (ls_network_create(&network, others[i].name, &error))
            fail_msg("%s", error.message);
        const struct ls_shape in = network.nodes[0].out;
        const struct ls_shape out = network.nodes[network.node_count - 1].out;
        assert_string_equal(network.arch, others[i].name);
        assert_memory_equal(&in, &others[i].image, sizeof in);
        assert_int_equal(out.channels, others[i].classes);
        assert_int_equal(out.height * out.width, others[i].labels);
        assert_int_equal(network.parameter_count, others[i].parameters);
        ls_network_free(&network);
    }
}

/* A name says what images and classes it is for, if these are not the usual ones. */
static void names_say_what_they_are_for(void **state) {
    static const char *const bad[] = {"resnet20@",
                                      "resnet20:",
                                      "resnet20:0",
                                      "resnet20:65537",
                                      "resnet20@28x28",
                                      "resnet20@28x28x1x1",
                                      "resnet20@0x28x1",
                                      "resnet20@28x28x1:",
                                      "resnet20:9@28x28x1",
                                      "resnet20@-1x2x3",
                                      "resnet20@99999999999x1x1",
                                      "resnet20: 9",
                                      "resnet20@8x8x4"};
    const struct ls_shape usual = {32, 32, 3}, grey = {28, 28, 1};
    struct ls_network network;
    struct ls_error error;
    char name[64];
    (void)state;
    ls_arch_for("resnet20", usual, 10, name, sizeof name);
    assert_string_equal(name, "resnet20");
    ls_arch_for("resnet20-noshort", grey, 10, name, sizeof name);
    assert_string_equal(name, "resnet20-noshort@28x28x1:10");
    ls_arch_for("resnet20", usual, 11, name, sizeof name);
    assert_string_equal(name, "resnet20@32x32x3:11");
    ls_arch_for("resnet20:5", grey, 10, name, sizeof name);
    assert_string_equal(name, "resnet20@28x28x1:5");
    ls_arch_for("resnet20@8x8x1", grey, 7, name, sizeof name);
    assert_string_equal(name, "resnet20@8x8x1:7");
    ls_arch_for("resnet20@32x32x3:10", grey, 7, name, sizeof name);
    assert_string_equal(name, "resnet20");
    ls_arch_for("no@such:name", grey, 7, name, sizeof name);
    assert_string_equal(name, "no@such:name");
    ls_arch_for("mine.onnx", grey, 10, name, sizeof name);
    assert_string_equal(name, "mine.onnx");
    assert_true(ls_arch_title("resnet20-noshort@28x28x1:9", name, sizeof name));
    assert_string_equal(name, "ResNet-20 without skip connections");
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
        assert_int_equal(ls_network_create(&network, bad[b], &error), LS_BAD_ARGUMENT);
        assert_message(&error, "resnet20@28x28x1:9");
    }
    assert_int_equal(ls_network_create(&network, "vgg16@8x8x3", &error), LS_MISMATCH);
    assert_message(&error, "vgg16@8x8x3: ");
    assert_int_equal(ls_network_create(&network, "mine@8x8x3", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "unknown architecture 'mine'; 'landscape train --arch list' prints all");
    assert_int_equal(ls_network_create(&network, "ResNet_56@8x8x3", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "'ResNet_56'; did you mean resnet56? 'landscape");
    assert_int_equal(ls_arch_check("resnet--20_NOshort:3", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "did you mean resnet20-noshort?");
    assert_int_equal(ls_arch_check("resnet2", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "'resnet2'; 'landscape");
    assert_int_equal(ls_arch_check("resnet20@8x8", &error), LS_BAD_ARGUMENT);
    assert_int_equal(ls_arch_check("resnet20-noshort@8x8x3:5", &error), LS_OK);
    assert_int_equal(ls_arch_check("none.onnx", &error), LS_IO);
    assert_int_equal(ls_arch_check("tests/fixtures/onnx/small-mean-folded.onnx", &error), LS_OK);
}

/* Without skips there is less of it, and its name says so. */
static void twins_are_smaller(void **state) {
    int twins = 0;
    (void)state;
    for (int i = 0; ls_arch_name(i); i++) {
        struct ls_network with, without;
        const char *name = ls_arch_name(i), *end = strstr(name, "-noshort");
        if (!end)
            continue;
        assert_int_equal(ls_network_create(&with, text("%.*s", (int)(end - name), name), NULL),
                         LS_OK);
        assert_int_equal(ls_network_create(&without, name, NULL), LS_OK);
        assert_string_equal(without.arch, name);
        assert_true(without.parameter_count < with.parameter_count);
        assert_true(ls_network_flops(&without) < ls_network_flops(&with));
        ls_network_free(&with);
        ls_network_free(&without);
        twins++;
    }
    assert_int_equal(twins, 18);
}

/* gradient[value_count] of one batch. */
static float *gradient_of(const char *arch, int threads) {
    enum { IMAGES = LS_CHUNK + 1 };
    const struct ls_recipe recipe = {.batch = IMAGES, .augment = true};
    struct ls_dataset data;
    struct ls_model model;
    struct ls_stepper stepper;
    int order[IMAGES];
    for (int i = 0; i < IMAGES; i++)
        order[i] = i;
    make_model(&model, arch, 3);
    open_data(&data, arch, IMAGES);
    assert_int_equal(ls_stepper_create(&stepper, &model, &recipe, &data, threads, NULL), LS_OK);
    ls_stepper_gradient(&stepper, order, IMAGES, 1);
    const size_t bytes = model.network.value_count * sizeof(float);
    float *gradient = malloc(bytes);
    memcpy(gradient, stepper.gradient, bytes);
    ls_stepper_free(&stepper);
    ls_model_free(&model);
    ls_dataset_free(&data);
    return gradient;
}

static void train_the_same_on_any_threads(void **state) {
    (void)state;
    for (int a = 0; a < SMALL; a++) {
        struct ls_network network;
        assert_int_equal(ls_network_create(&network, small[a], NULL), LS_OK);
        float *one = gradient_of(small[a], 1), *three = gradient_of(small[a], 3);
        assert_memory_equal(one, three, network.value_count * sizeof *one);
        free(one);
        free(three);
        ls_network_free(&network);
    }
}

/* Not bf16x3 only, and not to the same bits: bfloat16 is really in use. */
static void evaluate_in_every_precision(void **state) {
    (void)state;
    for (int a = 0; a < SMALL; a++) {
        struct ls_dataset data;
        struct ls_model model;
        open_data(&data, small[a], 1);
        make_model(&model, small[a], 1);
        const double exact = evaluate(&model, &data, LS_FP32, 1).loss;
        const double three = evaluate(&model, &data, LS_BF16X3, 1).loss;
        const double one = evaluate(&model, &data, LS_BF16, 1).loss;
        if (!(fabs(three - exact) <= 1e-4 * exact && fabs(one - exact) <= 0.05 * exact))
            fail_msg("%s: fp32 %.9g, bf16x3 %.9g, bf16 %.9g", small[a], exact, three, one);
        assert_true(one != exact);
        ls_model_free(&model);
        ls_dataset_free(&data);
    }
}

/* The loss of `steps` steps on the same batch. */
static double loss_after(const char *arch, int steps) {
    enum { IMAGES = 8 };
    const struct ls_recipe recipe = {.batch = IMAGES, .momentum = 0.9, .weight_decay = 5e-4};
    struct ls_dataset data;
    struct ls_model model;
    struct ls_stepper stepper;
    int order[IMAGES];
    double loss = 0;
    for (int i = 0; i < IMAGES; i++)
        order[i] = i;
    assert_int_equal(ls_model_create(&model, arch, 1, NULL), LS_OK);
    open_data(&data, arch, IMAGES);
    float *velocity = calloc(model.network.value_count, sizeof *velocity);
    assert_int_equal(ls_stepper_create(&stepper, &model, &recipe, &data, 2, NULL), LS_OK);
    for (int step = 0; step < steps; step++) {
        loss = ls_stepper_gradient(&stepper, order, IMAGES, 1).loss / IMAGES;
        ls_stepper_update(&stepper, 0.05, velocity);
    }
    ls_stepper_free(&stepper);
    free(velocity);
    ls_model_free(&model);
    ls_dataset_free(&data);
    return loss;
}

static void learn(void **state) {
    (void)state;
    for (int a = 0; a < SMALL; a++) {
        const double first = loss_after(small[a], 1), last = loss_after(small[a], 6);
        if (!(last < 0.9 * first))
            fail_msg("%s: the loss went from %g to %g", small[a], first, last);
    }
}

/* Synthetic images, each pixel shown 7 x 7 times, their labels in [0, 1000). */
static void enlarge(struct ls_dataset *data) {
    enum { TIMES = 7, SIDE = 32 * TIMES };
    uint8_t *pixels = malloc((size_t)data->count * 3 * SIDE * SIDE);
    for (int plane = 0; plane < data->count * 3; plane++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                pixels[((size_t)plane * SIDE + (size_t)y) * SIDE + (size_t)x] =
                    data->pixels[(plane * 32 + y / TIMES) * 32 + x / TIMES];
    free(data->pixels);
    data->pixels = pixels;
    data->height = data->width = SIDE;
    data->classes = 1000;
    for (int i = 0; i < data->count; i++)
        data->labels[i] = (uint16_t)(999 - 111 * data->labels[i]);
}

static void large_images_in_many_classes(void **state) {
    struct ls_dataset data;
    struct ls_model model;
    (void)state;
    open_synthetic(&data, LS_TEST, 1);
    enlarge(&data);
    make_model(&model, "resnet34-imagenet", 1);
    const struct ls_result result = evaluate(&model, &data, LS_FP32, 2);
    assert_true(result.loss > 4 && result.mean_iou < 0);
    ls_model_free(&model);
    ls_dataset_free(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(have_the_right_size),
        cmocka_unit_test(are_made_for_other_images),
        cmocka_unit_test(names_say_what_they_are_for),
        cmocka_unit_test(twins_are_smaller),
        cmocka_unit_test(train_the_same_on_any_threads),
        cmocka_unit_test(evaluate_in_every_precision),
        cmocka_unit_test(learn),
        cmocka_unit_test(large_images_in_many_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
