/* Pictures of other numbers than the loss. */
#include "pictures.h"
#include "support.h"
#include <math.h>

enum { N = 11, POINTS = N * N };

/* A bowl whose errors are 90 |x| percent, and standard errors 0.03 + y^2. */
static void make_numbers(struct ls_surface *surface) {
    make_bowl(surface, N, 4);
    for (int i = 0; i < POINTS; i++) {
        surface->accuracy[i] = 100 - 90 * fabs(surface->x[i % N]);
        surface->loss_error[i] = 0.03 + pow(surface->y[i / N], 2);
    }
}

static enum ls_status plot_of(const struct ls_surface *surface, enum ls_plot_kind kind,
                              enum ls_plot_of of, const char *path, struct ls_error *error) {
    struct ls_plot_options options = ls_plot_defaults();
    options.kind = kind;
    options.of = of;
    return ls_plot_surfaces(&surface, 1, &options, path, error);
}

static void assert_same_file(const char *a, const char *b) {
    size_t size_a, size_b;
    char *of_a = slurp(a, &size_a), *of_b = slurp(b, &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(of_a, of_b, size_a);
    free(of_a);
    free(of_b);
}

/* The picture is that of a surface whose losses are the numbers. */
static void numbers_are_coloured_as_losses_are(void **state) {
    struct ls_surface surface, expected;
    const struct ls_surface *one = &expected;
    struct ls_plot_options options = ls_plot_defaults();
    (void)state;
    make_numbers(&surface);
    make_numbers(&expected);
    surface.accuracy[3] = LS_NOT_COMPUTED;
    for (int i = 0; i < POINTS; i++)
        expected.loss[i] = i == 3 ? LS_NOT_COMPUTED : 90 * fabs(surface.x[i % N]);
    options.kind = LS_PLOT_HEATMAP;
    options.vmin = 0;
    options.vmax = 100;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "expected.png", NULL), LS_OK);
    assert_int_equal(plot_of(&surface, LS_PLOT_HEATMAP, LS_PLOT_OF_ERROR, "out.png", NULL), LS_OK);
    assert_same_file("out.png", "expected.png");
    memcpy(expected.loss, surface.loss_error, POINTS * sizeof *expected.loss);
    options.vmin = 0.02; /* 0.03 to 1.03 */
    options.vmax = 2;
    options.log = true;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "expected.png", NULL), LS_OK);
    assert_int_equal(plot_of(&surface, LS_PLOT_HEATMAP, LS_PLOT_OF_STANDARD_ERROR, "out.png", NULL),
                     LS_OK);
    assert_same_file("out.png", "expected.png");
    ls_surface_free(&surface);
    ls_surface_free(&expected);
}

/* Words and levels are those of the numbers; the mark is that of the loss. */
static void pictures_say_what_they_show(void **state) {
    struct ls_surface surface;
    (void)state;
    skip_without_gnuplot();
    make_numbers(&surface);
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "error (%)"));
    assert_true(contains("out.svg", ">10<"));
    assert_true(contains("out.svg", ">90<"));
    assert_false(contains("out.svg", ">100<"));
    assert_true(contains("out.svg", "min loss 0.25"));
    assert_int_equal(plot_of(&surface, LS_PLOT_SURFACE, LS_PLOT_OF_ERROR, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "<svg"));
    assert_int_equal(plot_of(&surface, LS_PLOT_HEATMAP, LS_PLOT_OF_STANDARD_ERROR, "out.svg", NULL),
                     LS_OK);
    assert_true(contains("out.svg", "standard error of the loss"));
    for (int i = 0; i < POINTS; i++)
        surface.accuracy[i] = 75;
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "the error is 25 everywhere"));
    ls_surface_free(&surface);
}

static void what_has_no_such_numbers_is_refused(void **state) {
    struct ls_surface surface, curve;
    struct ls_error error;
    struct ls_range range = {-1, 1, N};
    (void)state;
    make_numbers(&surface);
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.html", &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "other numbers than the loss are drawn as pictures");
    assert_int_equal(plot_of(&surface, LS_PLOT_SURFACE, LS_PLOT_OF_ERROR, "out.obj", &error),
                     LS_BAD_ARGUMENT);
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.csv", &error),
                     LS_BAD_ARGUMENT);
    assert_int_equal(ls_surface_create(&curve, &range, NULL, NULL), LS_OK);
    assert_int_equal(plot_of(&curve, LS_PLOT_LINES, LS_PLOT_OF_ERROR, "out.svg", &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "drawn of grids");
    for (int i = 0; i < POINTS; i++)
        surface.loss_error[i] = surface.accuracy[i] = LS_NOT_COMPUTED;
    assert_int_equal(
        plot_of(&surface, LS_PLOT_HEATMAP, LS_PLOT_OF_STANDARD_ERROR, "out.png", &error),
        LS_MISMATCH);
    assert_message(&error, "surface 1 has no standard errors");
    assert_int_equal(plot_of(&surface, LS_PLOT_HEATMAP, LS_PLOT_OF_ERROR, "out.png", &error),
                     LS_MISMATCH);
    assert_message(&error, "surface 1 has no accuracies");
    assert_int_equal(access("out.png", F_OK), -1);
    ls_surface_free(&surface);
    ls_surface_free(&curve);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(numbers_are_coloured_as_losses_are),
        IN_OWN(pictures_say_what_they_show),
        IN_OWN(what_has_no_such_numbers_is_refused),
    };
    return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
