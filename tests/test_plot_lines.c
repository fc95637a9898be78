/* Curves along a direction: networks on them, their names, axes and bands. */
#include "pictures.h"
#include "render/band.h"
#include "render/line_marks.h"
#include "support.h"
#include <math.h>

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
        make_named_curve(&curves[i], "it's here");
        if (i < 2)
            assert_int_equal(ls_metadata_set(&curves[i].metadata, NULL, "model2", "a"), LS_OK);
        pointers[i] = &curves[i];
    }
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">step from it's here to end<"));
    curves[0].marker_count = curves[1].marker_count = 0;
    assert_int_equal(ls_plot_surfaces(pointers, 2, &options, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">step towards the second model<"));
    curves[0].marker_count = curves[1].marker_count = 4;
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

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(networks_on_curves_are_found_once),
        IN_OWN(names_of_networks_on_a_curve_keep_apart),
        IN_OWN(networks_on_a_curve_are_named),
        IN_OWN(accuracy_has_an_axis_if_it_is_known),
        IN_OWN(curves_have_names_of_their_own),
        IN_OWN(a_logarithmic_axis_fits_its_curve),
        IN_OWN(curves_along_different_directions_share_an_axis),
        cmocka_unit_test(a_band_ends_where_the_axis_does),
    };
    return cmocka_run_group_tests_name("plot_lines", tests, NULL, NULL);
}
