/* Contour figures: what is written in them, that wild surfaces stay readable and small, and hard
 * inputs. */
#include "pictures.h"
#include "support.h"
#include <math.h>

/* Lines of the level come one by one; on the plane loss = x + 1 they are straight. */
static void contour_lines_are_data_too(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    make_bowl(&surface, 5, 1);
    for (int i = 0; i < 25; i++)
        surface.loss[i] = surface.x[i % 5] + 1;
    options.vmin = 0.6;
    options.vmax = 1.7;
    const struct ls_surface *one = &surface;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.csv", NULL), LS_OK);
    size_t size;
    int rows[3] = {0}, line, end;
    double level, x, y, last = INFINITY;
    char *content = slurp("out.csv", &size), *at = content;
    assert_int_equal(sscanf(at, "line,level,x,y %n", &end), 0);
    for (at += end; sscanf(at, "%d,%lf,%lf,%lf %n", &line, &level, &x, &y, &end) == 4; at += end) {
        assert_in_range(line, 1, 3);
        assert_true(fabs(level - 0.1 - 0.5 * line) < 1e-9);
        assert_true(fabs(x + 1 - level) < 0.05);
        assert_true(rows[line - 1] == 0 || y < last);
        last = y;
        rows[line - 1]++;
    }
    assert_int_equal(*at, 0);
    for (int i = 0; i < 3; i++)
        assert_true(rows[i] > 100);
    free(content);
    ls_surface_free(&surface);
}

static void a_contour_plot_names_levels_minimum_and_network(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    make_bowl(&surface, 21, 4);
    assert_int_equal(ls_metadata_set(&surface.metadata, NULL, "arch", "%s", "resnet56-noshort"),
                     LS_OK);
    assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", ">1.1<"));
    assert_true(contains("out.svg", ">3.6<"));
    assert_true(contains("out.svg", ">min 0.25<"));
    assert_true(contains("out.svg", "ResNet-56 without skip connections"));
    assert_false(contains("out.svg", "not computed"));
    ls_surface_free(&surface);
}

static void missing_points_are_told_below_the_picture(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    make_bowl(&surface, 11, 4);
    surface.loss[0] = LS_NOT_COMPUTED;
    surface.loss[1] = NAN;
    surface.loss[120] = INFINITY;
    assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "out.svg", NULL), LS_OK);
    assert_true(contains("out.svg", "1 of 121 points not computed, 2 not finite"));
    ls_surface_free(&surface);
}

/* How often a text occurs in a file. */
static int occurrences(const char *path, const char *what) {
    size_t size;
    int count = 0;
    char *content = slurp(path, &size);
    for (char *at = content; (at = strstr(at, what)) != NULL; at++)
        count++;
    free(content);
    return count;
}

static size_t size_of(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return (size_t)info.st_size;
}

static void wild_surfaces_make_small_files(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    make_wild(&surface, 51);
    const struct ls_surface *six[] = {&surface, &surface, &surface, &surface, &surface, &surface};
    for (int log = 0; log < 2; log++) {
        options.log = log;
        options.vmax = log ? 1e6 : 10;
        assert_int_equal(ls_plot_surfaces(six, 1, &options, "one.svg", NULL), LS_OK);
        assert_in_range(size_of("one.svg"), 20000, 500000);
        assert_int_equal(ls_plot_surfaces(six, 1, &options, "one.pdf", NULL), LS_OK);
        assert_in_range(size_of("one.pdf"), 20000, 500000);
    }
    assert_int_equal(ls_plot_surfaces(six, 6, &options, "six.svg", NULL), LS_OK);
    assert_in_range(size_of("six.svg"), 50000, 500000);
    ls_surface_free(&surface);
}

static void six_panels_have_titles_and_one_scale(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surfaces[6];
    const struct ls_surface *pointers[6];
    struct ls_plot_options options = ls_plot_defaults();
    options.vmax = 20;
    for (int i = 0; i < 6; i++) {
        make_bowl(&surfaces[i], 11, 2 + i);
        assert_int_equal(ls_metadata_set(&surfaces[i].metadata, NULL, "arch", "resnet%d%s",
                                         20 + 12 * (i % 3), i < 3 ? "" : "-noshort"),
                         LS_OK);
        assert_int_equal(
            ls_metadata_set(&surfaces[i].metadata, NULL, "model_test_error", "%d.5", 5 + i), LS_OK);
        pointers[i] = &surfaces[i];
    }
    assert_int_equal(ls_plot_surfaces(pointers, 6, &options, "six.svg", NULL), LS_OK);
    for (int i = 0; i < 6; i++) {
        assert_true(contains("six.svg", text("ResNet-%d%s<", 20 + 12 * (i % 3),
                                             i < 3 ? "" : " without skip connections")));
        assert_true(contains("six.svg", text("test error %d.50 %%", 5 + i)));
        ls_surface_free(&surfaces[i]);
    }
    /* One bar for all, with a level that no panel reaches. */
    assert_int_equal(occurrences("six.svg", ">19.6<"), 1);
    assert_int_equal(occurrences("six.svg", ">min 0.25<"), 6);
}

/* The font sizes of a text in an SVG. */
static double size_of_text(const char *path, const char *words) {
    size_t size;
    double found = 0;
    char *content = slurp(path, &size), *end = strstr(content, words), *at = content;
    assert_non_null(end);
    for (char *next; (next = strstr(at, "font-size=\"")) && next < end; at = next + 1)
        found = strtod(next + strlen("font-size=\""), NULL);
    free(content);
    return found;
}

/* In one size, even if only one of them is long. */
static void names_of_panels_are_equally_large(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    const struct ls_surface *both[] = {&surface, &surface};
    struct ls_plot_options options = ls_plot_defaults();
    const char *names[] = {"short", "a name of very many words, which do not fit over so narrow a "
                                    "panel unless they are small"};
    make_bowl(&surface, 11, 4);
    options.names = names;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.svg", NULL), LS_OK);
    const double small = size_of_text("out.svg", names[0]);
    assert_true(small > 0 && small == size_of_text("out.svg", names[1]));
    names[1] = "other";
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.svg", NULL), LS_OK);
    assert_true(size_of_text("out.svg", names[0]) > 1.2 * small);
    ls_surface_free(&surface);
}

/* A title of the widest letters. */
static void titles_fit_the_figure(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    const struct ls_surface *one = &surface;
    struct ls_plot_options options = ls_plot_defaults();
    char title[81] = "";
    make_bowl(&surface, 11, 4);
    memset(title, 'W', 80);
    options.title = title;
    options.width = options.height = 700;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", NULL), LS_OK);
    assert_true(size_of_text("out.svg", title) * 1.1 * 80 < 700); /* DejaVu's bold W: 1.1 em */
    ls_surface_free(&surface);
}

/* Names as they are, beside marks that lie in the plane. */
static void networks_are_marked_and_named(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    make_bowl(&surface, 21, 4);
    assert_int_equal(ls_surface_mark(&surface, "it's \"plain\" {20}_a", 0, 0, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(&surface, "with skips", 1, -1, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(&surface, "Li's", -1, -1, NULL), LS_OK);
    assert_int_equal(ls_surface_mark(&surface, "far away", 1.5, 0, NULL), LS_OK);
    static const enum ls_plot_kind kinds[] = {LS_PLOT_CONTOUR, LS_PLOT_HEATMAP};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plot_one(&surface, kinds[i], "out.svg", NULL), LS_OK);
        assert_true(contains("out.svg", "it's \"plain\" {20}_a<"));
        assert_true(contains("out.svg", ">with skips<"));
        assert_true(contains("out.svg", ">Li's<"));
        assert_false(contains("out.svg", "far away"));
        assert_true(contains("out.svg", ">min 0.25<"));
    }
    ls_surface_free(&surface);
}

/* The dots of a trajectory's checkpoints, each once below in white. */
static void trajectories_are_drawn(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    static const double x[] = {-0.8, -0.2, 0}, y[] = {0.5, 0.4, 0};
    const struct ls_trajectory way = {
        .count = 3, .x = (double *)x, .y = (double *)y, .explained = {0.714, 0.231}};
    static const enum ls_plot_kind kinds[] = {LS_PLOT_CONTOUR, LS_PLOT_HEATMAP};
    make_bowl(&surface, 21, 4);
    for (int i = 0; i < 2; i++) {
        ls_trajectory_free(&surface.trajectory);
        assert_int_equal(plot_one(&surface, kinds[i], "without.svg", NULL), LS_OK);
        assert_int_equal(ls_trajectory_copy(&surface.trajectory, &way, NULL), LS_OK);
        assert_int_equal(plot_one(&surface, kinds[i], "with.svg", NULL), LS_OK);
        assert_int_equal(occurrences("with.svg", "<use xlink:href='#gpPt6'"),
                         occurrences("without.svg", "<use xlink:href='#gpPt6'") + 6);
        assert_true(contains("with.svg", ">first principal component<"));
        assert_true(contains("with.svg", "71 % + 23 % of the variance"));
        assert_false(contains("without.svg", "principal"));
    }
    ls_surface_free(&surface);
}

/* A plane of a trajectory beside one of random directions. */
static void panels_name_their_own_axes(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surfaces[2];
    const struct ls_surface *both[] = {&surfaces[0], &surfaces[1]};
    struct ls_plot_options options = ls_plot_defaults();
    static const double at[] = {-0.5, 0};
    const struct ls_trajectory way = {.count = 2, .x = (double *)at, .y = (double *)at};
    static const enum ls_plot_kind kinds[] = {LS_PLOT_CONTOUR, LS_PLOT_HEATMAP};
    make_bowl(&surfaces[0], 11, 4);
    make_bowl(&surfaces[1], 11, 4);
    assert_int_equal(ls_trajectory_copy(&surfaces[0].trajectory, &way, NULL), LS_OK);
    for (int i = 0; i < 2; i++) {
        options.kind = kinds[i];
        assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.svg", NULL), LS_OK);
        assert_int_equal(occurrences("out.svg", ">first principal component<"), 1);
        assert_int_equal(occurrences("out.svg", ">first direction<"), 1);
        assert_int_equal(occurrences("out.svg", ">second direction<"), 1);
    }
    ls_surface_free(&surfaces[0]);
    ls_surface_free(&surfaces[1]);
}

/* The lowest and the highest line and the lowest band of one map, and of the usual one. */
static void colours_are_those_of_the_map(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    const struct ls_surface *one = &surface;
    struct ls_plot_options options = ls_plot_defaults();
    make_bowl(&surface, 21, 8);
    options.log = true;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "usual.svg", NULL), LS_OK);
    options.colormap = LS_COOLWARM;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "warm.svg", NULL), LS_OK);
    static const char *const usual[] = {"rgb( 68,   1,  84)", "rgb(195, 174, 200)"};
    static const char *const warm[] = {"rgb( 38,  49, 125)", "rgb(117,   3,  25)",
                                       "rgb(192, 198, 235)"};
    for (int i = 0; i < 3; i++)
        assert_true(contains("warm.svg", warm[i]) && !contains("usual.svg", warm[i]));
    for (int i = 0; i < 2; i++)
        assert_true(contains("usual.svg", usual[i]) && !contains("warm.svg", usual[i]));
    ls_surface_free(&surface);
}

static void flat_surfaces_are_told(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    make_bowl(&surface, 9, 0);
    assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "flat.svg", NULL), LS_OK);
    assert_true(contains("flat.svg", "the loss is 0.25 everywhere"));
    assert_false(contains("flat.svg", ">min "));
    ls_surface_free(&surface);
    make_bowl(&surface, 9, 0.01);
    assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "low.svg", NULL), LS_OK);
    assert_true(contains("low.svg", "no contour level lies between the lowest loss, 0.25, and the "
                                    "highest, 0.27"));
    assert_true(contains("low.svg", ">min 0.25<"));
    ls_surface_free(&surface);
}

static void hard_grids_are_drawn(void **state) {
    (void)state;
    skip_without_gnuplot();
    static const int shapes[][2] = {{2, 2}, {2, 9}, {41, 3}, {501, 501}};
    for (int s = 0; s < 4; s++) {
        struct ls_surface surface;
        struct ls_range x = {-3, 1, shapes[s][0]}, y = {0, 0.5, shapes[s][1]};
        assert_int_equal(ls_surface_create(&surface, &x, &y, NULL), LS_OK);
        for (int i = 0; i < x.count * y.count; i++)
            surface.loss[i] = pow(10, 12 * fabs(surface.x[i % x.count]) / 3 - 3);
        /* The rest of the scan is still to come, and one coordinate is far off. */
        if (shapes[s][1] > 3)
            for (int i = x.count * (y.count - 2); i < x.count * y.count; i++)
                surface.loss[i] = LS_NOT_COMPUTED;
        surface.x[x.count - 1] = 4;
        assert_int_equal(plot_one(&surface, LS_PLOT_CONTOUR, "contour.svg", NULL), LS_OK);
        assert_int_equal(plot_one(&surface, LS_PLOT_HEATMAP, "heat.svg", NULL), LS_OK);
        assert_int_equal(contains("contour.svg", "points not computed (white)"), shapes[s][1] > 3);
        assert_int_equal(contains("heat.svg", "points not computed (white)"), shapes[s][1] > 3);
        assert_in_range(size_of("contour.svg"), 10000, 500000);
        assert_in_range(size_of("heat.svg"), 10000, 500000);
        ls_surface_free(&surface);
    }
}

/* The outer cells reach as far outwards as inwards. */
static void cells_of_uneven_grids_meet_half_way(void **state) {
    (void)state;
    skip_without_gnuplot();
    struct ls_surface surface;
    make_bowl(&surface, 3, 2);
    for (int i = 0; i < 3; i++)
        surface.x[i] = surface.y[i] = (double[]){0, 1, 5}[i];
    assert_int_equal(plot_one(&surface, LS_PLOT_HEATMAP, "heat.svg", NULL), LS_OK);
    /* Both axes go from -0.5 to 7, to which halves of the mean width would not reach, and the bar
     * tells a 7. */
    assert_int_equal(occurrences("heat.svg", ">7<") + occurrences("heat.svg", "> 7<"), 3);
    ls_surface_free(&surface);
}

/* Losses that differ in the fifth digit only, drawn with levels or colours of their own. */
static void draw_shallow(enum ls_plot_kind kind, bool log) {
    struct ls_surface surface;
    const struct ls_surface *one = &surface;
    struct ls_plot_options options = ls_plot_defaults();
    make_bowl(&surface, 21, 0.002);
    for (int i = 0; i < 21 * 21; i++)
        surface.loss[i] += 2.05;
    options.kind = kind;
    options.log = log;
    options.vmin = 2.3;
    options.vmax = 2.304;
    options.vlevel = kind == LS_PLOT_CONTOUR ? 0.0005 : NAN;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", NULL), LS_OK);
    ls_surface_free(&surface);
}

static void levels_of_a_small_range_are_told_apart(void **state) {
    (void)state;
    skip_without_gnuplot();
    draw_shallow(LS_PLOT_CONTOUR, false);
    assert_in_range(occurrences("out.svg", ">2.3005<"), 2, 50); /* on the line and at the bar */
    assert_true(contains("out.svg", ">2.3015<"));
    assert_true(contains("out.svg", ">2.303<"));
}

static void the_colour_bar_of_a_small_range_has_numbers(void **state) {
    (void)state;
    skip_without_gnuplot();
    for (int log = 0; log < 2; log++) {
        draw_shallow(LS_PLOT_HEATMAP, log);
        assert_int_equal(occurrences("out.svg", ">2.303<"), 1);
        assert_int_equal(occurrences("out.svg", ">2.3035<"), log ? 0 : 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(contour_lines_are_data_too),
        IN_OWN(a_contour_plot_names_levels_minimum_and_network),
        IN_OWN(missing_points_are_told_below_the_picture),
        IN_OWN(wild_surfaces_make_small_files),
        IN_OWN(six_panels_have_titles_and_one_scale),
        IN_OWN(networks_are_marked_and_named),
        IN_OWN(trajectories_are_drawn),
        IN_OWN(panels_name_their_own_axes),
        IN_OWN(names_of_panels_are_equally_large),
        IN_OWN(titles_fit_the_figure),
        IN_OWN(colours_are_those_of_the_map),
        IN_OWN(flat_surfaces_are_told),
        IN_OWN(hard_grids_are_drawn),
        IN_OWN(cells_of_uneven_grids_meet_half_way),
        IN_OWN(levels_of_a_small_range_are_told_apart),
        IN_OWN(the_colour_bar_of_a_small_range_has_numbers),
    };
    return cmocka_run_group_tests_name("plot_contour", tests, NULL, NULL);
}
