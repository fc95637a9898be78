/* The line that tells how far work is, as it goes into a log. */
#include "base/meter.h"
#include "support.h"

static void show(struct ls_meter *meter, const char *phase, double done, double seconds) {
    const struct ls_progress progress = {
        .phase = phase, .done = done, .total = 100, .seconds = seconds, .accuracy = -1};
    ls_meter_show(meter, &progress);
}

static void assert_shown(FILE *out, const char *expected) {
    char shown[512];
    rewind(out);
    shown[fread(shown, 1, sizeof shown - 1, out)] = '\0';
    assert_string_equal(shown, expected);
    fclose(out);
}

static void a_log_gets_a_line_now_and_then(void **state) {
    FILE *out = tmpfile();
    (void)state;
    assert_non_null(out);
    struct ls_meter meter = ls_meter_create(out);
    for (int done = 1; done <= 50; done++)
        show(&meter, "scan", done, 1.0 * done);
    show(&meter, "scan", 100, 51);
    assert_shown(out, "scan  1/100  1.0 %  1 min 39 s left\n"
                      "scan  31/100  31.0 %  1 min 09 s left\n"
                      "scan  100/100  100.0 %  done\n");
}

static void other_work_begins_at_once(void **state) {
    FILE *out = tmpfile();
    (void)state;
    assert_non_null(out);
    struct ls_meter meter = ls_meter_create(out);
    show(&meter, "read", 100, 60);
    show(&meter, "train", 10, 2);
    show(&meter, "train", 20, 4);
    assert_shown(out, "read  100/100  100.0 %  done\n"
                      "train  10/100  10.0 %  18 s left\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_gets_a_line_now_and_then),
        cmocka_unit_test(other_work_begins_at_once),
    };
    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
