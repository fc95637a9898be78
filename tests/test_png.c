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
    options.bare = true;
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
    assert_pixel(rgb, &header, 21, 10, 0xffffff);
    assert_pixel(rgb, &header, 22, 0, 0x440154);
    free(rgb);

    options.colormap = LS_COOLWARM;
    assert_int_equal(ls_plot_surfaces(both, 1, &options, path, NULL), LS_OK);
    rgb = read_picture(path, &header);
    assert_pixel(rgb, &header, 0, 21, 0x3b4cc0);
    assert_pixel(rgb, &header, 11, 11, 0xb40426);
    free(rgb);

    options.colormap = LS_VIRIDIS;
    options.width = options.height = 0;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, path, NULL), LS_OK);
    rgb = read_picture(path, &header);
    assert_int_equal(header.width, 8 * 333);
    assert_pixel(rgb, &header, 3 * 333, 0, 0xffffff);
    assert_pixel(rgb, &header, 5 * 333, 665, 0x440154);
    free(rgb);
    struct ls_error error;
    assert_int_equal(ls_plot_surfaces(both, 1, &options, "out.svg", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "bare");
    ls_surface_free(&surface);
}

/* CIE 1976 lightness, 0 to 100, of an sRGB colour. */
static double lightness(struct ls_color color) {
    double linear[3] = {color.red / 255.0, color.green / 255.0, color.blue / 255.0};
    for (int i = 0; i < 3; i++)
        linear[i] =
            linear[i] <= 0.04045 ? linear[i] / 12.92 : pow((linear[i] + 0.055) / 1.055, 2.4);
    double y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y;
}

static void lightness_rises_evenly_with_the_loss(void **state) {
    (void)state;
    static const enum ls_colormap maps[] = {LS_VIRIDIS, LS_CIVIDIS};
    for (int m = 0; m < 2; m++) {
        double low = lightness(ls_colormap(maps[m], 0)), high = lightness(ls_colormap(maps[m], 1));
        double last = low;
        for (int i = 1; i <= 100; i++) {
            double l = lightness(ls_colormap(maps[m], i / 100.0));
            assert_true(l > last);
            assert_true(fabs(l - (low + (high - low) * i / 100)) < 2);
            last = l;
        }
    }
    assert_int_equal(ls_color_number(ls_colormap(LS_VIRIDIS, -1)), 0x440154);
    assert_int_equal(ls_color_number(ls_colormap(LS_VIRIDIS, 2)), 0xfde725);
}

static void cool_to_warm_is_as_dark_at_one_end_as_at_the_other(void **state) {
    (void)state;
    for (int i = 2; i <= 50; i++) {
        struct ls_color cool = ls_colormap(LS_COOLWARM, 0.5 - i / 100.0);
        struct ls_color warm = ls_colormap(LS_COOLWARM, 0.5 + i / 100.0);
        assert_true(fabs(lightness(cool) - lightness(warm)) < 4);
        assert_true(cool.blue >= cool.red && warm.red >= warm.blue);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(a_heat_map_is_blocks_with_the_first_row_at_the_bottom),
        cmocka_unit_test(lightness_rises_evenly_with_the_loss),
        cmocka_unit_test(cool_to_warm_is_as_dark_at_one_end_as_at_the_other),
    };
    return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
