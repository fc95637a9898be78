/* Figures of three-dimensional surfaces: panels, words, turntables, and what is refused. */
#include "base/file.h"
#include "pictures.h"
#include "pixels.h"
#include "render/box.h"
#include "render/opaque.h"
#include "render/pins.h"
#include "support.h"
#include <math.h>
#include <stdlib.h>

static double plane(double x, double y) {
    return 2.5 + 0.0 * x * y;
}

/* Both panels of a figure show a surface as high as their common scale says. */
static void panels_share_one_scale(void **state) {
    (void)state;
    struct ls_surface low, high;
    struct ls_plot_options options = bare();
    make(&low, 11, plane);
    make(&high, 11, bowl);
    for (int i = 0; i < 121; i++)
        high.loss[i] *= 4;
    const struct ls_surface *both[] = {&low, &high}, *alone[] = {&low, &low};
    options.surface.elevation = 60;
    options.surface.compress = 0;
    options.width = 2 * WIDTH;
    const unsigned char *p;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.png", NULL), LS_OK);
    struct picture picture = load("out.png");
    p = pixel(&picture, WIDTH / 2, HEIGHT / 2);
    assert_true(p[2] > p[0] + 20); /* a third of the height: cool */
    free(picture.rgba);
    assert_int_equal(ls_plot_surfaces(alone, 2, &options, "out.png", NULL), LS_OK);
    picture = load("out.png");
    p = pixel(&picture, WIDTH / 2, HEIGHT / 2);
    assert_true(abs(p[0] - p[2]) < 60); /* half of it: neutral */
    free(picture.rgba);
    ls_surface_free(&low);
    ls_surface_free(&high);
}

static unsigned long number_at(const unsigned char *at) {
    return (unsigned long)at[0] << 24 | (unsigned long)at[1] << 16 | (unsigned long)at[2] << 8 |
           at[3];
}

static void a_turntable_is_an_animation(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    const struct ls_surface *one = &surface;
    make(&surface, 11, rough);
    options.width = options.height = 100;
    options.surface.frames = 3;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", NULL), LS_OK);
    assert_int_equal(count_entries("."), 1);
    static unsigned char bytes[1 << 20];
    FILE *file = fopen("out.png", "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unsigned long sequence = 0, controls = 0, data = 0;
    for (size_t at = 8; at + 12 <= size; at += 12 + number_at(bytes + at)) {
        const unsigned char *type = bytes + at + 4, *body = type + 4;
        if (memcmp(type, "acTL", 4) == 0)
            assert_int_equal(number_at(body), 3);
        if (memcmp(type, "fcTL", 4) == 0) {
            assert_int_equal(number_at(body), sequence++);
            assert_int_equal(number_at(body + 4), 100);
            controls++;
        }
        if (memcmp(type, "fdAT", 4) == 0) {
            assert_int_equal(number_at(body), sequence++);
            data++;
        }
    }
    assert_int_equal(controls, 3);
    assert_true(data >= 2);

    /* To viewers without animation it is its first picture, which is also the first of a series. */
    struct picture first = load("out.png");
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "turn-%02d.png", NULL), LS_OK);
    assert_int_equal(count_entries("."), 4);
    struct picture same = load("turn-00.png"), next = load("turn-01.png");
    size_t all = PNG_IMAGE_SIZE(first.header);
    assert_memory_equal(first.rgba, same.rgba, all);
    assert_true(memcmp(first.rgba, next.rgba, all) != 0);
    free(first.rgba);
    free(same.rgba);
    free(next.rgba);
    ls_surface_free(&surface);
}

static bool stop_at_once(void *context) {
    (void)context;
    return true;
}

static void what_cannot_be_drawn_is_refused_and_leaves_no_file(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_error error;
    const struct ls_surface *one = &surface;
    struct ls_plot_options options = bare();
    struct ls_observer observer = {.stop = stop_at_once};
    make(&surface, 5, bowl);
    options.surface.frames = 3;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.svg", &error), LS_BAD_ARGUMENT);
    assert_message(&error, ".png");
    options.surface.observer = &observer;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_INTERRUPTED);
    options.kind = LS_PLOT_CONTOUR;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    options = bare();
    options.surface.elevation = -5;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "elevation");
    options.surface.elevation = 30;
    options.surface.samples = 0;
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.png", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "samples");
    assert_int_equal(count_entries("."), 0);
    ls_surface_free(&surface);
}

static void vector_formats_and_odd_words_work(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    const struct ls_surface *one = &surface;
    make(&surface, 9, rough);
    options.kind = LS_PLOT_SURFACE;
    options.width = WIDTH;
    options.height = HEIGHT;
    assert_int_equal(ls_surface_mark(&surface,
                                     "of many letters ä\xc3 <&>, so many that they are cut", 0.9,
                                     0.9, NULL),
                     LS_OK);
    options.title = "a_b^c {d} \\ it's `false` <&> \xff\xfe \n\t";
    options.surface.caption = "a caption of very many words, which do not all fit into one line of "
                              "so narrow a figure, and averyveryveryverylongwordwithoutanyspaces";
    static const struct {
        const char *path, *magic;
    } outputs[] = {{"o.svg", "<?xml"}, {"o.pdf", "%PDF-"}, {"o.png", "\x89PNG"}};
    for (int i = 0; i < 3; i++) {
        static const char date[] = "CreationDate";
        unsigned char *bytes;
        size_t size;
        assert_int_equal(ls_plot_surfaces(&one, 1, &options, outputs[i].path, NULL), LS_OK);
        assert_int_equal(ls_file_read(outputs[i].path, 1 << 24, &bytes, &size, NULL), LS_OK);
        assert_memory_equal(bytes, outputs[i].magic, strlen(outputs[i].magic));
        for (size_t k = 0; k + sizeof date <= size; k++)
            assert_memory_not_equal(bytes + k, date, sizeof date - 1);
        free(bytes);
    }
    ls_surface_free(&surface);
}

/* Losses from 1 to 7 that rise along both axes. */
static double ramp(double x, double y) {
    return 4 + x + 2 * y;
}

/* A wall in front of what lies behind it. */
static double wall(double x, double y) {
    return 0.1 + 5 * exp(-20 * (y + 0.5) * (y + 0.5)) + 0 * x;
}

/* Between samples a pin's foot is where the surface is, not where the nearest sample is. */
static void pins_stand_on_the_interpolated_surface(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    const struct ls_surface *one = &surface;
    static const double at[][2] = {{0, 0}, {0.13, -0.37}, {-1, 1}, {0.99, 0.61}};
    make(&surface, 9, ramp);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ls_surface_mark(&surface, "here", at[i][0], at[i][1], NULL), LS_OK);
    assert_int_equal(ls_surface_mark(&surface, "beyond the axes", 0, 1.1, NULL), LS_OK);
    surface.loss[8] = NAN; /* the corner (1, -1) */
    assert_int_equal(ls_surface_mark(&surface, "unknown", 0.95, -0.95, NULL), LS_OK);
    struct ls_world world = ls_world_of(&(struct ls_axes){-1, 1, -1, 1});
    struct ls_zscale scale = ls_zscale_choose(&one, 1, &options);
    struct ls_terrain terrain;
    struct ls_pins pins;
    assert_int_equal(ls_terrain_create(&terrain, &surface, &scale, &world, 200, 1, NULL), LS_OK);
    ls_pins_stand(&pins, &surface, &terrain, &world);
    assert_int_equal(pins.count, 5);
    for (int i = 0; i < 4; i++) {
        double height = ls_zscale_height(&scale, ramp(at[i][0], at[i][1])) * world.height;
        assert_true(fabs(pins.pin[i].foot[2] - height) < 2e-3);
        assert_true(pins.pin[i].head[2] > height + 0.1 * world.height);
    }
    assert_string_equal(pins.pin[4].text, "unknown");
    assert_true(pins.pin[4].foot[2] == 0);
    ls_terrain_free(&terrain);
    ls_surface_free(&surface);
}

/* Pixels that differ much. */
static int differ(const struct picture *with, const struct picture *without) {
    int count = 0;
    for (int y = 0; y < (int)with->header.height; y++)
        for (int x = 0; x < (int)with->header.width; x++)
            count += fabs(luminance(pixel(with, x, y)) - luminance(pixel(without, x, y))) > 50;
    return count;
}

/* The marked surface, which is else the same, differs from all sides by some pixels, but not
 * without words. */
static void assert_seen_from_everywhere(const struct ls_surface *surface,
                                        const struct ls_surface *marked) {
    static const double elevations[] = {0, 30, 90};
    for (int i = 0; i < 3; i++)
        for (int azimuth = 0; azimuth < 360; azimuth += 120) {
            struct ls_plot_options options = bare();
            options.surface.background = LS_WHITE;
            options.surface.elevation = elevations[i];
            options.surface.azimuth = azimuth;
            options.surface.words = true;
            options.surface.samples = 1;
            options.width *= 3;
            options.height *= 3;
            options.title = "";
            struct picture without = draw(surface, &options), with = draw(marked, &options);
            int count = differ(&with, &without);
            assert_true(count > 40 && count < 1500);
            free(without.rgba);
            free(with.rgba);
        }
    struct ls_plot_options options = bare();
    struct picture without = draw(surface, &options), with = draw(marked, &options);
    assert_memory_equal(with.rgba, without.rgba, PNG_IMAGE_SIZE(with.header));
    free(without.rgba);
    free(with.rgba);
}

static void pins_are_seen_from_everywhere_but_not_on_bare_surfaces(void **state) {
    (void)state;
    struct ls_surface surface, marked;
    make(&surface, 21, wall);
    make(&marked, 21, wall);
    assert_int_equal(ls_surface_mark(&marked, "network", 0.2, 0.1, NULL), LS_OK);
    assert_seen_from_everywhere(&surface, &marked);
    ls_surface_free(&surface);
    ls_surface_free(&marked);
}

/* Over the wall and out of the picture. */
static void trajectories_are_seen_from_everywhere_but_not_on_bare_surfaces(void **state) {
    (void)state;
    struct ls_surface surface, marked;
    static const double x[] = {-0.8, 0.3, 0.4, 1.5}, y[] = {0.5, 0.1, -0.4, -0.2};
    make(&surface, 21, wall);
    make(&marked, 21, wall);
    const struct ls_trajectory way = {.count = 4, .x = (double *)x, .y = (double *)y};
    assert_int_equal(ls_trajectory_copy(&marked.trajectory, &way, NULL), LS_OK);
    assert_seen_from_everywhere(&surface, &marked);
    ls_surface_free(&surface);
    ls_surface_free(&marked);
}

/* However they crowd, names keep off one another and within the picture. */
static void names_of_networks_do_not_overlap(void **state) {
    (void)state;
    static const double at[][2] = {{50, 50}, {51, 49}, {50, 50}, {99, 99},
                                   {1, 2},   {98, 3},  {97, 97}};
    enum { COUNT = sizeof at / sizeof *at };
    const struct ls_taken taken = {{60, 52}, 20, 5};
    struct ls_marks marks = {.count = COUNT, .taken_count = 1, .taken = &taken};
    for (int i = 0; i < COUNT; i++)
        marks.mark[i] = (struct ls_mark){.at = {at[i][0], at[i][1]},
                                         .foot = {at[i][0], at[i][1] - 10},
                                         .width = 18,
                                         .height = 4.4};
    ls_marks_label(&marks, LS_LABEL_ABOVE, (struct ls_point){0, 0}, (struct ls_point){100, 100}, 4);
    for (int i = 0; i < COUNT; i++) {
        const struct ls_mark *a = &marks.mark[i];
        assert_true(a->label.x >= 9 && a->label.x <= 91 && a->label.y >= 2.2 && a->label.y <= 97.8);
        assert_true(fabs(a->label.x - 60) >= 19 || fabs(a->label.y - 52) >= 4.7);
        for (int j = 0; j < i; j++)
            assert_true(fabs(a->label.x - marks.mark[j].label.x) >= 18 ||
                        fabs(a->label.y - marks.mark[j].label.y) >= 4.4 - 1e-9);
    }
}

/* Whether some point of the box is seen within a rectangle, given by its middle and half its size.
 */
static bool covers(const struct ls_world *world, const struct ls_camera *camera,
                   const struct ls_rectangle *label) {
    enum { N = 20 };
    for (int i = 0; i <= N; i++)
        for (int j = 0; j <= N; j++)
            for (int k = 0; k <= N; k++) {
                const double point[3] = {world->half_x * (2.0 * i / N - 1),
                                         world->half_y * (2.0 * j / N - 1), world->height * k / N};
                double x, y;
                ls_camera_project(camera, point, &x, &y);
                if (fabs(x - label->left) < label->width && fabs(y - label->top) < label->height)
                    return true;
            }
    return false;
}

static void no_mountain_can_cover_a_label_of_the_axes(void **state) {
    (void)state;
    struct ls_world world = ls_world_of(&(struct ls_axes){-1, 1, -1, 1});
    struct ls_zscale scale = {.high = 5, .compress = INFINITY};
    struct ls_rectangle room = {60, 20, 300, 200};
    struct ls_canvas canvas;
    const double target[3] = {0, 0, 0.45 * world.height};
    double corners[8][3];
    ls_box_corners(&world, corners);
    assert_int_equal(ls_canvas_create(&canvas, LS_FORMAT_PNG, 420, 280, LS_WHITE, NULL), LS_OK);
    for (int elevation = 0; elevation <= 90; elevation += 15)
        for (int azimuth = 0; azimuth < 360; azimuth += 20) {
            struct ls_camera camera;
            struct ls_box_labels labels;
            ls_camera_aim(&camera, azimuth, elevation, target, 6);
            ls_camera_fit(&camera, corners, 8, &room);
            struct ls_box3 box = {&world, &camera, &scale, 8, {"first", "second", "loss"}};
            ls_box_label(&canvas, &box, &labels);
            assert_true(labels.count >= 5);
            for (int i = 0; i < labels.count; i++) {
                struct ls_rectangle label = labels.boxes[i];
                label.width -= 2;
                label.height -= 2;
                assert_false(covers(&world, &camera, &label));
            }
        }
    ls_canvas_free(&canvas);
}

/* One half-covered red pixel of seven: its red reaches further, its cover does not. */
static void colours_of_a_pdf_reach_beyond_outlines(void **state) {
    (void)state;
    const uint32_t pixels[7] = {0, 0x80800000};
    cairo_surface_t *colors, *cover;
    ls_opaque(pixels, 7, 1, &colors, &cover);
    assert_int_equal(cairo_surface_status(colors), CAIRO_STATUS_SUCCESS);
    const uint32_t *color = (const uint32_t *)(const void *)cairo_image_surface_get_data(colors);
    const unsigned char *alpha = cairo_image_surface_get_data(cover);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(color[i] & 0xffffff, i < 5 ? 0xff0000 : 0xffffff);
        assert_int_equal(alpha[i], i == 1 ? 0x80 : 0);
    }
    cairo_surface_destroy(colors);
    cairo_surface_destroy(cover);
}

/* Median 0.5 between losses from `low` to 20. */
static double compression_from(double low) {
    struct ls_surface surface;
    const struct ls_surface *one = &surface;
    struct ls_plot_options options = ls_plot_defaults();
    options.zmax = INFINITY;
    make(&surface, 11, plane);
    for (int i = 0; i < 121; i++)
        surface.loss[i] = i < 10 ? low : i < 111 ? 0.5 : 20;
    struct ls_zscale scale = ls_zscale_choose(&one, 1, &options);
    assert_true(scale.low == 0 && scale.high == 20);
    ls_surface_free(&surface);
    return scale.compress;
}

static void heights_are_not_compressed_below_the_lowest_loss(void **state) {
    (void)state;
    double usual = compression_from(0.001);
    assert_true(usual > 0.02 && usual < 0.03);
    assert_true(compression_from(0.4) == 0.4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(panels_share_one_scale),
        IN_OWN(a_turntable_is_an_animation),
        IN_OWN(what_cannot_be_drawn_is_refused_and_leaves_no_file),
        IN_OWN(vector_formats_and_odd_words_work),
        cmocka_unit_test(pins_stand_on_the_interpolated_surface),
        IN_OWN(pins_are_seen_from_everywhere_but_not_on_bare_surfaces),
        IN_OWN(trajectories_are_seen_from_everywhere_but_not_on_bare_surfaces),
        cmocka_unit_test(names_of_networks_do_not_overlap),
        cmocka_unit_test(no_mountain_can_cover_a_label_of_the_axes),
        IN_OWN(colours_of_a_pdf_reach_beyond_outlines),
        IN_OWN(heights_are_not_compressed_below_the_lowest_loss),
    };
    return cmocka_run_group_tests_name("scene", tests, NULL, NULL);
}
