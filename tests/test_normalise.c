/* Random directions against those that the paper's net_plotter.py normalises, which
 * tools/reference/make_norms.py has recorded. */
#include "fixture.h"
#include "landscape/direction.h"
#include "networks.h"
#include "support.h"
#include <math.h>

/* The recorded direction was computed in float. */
#define TOLERANCE 1e-6

static void assert_summary(const json_t *wanted, double norm, double dot, const char *what) {
    const double scale = TOLERANCE * fixture_at(wanted, 0);
    if (!(fabs(norm - fixture_at(wanted, 0)) <= scale &&
          fabs(dot - fixture_at(wanted, 1)) <= scale))
        fail_msg("%s: [%.9g, %.9g], the paper's code has [%.9g, %.9g]", what, norm, dot,
                 fixture_at(wanted, 0), fixture_at(wanted, 1));
}

static struct ls_direction_options options_of(const json_t *wanted) {
    struct ls_direction_options options = {
        .keep_biasbn = json_is_true(fixture_get(wanted, "keep_biasbn")),
        .states = json_is_true(fixture_get(wanted, "states")),
    };
    assert_int_equal(
        ls_norm_parse(&options.norm, json_string_value(fixture_get(wanted, "norm")), NULL), LS_OK);
    return options;
}

static void check_case(const json_t *wanted, const struct ls_model *model, float *direction) {
    const struct ls_direction_options options = options_of(wanted);
    const char *what =
        text("%s, %s, %s", ls_norm_name(options.norm), options.keep_biasbn ? "none" : "biasbn",
             options.states ? "states" : "weights");
    double square = 0, dots = 0;
    assert_int_equal(ls_direction_random(model, &options, 0, direction, NULL), LS_OK);
    for (int t = 0; t < model->network.tensor_count; t++) {
        const struct ls_tensor *tensor = &model->network.tensors[t];
        const json_t *of_tensor = json_object_get(wanted, tensor->name);
        double norm, dot;
        fixture_summary(direction + tensor->offset, tensor->count, &norm, &dot);
        square += norm * norm;
        dots += dot;
        if (of_tensor)
            assert_summary(of_tensor, norm, dot, text("%s: %s", what, tensor->name));
    }
    assert_summary(fixture_get(wanted, "all"), sqrt(square), dots, what);
}

static void directions_are_those_of_the_papers_code(void **state) {
    (void)state;
    json_t *fixture = fixture_open("directions");
    const json_t *cases = fixture_get(fixture, "cases");
    struct ls_model model;
    make_model(&model, json_string_value(fixture_get(fixture, "arch")),
               (uint64_t)fixture_number(fixture, "seed"));
    float *direction = calloc(model.network.value_count, sizeof *direction);
    assert_non_null(direction);
    assert_int_equal(json_array_size(cases), 24);
    for (size_t i = 0; i < json_array_size(cases); i++)
        check_case(json_array_get(cases, i), &model, direction);
    free(direction);
    ls_model_free(&model);
    json_decref(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_are_those_of_the_papers_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
