/* Pictures of surfaces: files, formats, labels, scales, and what happens without gnuplot. */
#include "pictures.h"
#include "render/figure.h"
#include "support.h"
#include <math.h>

static void csv_holds_every_digit_and_leaves_unknown_fields_empty(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range x = {-0.96, 1, 2}, y = {0, 1, 2};
    assert_int_equal(ls_surface_create(&surface, &x, &y, NULL), LS_OK);
    surface.loss[0] = 0.1 + 0.2;
    surface.accuracy[0] = 99.5;
    surface.loss[2] = NAN;
    surface.loss[3] = INFINITY;
    surface.loss_error[0] = 0.01;
    surface.loss_error[3] = NAN;
    surface.accuracy[3] = 10;
    assert_int_equal(plot_one(&surface, LS_PLOT_HEATMAP, "out.csv", NULL), LS_OK);
    size_t size;
    char *content = slurp("out.csv", &size);
    assert_string_equal(content, "x,y,loss,accuracy,loss_error\n"
                                 "-0.96,0,0.30000000000000004,99.5,0.01\n"
                                 "1,0,,,\n"
                                 "-0.96,1,,,\n"
                                 "1,1,inf,10,\n");
    free(content);
    ls_surface_free(&surface);
}

static void csv_of_a_curve_has_no_y(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range x = {0, 1, 2};
    assert_int_equal(ls_surface_create(&surface, &x, NULL, NULL), LS_OK);
    surface.loss[1] = 2;
    surface.accuracy[1] = 30;
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.csv", NULL), LS_OK);
    size_t size;
    char *content = slurp("out.csv", &size);
    assert_string_equal(content, "x,loss,accuracy,loss_error\n0,,,\n1,2,30,\n");
    free(content);
    assert_int_equal(ls_surface_add_images(&surface, NULL), LS_OK);
    surface.images[1] = 512;
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.csv", NULL), LS_OK);
    content = slurp("out.csv", &size);
    assert_string_equal(content, "x,loss,accuracy,loss_error,images\n0,,,,\n1,2,30,,512\n");
    free(content);
    ls_surface_free(&surface);
}

static void csv_takes_one_surface_only(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_error error;
    struct ls_plot_options options = ls_plot_defaults();
    make_bowl(&surface, 3, 1);
    const struct ls_surface *both[] = {&surface, &surface};
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.csv", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "one surface");
    ls_surface_free(&surface);
}

/* A grid of one row or one column is drawn as the curve it is. */
static void a_single_row_is_a_curve(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_error error;
    for (int column = 0; column < 2; column++) {
        struct ls_surface surface;
        struct ls_range many = {-1, 1, 5}, one = {0, 0, 1};
        assert_int_equal(
            ls_surface_create(&surface, column ? &one : &many, column ? &many : &one, NULL), LS_OK);
        for (int i = 0; i < 5; i++)
            surface.loss[i] = 1 + i;
        assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "out.svg", &error), LS_MISMATCH);
        assert_message(&error, "draw it with lines");
        assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.svg", NULL), LS_OK);
        assert_true(contains("out.svg", "Loss along a line"));
        assert_true(contains("out.svg", column ? ">second direction<" : ">first direction<"));
        assert_true(contains("out.svg", "0.5<"));
        ls_surface_free(&surface);
    }
}

static void an_unknown_ending_lists_the_known_ones(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_error error;
    make_bowl(&surface, 3, 1);
    assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "out.gif", &error), LS_BAD_ARGUMENT);
    assert_message(&error, ".png, .svg, .pdf, .csv, .vtp, .obj, .ply or .html");
    ls_surface_free(&surface);
}

static void without_gnuplot_the_message_says_how_to_get_it(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_error error;
    make_bowl(&surface, 5, 5);
    char *path = strdup(getenv("PATH") ? getenv("PATH") : "");
    assert_non_null(path);
    setenv("PATH", "/nowhere", 1);
    enum ls_status status = plot_one(&surface, LS_PLOT_CONTOUR, "out.svg", &error);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(status, LS_UNSUPPORTED);
    assert_message(&error, "gnuplot is not installed");
    assert_message(&error, "make deps");
    assert_int_equal(count_entries("."), 0);
    ls_surface_free(&surface);
}

static void a_failing_script_is_reported_and_leaves_no_file(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_error error;
    struct ls_plot_options options = ls_plot_defaults();
    struct ls_figure figure = {.options = &options};
    struct ls_frame frame = {.box_width = 100, .box_height = 100};
    ls_figure_begin(&figure, LS_FORMAT_SVG, 1, &frame, "", "");
    ls_script_add(&figure.script, "plot no such thing\n");
    assert_int_equal(ls_figure_finish(&figure, "contour.gp", "out.svg", &error), LS_IO);
    assert_message(&error, "gnuplot failed: ");
    assert_int_equal(count_entries("."), 0);
}

static void text_and_file_names_are_taken_literally(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    make_bowl(&surface, 5, 4);
    const struct ls_surface *one = &surface;
    options.title = "'a'_b^c {d} \\ it's `false` <&> @x ~y\n\xff";
    const char *path = "it's \"a\nfile.svg";
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, path, NULL), LS_OK);
    size_t size;
    char *content = slurp(path, &size);
    assert_non_null(strstr(content, "'a'_b^c {d} \\ it's `false` &lt;&amp;> @x ~y ?"));
    free(content);
    ls_surface_free(&surface);
}

static void wild_values_break_nothing(void **state) {
    (void)state;
    skip_without_gnuplot();
    static const enum ls_plot_kind kinds[] = {LS_PLOT_CONTOUR, LS_PLOT_SURFACE, LS_PLOT_HEATMAP};
    struct ls_surface surface;
    make_bowl(&surface, 9, 1e9);
    surface.loss[3] = INFINITY;
    surface.loss[4] = 0;
    surface.loss[5] = NAN;
    surface.loss[6] = -INFINITY;
    surface.loss[7] = 1e308;
    const struct ls_surface *one = &surface;
    for (int k = 0; k < 3; k++)
        for (int log = 0; log < 2; log++) {
            struct ls_plot_options options = ls_plot_defaults();
            options.kind = kinds[k];
            options.log = log;
            assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", NULL), LS_OK);
        }
    ls_surface_free(&surface);
}

static void every_format_is_what_its_ending_says(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    struct ls_range x = {0, 1, 5};
    assert_int_equal(ls_surface_create(&surface, &x, NULL, NULL), LS_OK);
    for (int i = 0; i < 5; i++)
        surface.loss[i] = surface.accuracy[i] = i;
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.png", NULL), LS_OK);
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.pdf", NULL), LS_OK);
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.svg", NULL), LS_OK);
    assert_true(contains("out.png", "\x89PNG"));
    assert_true(contains("out.pdf", "%PDF-"));
    assert_false(contains("out.pdf", "CreationDate"));
    assert_true(contains("out.svg", "<svg"));
    assert_false(contains("out.svg", "confidence"));
    surface.loss_error[2] = 0.5;
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "95 % confidence"));
    ls_surface_free(&surface);
}

static void the_same_surface_gives_the_same_bytes(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    size_t size[2];
    char *content[2];
    make_bowl(&surface, 9, 4);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "out.svg", NULL), LS_OK);
        content[i] = slurp("out.svg", &size[i]);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(content[0], content[1], size[0]);
    free(content[0]);
    free(content[1]);
    ls_surface_free(&surface);
}

/* Ticks of an axis from -0.2 to 0.2 in a panel of so many em. */
static void assert_ticks(double em_wide, bool upright, const char *ticks) {
    struct ls_figure figure = {.em = 10, .box = {{0, 10 * em_wide, 0, 10 * em_wide}}};
    ls_figure_axis(&figure, "TICKS", -0.2, 0.2, upright);
    assert_string_equal(figure.script.text, ticks);
    ls_script_free(&figure.script);
}

static void ticks_have_room_for_their_numbers(void **state) {
    (void)state;
    const char *three = "TICKS = \"'−0.2' -0.2, '0' 0, '0.2' 0.2\"\n";
    assert_ticks(9, false, three);
    assert_ticks(5, true, three);
    assert_ticks(15, false, "TICKS = \"'−0.2' -0.2, '−0.1' -0.1, '0' 0, '0.1' 0.1, '0.2' 0.2\"\n");
    assert_ticks(1, false, "TICKS = \"'0' 0\"\n");
}

/* What does nothing is told, not passed over. */
static void options_of_other_pictures_are_refused(void **state) {
    (void)state;
    struct ls_surface surface;
    const struct ls_surface *one = &surface;
    struct ls_error error;
    make_bowl(&surface, 3, 1);
    struct ls_plot_options options = ls_plot_defaults();
    options.surface.caption = "below";
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "--caption does not apply to contour plots: choose --kind surface");
    options = ls_plot_defaults();
    options.kind = LS_PLOT_SURFACE;
    options.vmax = 5;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error,
                   "--vmax does not apply to pictures of kind surface, which --zmax cuts off "
                   "above: choose --kind contour, --kind heatmap, or --kind contour -o NAME.csv");
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.html", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "pages in .html, which --zmax cuts off above: choose --kind contour -o "
                           "NAME.png, --kind heatmap -o NAME.png, or --kind contour -o NAME.csv");
    options.kind = LS_PLOT_LINES;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_string_equal(error.message,
                        "--vmax does not apply to curves, which --zmax cuts off above");
    options = ls_plot_defaults();
    options.zmax = 5;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "contour plots, which end at --vmax: choose --kind surface, -o NAME.vtp,"
                           " -o NAME.{obj,ply}, or -o NAME.html");
    options = ls_plot_defaults();
    options.surface.azimuth = 60;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_string_equal(error.message, "--azimuth does not apply to contour plots: choose --kind "
                                       "surface, or -o NAME.html");
    options = ls_plot_defaults();
    options.relief = 1;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.vtp", &error), LS_BAD_ARGUMENT);
    options = ls_plot_defaults();
    options.kind = LS_PLOT_HEATMAP;
    options.log = true;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.csv", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "--log does not apply to numbers in .csv: choose -o NAME.{png,svg,pdf}, "
                           "--kind contour -o NAME.csv, -o NAME.vtp, ");
    options.zmax = 4;
    assert_int_equal(ls_plot_training((const char *[]){"log.csv"}, 1, &options, "out.svg", &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "--zmax does not apply to training curves, only to pictures of kind");
    assert_int_equal(ls_plot_spectra((const char *[]){"some.csv"}, 1, &options, "out.svg", &error),
                     LS_BAD_ARGUMENT);
    assert_int_equal(count_entries("."), 0);
    ls_surface_free(&surface);
}

static void what_cannot_be_drawn_is_refused(void **state) {
    (void)state;
    struct ls_surface surface, curve;
    struct ls_range x = {0, 1, 5};
    struct ls_error error;
    make_bowl(&surface, 3, 1);
    assert_int_equal(ls_surface_create(&curve, &x, NULL, NULL), LS_OK);
    assert_int_equal(plot_one(&surface, LS_PLOT_LINES, "out.svg", &error), LS_MISMATCH);
    assert_int_equal(plot_one(&curve, LS_PLOT_SURFACE, "out.svg", &error), LS_MISMATCH);
    assert_int_equal(plot_one(&curve, LS_PLOT_LINES, "out.svg", &error), LS_BAD_FILE);
    assert_message(&error, "no computed finite loss");
    const struct ls_surface *one = &curve;
    struct ls_plot_options options = ls_plot_defaults();
    for (int i = 0; i < 5; i++)
        curve.loss[i] = 3;
    options.kind = LS_PLOT_LINES;
    options.zmax = 3;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "cut off everything");
    surface.x[1] = surface.x[0];
    assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "out.svg", &error), LS_BAD_FILE);
    ls_surface_free(&surface);
    ls_surface_free(&curve);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(csv_holds_every_digit_and_leaves_unknown_fields_empty),
        IN_OWN(csv_of_a_curve_has_no_y),
        IN_OWN(csv_takes_one_surface_only),
        IN_OWN(a_single_row_is_a_curve),
        IN_OWN(an_unknown_ending_lists_the_known_ones),
        IN_OWN(without_gnuplot_the_message_says_how_to_get_it),
        IN_OWN(a_failing_script_is_reported_and_leaves_no_file),
        IN_OWN(text_and_file_names_are_taken_literally),
        IN_OWN(wild_values_break_nothing),
        IN_OWN(every_format_is_what_its_ending_says),
        IN_OWN(the_same_surface_gives_the_same_bytes),
        IN_OWN(ticks_have_room_for_their_numbers),
        IN_OWN(options_of_other_pictures_are_refused),
        IN_OWN(what_cannot_be_drawn_is_refused),
    };
    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
