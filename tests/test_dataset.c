#include "landscape/dataset.h"
#include "landscape/rng.h"
#include "support.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <omp.h>

enum { IMAGE = 3072, RECORD = 1 + IMAGE, RECORDS = 10000 };

static void assert_open_fails(const char *spec, enum ls_split split, int limit,
                              enum ls_status status, const char *why) {
    struct ls_dataset dataset;
    struct ls_error error = {0};
    assert_int_equal(ls_dataset_open(&dataset, spec, split, limit, 0, NULL, &error), status);
    assert_int_equal(error.status, status);
    assert_message(&error, why);
    assert_null(dataset.pixels);
    assert_null(dataset.labels);
    assert_int_equal(ls_dataset_open(&dataset, spec, split, limit, 0, NULL, NULL), status);
}

static void open_or_fail(struct ls_dataset *dataset, const char *spec, enum ls_split split,
                         int limit) {
    struct ls_error error;
    if (ls_dataset_open(dataset, spec, split, limit, 0, NULL, &error) != LS_OK)
        fail_msg("%s", error.message);
}

/* A file of `size` bytes, zero but for the label and the first and last pixel byte of the first and
 * last record. */
static void make_batch(const char *path, long size, int label) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    for (long record = 0; record < RECORDS; record += RECORDS - 1) {
        unsigned char begin[2] = {(unsigned char)label, (unsigned char)(10 * label + 1)};
        unsigned char end = (unsigned char)(10 * label + 2);
        if ((record + 1) * RECORD > size)
            break;
        assert_int_equal(pwrite(fd, begin, 2, record * RECORD), 2);
        assert_int_equal(pwrite(fd, &end, 1, (record + 1) * RECORD - 1), 1);
    }
    assert_int_equal(close(fd), 0);
}

static void set_label(const char *path, int record, unsigned char label) {
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &label, 1, (long)record * RECORD), 1);
    assert_int_equal(close(fd), 0);
}

static void make_cifar(const char *directory) {
    for (int i = 1; i <= 5; i++)
        make_batch(text("%s/data_batch_%d.bin", directory, i), (long)RECORDS * RECORD, i);
    make_batch(text("%s/test_batch.bin", directory), (long)RECORDS * RECORD, 9);
}

static void cifar10_reads_all_batches_in_order(void **state) {
    struct ls_dataset dataset;
    const char *spec = text("cifar10:%s", (char *)*state);
    make_cifar(*state);
    open_or_fail(&dataset, spec, LS_TRAIN, 0);
    assert_string_equal(dataset.name, spec);
    assert_int_equal(dataset.split, LS_TRAIN);
    assert_int_equal(dataset.count, 50000);
    assert_int_equal(dataset.height, 32);
    assert_int_equal(dataset.width, 32);
    assert_int_equal(dataset.channels, 3);
    assert_int_equal(dataset.classes, 10);
    assert_int_equal(dataset.labels_per_image, 1);
    for (int batch = 1; batch <= 5; batch++)
        for (int last = 0; last < 2; last++) {
            int index = (batch - 1) * RECORDS + last * (RECORDS - 1);
            const uint8_t *pixels = dataset.pixels + (size_t)index * IMAGE;
            assert_int_equal(dataset.labels[index], batch);
            assert_int_equal(pixels[0], 10 * batch + 1);
            assert_int_equal(pixels[1], 0);
            assert_int_equal(pixels[IMAGE - 1], 10 * batch + 2);
        }
    ls_dataset_free(&dataset);
    assert_null(dataset.pixels);

    open_or_fail(&dataset, spec, LS_TEST, 0);
    assert_int_equal(dataset.count, 10000);
    assert_int_equal(dataset.labels[0], 9);
    assert_int_equal(dataset.labels[9999], 9);
    ls_dataset_free(&dataset);
}

static void cifar10_reads_only_the_files_it_needs(void **state) {
    struct ls_dataset dataset;
    const char *spec = text("cifar10:%s", (char *)*state);
    make_batch(text("%s/data_batch_1.bin", (char *)*state), (long)RECORDS * RECORD, 1);
    open_or_fail(&dataset, spec, LS_TRAIN, 1);
    assert_int_equal(dataset.count, 1);
    ls_dataset_free(&dataset);
    open_or_fail(&dataset, spec, LS_TRAIN, 10000);
    assert_int_equal(dataset.labels[9999], 1);
    ls_dataset_free(&dataset);
    assert_open_fails(spec, LS_TRAIN, 10001, LS_IO, "data_batch_2.bin: No such file");
    assert_open_fails(spec, LS_TEST, 1, LS_IO, "test_batch.bin: No such file");

    make_batch(text("%s/data_batch_2.bin", (char *)*state), (long)RECORDS * RECORD, 2);
    open_or_fail(&dataset, spec, LS_TRAIN, 10001);
    assert_int_equal(dataset.count, 10001);
    assert_int_equal(dataset.labels[10000], 2);
    ls_dataset_free(&dataset);
}

static void cifar10_finds_the_directory_of_the_archive(void **state) {
    struct ls_dataset dataset;
    const char *inner = text("%s/cifar-10-batches-bin", (char *)*state);
    assert_int_equal(mkdir(inner, 0700), 0);
    make_batch(text("%s/test_batch.bin", inner), (long)RECORDS * RECORD, 7);
    open_or_fail(&dataset, text("cifar10:%s", (char *)*state), LS_TEST, 5);
    assert_int_equal(dataset.labels[0], 7);
    ls_dataset_free(&dataset);
    open_or_fail(&dataset, text("cifar10:%s/", inner), LS_TEST, 5);
    ls_dataset_free(&dataset);
}

static void cifar10_refuses_damaged_files(void **state) {
    const char *spec = text("cifar10:%s", (char *)*state);
    const char *path = text("%s/test_batch.bin", (char *)*state);
    const long size = (long)RECORDS * RECORD;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_open_fails(spec, LS_TEST, 0, LS_IO, "test_batch.bin: it is a directory");
    assert_int_equal(rmdir(path), 0);
    make_batch(path, 0, 0);
    assert_open_fails(spec, LS_TEST, 0, LS_BAD_FILE, "test_batch.bin: empty");
    make_batch(path, size - 1, 0);
    assert_open_fails(spec, LS_TEST, 1, LS_BAD_FILE, "30729999 bytes instead of the 30730000");
    assert_open_fails(spec, LS_TEST, 1, LS_BAD_FILE, "cifar-10-binary.tar.gz");
    make_batch(path, size + RECORD, 0);
    assert_open_fails(spec, LS_TEST, 0, LS_BAD_FILE, "30733073 bytes instead of the 30730000");

    make_batch(path, size, 0);
    set_label(path, 1234, 10);
    assert_open_fails(spec, LS_TEST, 0, LS_BAD_FILE, "test_batch.bin: record 1234 has label 10");
    struct ls_dataset dataset;
    open_or_fail(&dataset, spec, LS_TEST, 1234);
    ls_dataset_free(&dataset);
}

static void refuses_unknown_and_incomplete_names(void **state) {
    const char *directory = *state, *file = text("%s/file", directory);
    static const char *const unknown[] = {"", ":", "mnist", "cifar", "cifar100:x", "synthetic2"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_open_fails(unknown[i], LS_TRAIN, 0, LS_BAD_ARGUMENT, "cifar10:DIR");
        assert_open_fails(unknown[i], LS_TRAIN, 0, LS_BAD_ARGUMENT, "synthetic[:SEED]");
    }
    assert_open_fails("cifar10", LS_TRAIN, 0, LS_BAD_ARGUMENT, "cifar10:DIR");
    assert_open_fails("cifar10:", LS_TRAIN, 0, LS_BAD_ARGUMENT, "cifar10:DIR");
    assert_open_fails(text("cifar10:%s/no", directory), LS_TRAIN, 0, LS_IO, strerror(ENOENT));
    write_text(file, "");
    assert_open_fails(text("cifar10:%s", file), LS_TRAIN, 0, LS_IO, "not a directory");
    assert_open_fails(text("cifar10:%0600d", 0), LS_TRAIN, 0, LS_BAD_ARGUMENT, "too long");

    static const char *const seeds[] = {"", "x", "-1", "+1", " 1", "1x", "18446744073709551616"};
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
        assert_open_fails(text("synthetic:%s", seeds[i]), LS_TRAIN, 1, LS_BAD_ARGUMENT,
                          "whole number");
}

static void refuses_more_images_than_there_are(void **state) {
    const char *spec = text("cifar10:%s", (char *)*state);
    assert_open_fails(spec, LS_TRAIN, 50001, LS_BAD_ARGUMENT, "50000 train images, 50001 asked");
    assert_open_fails(spec, LS_TEST, 10001, LS_BAD_ARGUMENT, "10000 test images");
    assert_open_fails("synthetic", LS_TRAIN, 50001, LS_BAD_ARGUMENT, "50000 train images");
    assert_open_fails("synthetic", LS_TEST, 10001, LS_BAD_ARGUMENT, "10000 test images");
    assert_open_fails("synthetic", LS_TEST, -1, LS_BAD_ARGUMENT, "-1 asked for");
}

/* The hash says that every machine draws the same bytes. */
static void synthetic_has_known_bytes(void **state) {
    (void)state;
    struct ls_dataset dataset;
    open_or_fail(&dataset, "synthetic", LS_TRAIN, 500);
    assert_string_equal(dataset.name, "synthetic:0");
    assert_int_equal(dataset.count, 500);
    assert_int_equal(hash_bytes(dataset.pixels, (size_t)500 * IMAGE), 0xae091d1c7ea82d66);
    uint8_t labels[500];
    for (int i = 0; i < 500; i++)
        labels[i] = (uint8_t)dataset.labels[i];
    assert_int_equal(hash_bytes(labels, 500), 0x95920c8cd53b047e);
    ls_dataset_free(&dataset);
}

static void synthetic_images_stand_alone(void **state) {
    (void)state;
    struct ls_dataset many, few;
    int threads = omp_get_max_threads();
    omp_set_num_threads(4);
    open_or_fail(&many, "synthetic:7", LS_TEST, 100);
    omp_set_num_threads(1);
    open_or_fail(&few, "synthetic:7", LS_TEST, 10);
    omp_set_num_threads(threads);
    assert_memory_equal(many.pixels, few.pixels, 10 * IMAGE);
    assert_memory_equal(many.labels, few.labels, 10 * sizeof *few.labels);
    ls_dataset_free(&few);
    open_or_fail(&few, "synthetic:7", LS_TRAIN, 10);
    assert_memory_not_equal(many.pixels, few.pixels, 10 * IMAGE);
    ls_dataset_free(&few);
    open_or_fail(&few, "synthetic:8", LS_TEST, 10);
    assert_memory_not_equal(many.pixels, few.pixels, 10 * IMAGE);
    ls_dataset_free(&few);
    ls_dataset_free(&many);
}

static void synthetic_is_balanced_and_normalised(void **state) {
    (void)state;
    struct ls_dataset dataset;
    static float image[IMAGE];
    double sum[3] = {0}, squares[3] = {0};
    int counts[10] = {0};
    open_or_fail(&dataset, "synthetic:1", LS_TRAIN, 5000);
    for (int i = 0; i < dataset.count; i++) {
        counts[dataset.labels[i]]++;
        ls_dataset_image(&dataset, i, image);
        for (int j = 0; j < IMAGE; j++) {
            sum[j % 3] += image[j];
            squares[j % 3] += (double)image[j] * image[j];
        }
    }
    for (int c = 0; c < 10; c++)
        assert_in_range(counts[c], 400, 600);
    for (int k = 0; k < 3; k++) {
        double n = 5000 * 1024, mean = sum[k] / n;
        assert_true(fabs(mean) < 0.05);
        assert_true(fabs(squares[k] / n - mean * mean - 1) < 0.05);
    }
    ls_dataset_free(&dataset);
}

static void synthetic_offers_all_it_promises(void **state) {
    (void)state;
    struct ls_dataset dataset;
    open_or_fail(&dataset, "synthetic:18446744073709551615", LS_TEST, 0);
    assert_string_equal(dataset.name, "synthetic:18446744073709551615");
    assert_int_equal(dataset.count, 10000);
    assert_string_equal(ls_split_name(dataset.split), "test");
    ls_dataset_free(&dataset);
    open_or_fail(&dataset, "synthetic", LS_TRAIN, 0);
    assert_int_equal(dataset.count, 50000);
    assert_string_equal(ls_split_name(dataset.split), "train");
    ls_dataset_free(&dataset);
}

static void pixels_are_normalised_as_asked(void **state) {
    static const char usual[] = "0.4914,0.4822,0.4465/0.2023,0.1994,0.2010";
    struct ls_dataset data;
    char before[65], after[65];
    float image[32 * 32 * 3];
    (void)state;
    assert_int_equal(ls_dataset_open(&data, "synthetic", LS_TRAIN, 2, 0, NULL, NULL), LS_OK);
    ls_dataset_sha256(&data, before);
    assert_int_equal(ls_dataset_normalise(&data, usual, NULL), LS_OK);
    ls_dataset_image(&data, 1, image);
    for (int c = 0; c < 3; c++) {
        static const double mean[] = {0.4914, 0.4822, 0.4465},
                            deviation[] = {0.2023, 0.1994, 0.201};
        const double pixel = data.pixels[(3 + c) * 32 * 32] / 255.0;
        assert_true(fabs(image[c] - (pixel - mean[c]) / deviation[c]) < 1e-5);
    }
    ls_dataset_sha256(&data, after); /* what a network sees is other data */
    assert_string_not_equal(before, after);
    struct ls_metadata metadata = {0};
    assert_int_equal(ls_dataset_record_pixels(&data, &metadata, NULL), LS_OK);
    assert_string_equal(ls_metadata_get(&metadata, "pixels"),
                        "0.4914,0.4822,0.4465/0.2023,0.1994,0.201");
    /* What is recorded makes the same floats again. */
    static const char exact[] = "0.49139968,0.48215827,0.44653124/0.24703233,0.24348505,0.26158768";
    assert_int_equal(ls_dataset_normalise(&data, exact, NULL), LS_OK);
    ls_dataset_sha256(&data, before);
    assert_int_equal(ls_dataset_record_pixels(&data, &metadata, NULL), LS_OK);
    assert_int_equal(ls_dataset_normalise(&data, ls_metadata_get(&metadata, "pixels"), NULL),
                     LS_OK);
    ls_dataset_sha256(&data, after);
    assert_string_equal(before, after);
    ls_metadata_free(&metadata);
    static const char *const bad[] = {"",
                                      "1,2,3",
                                      "1,2,3/4,5",
                                      "1,2,3/4,5,6,7",
                                      "1,2,3/0,1,1",
                                      "1,2,3/-1,1,1",
                                      "nan,0,0/1,1,1",
                                      "0,0,0/inf,1,1",
                                      "0,0/1,1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ls_error error;
        assert_int_equal(ls_dataset_normalise(&data, bad[i], &error), LS_BAD_ARGUMENT);
        assert_message(&error, "0.2023");
    }
    ls_dataset_free(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(cifar10_reads_all_batches_in_order),
        IN_DIRECTORY(cifar10_reads_only_the_files_it_needs),
        IN_DIRECTORY(cifar10_finds_the_directory_of_the_archive),
        IN_DIRECTORY(cifar10_refuses_damaged_files),
        IN_DIRECTORY(refuses_unknown_and_incomplete_names),
        IN_DIRECTORY(refuses_more_images_than_there_are),
        cmocka_unit_test(synthetic_has_known_bytes),
        cmocka_unit_test(synthetic_images_stand_alone),
        cmocka_unit_test(synthetic_is_balanced_and_normalised),
        cmocka_unit_test(synthetic_offers_all_it_promises),
        cmocka_unit_test(pixels_are_normalised_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
