/* Pictures of surfaces: files, formats, labels, scales, and what happens without gnuplot. */
#include "pictures.h"
#include "render/band.h"
#include "render/figure.h"
#include "render/line_marks.h"
#include "support.h"
#include <math.h>

static void csv_holds_every_digit_and_leaves_unknown_fields_empty(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range x = {-1, 1, 2}, y = {0, 1, 2};
    assert_int_equal(ls_surface_create(&surface, &x, &y, NULL), LS_OK);
    surface.loss[0] = 0.1;
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
                                 "-1,0,0.10000000000000001,99.5,0.01\n"
                                 "1,0,,,\n"
                                 "-1,1,,,\n"
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

/* A curve of 1, on which `name` is the network at 0 and "end" the one at 1. */
static void make_named_curve(struct ls_surface *curve, const char *name) {
    struct ls_range x = {-0.5, 1.5, 5};
    assert_int_equal(ls_surface_create(curve, &x, NULL, NULL), LS_OK);
    for (int i = 0; i < 5; i++)
        curve->loss[i] = 1;
    assert_int_equal(ls_surface_mark(curve, "end", 1, 0, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(curve, name, 0, 0, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(curve, "far away", 2, 0, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(curve, "aside", 0.5, 1, NULL), LS_OK);
}

static void networks_on_curves_are_found_once(void **state) {
    (void)state;
    struct ls_surface curves[2];
    const struct ls_surface *pointers[] = {&curves[0], &curves[1]};
    const struct ls_request request = {.surfaces = pointers, .count = 2};
    struct ls_line_marks marks;
    make_named_curve(&curves[0], "one");
    make_named_curve(&curves[1], "two");
    ls_line_marks_find(&marks, &request);
    assert_int_equal(marks.count, 3);
    assert_string_equal(marks.mark[0].name, "one");
    assert_true(marks.mark[0].x == 0 && marks.mark[0].curve == 1 && marks.mark[0].row == 0);
    assert_string_equal(marks.mark[1].name, "two");
    assert_true(marks.mark[1].x == 0 && marks.mark[1].curve == 2 && marks.mark[1].row == 1);
    assert_string_equal(marks.mark[2].name, "end");
    assert_true(marks.mark[2].x == 1 && marks.mark[2].curve == 0 && marks.mark[2].row == 0);
    assert_int_equal(marks.rows, 2);
    ls_surface_free(&curves[0]);
    ls_surface_free(&curves[1]);
}

/* Names are too long to stand over their networks, or to be large. */
static void names_of_networks_on_a_curve_keep_apart(void **state) {
    (void)state;
    struct ls_surface curve;
    const struct ls_surface *one = &curve;
    const struct ls_request request = {.surfaces = &one, .count = 1};
    struct ls_figure figure = {.width = 1000, .em = 20, .box = {{100, 900, 0, 500}}};
    const double ends[] = {-0.5, 1.5};
    struct ls_line_marks marks;
    make_named_curve(&curve, "a name of more than sixty letters, as long as no name ought to be");
    assert_int_equal(ls_surface_mark(&curve, "a network too close to that", 0.1, 0, NULL), LS_OK);
    ls_line_marks_find(&marks, &request);
    ls_line_marks_add(&marks, &figure, ends);
    ls_script_free(&figure.script);
    assert_int_equal(marks.count, 3);
    double right = 0;
    for (int m = 0; m < 3; m++) {
        double half = 0.3 * marks.size * figure.em * (double)strlen(marks.mark[m].name);
        assert_true(marks.mark[m].centre - half > right);
        right = marks.mark[m].centre + half;
    }
    assert_true(right < figure.width && marks.size < 0.85);
    ls_surface_free(&curve);
}

static void networks_on_a_curve_are_named(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface curve;
    make_named_curve(&curve, "it's \"one\"_a");
    assert_int_equal(plot_one(&curve, LS_PLOT_LINES, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "it's \"one\"_a<"));
    assert_true(contains("out.svg", ">end<"));
    assert_false(contains("out.svg", "far away"));
    assert_false(contains("out.svg", "aside"));
    ls_surface_free(&curve);
}

static void accuracy_has_an_axis_if_it_is_known(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface curve;
    make_named_curve(&curve, "one");
    for (int i = 0; i < curve.nx; i++)
        curve.accuracy[i] = 50;
    assert_int_equal(plot_one(&curve, LS_PLOT_LINES, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">accuracy (%)<"));
    for (int i = 0; i < curve.nx; i++)
        curve.accuracy[i] = LS_NOT_COMPUTED;
    assert_int_equal(ls_metadata_set(&curve.metadata, NULL, "samples", "1000"), LS_OK);
    assert_int_equal(plot_one(&curve, LS_PLOT_LINES, "out.svg", NULL), LS_OK);
    assert_false(contains("out.svg", ">accuracy (%)<"));
    assert_true(contains("out.svg", "1,000 samples"));
    ls_surface_free(&curve);
}

/* Curves of one network are told apart by their images, by their directions. */
static void curves_have_names_of_their_own(void **state) {
    static const char *const made[][2] = {{"train", "0"}, {"test", "0"}, {"train", "7"}};
    static const char *const names[] = {NULL, "mine", NULL};
    (void)state;
    skip_without_gnuplot();
    struct ls_surface curves[3];
    const struct ls_surface *pointers[3];
    struct ls_plot_options options = ls_plot_defaults();
    options.kind = LS_PLOT_LINES;
    for (int i = 0; i < 3; i++) {
        make_named_curve(&curves[i], "one");
        struct ls_metadata *metadata = &curves[i].metadata;
        assert_int_equal(ls_metadata_set(metadata, NULL, "arch", "resnet20"), LS_OK);
        assert_int_equal(ls_metadata_set(metadata, NULL, "split", "%s", made[i][0]), LS_OK);
        assert_int_equal(ls_metadata_set(metadata, NULL, "seed", "%s", made[i][1]), LS_OK);
        pointers[i] = &curves[i];
    }
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">ResNet-20, training images<"));
    assert_true(contains("out.svg", ">ResNet-20, test images<"));
    assert_int_equal(ls_plot_surfaces(pointers, 3, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">ResNet-20, training images, seed 7<"));
    options.names = names;
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">ResNet-20<"));
    assert_true(contains("out.svg", ">mine<"));
    for (int i = 0; i < 3; i++)
        ls_surface_free(&curves[i]);
}

/* The axis ends at the 1, 2 or 5 above the curve, and has these for ticks. */
static void a_logarithmic_axis_fits_its_curve(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface curve;
    const struct ls_surface *one = &curve;
    struct ls_plot_options options = ls_plot_defaults();
    make_named_curve(&curve, "one");
    for (int i = 0; i < curve.nx; i++)
        curve.loss[i] = 0.3 + 40 * i;
    options.kind = LS_PLOT_LINES;
    options.log = true;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">0.2<") && contains("out.svg", ">50<"));
    assert_false(contains("out.svg", ">0.1<") || contains("out.svg", ">1000<"));
    ls_surface_free(&curve);
}

/* Two curves to other networks, one along a random direction. */
static void curves_along_different_directions_share_an_axis(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface curves[3];
    const struct ls_surface *pointers[3];
    struct ls_plot_options options = ls_plot_defaults();
    options.kind = LS_PLOT_LINES;
    for (int i = 0; i < 3; i++) {
        make_named_curve(&curves[i], "one");
        if (i < 2)
            assert_int_equal(ls_metadata_set(&curves[i].metadata, NULL, "model2", "a"), LS_OK);
        pointers[i] = &curves[i];
    }
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">step towards the second model<"));
    assert_int_equal(ls_plot_surfaces(pointers, 3, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">step along the direction<"));
    for (int i = 0; i < 3; i++)
        ls_surface_free(&curves[i]);
}

/* Its rows stay within the axis, and it bends where an edge leaves it, at a third of the way. */
static void a_band_ends_where_the_axis_does(void **state) {
    (void)state;
    struct ls_surface curve;
    struct ls_script script = {0};
    const struct ls_range x = {0, 2, 3};
    const struct ls_loss_axis axis = {.bottom = 0, .top = 10};
    assert_int_equal(ls_surface_create(&curve, &x, NULL, NULL), LS_OK);
    curve.loss[0] = 5;
    curve.loss_error[0] = 0;
    curve.loss[1] = 15;
    curve.loss_error[1] = 5 / 1.96; /* from 10 to 20 */
    curve.loss[2] = 15;             /* its error is not known */
    assert_true(ls_has_band(&curve));
    ls_add_band(&script, &curve, &axis);
    assert_string_equal(script.text, "0 0 0\n\n0 5 5\n0.333333333 6.66666667 10\n1 10 10\n\n\n");
    ls_script_free(&script);
    ls_surface_free(&curve);
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
    assert_message(&error,
                   "caption is no matter to contour plots, only to pictures of kind surface");
    options = ls_plot_defaults();
    options.kind = LS_PLOT_SURFACE;
    options.vmax = 5;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "vmax is no matter to pictures of kind surface, only to contour plots");
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.html", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "pages");
    options = ls_plot_defaults();
    options.relief = 1;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.vtp", &error), LS_BAD_ARGUMENT);
    options = ls_plot_defaults();
    options.kind = LS_PLOT_HEATMAP;
    options.log = true;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.csv", &error), LS_BAD_ARGUMENT);
    options.zmax = 4;
    assert_int_equal(ls_plot_training((const char *[]){"log.csv"}, 1, &options, "out.svg", &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "zmax is no matter to training curves");
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
        IN_OWN(networks_on_curves_are_found_once),
        IN_OWN(names_of_networks_on_a_curve_keep_apart),
        IN_OWN(networks_on_a_curve_are_named),
        IN_OWN(accuracy_has_an_axis_if_it_is_known),
        IN_OWN(curves_have_names_of_their_own),
        IN_OWN(a_logarithmic_axis_fits_its_curve),
        IN_OWN(curves_along_different_directions_share_an_axis),
        cmocka_unit_test(a_band_ends_where_the_axis_does),
        IN_OWN(the_same_surface_gives_the_same_bytes),
        IN_OWN(ticks_have_room_for_their_numbers),
        IN_OWN(options_of_other_pictures_are_refused),
        IN_OWN(what_cannot_be_drawn_is_refused),
    };
    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
