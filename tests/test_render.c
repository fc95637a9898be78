/* The renderer of three-dimensional surfaces: what its pictures show, whatever compiler and CPU. */
#include "pictures.h"
#include "pixels.h"
#include "support.h"
#include <math.h>

static double plane(double x, double y) {
    return 2.5 + 0.0 * x * y;
}

static double needle(double x, double y) {
    return 0.2 + 3 * exp(-(x * x + y * y) / 0.01);
}

static void a_surface_fills_the_picture_and_nothing_else_is_drawn(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    make(&surface, 21, bowl);
    struct picture picture = draw(&surface, &options);
    int count, left = WIDTH, right = -1;
    assert_int_equal(picture.header.width, WIDTH);
    assert_int_equal(picture.header.height, HEIGHT);
    double mean = brightness(&picture, &count);
    assert_true(mean > 90 && mean < 190);
    assert_in_range(count, WIDTH * HEIGHT / 4, WIDTH * HEIGHT * 3 / 4);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (pixel(&picture, x, y)[3]) {
                left = x < left ? x : left;
                right = x > right ? x : right;
            }
    assert_in_range(left, 0, WIDTH / 15);
    assert_in_range(right, WIDTH - WIDTH / 15, WIDTH - 1);
    assert_int_equal(pixel(&picture, 0, 0)[3], 0);
    assert_int_equal(pixel(&picture, WIDTH - 1, HEIGHT - 1)[3], 0);
    free(picture.rgba);
    ls_surface_free(&surface);
}

/* Cool below, warm above, as the colour map says. */
static void colours_follow_the_height(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    make(&surface, 21, bowl);
    options.surface.elevation = 90;
    options.surface.azimuth = 0;
    struct picture picture = draw(&surface, &options);
    const unsigned char *middle = pixel(&picture, WIDTH / 2, HEIGHT / 2);
    const unsigned char *corner = pixel(&picture, (WIDTH - HEIGHT) / 2 + 8, 8);
    assert_true(middle[2] > middle[0] + 60);
    assert_true(corner[0] > corner[2] + 60);
    assert_int_equal(middle[3], 255);
    assert_int_equal(corner[3], 255);
    free(picture.rgba);
    options.colormap = LS_VIRIDIS;
    picture = draw(&surface, &options);
    corner = pixel(&picture, (WIDTH - HEIGHT) / 2 + 8, 8);
    assert_true(corner[1] > corner[2] + 60);
    free(picture.rgba);
    ls_surface_free(&surface);
}

/* A plane has one colour: no acne, no banding, no seams, and the light of its map's colour. */
static void a_plane_is_evenly_lit(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    make(&surface, 9, plane);
    options.surface.elevation = 60;
    struct picture picture = draw(&surface, &options);
    const unsigned char *middle = pixel(&picture, WIDTH / 2, HEIGHT / 2);
    int count;
    brightness(&picture, &count);
    assert_true(count > WIDTH * HEIGHT / 4);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const unsigned char *p = pixel(&picture, x, y);
            for (int k = 0; k < 3 && p[3] == 255; k++)
                assert_true(abs(p[k] - middle[k]) <= 12);
        }
    free(picture.rgba);
    ls_surface_free(&surface);
}

/* What is symmetric and seen along its axis covers the same pixels on the left and on the right. */
static void the_outline_of_a_symmetric_surface_is_symmetric(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    make(&surface, 21, bowl);
    options.surface.azimuth = 0;
    struct picture picture = draw(&surface, &options);
    int differ = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH / 2; x++)
            differ += abs(pixel(&picture, x, y)[3] - pixel(&picture, WIDTH - 1 - x, y)[3]) > 40;
    assert_true(differ <= 2);
    free(picture.rgba);

    /* A quarter of a turn shows the bowl from a side that looks the same. */
    picture = draw(&surface, &options);
    options.surface.azimuth = 90;
    struct picture turned = draw(&surface, &options);
    int off = 0;
    for (size_t i = 0; i < (size_t)4 * WIDTH * HEIGHT; i++)
        off += abs(picture.rgba[i] - turned.rgba[i]) > 6;
    assert_true(off < WIDTH * HEIGHT / 500);
    free(picture.rgba);
    free(turned.rgba);
    ls_surface_free(&surface);
}

/* The key light comes from the left: what stands up throws its shadow to the right. */
static void a_needle_casts_a_shadow_to_the_right(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    make(&surface, 41, needle);
    options.surface.compress = 0;
    options.surface.azimuth = 0;
    options.surface.elevation = 75;
    struct picture picture = draw(&surface, &options);
    double left = 0, right = 0, darkest = 255;
    for (int y = HEIGHT / 4; y < HEIGHT * 3 / 4; y++)
        for (int d = 16; d < 40; d++) {
            left += luminance(pixel(&picture, WIDTH / 2 - d, y));
            right += luminance(pixel(&picture, WIDTH / 2 + d, y));
            darkest = fmin(darkest, luminance(pixel(&picture, WIDTH / 2 + d, y)));
        }
    assert_true(right < 0.97 * left);
    assert_true(darkest > 10);
    free(picture.rgba);
    ls_surface_free(&surface);
}

static void the_same_bytes_from_any_number_of_threads(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    static const int threads[] = {1, 1, 2, 5};
    uint64_t hash[4];
    make(&surface, 17, rough);
    surface.loss[40] = NAN;
    options.kind = LS_PLOT_SURFACE;
    options.width = WIDTH;
    options.height = HEIGHT;
    options.surface.contours = options.surface.floor_contours = true;
    for (int i = 0; i < 4; i++) {
        options.surface.threads = threads[i];
        struct picture picture = draw(&surface, &options);
        hash[i] = hash_bytes(picture.rgba, PNG_IMAGE_SIZE(picture.header));
        free(picture.rgba);
        assert_true(hash[i] == hash[0]);
    }
    ls_surface_free(&surface);
}

/* Seen from above, where a loss is missing the paper shows, and only there. */
static void missing_points_are_holes(void **state) {
    (void)state;
    static const double missing[] = {LS_NOT_COMPUTED, NAN, INFINITY};
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    options.surface.elevation = 90;
    options.surface.azimuth = 0;
    for (int m = 0; m < 3; m++) {
        make(&surface, 11, bowl);
        struct picture whole = draw(&surface, &options);
        surface.loss[60] = missing[m]; /* the middle */
        struct picture holed = draw(&surface, &options);
        assert_int_equal(pixel(&whole, WIDTH / 2, HEIGHT / 2)[3], 255);
        assert_int_equal(pixel(&holed, WIDTH / 2, HEIGHT / 2)[3], 0);
        int a, b, side = HEIGHT * 2 / 10;
        brightness(&whole, &a);
        brightness(&holed, &b);
        assert_in_range(a - b, side * side * 6 / 10, side * side * 13 / 10);
        free(whole.rgba);
        free(holed.rgba);
        ls_surface_free(&surface);
    }
}

static void zmax_cuts_the_top_off(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_error error;
    const struct ls_surface *one = &surface;
    struct ls_plot_options options = bare();
    make(&surface, 21, bowl);
    options.surface.elevation = 90;
    options.zmax = 0.6; /* a circle of radius 0.7 */
    struct picture picture = draw(&surface, &options);
    int count;
    brightness(&picture, &count);
    /* It fills the height of the picture. */
    double circle = acos(-1) * HEIGHT * HEIGHT / 4;
    assert_true(count > 0.85 * circle && count < 1.02 * circle);
    free(picture.rgba);
    options.zmax = 0.05;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "the lowest loss is 0.1");
    ls_surface_free(&surface);
}

static void hard_surfaces_are_drawn(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_range two = {0, 1, 2}, many = {-1, 1, 101}, few = {-0.1, 0.1, 3};
    for (int log = 0; log < 2; log++)
        for (int shape = 0; shape < 4; shape++) {
            struct ls_plot_options options = bare();
            options.log = log;
            assert_int_equal(ls_surface_create(&surface, shape == 0 ? &two : &many,
                                               shape == 0 ? &two : &few, NULL),
                             LS_OK);
            for (size_t i = 0; i < ls_surface_points(&surface); i++)
                surface.loss[i] = shape == 1   ? pow(10, -3 + 12.0 * (double)(i % 7) / 6)
                                  : shape == 2 ? 1
                                               : (double)i;
            if (shape == 3)
                for (size_t i = 0; i < 100; i++)
                    surface.loss[i] = i % 2 ? 1e308 : -1e308;
            struct picture picture = draw(&surface, &options);
            int drawn;
            brightness(&picture, &drawn);
            assert_in_range(drawn, WIDTH * HEIGHT / 40, WIDTH * HEIGHT * 9 / 10);
            free(picture.rgba);
            ls_surface_free(&surface);
        }
}

/* There is but one point, in the middle: the box stands on a white floor. */
static void what_is_missing_casts_no_shadow(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    options.surface.box = true;
    make(&surface, 21, bowl);
    for (int i = 0; i < 21 * 21; i++)
        if (i != 220)
            surface.loss[i] = LS_NOT_COMPUTED;
    struct picture picture = draw(&surface, &options);
    int painted = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            painted += pixel(&picture, x, y)[3] > 8;
    assert_in_range(painted, 1, WIDTH * HEIGHT / 6); /* of the box and what is written on it */
    free(picture.rgba);
    ls_surface_free(&surface);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(a_surface_fills_the_picture_and_nothing_else_is_drawn),
        IN_OWN(colours_follow_the_height),
        IN_OWN(a_plane_is_evenly_lit),
        IN_OWN(the_outline_of_a_symmetric_surface_is_symmetric),
        IN_OWN(a_needle_casts_a_shadow_to_the_right),
        IN_OWN(what_is_missing_casts_no_shadow),
        IN_OWN(the_same_bytes_from_any_number_of_threads),
        IN_OWN(missing_points_are_holes),
        IN_OWN(zmax_cuts_the_top_off),
        IN_OWN(hard_surfaces_are_drawn),
    };
    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
