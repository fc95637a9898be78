/* Images of the user's own from archives of NumPy arrays. tools/reference/make_arrays.py made them.
 */
#include "data/npy.h"
#include "landscape/dataset.h"
#include "support.h"

enum { HEIGHT = 4, WIDTH = 6, PIXELS = HEIGHT * WIDTH };

static const char *spec(const char *name) {
    return text("npz:tests/fixtures/npz/%s.npz", name);
}

static int pixel(int image, int channel, int p) {
    return (40 * image + 30 * channel + p) % 256;
}

/* Images `first` and on of all six. */
static void assert_images(const struct ls_dataset *data, int first) {
    assert_int_equal(data->height, HEIGHT);
    assert_int_equal(data->width, WIDTH);
    for (int i = 0; i < data->count; i++)
        for (int c = 0; c < data->channels; c++)
            for (int p = 0; p < PIXELS; p++)
                assert_int_equal(data->pixels[(i * data->channels + c) * PIXELS + p],
                                 pixel(first + i, c, p));
}

static void assert_labels(const struct ls_dataset *data, int first) {
    for (int i = 0; i < data->count * data->labels_per_image; i++) {
        const int image = first + i / data->labels_per_image;
        assert_int_equal(data->labels[i],
                         data->labels_per_image == 1 ? image % 3 : pixel(image, 0, i % PIXELS) % 5);
    }
}

static void reads_what_numpy_writes(void **state) {
    static const struct {
        const char *name;
        int channels, classes, labels;
    } good[] = {{"good-grey", 1, 3, 1},         {"good-grey-channel", 1, 3, 1},
                {"good-colour-first", 3, 3, 1}, {"good-colour-last", 3, 3, 1},
                {"good-masks", 3, 5, PIXELS},   {"good-masks-channel", 3, 5, PIXELS}};
    (void)state;
    for (size_t g = 0; g < sizeof good / sizeof *good; g++)
        for (int split = LS_TRAIN; split <= LS_TEST; split++) {
            struct ls_dataset data;
            struct ls_error error;
            if (ls_dataset_open(&data, spec(good[g].name), (enum ls_split)split, 0, 0, NULL,
                                &error))
                fail_msg("%s", error.message);
            assert_string_equal(data.name, spec(good[g].name));
            assert_int_equal(data.count, split == LS_TRAIN ? 4 : 2);
            assert_int_equal(data.channels, good[g].channels);
            assert_int_equal(data.classes, good[g].classes);
            assert_int_equal(data.labels_per_image, good[g].labels);
            assert_images(&data, split == LS_TRAIN ? 0 : 4);
            assert_labels(&data, split == LS_TRAIN ? 0 : 4);
            ls_dataset_free(&data);
        }
}

/* Two training images have two classes' labels, but the file knows three. */
static void few_images_are_the_first(void **state) {
    struct ls_dataset data;
    struct ls_error error;
    (void)state;
    assert_int_equal(ls_dataset_open(&data, spec("good-colour-last"), LS_TRAIN, 2, 0, NULL, NULL),
                     LS_OK);
    assert_int_equal(data.count, 2);
    assert_int_equal(data.classes, 3);
    assert_images(&data, 0);
    assert_labels(&data, 0);
    ls_dataset_free(&data);
    assert_int_equal(ls_dataset_open(&data, spec("good-colour-last"), LS_TRAIN, 5, 0, NULL, &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "4 train images, 5 asked for");
}

static void all_labels_are_read(void **state) {
    struct ls_dataset data;
    (void)state;
    assert_int_equal(ls_dataset_open(&data, spec("many"), LS_TRAIN, 0, 0, NULL, NULL), LS_OK);
    assert_int_equal(data.count, 2500);
    assert_int_equal(data.classes, 2500);
    for (int i = 0; i < data.count; i++)
        assert_int_equal(data.labels[i], i);
    ls_dataset_free(&data);
    assert_int_equal(ls_dataset_open(&data, spec("many"), LS_TEST, 0, 0, NULL, NULL), LS_OK);
    assert_int_equal(data.classes, 2500); /* of the other split */
    ls_dataset_free(&data);
    assert_int_equal(ls_dataset_open(&data, spec("train-only"), LS_TRAIN, 0, 0, NULL, NULL), LS_OK);
    assert_int_equal(data.classes, 3);
    ls_dataset_widen(&data, 2);
    assert_int_equal(data.classes, 3);
    ls_dataset_widen(&data, 7);
    assert_int_equal(data.classes, 7);
    ls_dataset_free(&data);
    assert_int_equal(ls_dataset_open(&data, "synthetic", LS_TRAIN, 1, 0, NULL, NULL), LS_OK);
    ls_dataset_widen(&data, 20); /* its ten are all there are */
    assert_int_equal(data.classes, 10);
    ls_dataset_free(&data);
}

/* The same bytes are other data where they are normalised otherwise. */
static void normalisation_is_part_of_the_data(void **state) {
    struct ls_dataset data;
    char usual[65], same[65], other[65], bare[65];
    (void)state;
    assert_int_equal(ls_dataset_open(&data, spec("good-colour-last"), LS_TRAIN, 0, 0, NULL, NULL),
                     LS_OK);
    ls_dataset_sha256(&data, usual);
    assert_int_equal(ls_dataset_normalise(&data, "0.5/0.5", NULL), LS_OK);
    ls_dataset_sha256(&data, same);
    assert_string_equal(usual, same);
    assert_int_equal(ls_dataset_normalise(&data, "0.25/0.5", NULL), LS_OK);
    ls_dataset_sha256(&data, other);
    assert_string_not_equal(usual, other);
    data.normalised = false; /* as those of CIFAR-10's own files are */
    ls_dataset_sha256(&data, bare);
    assert_string_not_equal(usual, bare);
    ls_dataset_free(&data);
}

/* By 0.5 and 0.5 unless the user says otherwise, with one number for all channels. */
static void pixels_are_normalised(void **state) {
    struct ls_dataset data;
    struct ls_error error;
    struct ls_metadata metadata = {0};
    float image[3 * PIXELS];
    (void)state;
    assert_int_equal(ls_dataset_open(&data, spec("good-colour-last"), LS_TRAIN, 0, 0, NULL, NULL),
                     LS_OK);
    ls_dataset_image(&data, 1, image);
    assert_float_equal(image[5], (pixel(1, 2, 1) - 127.5) / 127.5, 1e-6);
    assert_int_equal(ls_dataset_normalise(&data, "0.25/0.125", NULL), LS_OK);
    ls_dataset_image(&data, 1, image);
    assert_float_equal(image[5], (pixel(1, 2, 1) / 255. - 0.25) / 0.125, 1e-5);
    ls_dataset_free(&data);
    assert_int_equal(ls_dataset_open(&data, spec("good-grey"), LS_TRAIN, 0, 0, NULL, NULL), LS_OK);
    assert_int_equal(ls_dataset_record_pixels(&data, &metadata, NULL), LS_OK);
    assert_string_equal(ls_metadata_get(&metadata, "pixels"), "0.5/0.5");
    assert_int_equal(ls_dataset_normalise(&data, "0.1307/0.3081", NULL), LS_OK);
    ls_dataset_image(&data, 3, image);
    assert_float_equal(image[7], (pixel(3, 0, 7) / 255. - 0.1307) / 0.3081, 1e-5);
    assert_int_equal(ls_dataset_record_pixels(&data, &metadata, NULL), LS_OK);
    assert_string_equal(ls_metadata_get(&metadata, "pixels"), "0.1307/0.3081");
    assert_int_equal(ls_dataset_normalise(&data, "0,0,0/1,1,1", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "such as 0.5/0.25");
    ls_metadata_free(&metadata);
    ls_dataset_free(&data);
}

static void refuses_what_it_cannot_read(void **state) {
    static const struct {
        const char *name, *why;
        enum ls_split split;
    } bad[] = {{"bad-float", "(255 * x).astype('uint8')", LS_TRAIN},
               {"bad-order", "first index runs fastest", LS_TRAIN},
               {"bad-machine", "'y_train.npy': the bytes", LS_TRAIN},
               {"bad-channels", "1 or 3 channels", LS_TRAIN},
               {"bad-flat", "[n, height, width]", LS_TRAIN},
               {"bad-labels", "whole numbers", LS_TRAIN},
               {"bad-many-labels", "one an image or one a pixel", LS_TRAIN},
               {"bad-negative", "from 0 to 65535", LS_TRAIN},
               {"bad-negative", "from 0 to 65535", LS_TEST},
               {"bad-negative-byte", "from 0 to 65535", LS_TRAIN},
               {"bad-few", "not as many labels as images", LS_TRAIN},
               {"bad-more", "not as many labels as images", LS_TRAIN},
               {"bad-splits", "labels of the other split", LS_TRAIN},
               {"bad-names", "train_images", LS_TRAIN},
               {"bad-none", "no images", LS_TRAIN},
               {"bad-height", "no images", LS_TRAIN},
               {"bad-large", "too large", LS_TRAIN},
               {"bad-promise", "not as many numbers", LS_TRAIN},
               {"bad-rest", "not as many numbers", LS_TRAIN},
               {"bad-bomb", "not as many numbers", LS_TRAIN},
               {"train-only", "'x_test.npy'", LS_TEST},
               {"none", "none.npz", LS_TRAIN}};
    struct ls_dataset data;
    struct ls_error error;
    (void)state;
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
        if (ls_dataset_open(&data, spec(bad[b].name), bad[b].split, 0, 0, NULL, &error) == LS_OK)
            fail_msg("%s is read", bad[b].name);
        assert_message(&error, bad[b].why);
        assert_null(data.pixels);
        assert_null(data.labels);
    }
    assert_int_equal(ls_dataset_open(&data, "npz:", LS_TRAIN, 0, 0, NULL, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "npz:FILE");
    assert_int_not_equal(ls_dataset_open(&data, "npz:Makefile", LS_TRAIN, 0, 0, NULL, &error),
                         LS_OK);
    assert_message(&error, "Makefile");
}

/* Every byte of a file may be wrong, and it may end anywhere. */
static void damaged_files_are_refused_or_read(void **state) {
    char name[4096];
    snprintf(name, sizeof name, "npz:%s/damaged.npz", (char *)*state);
    const char *path = name + strlen("npz:");
    FILE *file = fopen("tests/fixtures/npz/good-colour-last.npz", "rb");
    unsigned char bytes[4096];
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    for (size_t at = 0; at < size; at += 3)
        for (int cut = 0; cut < 2; cut++) {
            struct ls_dataset data;
            struct ls_error error = {0};
            file = fopen(path, "wb");
            assert_non_null(file);
            bytes[at] ^= 0x81;
            assert_int_equal(fwrite(bytes, 1, cut ? at : size, file), cut ? at : size);
            bytes[at] ^= 0x81;
            assert_int_equal(fclose(file), 0);
            if (ls_dataset_open(&data, name, LS_TRAIN, 0, 0, NULL, &error) == LS_OK) {
                assert_int_equal(cut, 0);
                ls_dataset_free(&data);
            } else {
                assert_message(&error, "damaged.npz");
            }
        }
}

static void headers_of_all_versions_are_read(void **state) {
    static const char first[] = "\x93NUMPY\1\0\x10\0{'", second[] = "\x93NUMPY\2\0\x10\0\0\0",
                      fourth[] = "\x93NUMPY\4\0\x10\0\0\0", long_one[] = "\x93NUMPY\2\0\0\0\1\0";
    struct ls_npy npy;
    size_t begin;
    (void)state;
    assert_int_equal(ls_npy_header(first, &begin), 26);
    assert_int_equal(begin, 10);
    assert_int_equal(ls_npy_header(second, &begin), 28);
    assert_int_equal(begin, 12);
    assert_int_equal(ls_npy_header(fourth, &begin), 0);
    assert_int_equal(ls_npy_header(long_one, &begin), 0);
    assert_null(
        ls_npy_parse(&npy, "{'descr': '|b1', 'fortran_order': False, 'shape': (24L, 28L), }"));
    assert_true(npy.type == 'b' && npy.shape[1] == 28);
    assert_null(
        ls_npy_parse(&npy, "{'descr': '<i8', 'fortran_order': False, 'shape': (3, 1), }   \n"));
    assert_true(npy.type == 'i' && npy.size == 8 && npy.rank == 2);
    assert_true(npy.shape[0] == 3 && npy.shape[1] == 1);
    assert_null(ls_npy_parse(&npy, "{'shape': (7,), 'fortran_order': False, 'descr': '|u1'}"));
    assert_true(npy.rank == 1 && npy.shape[0] == 7);
    static const char *const bad[] = {
        "",
        "{'descr': '",
        "{'descr': '<",
        "{'descr': '<i",
        "{'descr': '<i8', 'shape': (3,)}",
        "{'descr': '<i8', 'fortran_order': False}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (3,",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (1,1,1,1,1)}",
        "{'descr': [('a', '<i8')], 'fortran_order': False, 'shape': (3,)}"};
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++)
        assert_non_null(ls_npy_parse(&npy, bad[b]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_numpy_writes),
        cmocka_unit_test(few_images_are_the_first),
        cmocka_unit_test(all_labels_are_read),
        cmocka_unit_test(normalisation_is_part_of_the_data),
        cmocka_unit_test(pixels_are_normalised),
        cmocka_unit_test(refuses_what_it_cannot_read),
        IN_DIRECTORY(damaged_files_are_refused_or_read),
        cmocka_unit_test(headers_of_all_versions_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
