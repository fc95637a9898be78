/* Smooth interpolation of a grid, the heights of losses, and their ticks. */
#include "render/caption.h"
#include "render/interpolate.h"
#include "render/ticks.h"
#include "render/zscale.h"
#include "support.h"
#include <math.h>
#include <string.h>

enum { N = 7, FINE = 241 };

/* A rough function of whole numbers, -1 to 1. */
static double rough(int i, int j) {
    return sin(12.9898 * i + 78.233 * j + 4.1 * i * j);
}

static void fill(double *x, double *y, double *f, bool uneven) {
    for (int i = 0; i < N; i++)
        x[i] = y[i] = uneven ? i * i * 0.1 + i : i;
    for (int k = 0; k < N * N; k++)
        f[k] = rough(k % N, k / N);
}

/* out[FINE][FINE] over the whole grid. */
static void interpolate(const double *x, const double *y, const double *f, double *out) {
    struct ls_samples samples = {N, N, x, y, f};
    double at[FINE];
    for (int i = 0; i < FINE; i++)
        at[i] = x[0] + (x[N - 1] - x[0]) * i / (FINE - 1);
    assert_int_equal(ls_interpolate(&samples, at, FINE, at, FINE, out, 2, NULL), LS_OK);
}

static double fine[FINE][FINE];

static void every_sample_is_met_and_no_cell_leaves_its_neighbourhood(void **state) {
    (void)state;
    double x[N], y[N], f[N * N];
    fill(x, y, f, false);
    interpolate(x, y, f, fine[0]);
    const int parts = (FINE - 1) / (N - 1);
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++)
            assert_true(fabs(fine[j * parts][i * parts] - f[j * N + i]) < 1e-6);
    for (int j = 0; j < FINE; j++)
        for (int i = 0; i < FINE; i++) {
            double low = INFINITY, high = -INFINITY;
            for (int q = j / parts - 1; q <= j / parts + 2; q++)
                for (int p = i / parts - 1; p <= i / parts + 2; p++)
                    if (q >= 0 && p >= 0 && q < N && p < N) {
                        low = fmin(low, f[q * N + p]);
                        high = fmax(high, f[q * N + p]);
                    }
            assert_true(fine[j][i] > low - 1e-6 && fine[j][i] < high + 1e-6);
        }
}

/* Second differences of a smooth curve shrink with the square of the step, those of a kink with the
 * step itself. */
static void slopes_do_not_jump(void **state) {
    (void)state;
    double x[N], y[N], f[N * N];
    for (int uneven = 0; uneven < 2; uneven++) {
        fill(x, y, f, uneven);
        interpolate(x, y, f, fine[0]);
        for (int j = 1; j + 1 < FINE; j++)
            for (int i = 1; i + 1 < FINE; i++) {
                assert_true(fabs(fine[j][i - 1] - 2 * fine[j][i] + fine[j][i + 1]) < 0.025);
                assert_true(fabs(fine[j - 1][i] - 2 * fine[j][i] + fine[j + 1][i]) < 0.025);
            }
    }
}

static void a_plane_stays_a_plane_on_uneven_steps(void **state) {
    (void)state;
    double x[N], y[N], f[N * N];
    fill(x, y, f, true);
    for (int k = 0; k < N * N; k++)
        f[k] = 2 * x[k % N] - 3 * y[k / N];
    interpolate(x, y, f, fine[0]);
    for (int j = 0; j < FINE; j++)
        for (int i = 0; i < FINE; i++) {
            double at = (x[N - 1] - x[0]) / (FINE - 1);
            assert_true(fabs(fine[j][i] - (2 * at * i - 3 * at * j)) < 1e-5);
        }
}

static void cells_without_a_corner_are_missing_up_to_their_border(void **state) {
    (void)state;
    double x[N], y[N], f[N * N];
    const int parts = (FINE - 1) / (N - 1);
    fill(x, y, f, false);
    f[3 * N + 2] = NAN;
    interpolate(x, y, f, fine[0]);
    for (int j = 0; j < FINE; j++)
        for (int i = 0; i < FINE; i++) {
            bool inside = i > parts && i < 3 * parts && j > 2 * parts && j < 4 * parts;
            assert_int_equal(isnan(fine[j][i]) != 0, inside);
        }
}

static struct ls_zscale scale_of(double *losses, int count, struct ls_plot_options options) {
    struct ls_surface surface = {.nx = count, .ny = 1, .loss = losses};
    const struct ls_surface *one = &surface;
    return ls_zscale_choose(&one, 1, &options);
}

static void a_wide_range_leaves_the_median_in_the_middle(void **state) {
    (void)state;
    double wide[] = {0.01, 1, 5, 20, 1000}, losses[] = {0.1, 1, 5, 200, 1e9};
    struct ls_plot_options options = ls_plot_defaults();
    options.zmax = INFINITY;
    struct ls_zscale scale = scale_of(wide, 5, options);
    assert_true(fabs(ls_zscale_height(&scale, 5) - 0.5) < 1e-9);
    assert_true(fabs(ls_zscale_height(&scale, 1000) - 1) < 1e-9);
    scale = scale_of(losses, 5, options); /* so wide that the lowest loss would float */
    assert_in_range(1000 * ls_zscale_height(&scale, 0.1), 1, 100);
    options.surface.compress = 0;
    scale = scale_of(losses, 5, options);
    assert_true(fabs(ls_zscale_height(&scale, 5e8) - 0.5) < 1e-6);
    options.log = true;
    scale = scale_of(losses, 5, options);
    double decade = ls_zscale_height(&scale, 10) - ls_zscale_height(&scale, 1);
    assert_true(fabs(ls_zscale_height(&scale, 1e4) - ls_zscale_height(&scale, 1e3) - decade) <
                1e-9);
}

static void heights_rise_with_the_loss(void **state) {
    (void)state;
    double losses[] = {1e-3, 0.5, 3, 40, 1e9};
    for (int variant = 0; variant < 4; variant++) {
        struct ls_plot_options options = ls_plot_defaults();
        options.log = variant == 1;
        options.zmax = variant == 2 ? 10 : INFINITY;
        options.surface.compress = variant == 3 ? 2 : -1;
        struct ls_zscale scale = scale_of(losses, 5, options);
        double last = -INFINITY;
        for (int i = 0; i < 5; i++) {
            double height = ls_zscale_height(&scale, losses[i]);
            assert_true(height > last && (height >= 0 && (height <= 1 || variant == 2)));
            last = height;
        }
        assert_int_equal(scale.cut, variant == 2);
        assert_true(isnan(ls_zscale_height(&scale, NAN)));
    }
}

static void ticks_are_few_round_and_on_the_scale(void **state) {
    (void)state;
    static const double highest[] = {1e-3, 0.02, 0.3, 1, 2.5, 7, 99, 1234, 1e6, 1e9, 1e300};
    for (size_t h = 0; h < sizeof highest / sizeof highest[0]; h++)
        for (int log = 0; log < 2; log++) {
            double losses[] = {1e-4, highest[h] / 50 + 1e-4, highest[h]}, ticks[LS_MAX_TICKS];
            struct ls_plot_options options = ls_plot_defaults();
            options.zmax = INFINITY;
            options.log = log;
            struct ls_zscale scale = scale_of(losses, 3, options);
            int count = ls_zscale_ticks(&scale, ticks);
            assert_in_range(count, 2, 12);
            for (int i = 0; i < count; i++) {
                double height = ls_zscale_height(&scale, ticks[i]);
                assert_true(height > -1e-6 && height < 1 + 1e-6);
                assert_true(i == 0 || height > ls_zscale_height(&scale, ticks[i - 1]) + 0.05);
            }
        }
}

/* What stands at ticks tells them apart, however close they are. */
static void labels_of_ticks_differ(void **state) {
    (void)state;
    static const double ends[][2] = {{0, 1}, {2.3, 2.300002}, {-1e6, 1e6}, {1e-3, 1e9}, {-2, -1.9}};
    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
        double ticks[LS_MAX_TICKS];
        int count = ls_linear_ticks(ends[e][0], ends[e][1], 5, ticks);
        char last[LS_NUMBER_SIZE] = "", text[LS_NUMBER_SIZE];
        for (int i = 0; i < count; i++) {
            ls_caption_digits(ticks[i], ls_tick_digits(ticks, count), text);
            assert_string_not_equal(text, last);
            memcpy(last, text, sizeof last);
        }
    }
}

/* What is written twice needs no more digits. */
static void equal_values_take_four_digits(void **state) {
    (void)state;
    static const double same[] = {2.302585093, 2.302585093}, zero[] = {0, 0};
    assert_int_equal(ls_tick_digits(same, 2), 4);
    assert_int_equal(ls_tick_digits(zero, 2), 4);
}

static void numbers_are_written_as_in_print(void **state) {
    (void)state;
    static const struct {
        double number;
        int digits;
        const char *text;
    } cases[] = {{0, 4, "0"},
                 {0.1, 4, "0.1"},
                 {-2.35, 4, "−2.35"},
                 {12345, 4, "12345"},
                 {99999.6, 4, "10⁵"},
                 {-1e6, 4, "−10⁶"},
                 {2.5e-7, 4, "2.5×10⁻⁷"},
                 {2.3000005, 8, "2.3000005"},
                 {-INFINITY, 4, "−inf"}};
    char text[LS_NUMBER_SIZE];
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        ls_caption_digits(cases[c].number, cases[c].digits, text);
        assert_string_equal(text, cases[c].text);
    }
}

static void a_flat_surface_has_a_scale(void **state) {
    (void)state;
    static const double levels[] = {0, 2.3, -4, 1e-9, 1e9};
    for (int l = 0; l < 5; l++)
        for (int log = 0; log < 2; log++) {
            double losses[] = {levels[l], levels[l]}, ticks[LS_MAX_TICKS];
            struct ls_plot_options options = ls_plot_defaults();
            options.zmax = INFINITY;
            options.log = log;
            struct ls_zscale scale = scale_of(losses, 2, options);
            double height = ls_zscale_height(&scale, levels[l]);
            assert_true(height >= 0 && height <= 1);
            assert_in_range(ls_zscale_ticks(&scale, ticks), 1, 12);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_is_met_and_no_cell_leaves_its_neighbourhood),
        cmocka_unit_test(slopes_do_not_jump),
        cmocka_unit_test(a_plane_stays_a_plane_on_uneven_steps),
        cmocka_unit_test(cells_without_a_corner_are_missing_up_to_their_border),
        cmocka_unit_test(a_wide_range_leaves_the_median_in_the_middle),
        cmocka_unit_test(heights_rise_with_the_loss),
        cmocka_unit_test(ticks_are_few_round_and_on_the_scale),
        cmocka_unit_test(labels_of_ticks_differ),
        cmocka_unit_test(equal_values_take_four_digits),
        cmocka_unit_test(numbers_are_written_as_in_print),
        cmocka_unit_test(a_flat_surface_has_a_scale),
    };
    return cmocka_run_group_tests_name("interpolate", tests, NULL, NULL);
}
