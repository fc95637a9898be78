#include "landscape/cpu.h"
#include "landscape/direction.h"
#include "landscape/scan.h"
#include "networks.h"
#include "support.h"
#include <math.h>
#include <stdio.h>

/* A scan of resnet20 on a few images. */
struct setting {
    struct ls_model model;
    struct ls_dataset dataset;
    struct ls_directions plane, line; /* `line` is the plane's x alone */
    struct ls_scan scan;
};

static void open_setting(struct setting *s, int images) {
    const struct ls_direction_source random = {.options = {.norm = LS_NORM_FILTER, .seed = 3}};
    make_model(&s->model, "resnet20", 1);
    open_synthetic(&s->dataset, LS_TRAIN, images);
    assert_int_equal(ls_directions_make(&s->plane, &s->model, &random, true, NULL), LS_OK);
    s->line = (struct ls_directions){.x = s->plane.x};
    s->scan = (struct ls_scan){
        .model = &s->model, .dataset = &s->dataset, .directions = &s->plane, .threads = 1};
}

static void close_setting(struct setting *s) {
    ls_model_free(&s->model);
    ls_dataset_free(&s->dataset);
    ls_directions_free(&s->plane);
}

static const struct ls_range side = {-1, 1, 3};

static void values_are_the_same_on_any_threads(void **state) {
    struct setting s;
    struct ls_surface one, three;
    (void)state;
    open_setting(&s, 300); /* more than one block */
    assert_int_equal(ls_surface_create(&one, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_surface_create(&three, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &one, NULL, NULL), LS_OK);
    s.scan.threads = 3;
    assert_int_equal(ls_scan_run(&s.scan, &three, NULL, NULL), LS_OK);
    assert_int_equal(ls_surface_missing(&three), 0);
    assert_memory_equal(one.loss, three.loss, 9 * sizeof(double));
    assert_memory_equal(one.accuracy, three.accuracy, 9 * sizeof(double));
    assert_memory_equal(one.loss_error, three.loss_error, 9 * sizeof(double));
    ls_surface_free(&one);
    ls_surface_free(&three);
    close_setting(&s);
}

/* The points of a scan are evaluations of models moved by hand. */
static void points_are_moved_models(void **state) {
    struct setting s;
    struct ls_surface surface;
    (void)state;
    open_setting(&s, 20);
    const struct ls_range wide = {-1, 0.5,
                                  4}; /* not square: rows must not be mistaken for columns */
    assert_int_equal(ls_surface_create(&surface, &wide, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, NULL), LS_OK);
    for (int iy = 0; iy < 3; iy++)
        for (int ix = 0; ix < 4; ix++) {
            struct ls_model moved = s.model;
            struct ls_result result;
            moved.values = malloc(moved.network.value_count * sizeof *moved.values);
            for (size_t i = 0; i < moved.network.value_count; i++)
                moved.values[i] = (float)(s.model.values[i] + surface.x[ix] * s.plane.x[i] +
                                          surface.y[iy] * s.plane.y[i]);
            assert_int_equal(
                ls_evaluate(&moved, &s.dataset, LS_CROSS_ENTROPY, LS_FP32, 1, NULL, &result, NULL),
                LS_OK);
            assert_true(surface.loss[iy * 4 + ix] == result.loss);
            assert_true(surface.accuracy[iy * 4 + ix] == result.accuracy);
            assert_true(surface.loss_error[iy * 4 + ix] == result.loss_error);
            free(moved.values);
        }
    ls_surface_free(&surface);
    close_setting(&s);
}

static void curve_has_no_second_axis(void **state) {
    struct setting s;
    struct ls_surface curve, surface;
    (void)state;
    open_setting(&s, 20);
    assert_int_equal(ls_surface_create(&curve, &side, NULL, NULL), LS_OK);
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    s.scan.directions = &s.line;
    assert_int_equal(ls_scan_run(&s.scan, &curve, NULL, NULL), LS_OK);
    s.scan.directions = &s.plane;
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, NULL), LS_OK);
    assert_memory_equal(curve.loss, surface.loss + 3, 3 * sizeof(double)); /* the row y = 0 */
    ls_surface_free(&curve);
    ls_surface_free(&surface);
    close_setting(&s);
}

/* The values at a point are those of its images alone. */
static void assert_point_is_of_its_images(const struct setting *s, const struct ls_surface *curve,
                                          int point) {
    struct ls_model moved = s->model;
    struct ls_dataset some = s->dataset;
    struct ls_result result;
    moved.values = malloc(moved.network.value_count * sizeof *moved.values);
    for (size_t i = 0; i < moved.network.value_count; i++)
        moved.values[i] = (float)(s->model.values[i] + curve->x[point] * s->plane.x[i]);
    some.count = (int)curve->images[point];
    assert_int_equal(ls_evaluate(&moved, &some, LS_CROSS_ENTROPY, LS_FP32, 2, NULL, &result, NULL),
                     LS_OK);
    assert_true(curve->loss[point] == result.loss);
    assert_true(curve->accuracy[point] == result.accuracy);
    assert_true(curve->loss_error[point] == result.loss_error);
    free(moved.values);
}

/* A curve on which some points end early, and others do not. */
static void points_take_the_images_that_their_error_asks_for(void **state) {
    const struct ls_range line = {-1, 1, 5};
    struct setting s;
    struct ls_surface curves[2]; /* by one thread and by three */
    int early = 0;
    (void)state;
    open_setting(&s, 600);
    s.scan.directions = &s.line;
    s.scan.relative_error = 0.02;
    for (int c = 0; c < 2; c++) {
        s.scan.threads = 1 + 2 * c;
        assert_int_equal(ls_scan_open(&s.scan, &line, NULL, NULL, &curves[c], NULL), LS_OK);
        assert_int_equal(ls_scan_run(&s.scan, &curves[c], NULL, NULL), LS_OK);
    }
    assert_memory_equal(curves[0].loss, curves[1].loss, 5 * sizeof(double));
    assert_memory_equal(curves[0].accuracy, curves[1].accuracy, 5 * sizeof(double));
    assert_memory_equal(curves[0].loss_error, curves[1].loss_error, 5 * sizeof(double));
    assert_memory_equal(curves[0].images, curves[1].images, 5 * sizeof(double));
    for (int p = 0; p < 5; p++) {
        const bool enough = curves[0].loss_error[p] <= 0.02 * curves[0].loss[p];
        assert_true(curves[0].images[p] == 256 || curves[0].images[p] == 512 ||
                    curves[0].images[p] == 600);
        assert_true(curves[0].images[p] == 600 || enough);
        early += curves[0].images[p] < 600;
        assert_point_is_of_its_images(&s, &curves[0], p);
    }
    assert_in_range(early, 1, 4);
    ls_surface_free(&curves[0]);
    ls_surface_free(&curves[1]);
    close_setting(&s);
}

static bool stop_after(void *context) {
    int *left = context;
    return --*left < 0;
}

/* What a continued scan finds, the images of each point included, is what an undisturbed one does.
 * Points of so many blocks are whole units of work only because they may end early. */
static void points_with_images_of_their_own_continue(void **state) {
    const struct ls_range line = {-1, 1, 5};
    const char *path = text("%s/surface.h5", (char *)*state);
    struct setting s;
    struct ls_surface whole, found;
    (void)state;
    open_setting(&s, 2400);
    s.scan.directions = &s.line;
    s.scan.relative_error = 0.06;
    assert_int_equal(ls_scan_open(&s.scan, &line, NULL, NULL, &whole, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &whole, NULL, NULL), LS_OK);
    for (int run = 0; run < 2; run++) {
        int left = 3;
        const struct ls_observer observer = {.stop = run ? NULL : stop_after, .context = &left};
        s.scan.observer = &observer;
        s.scan.threads = 1 + run;
        assert_int_equal(ls_scan_open(&s.scan, &line, NULL, path, &found, NULL), LS_OK);
        assert_in_range(ls_surface_missing(&found), run ? 1 : 5, run ? 4 : 5);
        assert_int_equal(ls_scan_run(&s.scan, &found, path, NULL), run ? LS_OK : LS_INTERRUPTED);
        ls_surface_free(&found);
    }
    assert_int_equal(ls_surface_read(&found, path, NULL), LS_OK);
    assert_memory_equal(whole.loss, found.loss, 5 * sizeof(double));
    assert_memory_equal(whole.images, found.images, 5 * sizeof(double));
    ls_surface_free(&whole);
    ls_surface_free(&found);
    close_setting(&s);
}

static void interrupted_scan_continues(void **state) {
    struct setting s;
    struct ls_surface whole, found;
    struct ls_error error = {0};
    const char *path = text("%s/surface.h5", (char *)*state);
    open_setting(&s, 20);
    assert_int_equal(ls_surface_create(&whole, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &whole, NULL, NULL), LS_OK);
    assert_int_equal(ls_surface_create(&found, &side, &side, NULL), LS_OK);
    for (int run = 0; run < 3; run++) { /* 2 + 2 + 2 points, then the rest */
        int left = 2;
        const struct ls_observer observer = {.stop = stop_after, .context = &left};
        s.scan.observer = &observer;
        assert_int_equal(ls_scan_run(&s.scan, &found, path, &error), LS_INTERRUPTED);
        ls_surface_free(&found);
        assert_int_equal(ls_surface_read(&found, path, NULL), LS_OK);
        assert_int_equal(ls_surface_missing(&found), 9 - 2 * (run + 1));
    }
    s.scan.observer = NULL;
    assert_int_equal(ls_scan_run(&s.scan, &found, path, NULL), LS_OK);
    assert_memory_equal(whole.loss, found.loss, 9 * sizeof(double));
    ls_surface_free(&found);
    assert_int_equal(ls_surface_read(&found, path, NULL), LS_OK);
    assert_memory_equal(whole.loss, found.loss, 9 * sizeof(double));
    ls_surface_free(&whole);
    ls_surface_free(&found);
    close_setting(&s);
}

/* Opens a surface over side x side, which must succeed. */
static void open_surface(struct ls_surface *surface, const struct setting *s, const char *path) {
    struct ls_error error = {0};
    if (ls_scan_open(&s->scan, &side, &side, path, surface, &error))
        fail_msg("%s", error.message);
}

/* Opening another scan must fail and name `difference`. */
static void assert_other_scan(const struct setting *s, const char *path, const char *difference) {
    struct ls_surface surface;
    struct ls_error error = {0};
    assert_int_equal(ls_scan_open(&s->scan, &side, &side, path, &surface, &error), LS_MISMATCH);
    assert_message(&error, path);
    assert_message(&error, difference);
}

/* All of what the scan command does can be done from C. */
static void opened_scan_continues_only_itself(void **state) {
    struct setting s, other;
    struct ls_surface surface;
    const char *path = text("%s/surface.h5", (char *)*state);
    int left = 2;
    const struct ls_observer observer = {.stop = stop_after, .context = &left};
    open_setting(&s, 20);
    open_setting(&other, 19);
    open_surface(&surface, &s, path);
    assert_int_equal(ls_surface_missing(&surface), 9);
    assert_string_equal(ls_metadata_get(&surface.metadata, "seed"), "3");
    assert_string_equal(ls_metadata_get(&surface.metadata, "data"), "synthetic:0");
    assert_non_null(ls_metadata_get(&surface.metadata, "kernels"));
    s.scan.observer = &observer;
    assert_int_equal(ls_scan_run(&s.scan, &surface, path, NULL), LS_INTERRUPTED);
    ls_surface_free(&surface);

    open_surface(&surface, &s, path);
    assert_int_equal(ls_surface_missing(&surface), 7);
    assert_int_equal(ls_metadata_set(&surface.metadata, NULL, "kernels", "another machine's"),
                     LS_OK);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    snprintf(s.dataset.name, sizeof s.dataset.name, "elsewhere");
    open_surface(&surface, &s, path);
    assert_int_equal(ls_surface_missing(&surface), 7);
    assert_string_equal(ls_metadata_get(&surface.metadata, "kernels"),
                        text("another machine's, %s", ls_cpu_name(ls_cpu_used())));
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    open_surface(&surface, &s, path); /* each is named once */
    assert_string_equal(ls_metadata_get(&surface.metadata, "kernels"),
                        text("another machine's, %s", ls_cpu_name(ls_cpu_used())));
    ls_surface_free(&surface);

    s.dataset.pixels[7] ^= 1;
    assert_other_scan(&s, path, "data_sha256");
    s.dataset.pixels[7] ^= 1;
    assert_other_scan(&other, path, "images 20");
    s.scan.loss = LS_MSE;
    assert_other_scan(&s, path, "loss cross-entropy");
    s.scan.loss = LS_CROSS_ENTROPY;
    s.scan.relative_error = 0.02;
    assert_other_scan(&s, path, "was scanned without relative_error");
    open_surface(&surface, &s, NULL);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    ls_surface_free(&surface);
    s.scan.relative_error = 0.03;
    assert_other_scan(&s, path, "relative_error 0.02, this run asks for relative_error 0.03");
    s.scan.relative_error = 0;
    assert_other_scan(&s, path, "relative_error 0.02, this run has none");
    s.model.values[0] += 1; /* a model from no file is known by its values */
    assert_other_scan(&s, path, "model_sha256");
    close_setting(&s);
    close_setting(&other);
}

/* A network's test error says something of a surface over images of the same kind alone. */
static void results_on_other_data_are_not_recorded(void **state) {
    static const struct {
        const char *trained, *scanned;
        bool same;
    } cases[] = {{"cifar10:somewhere", "synthetic:0", false},
                 {"synthetic:5", "synthetic:0", true},
                 {"cifar10:here", "cifar10:there", true},
                 {"npz:a.npz", "npz:data/a.npz", true},
                 {"npz:data/a.npz", "npz:data/b.npz", false},
                 {"npz:a.npz", "npz", false},
                 {"npz", "npz", true},
                 {"folder:pets@64x64", "folder:data/pets@64x64", true},
                 {"folder:pets@64x64", "folder:pets@32x32", false}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const bool same = cases[c].same;
        struct setting s;
        struct ls_surface surface;
        open_setting(&s, 20);
        assert_false(ls_scan_of_other_data(&s.scan));
        ls_metadata_set(&s.model.metadata, NULL, "data", "%s", cases[c].trained);
        snprintf(s.dataset.name, sizeof s.dataset.name, "%s", cases[c].scanned);
        ls_metadata_set(&s.model.metadata, NULL, "test_error", "12.4");
        assert_int_equal(ls_scan_of_other_data(&s.scan), !same);
        open_surface(&surface, &s, NULL);
        assert_int_equal(ls_metadata_get(&surface.metadata, "model_test_error") != NULL, same);
        ls_surface_free(&surface);
        close_setting(&s);
    }
}

static void opened_scan_saves_its_directions(void **state) {
    struct setting s;
    struct ls_surface surface;
    struct ls_directions found;
    struct ls_error error = {0};
    const char *path = text("%s/directions.h5", (char *)*state);
    const struct ls_direction_source file = {.file = path};
    open_setting(&s, 20);
    s.scan.save_directions = path;
    for (int run = 0; run < 2; run++) { /* the second finds them there */
        open_surface(&surface, &s, NULL);
        assert_string_equal(ls_metadata_get(&surface.metadata, "dir_file"), path);
        ls_surface_free(&surface);
    }
    assert_int_equal(ls_directions_make(&found, &s.model, &file, true, NULL), LS_OK);
    assert_memory_equal(found.x, s.plane.x, s.model.network.value_count * sizeof(float));
    assert_memory_equal(found.y, s.plane.y, s.model.network.value_count * sizeof(float));
    assert_int_equal(strlen(ls_metadata_get(&found.origin, "directions_sha256")), 64);
    s.plane.x[0] += 1;
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, NULL, &surface, &error), LS_MISMATCH);
    assert_message(&error, "other directions");
    ls_directions_free(&found);
    close_setting(&s);
}

/* Opens a scan of the model at `path`, towards models at paths x and y, and expects these markers.
 * The model itself must be at (0, 0), the others at (1, 0) and (0, 1). */
static void assert_marks(struct setting *s, const char *const paths[3], const char *const names[3],
                         const char *const expected[3]) {
    struct ls_surface surface;
    struct ls_directions directions = s->plane;
    static const char *const keys[] = {NULL, "model2", "model3"};
    int marker = 0;
    directions.origin = (struct ls_metadata){0};
    for (int i = 1; i < 3; i++)
        if (paths[i])
            assert_int_equal(ls_metadata_set(&directions.origin, NULL, keys[i], "%s", paths[i]),
                             LS_OK);
    s->scan.directions = &directions;
    s->scan.model_path = paths[0];
    for (int i = 0; i < 3; i++)
        s->scan.names[i] = names ? names[i] : NULL;
    open_surface(&surface, s, NULL);
    for (int i = 0; i < 3; i++) {
        if (!expected[i])
            continue;
        assert_true(marker < surface.marker_count);
        assert_string_equal(surface.markers[marker].name, expected[i]);
        assert_true(surface.markers[marker].x == (i == 1));
        assert_true(surface.markers[marker].y == (i == 2));
        marker++;
    }
    assert_int_equal(surface.marker_count, marker);
    ls_surface_free(&surface);
    ls_metadata_free(&directions.origin);
}

#define THREE (const char *const[3])

static void networks_of_a_plane_are_marked(void **state) {
    struct setting s;
    (void)state;
    open_setting(&s, 4);
    assert_marks(&s, THREE{"a.safetensors"}, NULL, THREE{NULL}); /* random directions */
    assert_marks(&s, THREE{"a.safetensors", "r/b.pth", "c.t7"}, NULL, THREE{"a", "b", "c"});
    assert_marks(&s, THREE{"runs/a/model.pt", "runs/b/model.pt", "runs/c/model.pt"}, NULL,
                 THREE{"a", "b", "c"});
    assert_marks(&s, THREE{"r/a/model.pt", "r/b/model.pt", "r/b/old.pt"}, NULL,
                 THREE{"a/model", "b/model", "b/old"});
    assert_marks(&s, THREE{"model.pt", "b/model.pt"}, NULL, THREE{"model", "b/model"});
    assert_marks(&s, THREE{"/model.pt", "/b/model.pt"}, NULL, THREE{"/model", "b/model"});
    assert_marks(&s, THREE{"r/a.pt", NULL, "r/b.pt"}, NULL, THREE{"a", NULL, "b"});
    assert_marks(&s, THREE{"a.pt", "a.pt", "b.pt"}, NULL, THREE{"a", "a", "b"});
    assert_marks(&s, THREE{"a.pt", NULL, "b.pt"}, THREE{"made", "trained"},
                 THREE{"made", NULL, "trained"});
    assert_marks(&s, THREE{NULL, "b.pt"}, NULL, THREE{"resnet20", "b"});
    close_setting(&s);
}

static void relative_errors_are_parts(void **state) {
    static const double others[] = {-0.1, 1.1, NAN};
    struct setting s;
    struct ls_surface surface;
    struct ls_error error = {0};
    (void)state;
    open_setting(&s, 4);
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    for (int i = 0; i < 3; i++) {
        s.scan.relative_error = others[i];
        assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, &error), LS_BAD_ARGUMENT);
        assert_message(&error, "from 0 to 1");
    }
    ls_surface_free(&surface);
    close_setting(&s);
}

static void every_axis_needs_a_direction(void **state) {
    struct setting s;
    struct ls_surface surface;
    struct ls_error error = {0};
    (void)state;
    open_setting(&s, 4);
    s.scan.directions = &s.line;
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "direction");
    ls_surface_free(&surface);
    close_setting(&s);
}

/* Threads finish points while one of them writes; the file ends up complete. */
static void file_is_written_while_threads_go_on(void **state) {
    const struct ls_range long_side = {-1, 1, 40};
    struct setting s;
    struct ls_surface surface, found;
    const char *path = text("%s/surface.h5", (char *)*state);
    open_setting(&s, 2);
    s.scan.threads = 3;
    s.scan.save_seconds = 1e-9;
    s.scan.directions = &s.line;
    assert_int_equal(ls_scan_open(&s.scan, &long_side, NULL, path, &surface, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, path, NULL), LS_OK);
    assert_int_equal(ls_surface_read(&found, path, NULL), LS_OK);
    assert_memory_equal(found.loss, surface.loss, 40 * sizeof(double));
    assert_int_equal(ls_surface_missing(&found), 0);
    ls_surface_free(&surface);
    ls_surface_free(&found);
    close_setting(&s);
}

static void unwritable_output_fails_before_the_work(void **state) {
    struct setting s;
    struct ls_surface surface;
    struct ls_error error = {0};
    (void)state;
    open_setting(&s, 20);
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, "/nonexistent/s.h5", &error), LS_IO);
    assert_message(&error, "/nonexistent/s.h5");
    assert_int_equal(ls_surface_missing(&surface), 9);
    ls_surface_free(&surface);
    close_setting(&s);
}

static void far_points_may_overflow(void **state) {
    struct setting s;
    struct ls_surface surface;
    const struct ls_range far = {1e25, 1e38, 2};
    (void)state;
    open_setting(&s, 4);
    assert_int_equal(ls_surface_create(&surface, &far, NULL, NULL), LS_OK);
    s.scan.directions = &s.line;
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, NULL), LS_OK);
    assert_int_equal(ls_surface_missing(&surface), 0);
    assert_false(isfinite(surface.loss[1]));
    ls_surface_free(&surface);
    close_setting(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_the_same_on_any_threads),
        cmocka_unit_test(points_are_moved_models),
        cmocka_unit_test(curve_has_no_second_axis),
        cmocka_unit_test(points_take_the_images_that_their_error_asks_for),
        IN_DIRECTORY(points_with_images_of_their_own_continue),
        cmocka_unit_test(relative_errors_are_parts),
        IN_DIRECTORY(interrupted_scan_continues),
        IN_DIRECTORY(opened_scan_continues_only_itself),
        cmocka_unit_test(results_on_other_data_are_not_recorded),
        IN_DIRECTORY(opened_scan_saves_its_directions),
        cmocka_unit_test(networks_of_a_plane_are_marked),
        cmocka_unit_test(every_axis_needs_a_direction),
        IN_DIRECTORY(file_is_written_while_threads_go_on),
        cmocka_unit_test(unwritable_output_fails_before_the_work),
        cmocka_unit_test(far_points_may_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
