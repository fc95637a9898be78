/* The heat map's own PNG pictures. */
#include "landscape/plot.h"
#include "render/colormap.h"
#include "support.h"
#include <math.h>
#include <png.h>

/* Reads out.png of the test's directory as RGB; the caller frees the pixels. */
static unsigned char *read_picture(const char *path, png_image *header) {
    *header = (png_image){.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(header, path));
    header->format = PNG_FORMAT_RGB;
    unsigned char *rgb = malloc(PNG_IMAGE_SIZE(*header));
    assert_non_null(rgb);
    assert_true(png_image_finish_read(header, NULL, rgb, 0, NULL));
    return rgb;
}

static void assert_pixel(const unsigned char *rgb, const png_image *header, int x, int y,
                         unsigned color) {
    const unsigned char *p = rgb + 3 * ((size_t)y * header->width + (size_t)x);
    assert_int_equal(p[0] << 16 | p[1] << 8 | p[2], color);
}

static void a_heat_map_is_blocks_with_the_first_row_at_the_bottom(void **state) {
    struct ls_surface surface;
    struct ls_range x = {0, 2, 3}, y = {0, 1, 2};
    struct ls_plot_options options = ls_plot_defaults();
    png_image header;
    assert_int_equal(ls_surface_create(&surface, &x, &y, NULL), LS_OK);
    const double losses[] = {0.1, 10, LS_NOT_COMPUTED, NAN, INFINITY, -5};
    memcpy(surface.loss, losses, sizeof losses);
    options.kind = LS_PLOT_HEATMAP;
    options.width = 35;
    options.height = 29;
    const struct ls_surface *both[] = {&surface, &surface};
    const char *path = text("%s/out.png", (char *)*state);
    assert_int_equal(ls_plot_surfaces(both, 1, &options, path, NULL), LS_OK);
    unsigned char *rgb = read_picture(path, &header);
    assert_int_equal(header.width, 3 * 11);
    assert_int_equal(header.height, 2 * 11);
    assert_pixel(rgb, &header, 0, 21, 0x440154);
    assert_pixel(rgb, &header, 10, 11, 0x440154);
    assert_pixel(rgb, &header, 11, 11, 0xfde725);
    assert_pixel(rgb, &header, 32, 21, 0xffffff);
    assert_pixel(rgb, &header, 0, 0, 0xffffff);
    assert_pixel(rgb, &header, 21, 10, 0xfde725);
    assert_pixel(rgb, &header, 22, 0, 0x440154);
    free(rgb);

    options.width = options.height = 0;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, path, NULL), LS_OK);
    rgb = read_picture(path, &header);
    assert_int_equal(header.width, 8 * 333);
    assert_pixel(rgb, &header, 3 * 333, 0, 0xffffff);
    assert_pixel(rgb, &header, 5 * 333, 665, 0x440154);
    free(rgb);
    ls_surface_free(&surface);
}

static void lightness_rises_with_the_loss(void **state) {
    (void)state;
    double last = -1;
    for (int i = 0; i <= 100; i++) {
        struct ls_color c = ls_colormap(i / 100.0);
        double linear[3] = {pow(c.red / 255.0, 2.2), pow(c.green / 255.0, 2.2),
                            pow(c.blue / 255.0, 2.2)};
        double luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        assert_true(luminance > last);
        last = luminance;
    }
    assert_int_equal(ls_color_number(ls_colormap(-1)), 0x440154);
    assert_int_equal(ls_color_number(ls_colormap(2)), 0xfde725);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(a_heat_map_is_blocks_with_the_first_row_at_the_bottom),
        cmocka_unit_test(lightness_rises_with_the_loss),
    };
    return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
