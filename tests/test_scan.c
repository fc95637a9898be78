#include "landscape/direction.h"
#include "landscape/scan.h"
#include "networks.h"
#include "support.h"
#include <math.h>

/* A scan of resnet20 on a few images. */
struct setting {
    struct ls_model model;
    struct ls_dataset dataset;
    float *x, *y;
    struct ls_scan scan;
};

static void open_setting(struct setting *s, int images) {
    const struct ls_direction_options options = {.norm = LS_NORM_FILTER, .seed = 3};
    make_model(&s->model, "resnet20", 1);
    open_synthetic(&s->dataset, LS_TRAIN, images);
    s->x = calloc(s->model.network.value_count, sizeof *s->x);
    s->y = calloc(s->model.network.value_count, sizeof *s->y);
    assert_int_equal(ls_direction_random(&s->model, &options, 0, s->x, NULL), LS_OK);
    assert_int_equal(ls_direction_random(&s->model, &options, 1, s->y, NULL), LS_OK);
    s->scan = (struct ls_scan){.model = &s->model,
                               .dataset = &s->dataset,
                               .x_direction = s->x,
                               .y_direction = s->y,
                               .threads = 1};
}

static void close_setting(struct setting *s) {
    ls_model_free(&s->model);
    ls_dataset_free(&s->dataset);
    free(s->x);
    free(s->y);
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
                moved.values[i] =
                    (float)(s.model.values[i] + surface.x[ix] * s.x[i] + surface.y[iy] * s.y[i]);
            assert_int_equal(
                ls_evaluate(&moved, &s.dataset, LS_CROSS_ENTROPY, 1, NULL, &result, NULL), LS_OK);
            assert_float_equal(surface.loss[iy * 4 + ix], result.loss, 0);
            assert_float_equal(surface.accuracy[iy * 4 + ix], result.accuracy, 0);
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
    s.scan.y_direction = NULL;
    assert_int_equal(ls_scan_run(&s.scan, &curve, NULL, NULL), LS_OK);
    s.scan.y_direction = s.y;
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, NULL), LS_OK);
    assert_memory_equal(curve.loss, surface.loss + 3, 3 * sizeof(double)); /* the row y = 0 */
    ls_surface_free(&curve);
    ls_surface_free(&surface);
    close_setting(&s);
}

static bool stop_after(void *context) {
    int *left = context;
    return --*left < 0;
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
    s.scan.y_direction = NULL;
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
        IN_DIRECTORY(interrupted_scan_continues),
        cmocka_unit_test(unwritable_output_fails_before_the_work),
        cmocka_unit_test(far_points_may_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
