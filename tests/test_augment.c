/* What a network sees of an image, and in which order. */
#include "landscape/dataset.h"
#include "landscape/rng.h"
#include "support.h"
#include <math.h>

enum { COUNT = 3, HEIGHT = 5, WIDTH = 7, IMAGE = 3 * HEIGHT * WIDTH };

/* A small data set whose images are not square and whose pixels differ from one another. */
static struct ls_dataset small_dataset(void) {
    static uint8_t pixels[COUNT * IMAGE];
    static uint16_t labels[COUNT];
    for (int i = 0; i < COUNT * IMAGE; i++)
        pixels[i] = (uint8_t)(i % 251 + 1);
    return (struct ls_dataset){.split = LS_TRAIN,
                               .count = COUNT,
                               .height = HEIGHT,
                               .width = WIDTH,
                               .channels = 3,
                               .classes = 10,
                               .labels_per_image = 1,
                               .pixels = pixels,
                               .labels = labels,
                               .mean = {100, 110.5f, 120},
                               .deviation = {50, 60.25f, 70}};
}

/* Pixel (y, x) of channel c as a network should see it; black outside the image. */
static float expected(const struct ls_dataset *dataset, int index, int y, int x, int c) {
    int pixel = 0;
    if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH)
        pixel = dataset->pixels[((index * 3 + c) * HEIGHT + y) * WIDTH + x];
    return ((float)pixel - dataset->mean[c]) / dataset->deviation[c];
}

/* Is `image` image `index`, moved and mirrored so? */
static int matches(const struct ls_dataset *dataset, int index, int top, int left, int flip,
                   const float *image) {
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                int from = left + (flip ? WIDTH - 1 - x : x);
                if (image[(y * WIDTH + x) * 3 + c] != expected(dataset, index, top + y, from, c))
                    return 0;
            }
    return 1;
}

static void images_are_normalised_and_interleaved(void **state) {
    (void)state;
    struct ls_dataset dataset = small_dataset();
    float image[IMAGE];
    for (int i = 0; i < COUNT; i++) {
        ls_dataset_image(&dataset, i, image);
        assert_true(matches(&dataset, i, 0, 0, 0, image));
    }
}

/* Every one of the 9 x 9 x 2 outcomes comes about equally often, and nothing else does. */
static void augmentation_crops_and_flips(void **state) {
    (void)state;
    enum { EPOCHS = 162 * 40 };
    struct ls_dataset dataset = small_dataset();
    int counts[9][9][2] = {{{0}}};
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        float image[IMAGE];
        uint16_t labels[1];
        int found = 0;
        ls_dataset_augmented(&dataset, 1, 5, epoch, image, labels);
        for (int i = 0; i < 162 && !found; i++) {
            int top = i / 18, left = i / 2 % 9, flip = i % 2;
            found = matches(&dataset, 1, top - 4, left - 4, flip, image);
            counts[top][left][flip] += found;
        }
        assert_true(found);
    }
    double chi_square = 0;
    for (int i = 0; i < 162; i++) {
        double excess = counts[i / 18][i / 2 % 9][i % 2] - 40;
        chi_square += excess * excess / 40;
    }
    assert_true(chi_square < 222); /* 161 degrees of freedom, p = 0.001 */
}

/* Labels of pixels are those of the pixels one sees, and 0 where one sees none; the label of an
 * image stays. */
static void labels_move_with_their_pixels(void **state) {
    (void)state;
    struct ls_dataset dataset = small_dataset();
    uint16_t all[COUNT * HEIGHT * WIDTH], labels[HEIGHT * WIDTH];
    float image[IMAGE];
    dataset.labels[2] = 700;
    ls_dataset_augmented(&dataset, 2, 5, 1, image, labels);
    assert_int_equal(labels[0], 700);
    dataset.labels = all;
    dataset.labels_per_image = HEIGHT * WIDTH;
    for (int i = 0; i < COUNT * HEIGHT * WIDTH; i++) /* as red says */
        all[i] = dataset.pixels[i / (HEIGHT * WIDTH) * IMAGE + i % (HEIGHT * WIDTH)];
    for (int epoch = 1; epoch <= 50; epoch++) {
        ls_dataset_augmented(&dataset, 2, 5, epoch, image, labels);
        for (int i = 0; i < HEIGHT * WIDTH; i++)
            assert_true(image[3 * i] ==
                        ((float)labels[i] - dataset.mean[0]) / dataset.deviation[0]);
    }
}

static void augmentation_is_fixed_by_seed_epoch_and_index(void **state) {
    (void)state;
    struct ls_dataset dataset = small_dataset();
    float first[IMAGE], again[IMAGE];
    uint16_t labels[1];
    int by_seed = 0, by_epoch = 0;
    memcpy(dataset.pixels + IMAGE, dataset.pixels, IMAGE);
    int by_index = 0;
    for (int epoch = 1; epoch <= 100; epoch++) {
        ls_dataset_augmented(&dataset, 0, 1, epoch, first, labels);
        ls_dataset_augmented(&dataset, 0, 1, epoch, again, labels);
        assert_memory_equal(first, again, sizeof first);
        ls_dataset_augmented(&dataset, 0, 2, epoch, again, labels);
        by_seed += memcmp(first, again, sizeof first) != 0;
        ls_dataset_augmented(&dataset, 0, 1, epoch + 1, again, labels);
        by_epoch += memcmp(first, again, sizeof first) != 0;
        ls_dataset_augmented(&dataset, 1, 1, epoch, again, labels);
        by_index += memcmp(first, again, sizeof first) != 0;
    }
    assert_true(by_seed > 80 && by_epoch > 80 && by_index > 80);
}

static void shuffles_are_permutations(void **state) {
    (void)state;
    static int order[50000];
    static char seen[50000];
    ls_shuffle(order, 0, 1, 1);
    ls_shuffle(order, 1, 1, 1);
    assert_int_equal(order[0], 0);
    ls_shuffle(order, 50000, 1, 1);
    for (int i = 0; i < 50000; i++) {
        assert_in_range(order[i], 0, 49999);
        assert_int_equal(seen[order[i]]++, 0);
    }
}

static void shuffles_are_fixed_by_seed_and_epoch(void **state) {
    (void)state;
    int first[100], again[100];
    ls_shuffle(first, 100, 1, 1);
    ls_shuffle(again, 100, 1, 1);
    assert_memory_equal(first, again, sizeof first);
    ls_shuffle(again, 100, 1, 2);
    assert_memory_not_equal(first, again, sizeof first);
    ls_shuffle(again, 100, 2, 1);
    assert_memory_not_equal(first, again, sizeof first);
    static const int known[10] = {0, 3, 7, 4, 8, 2, 5, 1, 6, 9};
    ls_shuffle(first, 10, 0, 1);
    assert_memory_equal(first, known, sizeof known);
}

/* All 24 orders of four things come about equally often. */
static void shuffles_are_uniform(void **state) {
    (void)state;
    int counts[256] = {0};
    for (int epoch = 0; epoch < 24000; epoch++) {
        int order[4];
        ls_shuffle(order, 4, 9, epoch);
        counts[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]]++;
    }
    double chi_square = 0;
    for (int i = 0; i < 256; i++)
        if (counts[i])
            chi_square += (counts[i] - 1000.) * (counts[i] - 1000.) / 1000;
    assert_true(chi_square < 49.7); /* 23 degrees of freedom, p = 0.001 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_normalised_and_interleaved),
        cmocka_unit_test(augmentation_crops_and_flips),
        cmocka_unit_test(labels_move_with_their_pixels),
        cmocka_unit_test(augmentation_is_fixed_by_seed_epoch_and_index),
        cmocka_unit_test(shuffles_are_permutations),
        cmocka_unit_test(shuffles_are_fixed_by_seed_and_epoch),
        cmocka_unit_test(shuffles_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
