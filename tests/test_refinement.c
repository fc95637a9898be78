/* Scans go from coarse to fine, and what is unfinished can be drawn as a coarser grid. */
#include "landscape/refinement.h"
#include "landscape/scan.h"
#include "networks.h"
#include "support.h"
#include <math.h>

/* A grid over [-1, 1]^2 (ny = 0: a curve) with a loss that tells each point from the others, but
 * for those of this level and finer ones, which are missing. */
static void make(struct ls_surface *surface, int nx, int ny, int first_missing) {
    const struct ls_range x = {-1, 1, nx}, y = {-1, 1, ny};
    assert_int_equal(ls_surface_create(surface, &x, ny ? &y : NULL, NULL), LS_OK);
    assert_int_equal(ls_surface_add_images(surface, NULL), LS_OK);
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        if (ls_point_level(surface, i) >= first_missing)
            continue;
        surface->loss[i] =
            10 + surface->x[i % (size_t)nx] + (ny ? 100 * surface->y[i / (size_t)nx] : 0);
        surface->accuracy[i] = surface->loss[i] + 1;
        surface->loss_error[i] = surface->loss[i] + 2;
        surface->images[i] = surface->loss[i] + 3;
    }
}

/* Every value must be where it was. */
static void assert_in_place(const struct ls_surface *surface) {
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        const double y = surface->ny ? surface->y[i / (size_t)surface->nx] : 0;
        const double loss = 10 + surface->x[i % (size_t)surface->nx] + (surface->ny ? 100 * y : 0);
        assert_true(surface->loss[i] == loss);
        assert_true(surface->accuracy[i] == loss + 1);
        assert_true(surface->loss_error[i] == loss + 2);
        assert_true(surface->images[i] == loss + 3);
    }
}

static void levels_halve_the_gaps(void **state) {
    static const int levels[] = {0, 3, 2, 3, 1, 3, 2, 3, 0};
    struct ls_surface surface;
    (void)state;
    make(&surface, 9, 9, 0);
    for (size_t i = 0; i < 81; i++) {
        const int x = levels[i % 9], y = levels[i / 9];
        assert_int_equal(ls_point_level(&surface, i), x > y ? x : y);
    }
    ls_surface_free(&surface);
    make(&surface, 1, 2, 0);
    assert_int_equal(ls_point_level(&surface, 0), 0);
    assert_int_equal(ls_point_level(&surface, 1), 0);
    ls_surface_free(&surface);
}

static void unfinished_surfaces_become_coarser(void **state) {
    static const struct {
        int nx, ny, levels; /* that are complete */
        int fewer_x, fewer_y;
    } cases[] = {{9, 9, 3, 5, 5},   {51, 51, 4, 9, 9}, {51, 51, 5, 17, 17}, {51, 3, 3, 5, 3},
                 {3, 100, 4, 3, 9}, {33, 0, 5, 17, 0}, {5, 9, 3, 5, 5}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ls_surface surface;
        make(&surface, cases[c].nx, cases[c].ny, cases[c].levels);
        const size_t points = ls_surface_points(&surface);
        assert_true(ls_surface_coarsen(&surface));
        assert_int_equal(surface.nx, cases[c].fewer_x);
        assert_int_equal(surface.ny, cases[c].fewer_y);
        assert_int_equal(surface.left_out, points - ls_surface_points(&surface));
        assert_true(surface.x[0] == -1 && surface.x[surface.nx - 1] == 1);
        assert_in_place(&surface);
        ls_surface_free(&surface);
    }
}

/* Of a level that a scan is at, points are left out, too. */
static void a_level_is_whole_or_left_out(void **state) {
    struct ls_surface surface;
    (void)state;
    make(&surface, 17, 17, 4);
    surface.loss[17 * 2 + 2] = LS_NOT_COMPUTED; /* of level 3 */
    assert_true(ls_surface_coarsen(&surface));
    assert_int_equal(surface.nx, 5);
    assert_in_place(&surface);
    ls_surface_free(&surface);
}

/* A hole, and what went row after row as far as the middle: most of that would be lost. */
static void holes_stay_holes(void **state) {
    struct ls_surface surface;
    (void)state;
    make(&surface, 51, 51, 9);
    surface.loss[51 * 3 + 3] = LS_NOT_COMPUTED;
    assert_false(ls_surface_coarsen(&surface));
    assert_int_equal(surface.nx, 51);
    for (size_t i = 51 * 30; i < 51 * 51; i++)
        if (ls_point_level(&surface, i) >= 3)
            surface.loss[i] = LS_NOT_COMPUTED;
    assert_false(ls_surface_coarsen(&surface));
    assert_int_equal(surface.nx, 51);
    ls_surface_free(&surface);
}

static void surfaces_stay_what_they_are(void **state) {
    static const int levels[] = {0, 1, 2, 9}; /* too few, and all */
    (void)state;
    for (int l = 0; l < 4; l++) {
        struct ls_surface surface;
        make(&surface, 9, 9, levels[l]);
        assert_false(ls_surface_coarsen(&surface));
        assert_int_equal(surface.nx, 9);
        assert_int_equal(surface.ny, 9);
        assert_int_equal(surface.left_out, 0);
        ls_surface_free(&surface);
    }
}

/* An observer that stops a scan when the points that it may still compute are 0. */
static void count(void *left, const struct ls_progress *progress) {
    (void)progress;
    --*(int *)left;
}

static bool is_over(void *left) {
    return *(int *)left <= 0;
}

static void a_stopped_scan_leaves_a_coarser_grid(void **state) {
    const struct ls_direction_source random = {.options = {.norm = LS_NORM_FILTER}};
    const struct ls_range side = {-1, 1, 9};
    int left = 25;
    const struct ls_observer observer = {.report = count, .stop = is_over, .context = &left};
    struct ls_model model;
    struct ls_dataset dataset;
    struct ls_directions plane;
    struct ls_surface surface;
    (void)state;
    make_model(&model, "resnet20", 1);
    open_synthetic(&dataset, LS_TRAIN, 1);
    assert_int_equal(ls_directions_make(&plane, &model, &random, true, NULL), LS_OK);
    const struct ls_scan scan = {.model = &model,
                                 .dataset = &dataset,
                                 .directions = &plane,
                                 .threads = 1,
                                 .observer = &observer};
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&scan, &surface, NULL, NULL), LS_INTERRUPTED);
    assert_int_equal(ls_surface_missing(&surface), 81 - 25);
    assert_true(ls_surface_coarsen(&surface));
    assert_int_equal(surface.nx, 5);
    assert_int_equal(surface.ny, 5);
    assert_int_equal(ls_surface_missing(&surface), 0);
    ls_surface_free(&surface);
    ls_directions_free(&plane);
    ls_dataset_free(&dataset);
    ls_model_free(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_halve_the_gaps),
        cmocka_unit_test(unfinished_surfaces_become_coarser),
        cmocka_unit_test(a_level_is_whole_or_left_out),
        cmocka_unit_test(holes_stay_holes),
        cmocka_unit_test(surfaces_stay_what_they_are),
        cmocka_unit_test(a_stopped_scan_leaves_a_coarser_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
