/* What stands where in figures of three-dimensional surfaces, whatever their shape. */
#include "pictures.h"
#include "pixels.h"
#include "render/quantity.h"
#include "render/scene.h"
#include "support.h"
#include <math.h>

/* Beside a surface a thousand times as wide. */
static void a_thin_strip_is_drawn(void **state) {
    (void)state;
    struct ls_surface wide, strip;
    const struct ls_surface *both[] = {&wide, &strip};
    struct ls_plot_options options = bare();
    make(&wide, 51, bowl);
    make(&strip, 51, bowl);
    for (int i = 0; i < 51; i++)
        strip.x[i] *= 0.001;
    struct ls_world world = ls_world_of(&(struct ls_axes){-1, 1, -1, 1});
    struct ls_zscale scale = ls_zscale_choose(both, 2, &options);
    struct ls_terrain terrain;
    assert_int_equal(ls_terrain_create(&terrain, &strip, &scale, &world, 200, 1, NULL), LS_OK);
    assert_true(terrain.nx >= 2 && terrain.step_x > 0);
    assert_false(isnan(ls_terrain_at(&terrain, 0, 0)));
    ls_terrain_free(&terrain);
    options.width = 2 * WIDTH;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.png", NULL), LS_OK);
    ls_surface_free(&wide);
    ls_surface_free(&strip);
}

/* Without a box, what is drawn on its floor must be seen too. */
static void contour_lines_on_the_floor_stay_in_the_picture(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = bare();
    make(&surface, 21, bowl);
    options.surface.floor_contours = true;
    struct picture picture = draw(&surface, &options);
    for (int x = 0; x < WIDTH; x++)
        assert_int_equal(pixel(&picture, x, HEIGHT - 1)[3], 0);
    free(picture.rgba);
    ls_surface_free(&surface);
}

/* On a page far higher than wide. */
static void names_stay_with_their_surfaces(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_plot_options options = ls_plot_defaults();
    const struct ls_surface *one = &surface;
    const struct ls_request request = {.surfaces = &one,
                                       .marked = &one,
                                       .quantity = ls_quantity_of(LS_PLOT_SURFACE, LS_PLOT_OF_LOSS),
                                       .count = 1,
                                       .options = &options};
    struct ls_scene scene;
    make(&surface, 11, bowl);
    options.width = 200;
    options.height = 800;
    assert_int_equal(ls_scene_create(&scene, &request, NULL), LS_OK);
    const struct ls_rectangle *cell = &scene.panels[0].cell;
    assert_true(cell->height < 1.2 * cell->width);
    assert_true(fabs(cell->top + cell->height / 2 - 400) < 40);
    assert_true(scene.bar.top > cell->top);
    assert_true(scene.bar.top + scene.bar.height < cell->top + cell->height);
    ls_scene_free(&scene);
    ls_surface_free(&surface);
}

/* Text that would be a few pixels high is larger than its part of the picture. */
static void small_pictures_can_be_read(void **state) {
    (void)state;
    assert_true(ls_canvas_em(1000, 0.025) == 25);
    assert_true(ls_canvas_em(200, 0.025) == 8);
    assert_true(ls_canvas_em(50, 0.025) < 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_OWN(a_thin_strip_is_drawn),
        cmocka_unit_test(small_pictures_can_be_read),
        cmocka_unit_test(names_stay_with_their_surfaces),
        IN_OWN(contour_lines_on_the_floor_stay_in_the_picture),
    };
    return cmocka_run_group_tests_name("scene_layout", tests, NULL, NULL);
}
