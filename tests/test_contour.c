/* Contour lines: where they run, where they stop, what simplifying keeps. */
#include "render/marks.h"
#include "support.h"
#include <math.h>

static void contour_lines_of_a_bowl_are_circles(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_field field;
    struct ls_lines lines = {0};
    struct ls_range range = {-1, 1, 41};
    assert_int_equal(ls_surface_create(&surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < 41 * 41; i++)
        surface.loss[i] = pow(surface.x[i % 41], 2) + pow(surface.y[i / 41], 2);
    assert_int_equal(ls_field_refine(&field, &surface, 201, NULL), LS_OK);
    assert_int_equal(ls_lines_trace(&lines, &field, asinh(0.25), 0, NULL), LS_OK);
    assert_int_equal(lines.line_count, 1);
    struct ls_point first = lines.points[0], last = lines.points[lines.point_count - 1];
    assert_true(first.x == last.x && first.y == last.y);
    double area = 0;
    for (size_t i = 0; i + 1 < lines.point_count; i++) {
        struct ls_point p = lines.points[i], q = lines.points[i + 1];
        assert_true(fabs(hypot(p.x, p.y) - 0.5) < 1e-3);
        area += (p.x * q.y - q.x * p.y) / 2;
    }
    /* The higher ground lies on the left, so round a valley the line runs clockwise. */
    assert_true(fabs(area + acos(-1) / 4) < 2e-3);
    ls_lines_free(&lines);
    ls_field_free(&field);
    ls_surface_free(&surface);
}

static void lines_end_at_unknown_points(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range range = {0, 4, 5};
    struct ls_field field;
    struct ls_lines lines = {0};
    assert_int_equal(ls_surface_create(&surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < 25; i++)
        surface.loss[i] = surface.x[i % 5];
    surface.loss[12] = LS_NOT_COMPUTED;
    assert_int_equal(ls_field_refine(&field, &surface, 5, NULL), LS_OK);
    assert_int_equal(ls_lines_trace(&lines, &field, asinh(1.5), 0, NULL), LS_OK);
    assert_int_equal(lines.line_count, 2);
    for (size_t i = 0; i < lines.point_count; i++)
        assert_true(lines.points[i].y <= 1 || lines.points[i].y >= 3);
    ls_lines_free(&lines);
    ls_field_free(&field);
    ls_surface_free(&surface);
}

/* A straight slope stays straight, however its samples are spaced. */
static void uneven_coordinates_bend_nothing(void **state) {
    (void)state;
    static const double x[] = {0, 0.1, 0.2, 1, 4, 4.5};
    struct ls_surface surface;
    struct ls_range range = {0, 5, 6}, two = {0, 1, 2};
    struct ls_field field;
    assert_int_equal(ls_surface_create(&surface, &range, &two, NULL), LS_OK);
    for (int i = 0; i < 12; i++) {
        surface.x[i % 6] = x[i % 6];
        surface.loss[i] = sinh(0.5 * x[i % 6] + 1);
    }
    assert_int_equal(ls_field_refine(&field, &surface, 101, NULL), LS_OK);
    assert_int_equal(field.nx, 101);
    for (int i = 0; i < field.nx; i++)
        assert_true(fabs(field.z[i] - 0.5 * field.x[i] - 1) < 1e-12);
    assert_true(fabs(ls_field_at(&field, 2.5, 0.3) - 2.25) < 1e-12);
    ls_field_free(&field);
    ls_surface_free(&surface);
}

static void infinities_are_missing(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range range = {0, 1, 3};
    struct ls_field field;
    assert_int_equal(ls_surface_create(&surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < 9; i++)
        surface.loss[i] = i == 4 ? INFINITY : i;
    assert_int_equal(ls_field_refine(&field, &surface, 5, NULL), LS_OK);
    for (int i = 0; i < 25; i++) {
        bool near = i / 5 > 0 && i / 5 < 4 && i % 5 > 0 && i % 5 < 4;
        assert_int_equal(isnan(field.z[i]), near);
    }
    ls_field_free(&field);
    ls_surface_free(&surface);
}

/* On a plane that rises along x with a level every 0.1, lines go on in steps of two and four as
 * more room is asked for, always with the highest. */
static void crowded_lines_are_thinned_out(void **state) {
    (void)state;
    enum { LEVELS = 9 };
    struct ls_surface surface;
    struct ls_range range = {-1, 1, 41};
    struct ls_field field;
    struct ls_lines lines = {0};
    double values[LEVELS];
    assert_int_equal(ls_surface_create(&surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < 41 * 41; i++)
        surface.loss[i] = sinh(surface.x[i % 41]);
    assert_int_equal(ls_field_refine(&field, &surface, 41, NULL), LS_OK);
    for (int l = 0; l < LEVELS; l++) {
        values[l] = 0.1 * l - 0.41;
        assert_int_equal(ls_lines_trace(&lines, &field, values[l], l, NULL), LS_OK);
    }
    assert_int_equal(lines.line_count, LEVELS);
    bool *shown = calloc(lines.point_count, sizeof *shown);
    assert_non_null(shown);
    static const double spacings[] = {0.09, 0.11, 0.21, 0.41};
    for (int s = 0; s < 4; s++) {
        struct ls_thinning how = {&field, values, LEVELS, spacings[s]};
        ls_lines_thin(&lines, &how, shown);
        for (int l = 0; l < LEVELS; l++)
            for (size_t i = 0; i < lines.lines[l].count; i++)
                assert_int_equal(shown[lines.lines[l].first + i], l % (1 << s) == 0);
    }
    free(shown);
    ls_lines_free(&lines);
    ls_field_free(&field);
    ls_surface_free(&surface);
}

/* One low point in high ground: a loop of about the size of a cell. */
static void specks_are_left_out(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range range = {-1, 1, 41};
    struct ls_field field;
    struct ls_lines lines = {0};
    const double value = asinh(1);
    bool shown[100];
    assert_int_equal(ls_surface_create(&surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < 41 * 41; i++)
        surface.loss[i] = i == 20 * 41 + 20 ? 0 : 2;
    assert_int_equal(ls_field_refine(&field, &surface, 41, NULL), LS_OK);
    assert_int_equal(ls_lines_trace(&lines, &field, value, 0, NULL), LS_OK);
    assert_int_equal(lines.line_count, 1);
    assert_in_range(lines.point_count, 5, 100);
    struct ls_thinning how = {&field, &value, 1, 0.02};
    ls_lines_thin(&lines, &how, shown);
    assert_true(shown[0]);
    how.spacing = 0.05;
    ls_lines_thin(&lines, &how, shown);
    for (size_t i = 0; i < lines.point_count; i++)
        assert_false(shown[i]);
    ls_lines_free(&lines);
    ls_field_free(&field);
    ls_surface_free(&surface);
}

/* Three networks and the minimum close to each other, in a corner and at the right edge. */
static void labels_of_marks_keep_apart(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range range = {-1, 1, 21};
    struct ls_marks marks;
    const double em = 0.05;
    assert_int_equal(ls_surface_create(&surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < 21 * 21; i++)
        surface.loss[i] = hypot(surface.x[i % 21] + 1, surface.y[i / 21] + 1);
    assert_int_equal(ls_surface_mark(&surface, "a", -1, -1, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(&surface, "a longer name", -0.97, -0.98, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(&surface, "edge", 1, 0, NULL), LS_OK);
    struct ls_trail none;
    assert_int_equal(ls_marks_place(&marks, &none, &surface, "min", 1, em, NULL), LS_OK);
    assert_int_equal(marks.count, 4);
    for (int i = 0; i < 4; i++) {
        const struct ls_mark *mark = &marks.mark[i];
        assert_int_equal(mark->network, i < 3);
        assert_true(fabs(mark->label.x) + mark->width / 2 < 1);
        assert_true(fabs(mark->label.y) + mark->height / 2 < 1);
        for (int j = 0; j < i; j++) {
            const struct ls_mark *other = &marks.mark[j];
            double x = fabs(mark->label.x - other->label.x);
            double y = fabs(mark->label.y - other->label.y);
            assert_true(x > (mark->width + other->width) / 2 - 1e-9 ||
                        y > (mark->height + other->height) / 2 - 1e-9);
        }
        assert_true(ls_marks_cover(&marks, mark->label, 0));
        assert_true(ls_marks_cover(&marks, mark->at, 0));
    }
    assert_false(ls_marks_cover(&marks, (struct ls_point){0, 0.5}, em));
    ls_trail_free(&none);
    ls_surface_free(&surface);
}

static void simplifying_keeps_ends_and_corners(void **state) {
    (void)state;
    const struct ls_point points[] = {{0, 0}, {1, 0.01}, {2, 0}, {2, 1}, {2.01, 2}, {2, 3}};
    const bool expected[] = {true, false, true, false, false, true};
    bool keep[6];
    ls_simplify(points, 6, 0.1, keep);
    assert_memory_equal(keep, expected, sizeof keep);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contour_lines_of_a_bowl_are_circles),
        cmocka_unit_test(lines_end_at_unknown_points),
        cmocka_unit_test(uneven_coordinates_bend_nothing),
        cmocka_unit_test(infinities_are_missing),
        cmocka_unit_test(crowded_lines_are_thinned_out),
        cmocka_unit_test(specks_are_left_out),
        cmocka_unit_test(labels_of_marks_keep_apart),
        cmocka_unit_test(simplifying_keeps_ends_and_corners),
    };
    return cmocka_run_group_tests_name("contour", tests, NULL, NULL);
}
