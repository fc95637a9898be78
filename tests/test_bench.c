/* What the benchmarks of layers and of drawing tell; not how fast they are. */
#include "landscape/bench.h"
#include "support.h"
#include <math.h>

static void layers_are_all_there(enum ls_precision precision) {
    struct ls_bench_layers bench;
    struct ls_network network;
    double flops = 0;
    int layers = 0;
    assert_int_equal(ls_bench_layers_run("resnet20", precision, 1, &bench, NULL), LS_OK);
    assert_int_equal(ls_network_create(&network, "resnet20", NULL), LS_OK);
    for (int i = 0; i < bench.count; i++) {
        const struct ls_bench_kind *kind = &bench.kinds[i];
        assert_true(kind->number >= 1 && kind->seconds > 0);
        flops += kind->flops;
        layers += kind->kernel == 3 ? kind->number : 0;
        for (int j = 0; j < i; j++)
            assert_false(bench.kinds[j].kernel == kind->kernel &&
                         bench.kinds[j].stride == kind->stride &&
                         bench.kinds[j].in.channels == kind->in.channels &&
                         bench.kinds[j].out.channels == kind->out.channels &&
                         strcmp(bench.kinds[j].operation, kind->operation) == 0);
    }
    assert_int_equal(layers, 19);
    assert_true(fabs(flops - ls_network_flops(&network)) <= 1e-9 * flops);
    assert_true(bench.peak > 0);
    ls_network_free(&network);
    ls_bench_layers_free(&bench);
}

static void in_floats(void **state) {
    (void)state;
    layers_are_all_there(LS_FP32);
}

static void in_tiles(void **state) {
    (void)state;
    layers_are_all_there(LS_BF16);
}

static void surfaces_are_drawn(void **state) {
    double seconds = 0;
    (void)state;
    assert_int_equal(ls_bench_drawing(0, 1, &seconds, NULL), LS_OK);
    assert_true(seconds > 0);
}

static void refuses_what_it_cannot_measure(void **state) {
    struct ls_bench_layers bench;
    struct ls_error error;
    (void)state;
    double seconds;
    assert_int_equal(ls_bench_drawing(0, 0, &seconds, &error), LS_BAD_ARGUMENT);
    assert_int_equal(ls_bench_layers_run("resnet20", LS_FP32, 0, &bench, &error), LS_BAD_ARGUMENT);
    assert_int_equal(ls_bench_layers_run("resnet21", LS_FP32, 1, &bench, &error), LS_BAD_ARGUMENT);
    ls_bench_layers_free(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_floats),
        cmocka_unit_test(in_tiles),
        cmocka_unit_test(surfaces_are_drawn),
        cmocka_unit_test(refuses_what_it_cannot_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
