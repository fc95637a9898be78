/* What a scan computes, on any number of threads, interrupted and continued. */
#include "engine/plan.h"
#include "networks.h"
#include "scans.h"
#include "support.h"
#include <math.h>
#include <stdio.h>

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

/* What a look at the file finds while the scan goes on. */
struct look {
    const char *path;
    int reports;
    size_t computed; /* points in the file at the fifth report */
};

static void look_at_file(void *context, const struct ls_progress *progress) {
    struct look *look = context;
    struct ls_surface found;
    assert_string_equal(progress->phase, "scan");
    assert_true(progress->done == look->reports + 1 && progress->total == 9);
    if (++look->reports != 5)
        return;
    assert_int_equal(ls_surface_read(&found, look->path, NULL), LS_OK);
    look->computed = ls_surface_points(&found) - ls_surface_missing(&found);
    ls_surface_free(&found);
}

static void points_reach_the_disk_as_often_as_is_asked(void **state) {
    struct look look = {.path = text("%s/s.h5", (char *)*state)};
    const struct ls_observer observer = {.report = look_at_file, .context = &look};
    struct setting s;
    struct ls_surface surface;
    open_setting(&s, 4);
    s.scan.observer = &observer;
    s.scan.save_seconds = 1e-9;
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, look.path, NULL), LS_OK);
    assert_int_equal(look.reports, 9);
    assert_int_equal(look.computed, 4); /* those reported before */
    ls_surface_free(&surface);
    close_setting(&s);
}

/* What reports say one after the other: in order, if there is one thread. */
struct course {
    bool orderly;
    int reports, parts; /* of them, within a point */
    struct ls_progress last;
};

static void follow(void *context, const struct ls_progress *progress) {
    struct course *course = context;
    assert_true((progress->done < 1) == (progress->loss == 0 && progress->accuracy < 0));
    if (course->orderly)
        assert_true(progress->done > course->last.done && progress->images > course->last.images);
    course->reports++;
    course->parts += progress->done != floor(progress->done);
    course->last = *progress;
}

/* Three blocks of images are two reports before the one of the point itself. */
static void long_points_are_reported_in_parts(void **state) {
    const struct ls_range two = {0, 1, 2};
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        struct course course = {.orderly = threads == 1};
        const struct ls_observer observer = {.report = follow, .context = &course};
        struct setting s;
        struct ls_surface surface;
        open_setting(&s, 2 * LS_BLOCK + 1);
        s.scan.observer = &observer;
        s.scan.threads = threads;
        assert_int_equal(ls_surface_create(&surface, &two, NULL, NULL), LS_OK);
        assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, NULL), LS_OK);
        assert_int_equal(course.reports, 6);
        assert_true(!course.orderly || course.parts == 4);
        assert_true(course.last.done == 2);
        assert_int_equal(course.last.images, 2 * (2 * LS_BLOCK + 1));
        ls_surface_free(&surface);
        close_setting(&s);
    }
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
        cmocka_unit_test(every_axis_needs_a_direction),
        IN_DIRECTORY(file_is_written_while_threads_go_on),
        cmocka_unit_test(long_points_are_reported_in_parts),
        IN_DIRECTORY(points_reach_the_disk_as_often_as_is_asked),
        cmocka_unit_test(unwritable_output_fails_before_the_work),
        cmocka_unit_test(far_points_may_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
