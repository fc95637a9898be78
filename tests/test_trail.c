#include "pictures.h"
#include "render/trail.h"
#include "support.h"
#include <math.h>

/* Clips a trajectory of `count` steps to [-1, 1]^2. */
static struct ls_trail clip(const double *x, const double *y, int count) {
    struct ls_surface surface;
    struct ls_trail trail;
    const struct ls_trajectory way = {.count = count, .x = (double *)x, .y = (double *)y};
    make_bowl(&surface, 5, 1);
    assert_int_equal(ls_trajectory_copy(&surface.trajectory, &way, NULL), LS_OK);
    assert_int_equal(ls_trail_clip(&trail, &surface, NULL), LS_OK);
    ls_surface_free(&surface);
    return trail;
}

static void assert_point(const struct ls_trail *trail, int i, double x, double y, bool stop) {
    assert_true(i < trail->count);
    assert_true(fabs(trail->x[i] - x) < 1e-12 && fabs(trail->y[i] - y) < 1e-12);
    assert_int_equal(trail->stop[i], stop);
}

static void assert_break(const struct ls_trail *trail, int i) {
    assert_true(i < trail->count && isnan(trail->x[i]) && isnan(trail->y[i]) && !trail->stop[i]);
}

static void what_lies_within_stays(void **state) {
    static const double x[] = {-1, 0.5, 0.5, 1}, y[] = {0, 0.5, -1, 1};
    struct ls_trail trail = clip(x, y, 4);
    (void)state;
    assert_int_equal(trail.count, 4);
    for (int i = 0; i < 4; i++)
        assert_point(&trail, i, x[i], y[i], true);
    ls_trail_free(&trail);
}

static void lines_end_at_the_axes(void **state) {
    static const double x[] = {0, 2, 2, 0}, y[] = {0, 0, 0.5, 0.5};
    struct ls_trail trail = clip(x, y, 4);
    (void)state;
    assert_int_equal(trail.count, 5);
    assert_point(&trail, 0, 0, 0, true);
    assert_point(&trail, 1, 1, 0, false);
    assert_break(&trail, 2);
    assert_point(&trail, 3, 1, 0.5, false);
    assert_point(&trail, 4, 0, 0.5, true);
    ls_trail_free(&trail);
}

/* Through two sides, by a corner, and past it. */
static void lines_between_points_outside_are_seen(void **state) {
    static const double x[] = {-3, 3, 0, 3}, y[] = {-1.5, 1.5, 3, 0.5};
    struct ls_trail trail = clip(x, y, 4);
    (void)state;
    assert_point(&trail, 0, -1, -0.5, false);
    assert_point(&trail, 1, 1, 0.5, false);
    assert_int_equal(trail.count, 2);
    ls_trail_free(&trail);
}

static void far_points_do_no_harm(void **state) {
    static const double x[] = {-1e100, 1e100, 1e100, 0}, y[] = {0.25, 0.25, 1e100, 0};
    struct ls_trail trail = clip(x, y, 4);
    (void)state;
    assert_true(trail.count >= 2 && trail.count <= 9);
    for (int i = 0; i < trail.count; i++) /* rounding decides where, but they are within */
        assert_true(isnan(trail.x[i]) || (fabs(trail.x[i]) <= 1 && fabs(trail.y[i]) <= 1));
    ls_trail_free(&trail);
}

static void what_has_no_trajectory_has_no_trail(void **state) {
    static const double far[] = {2, 3};
    struct ls_surface surface;
    struct ls_trail trail;
    (void)state;
    make_bowl(&surface, 5, 1);
    assert_int_equal(ls_trail_clip(&trail, &surface, NULL), LS_OK);
    assert_int_equal(trail.count, 0);
    ls_trail_free(&trail);
    ls_surface_free(&surface);
    trail = clip(far, far, 2);
    assert_int_equal(trail.count, 0);
    ls_trail_free(&trail);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_within_stays),
        cmocka_unit_test(lines_end_at_the_axes),
        cmocka_unit_test(lines_between_points_outside_are_seen),
        cmocka_unit_test(far_points_do_no_harm),
        cmocka_unit_test(what_has_no_trajectory_has_no_trail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
