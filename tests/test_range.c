#include "landscape/surface.h"
#include "support.h"

static void parses_ranges(void **state) {
    (void)state;
    struct ls_range range;
    assert_int_equal(ls_range_parse(&range, "-1:1:51", NULL), LS_OK);
    assert_true(range.min == -1 && range.max == 1 && range.count == 51);
    assert_int_equal(ls_range_parse(&range, "-0.5:2.5e-1:10001", NULL), LS_OK);
    assert_true(range.min == -0.5 && range.max == 0.25 && range.count == 10001);
    assert_int_equal(ls_range_parse(&range, "0:0:1", NULL), LS_OK);
    assert_true(ls_range_at(&range, 0) == 0);
}

static void refuses_what_is_no_range(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "a:b:c",
        "0:1",
        "1",
        "0:1:5:6",
        ":1:5",
        "0::5",
        "0:1:",
        "1:-1:5",
        "0:0:2",
        "-1:1:0",
        "-1:1:-5",
        "-1:1:10002",
        "-1:1:5.5",
        "-1:1:5x",
        "nan:1:5",
        "0:inf:5",
        " 0:1:5",
        "0: 1:5",
        "0:1: 5",
        "0:1:+5",
        "0,1,5",
        "1:0:1",
        "0:1e999:5",
        "-1e308:1e308:5",
        "1:1.0000000000000002:3",
        "-1:1:99999999999999999999",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ls_range range;
        struct ls_error error = {0};
        if (ls_range_parse(&range, bad[i], &error) != LS_BAD_ARGUMENT)
            fail_msg("'%s' was taken for a range", bad[i]);
        assert_message(&error, bad[i]);
    }
}

/* Values numpy.linspace(-0.3, 0.7, 11) gives, where rounding shows. */
static void spaces_points_as_numpy(void **state) {
    (void)state;
    struct ls_range range = {-0.3, 0.7, 11};
    assert_true(ls_range_at(&range, 0) == -0.3);
    assert_true(ls_range_at(&range, 3) == 5.551115123125783e-17);
    assert_true(ls_range_at(&range, 7) == 0.4000000000000001);
    assert_true(ls_range_at(&range, 10) == 0.7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_ranges),
        cmocka_unit_test(refuses_what_is_no_range),
        cmocka_unit_test(spaces_points_as_numpy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
