#include "landscape/scan.h"
#include "support.h"
#include <math.h>

static void make_grid(struct ls_surface *surface, int nx, int ny) {
    struct ls_range x = {-1, 1, nx}, y = {0, 2, ny};
    assert_int_equal(ls_surface_create(surface, &x, ny ? &y : NULL, NULL), LS_OK);
}

static void starts_with_nothing_computed(void **state) {
    (void)state;
    struct ls_surface surface;
    make_grid(&surface, 5, 3);
    assert_int_equal(ls_surface_points(&surface), 15);
    assert_int_equal(ls_surface_missing(&surface), 15);
    assert_true(surface.x[0] == -1 && surface.x[2] == 0 && surface.y[2] == 2);
    surface.loss[4] = 0;
    assert_int_equal(ls_surface_missing(&surface), 14);
    ls_surface_free(&surface);
    make_grid(&surface, 7, 0);
    assert_int_equal(ls_surface_points(&surface), 7);
    assert_null(surface.y);
    ls_surface_free(&surface);

    struct ls_range large = {0, 1, 10001}, none = {0, 1, 0};
    struct ls_error error;
    assert_int_equal(ls_surface_create(&surface, &large, &large, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "10001 x 10001");
    assert_int_equal(ls_surface_create(&surface, &none, NULL, &error), LS_BAD_ARGUMENT);
}

static void assert_equal_surfaces(const struct ls_surface *a, const struct ls_surface *b) {
    assert_int_equal(a->nx, b->nx);
    assert_int_equal(a->ny, b->ny);
    assert_int_equal(a->test, b->test);
    assert_memory_equal(a->x, b->x, (size_t)a->nx * sizeof *a->x);
    if (a->ny)
        assert_memory_equal(a->y, b->y, (size_t)a->ny * sizeof *a->y);
    assert_memory_equal(a->loss, b->loss, ls_surface_points(a) * sizeof *a->loss);
    assert_memory_equal(a->accuracy, b->accuracy, ls_surface_points(a) * sizeof *a->accuracy);
    assert_memory_equal(a->loss_error, b->loss_error, ls_surface_points(a) * sizeof *a->loss_error);
    assert_int_equal(a->images != NULL, b->images != NULL);
    if (a->images)
        assert_memory_equal(a->images, b->images, ls_surface_points(a) * sizeof *a->images);
    assert_int_equal(a->marker_count, b->marker_count);
    for (int i = 0; i < a->marker_count; i++) {
        assert_string_equal(a->markers[i].name, b->markers[i].name);
        assert_true(a->markers[i].x == b->markers[i].x && a->markers[i].y == b->markers[i].y);
    }
    assert_int_equal(a->metadata.count, b->metadata.count);
    for (int i = 0; i < a->metadata.count; i++)
        assert_string_equal(a->metadata.entries[i].value,
                            ls_metadata_get(&b->metadata, a->metadata.entries[i].key));
}

static void fill(struct ls_surface *surface) {
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        surface->loss[i] = 0.1 * (double)i;
        surface->accuracy[i] = 100 - (double)i;
        surface->loss_error[i] = 0.01 * (double)i;
    }
    surface->loss[1] = NAN; /* far out, losses overflow */
    surface->loss[2] = LS_NOT_COMPUTED;
    struct ls_metadata *metadata = &surface->metadata;
    assert_int_equal(ls_metadata_set(metadata, NULL, "seed", "7"), LS_OK);
    assert_int_equal(ls_metadata_set(metadata, NULL, "model", "caf\xc3\xa9.safetensors"), LS_OK);
    assert_int_equal(ls_metadata_set(metadata, NULL, "dir_file", "dir.h5"), LS_OK);
    assert_int_equal(ls_metadata_set(metadata, NULL, "note", "%s", ""), LS_OK);
    assert_int_equal(ls_surface_mark(surface, "caf\xc3\xa9", 0, 0, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(surface, "", 1. / 3, -1e300, NULL), LS_OK);
}

static void reads_what_it_wrote(void **state) {
    const char *path = text("%s/surface.h5", (char *)*state);
    for (int ny = 0; ny < 9; ny += 4) {
        struct ls_surface surface, again;
        make_grid(&surface, 4, ny);
        fill(&surface);
        surface.test = ny == 8;
        if (ny > 0) {
            assert_int_equal(ls_surface_add_images(&surface, NULL), LS_OK);
            assert_true(surface.images[5] == LS_NOT_COMPUTED);
            surface.images[5] = 256;
        }
        assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
        assert_int_equal(ls_surface_read(&again, path, NULL), LS_OK);
        assert_equal_surfaces(&surface, &again);
        ls_surface_free(&surface);
        ls_surface_free(&again);
    }
    assert_int_equal(count_entries(*state), 1);
}

static uint64_t hash_file(const char *path) {
    FILE *stream = fopen(path, "rb");
    static unsigned char bytes[1 << 20];
    assert_non_null(stream);
    size_t count = fread(bytes, 1, sizeof bytes, stream);
    fclose(stream);
    return hash_bytes(bytes, count);
}

/* The bytes depend on the content alone, not on when or in what order it was set. */
static void writes_the_same_bytes(void **state) {
    const char *path = text("%s/surface.h5", (char *)*state),
               *copy = text("%s/copy.h5", (char *)*state);
    struct ls_surface surface, again;
    make_grid(&surface, 4, 3);
    fill(&surface);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    uint64_t hash = hash_file(path);
    sleep(1);
    assert_int_equal(ls_surface_read(&again, path, NULL), LS_OK);
    assert_int_equal(ls_surface_write(&again, copy, NULL), LS_OK);
    assert_true(hash_file(copy) == hash);
    ls_surface_free(&surface);
    ls_surface_free(&again);
}

static void reads_read_only_files(void **state) {
    const char *path = text("%s/surface.h5", (char *)*state);
    struct ls_surface surface, again;
    make_grid(&surface, 4, 3);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(*state, 0555), 0);
    assert_int_equal(ls_surface_read(&again, path, NULL), LS_OK);
    assert_int_equal(chmod(*state, 0755), 0);
    ls_surface_free(&surface);
    ls_surface_free(&again);
}

static void refuses_an_unwritable_place(void **state) {
    struct ls_surface surface;
    struct ls_error error;
    make_grid(&surface, 4, 3);
    assert_int_equal(ls_surface_write(&surface, text("%s/none/s.h5", (char *)*state), &error),
                     LS_IO);
    assert_message(&error, "none");
    ls_surface_free(&surface);
}

static void compares_scans(void **state) {
    (void)state;
    struct ls_surface wanted, found;
    struct ls_error error;
    make_grid(&wanted, 4, 3);
    make_grid(&found, 4, 3);
    fill(&found);
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_OK);
    assert_int_equal(ls_metadata_set(&wanted.metadata, NULL, "seed", "7"), LS_OK);
    assert_int_equal(ls_metadata_set(&wanted.metadata, NULL, "kernels", "avx2"), LS_OK);
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_OK);

    assert_int_equal(ls_metadata_set(&wanted.metadata, NULL, "seed", "8"), LS_OK);
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_MISMATCH);
    assert_message(&error, "s.h5: was scanned with seed 7, this run asks for seed 8");
    assert_int_equal(ls_metadata_set(&wanted.metadata, NULL, "seed", "7"), LS_OK);
    assert_int_equal(ls_metadata_set(&wanted.metadata, NULL, "norm", "layer"), LS_OK);
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_MISMATCH);
    assert_message(&error, "norm");
    wanted.test = true;
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_MISMATCH);
    assert_message(&error, "train split");
    ls_surface_free(&wanted);

    make_grid(&wanted, 4, 0);
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_MISMATCH);
    assert_message(&error, "3 points along y");
    ls_surface_free(&wanted);
    make_grid(&wanted, 4, 3);
    wanted.x[0] = -2;
    assert_int_equal(ls_surface_same_scan(&wanted, &found, "s.h5", &error), LS_MISMATCH);
    assert_message(&error, "x = -1 to 1, this run asks for -2 to 1");
    ls_surface_free(&wanted);
    ls_surface_free(&found);
}

static void parts_are_merged(void **state) {
    (void)state;
    struct ls_surface whole, part, all;
    struct ls_error error;
    make_grid(&whole, 4, 3);
    make_grid(&part, 4, 3);
    make_grid(&all, 4, 3);
    fill(&whole);
    fill(&part);
    fill(&all);
    assert_int_equal(ls_surface_add_images(&whole, NULL), LS_OK);
    assert_int_equal(ls_surface_add_images(&part, NULL), LS_OK);
    whole.images[4] = 256;
    part.images[3] = 512;
    for (int i = 0; i < 12; i++)
        (i % 2 ? &whole : &part)->loss[i] = LS_NOT_COMPUTED;
    assert_int_equal(ls_metadata_set(&whole.metadata, NULL, "model_sha256", "ab12"), LS_OK);
    assert_int_equal(ls_surface_merge(&whole, "a.h5", &part, "b.h5", &error), LS_MISMATCH);
    assert_message(&error, "b.h5: does not say which model it was scanned of");
    assert_int_equal(ls_metadata_set(&part.metadata, NULL, "model_sha256", "ab12"), LS_OK);
    assert_int_equal(ls_metadata_set(&whole.metadata, NULL, "kernels", "avx2"), LS_OK);
    assert_int_equal(ls_metadata_set(&part.metadata, NULL, "kernels", "avx512, avx2, amx"), LS_OK);
    assert_int_equal(ls_surface_merge(&whole, "a.h5", &part, "b.h5", &error), LS_OK);
    assert_memory_equal(whole.loss, all.loss, 12 * sizeof(double));
    assert_memory_equal(whole.accuracy, all.accuracy, 12 * sizeof(double));
    assert_memory_equal(whole.loss_error, all.loss_error, 12 * sizeof(double));
    assert_true(whole.images[4] == 256 && whole.images[3] == 512);
    assert_string_equal(ls_metadata_get(&whole.metadata, "kernels"), "avx2, avx512, amx");

    assert_int_equal(ls_metadata_set(&part.metadata, NULL, "evaluator", "mine"), LS_OK);
    assert_int_equal(ls_surface_merge(&whole, "a.h5", &part, "b.h5", &error), LS_MISMATCH);
    assert_message(&error, "a.h5: does not say with which evaluator it was scanned, b.h5 with "
                           "evaluator mine");
    ls_surface_free(&whole);
    ls_surface_free(&part);
    ls_surface_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_nothing_computed),
        IN_DIRECTORY(reads_what_it_wrote),
        IN_DIRECTORY(writes_the_same_bytes),
        IN_DIRECTORY(reads_read_only_files),
        IN_DIRECTORY(refuses_an_unwritable_place),
        cmocka_unit_test(compares_scans),
        cmocka_unit_test(parts_are_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
