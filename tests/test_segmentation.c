/* Labels of pixels: the embedded data set, and how predictions are judged. */
#include "landscape/evaluate.h"
#include "networks.h"
#include "ops/loss.h"
#include "support.h"
#include <math.h>

enum { SIDE = 64, PIXELS = SIDE * SIDE, CLASSES = 5 };

static void open_shapes(struct ls_dataset *data, const char *spec, enum ls_split split,
                        int images) {
    assert_int_equal(ls_dataset_open(data, spec, split, images, 0, NULL, NULL), LS_OK);
}

/* The hashes say that every machine draws the same bytes. */
static void shapes_have_known_bytes(void **state) {
    struct ls_dataset data;
    uint8_t labels[20 * PIXELS];
    (void)state;
    open_shapes(&data, "shapes", LS_TRAIN, 20);
    assert_string_equal(data.name, "shapes:0");
    assert_int_equal(data.labels_per_image, PIXELS);
    for (int i = 0; i < 20 * PIXELS; i++)
        labels[i] = (uint8_t)data.labels[i];
    assert_int_equal(hash_bytes(data.pixels, (size_t)20 * 3 * PIXELS), 0x827081302c291b53);
    assert_int_equal(hash_bytes(labels, sizeof labels), 0x52d6dfcd49b84337);
    ls_dataset_free(&data);
}

/* Every class is there, the ground most of all; splits and seeds differ. */
static void shapes_have_all_classes(void **state) {
    struct ls_dataset data, other;
    int counts[CLASSES] = {0};
    (void)state;
    open_shapes(&data, "shapes", LS_TRAIN, 50);
    for (int i = 0; i < 50 * PIXELS; i++) {
        assert_true(data.labels[i] < CLASSES);
        counts[data.labels[i]]++;
    }
    for (int c = 1; c < CLASSES; c++)
        assert_true(counts[c] > 50 * PIXELS / 50 && counts[c] < counts[0] / 4);
    open_shapes(&other, "shapes", LS_TEST, 50);
    assert_memory_not_equal(data.pixels, other.pixels, (size_t)50 * 3 * PIXELS);
    ls_dataset_free(&other);
    open_shapes(&other, "shapes:1", LS_TRAIN, 50);
    assert_memory_not_equal(data.pixels, other.pixels, (size_t)50 * 3 * PIXELS);
    ls_dataset_free(&other);
    ls_dataset_free(&data);
}

static void bad_specs_are_refused(void **state) {
    struct ls_dataset data;
    struct ls_error error = {0};
    (void)state;
    assert_int_equal(ls_dataset_open(&data, "shapes:x", LS_TRAIN, 1, 0, NULL, &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "shapes:x");
    assert_int_equal(ls_dataset_open(&data, "shapes", LS_TEST, 1001, 0, NULL, &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "1000 test images");
}

/* By hand: classes 0, 1, 2 have 2/3, 0/2, 1/2; class 3 does not occur. */
static void intersection_over_union(void **state) {
    static const struct ls_shape shape = {1, 5, 4};
    static const float logits[5][4] = {
        {1, 0, 0, 0}, {1, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 2, 0}, {3, 0, 0, 2}};
    static const uint16_t labels[5] = {0, 0, 2, 2, 1};
    struct ls_overlap overlaps[4] = {{0}};
    (void)state;
    ls_overlap_count(shape, logits[0], labels, overlaps);
    assert_float_equal(ls_overlap_mean_iou(overlaps, 4), (2.0 / 3 + 0.0 + 1.0 / 2) / 3, 1e-12);
    ls_overlap_count(shape, logits[0], labels, overlaps); /* twice as many of each */
    assert_float_equal(ls_overlap_mean_iou(overlaps, 4), (2.0 / 3 + 0.0 + 1.0 / 2) / 3, 1e-12);
}

static void is_judged_the_same_on_any_threads(void **state) {
    struct ls_dataset data;
    struct ls_model model;
    struct ls_result one, three;
    (void)state;
    open_shapes(&data, "shapes", LS_TEST, 257); /* more than a block */
    make_model(&model, "unet-noshort", 1);
    assert_int_equal(ls_evaluate(&model, &data, LS_CROSS_ENTROPY, LS_FP32, 1, NULL, &one, NULL),
                     LS_OK);
    assert_int_equal(ls_evaluate(&model, &data, LS_CROSS_ENTROPY, LS_FP32, 3, NULL, &three, NULL),
                     LS_OK);
    assert_memory_equal(&one, &three, sizeof one);
    assert_true(one.mean_iou > 0 && one.mean_iou < one.accuracy);
    ls_model_free(&model);
    ls_dataset_free(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_have_known_bytes),
        cmocka_unit_test(shapes_have_all_classes),
        cmocka_unit_test(bad_specs_are_refused),
        cmocka_unit_test(intersection_over_union),
        cmocka_unit_test(is_judged_the_same_on_any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
