/* Pictures of other numbers than the loss. */
#include "pictures.h"
#include "render/quantity.h"
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

static enum ls_status plot_with(const struct ls_surface *surface,
                                const struct ls_plot_options *options, const char *path) {
    struct ls_error error;
    const enum ls_status status = ls_plot_surfaces(&surface, 1, options, path, &error);
    if (status)
        print_message("%s\n", error.message);
    return status;
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
    struct ls_plot_options options = ls_plot_defaults(), bare = options;
    (void)state;
    make_numbers(&surface);
    make_numbers(&expected);
    surface.accuracy[3] = LS_NOT_COMPUTED;
    for (int i = 0; i < POINTS; i++)
        expected.loss[i] = i == 3 ? LS_NOT_COMPUTED : 90 * fabs(surface.x[i % N]);
    options.kind = bare.kind = LS_PLOT_HEATMAP;
    options.bare = bare.bare = true;
    options.vmin = 0;
    options.vmax = 100;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "expected.png", NULL), LS_OK);
    bare.of = LS_PLOT_OF_ERROR;
    assert_int_equal(plot_with(&surface, &bare, "out.png"), LS_OK);
    assert_same_file("out.png", "expected.png");
    memcpy(expected.loss, surface.loss_error, POINTS * sizeof *expected.loss);
    options.vmin = 0.02; /* 0.03 to 1.03 */
    options.vmax = 2;
    options.log = true;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "expected.png", NULL), LS_OK);
    bare.of = LS_PLOT_OF_STANDARD_ERROR;
    assert_int_equal(plot_with(&surface, &bare, "out.png"), LS_OK);
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
    assert_true(contains("out.svg", "min loss 0.25"));
    for (int i = 0; i < POINTS; i++)
        surface.accuracy[i] = 75;
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "the error is 25 everywhere"));
    ls_surface_free(&surface);
}

/* What the user says of levels and colours holds, and the rest goes with it. */
static void levels_go_with_what_is_given(void **state) {
    static const struct {
        enum ls_plot_kind kind;
        enum ls_plot_of of;
        double vmin, vmax, vlevel;
        bool log;
    } cases[] = {{LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, NAN, 5, NAN, false},
                 {LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, NAN, NAN, 150, false},
                 {LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, NAN, NAN, NAN, true},
                 {LS_PLOT_HEATMAP, LS_PLOT_OF_ERROR, NAN, NAN, NAN, true},
                 {LS_PLOT_CONTOUR, LS_PLOT_OF_STANDARD_ERROR, 0, NAN, NAN, false},
                 {LS_PLOT_CONTOUR, LS_PLOT_OF_STANDARD_ERROR, NAN, NAN, 0.1, false},
                 {LS_PLOT_CONVEXITY, LS_PLOT_OF_LOSS, NAN, NAN, NAN, true},
                 {LS_PLOT_CONVEXITY, LS_PLOT_OF_LOSS, 0.1, 0.2, NAN, false}};
    struct ls_surface surface;
    (void)state;
    skip_without_gnuplot();
    make_numbers(&surface);
    assert_int_equal(ls_surface_add_eigenvalues(&surface, NULL), LS_OK);
    for (int i = 0; i < POINTS; i++) {
        surface.max_eig[i] = 10;
        surface.min_eig[i] = -3 * fabs(surface.x[i % N]);
    }
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ls_plot_options options = ls_plot_defaults();
        options.kind = cases[c].kind;
        options.of = cases[c].of;
        options.vmin = cases[c].vmin;
        options.vmax = cases[c].vmax;
        options.vlevel = cases[c].vlevel;
        options.log = cases[c].log;
        assert_int_equal(plot_with(&surface, &options, "out.svg"), LS_OK);
    }
    assert_true(contains("out.svg", "ratios from 0 to 0.3, clipped to the colours"));
    assert_int_equal(plot_of(&surface, LS_PLOT_CONVEXITY, LS_PLOT_OF_LOSS, "out.svg", NULL), LS_OK);
    assert_false(contains("out.svg", "clipped")); /* colours end at 0.3 */
    assert_true(contains("out.svg", "min loss 0.25"));
    ls_surface_free(&surface);
}

/* Far above 10 a linear scale shows nothing: levels are logarithmic, up to the highest loss. */
static void levels_reach_losses_that_span_much(void **state) {
    struct ls_surface surface;
    const struct ls_surface *one = &surface;
    const struct ls_quantity *loss = ls_quantity_of(LS_PLOT_CONTOUR, LS_PLOT_OF_LOSS);
    struct ls_plot_options options = ls_plot_defaults();
    (void)state;
    make_numbers(&surface); /* 0.25 to 8.25 */
    ls_quantity_defaults(loss, &one, 1, &options);
    assert_true(!options.log && options.vmin == 0.1 && options.vmax == 10);
    options = ls_plot_defaults();
    options.log = true;
    for (int i = 0; i < POINTS; i++)
        surface.loss[i] *= 0.005;
    ls_quantity_defaults(loss, &one, 1, &options);
    assert_true(options.vmin == 0.001 && options.vmax == 0.05);
    for (int i = 0; i < POINTS; i++)
        surface.loss[i] *= 1e7;
    options = ls_plot_defaults();
    ls_quantity_defaults(loss, &one, 1, &options);
    assert_true(options.log && options.vmin == 0.1 && fabs(options.vmax - 5e5) < 1);
    options = ls_plot_defaults();
    options.vmax = 20;
    ls_quantity_defaults(loss, &one, 1, &options);
    assert_true(!options.log && options.vmin == 0.1 && options.vmax == 20);
    ls_surface_free(&surface);
}

/* Where a network has collapsed to one class, errors are those of guessing, at a level of the plot.
 */
static void a_plateau_at_a_level_is_one_band(void **state) {
    struct ls_surface surface;
    size_t size;
    (void)state;
    skip_without_gnuplot();
    make_numbers(&surface);
    for (int i = 0; i < POINTS; i++)
        surface.accuracy[i] = fmax(10, 90 - 160 * hypot(surface.x[i % N], surface.y[i / N]));
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.csv", NULL),
                     LS_BAD_ARGUMENT);
    assert_int_equal(plot_of(&surface, LS_PLOT_CONTOUR, LS_PLOT_OF_ERROR, "out.svg", NULL), LS_OK);
    free(slurp("out.svg", &size));
    assert_in_range(size, 1000, 90000); /* hundreds of rings take more */
    ls_surface_free(&surface);
}

/* A scan that has just begun is an empty panel. */
static void begun_scans_are_drawn(void **state) {
    struct ls_surface surface, begun;
    const struct ls_surface *both[] = {&surface, &begun};
    struct ls_plot_options options = ls_plot_defaults();
    (void)state;
    make_numbers(&surface);
    make_numbers(&begun);
    for (int i = 0; i < POINTS; i++)
        begun.loss[i] = begun.accuracy[i] = begun.loss_error[i] = LS_NOT_COMPUTED;
    options.kind = LS_PLOT_SURFACE;
    options.of = LS_PLOT_OF_ERROR;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.png", NULL), LS_OK);
    ls_surface_free(&surface);
    ls_surface_free(&begun);
}

/* Numbers in the units of different losses share no scale; errors do, and so do losses of files
 * that do not say which they are. */
static void different_losses_are_not_mixed(void **state) {
    static const char *const losses[] = {"cross-entropy", "mse"};
    struct ls_surface surfaces[3];
    const struct ls_surface *pointers[3];
    struct ls_plot_options options = ls_plot_defaults();
    struct ls_error error;
    (void)state;
    for (int i = 0; i < 3; i++) {
        make_numbers(&surfaces[i]);
        pointers[i] = &surfaces[i];
        if (i < 2)
            assert_int_equal(ls_metadata_set(&surfaces[i].metadata, NULL, "loss", "%s", losses[i]),
                             LS_OK);
    }
    options.kind = LS_PLOT_SURFACE;
    options.width = options.height = 200;
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.png", &error), LS_MISMATCH);
    assert_message(&error, "one scale cannot show cross-entropy loss and mean square error");
    assert_int_equal(ls_plot_surfaces(pointers + 1, 2, &options, "out.png", &error), LS_OK);
    options.of = LS_PLOT_OF_STANDARD_ERROR;
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.png", &error), LS_MISMATCH);
    options.of = LS_PLOT_OF_ERROR;
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.png", &error), LS_OK);
    for (int i = 0; i < 3; i++)
        ls_surface_free(&surfaces[i]);
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
    struct ls_plot_options options = ls_plot_defaults();
    const struct ls_surface *one = &surface;
    options.kind = LS_PLOT_SURFACE;
    options.of = LS_PLOT_OF_ERROR;
    options.zmax = -1;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "the lowest error is 0");
    assert_int_equal(plot_of(&surface, LS_PLOT_CONVEXITY, LS_PLOT_OF_ERROR, "out.svg", &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "of eigenvalues, not of other numbers");
    assert_int_equal(plot_of(&surface, LS_PLOT_LINES, LS_PLOT_OF_ERROR, "out.svg", &error),
                     LS_MISMATCH);
    assert_message(&error, "lines are drawn of curves only");
    for (int i = 0; i < POINTS; i++)
        surface.loss_error[i] = surface.accuracy[i] = NAN;
    assert_int_equal(plot_of(&surface, LS_PLOT_HEATMAP, LS_PLOT_OF_ERROR, "out.png", &error),
                     LS_BAD_FILE);
    assert_message(&error, "no computed finite error to draw");
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
        IN_OWN(levels_go_with_what_is_given),
        cmocka_unit_test(levels_reach_losses_that_span_much),
        IN_OWN(a_plateau_at_a_level_is_one_band),
        IN_OWN(begun_scans_are_drawn),
        IN_OWN(different_losses_are_not_mixed),
        IN_OWN(what_has_no_such_numbers_is_refused),
    };
    return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
