/* What host programs may do that the command-line program does not. */
#include "landscape/landscape.h"
#include "scans.h"
#include "support.h"
#include <locale.h>
#include <math.h>

static const char *decimal_point = ".";

/* In place of the C library's: a machine need not have a locale with a comma. */
struct lconv *localeconv(void) {
    static struct lconv conventions;
    conventions =
        (struct lconv){.decimal_point = (char *)decimal_point, .thousands_sep = (char *)""};
    return &conventions;
}

static const struct ls_recipe *usual(struct ls_recipe *recipe) {
    *recipe = ls_recipe_default();
    recipe->epochs = 1;
    return recipe;
}

static enum ls_status train(struct setting *s, const struct ls_recipe *recipe,
                            const char *directory, struct ls_error *error) {
    const struct ls_training training = {.train = &s->dataset,
                                         .test = &s->dataset,
                                         .directory = directory,
                                         .save_every = 1,
                                         .threads = 1};
    return ls_train(&s->model, recipe, &training, error);
}

static void commas_are_refused(void **state) {
    const char *directory = *state;
    const struct ls_plot_options options = ls_plot_defaults();
    struct setting s;
    struct ls_surface surface;
    struct ls_range range;
    struct ls_recipe recipe;
    struct ls_error error;
    open_setting(&s, 8);
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    const struct ls_surface *const surfaces[] = {&surface};
    const struct ls_spectrum spectrum = {0};
    decimal_point = ",";
    assert_int_equal(ls_range_parse(&range, "-1:1:3", &error), LS_UNSUPPORTED);
    assert_message(&error, "setlocale");
    assert_int_equal(ls_dataset_normalise(&s.dataset, "0.5/0.5", &error), LS_UNSUPPORTED);
    assert_int_equal(train(&s, usual(&recipe), text("%s/run", directory), &error), LS_UNSUPPORTED);
    assert_int_equal(ls_plot_surfaces(surfaces, 1, &options, text("%s/p.csv", directory), &error),
                     LS_UNSUPPORTED);
    assert_int_equal(ls_spectrum_write(&spectrum, text("%s/s.csv", directory), &error),
                     LS_UNSUPPORTED);
    struct ls_surface scanned;
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, NULL, &scanned, &error), LS_UNSUPPORTED);
    decimal_point = ".";
    assert_int_equal(count_entries(directory), 0);
    assert_int_equal(ls_range_parse(&range, "-1:1:3", &error), LS_OK);
    ls_surface_free(&surface);
    close_setting(&s);
}

static void surfaces_are_written_at_once(void **state) {
    enum { THREADS = 4, TIMES = 8 };
    const char *directory = *state;
    int failed = 0;
#pragma omp parallel for num_threads(THREADS) schedule(static, 1) reduction(+ : failed)
    for (int t = 0; t < THREADS; t++) {
        struct ls_surface surface;
        char path[4200];
        snprintf(path, sizeof path, "%s/%d.h5", directory, t);
        failed += ls_surface_create(&surface, &side, &side, NULL) != LS_OK;
        for (int i = 0; i < TIMES; i++)
            failed += ls_surface_write(&surface, path, NULL) != LS_OK;
        ls_surface_free(&surface);
    }
    assert_int_equal(failed, 0);
}

static void what_failed_can_be_freed(void **state) {
    struct setting s;
    struct ls_spectrum spectrum;
    struct ls_evaluators *evaluators;
    const struct ls_hessian none = {.products = 0};
    (void)state;
    open_setting(&s, 8);
    memset(&spectrum, 0xff, sizeof spectrum);
    memset(&evaluators, 0xff, sizeof evaluators);
    assert_int_not_equal(ls_hessian_spectrum(&none, &s.model, &s.dataset, &spectrum, NULL), LS_OK);
    ls_spectrum_free(&spectrum);
    assert_int_equal(ls_evaluators_start(&evaluators, "true", 0, &s.model.network, NULL, NULL),
                     LS_BAD_ARGUMENT);
    ls_evaluators_stop(evaluators);
    close_setting(&s);
}

static void senseless_recipes_are_refused(void **state) {
    const char *run = text("%s/run", (char *)*state);
    struct setting s;
    struct ls_recipe recipe;
    open_setting(&s, 8);
    for (int fault = 0; fault < 5; fault++) {
        usual(&recipe);
        recipe.lr_step_count = fault == 0 ? LS_MAX_LR_STEPS + 1 : 0;
        recipe.lr = fault == 1 ? -1 : 0.1;
        recipe.momentum = fault == 2 ? 5 : 0.9;
        recipe.weight_decay = fault == 3 ? NAN : 0;
        recipe.batch = fault == 4 ? 0 : 8;
        assert_int_equal(train(&s, &recipe, run, NULL), LS_BAD_ARGUMENT);
    }
    assert_int_equal(train(&s, usual(&recipe), NULL, NULL), LS_BAD_ARGUMENT);
    s.dataset.count = 0;
    assert_int_equal(train(&s, usual(&recipe), run, NULL), LS_BAD_ARGUMENT);
    assert_int_equal(count_entries(*state), 0);
    s.dataset.count = 8;
    close_setting(&s);
}

static void a_refused_training_leaves_the_model(void **state) {
    const char *run = text("%s/run", (char *)*state);
    struct setting s;
    struct ls_recipe recipe;
    struct ls_error error;
    open_setting(&s, 8);
    assert_int_equal(train(&s, usual(&recipe), run, NULL), LS_OK);
    struct ls_model again;
    const char *path = text("%s/model.safetensors", run);
    assert_int_equal(ls_model_load(&again, path, NULL, NULL), LS_OK);
    ls_model_free(&s.model);
    s.model = again;
    assert_int_equal(train(&s, &recipe, run, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "is here already");
    assert_int_equal(strlen(s.model.sha256), 64);
    assert_non_null(ls_metadata_get(&s.model.metadata, "test_loss"));
    close_setting(&s);
}

static void senseless_scans_are_refused(void **state) {
    const char *directory = *state;
    const struct ls_hessian hessian = ls_hessian_default();
    struct setting s;
    struct ls_surface surface;
    struct ls_error error;
    static const struct ls_range bad[] = {{1, -1, 5}, {0, 0, 5}, {NAN, 1, 3}, {0, 1, 0}};
    open_setting(&s, 8);
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++)
        assert_int_equal(ls_surface_create(&surface, &bad[b], NULL, NULL), LS_BAD_ARGUMENT);
    s.scan.save_directions = text("%s/d.h5", directory);
    s.scan.part = 5;
    s.scan.parts = 3;
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, NULL, &surface, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "no part 5 of 3");
    assert_int_equal(count_entries(directory), 0);
    s.scan.part = s.scan.parts = 0;
    s.scan.hessian = &hessian;
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "no room for eigenvalues");
    for (int times = 0; times < 2; times++)
        assert_int_equal(ls_surface_add_eigenvalues(&surface, NULL), LS_OK);
    ls_surface_free(&surface);
    struct ls_result result;
    s.dataset.count = 0;
    assert_int_equal(
        ls_evaluate(&s.model, &s.dataset, LS_CROSS_ENTROPY, LS_FP32, 1, NULL, &result, NULL),
        LS_BAD_ARGUMENT);
    s.dataset.count = 8;
    close_setting(&s);
}

static void senseless_pictures_are_refused(void **state) {
    const char *path = text("%s/p.svg", (char *)*state);
    struct ls_plot_options options[3] = {ls_plot_defaults(), ls_plot_defaults(),
                                         ls_plot_defaults()};
    struct ls_surface surface;
    options[0].kind = (enum ls_plot_kind)99;
    options[1].of = (enum ls_plot_of)99;
    options[2].kind = LS_PLOT_SURFACE;
    options[2].surface.azimuth = NAN;
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    for (int i = 0; i < 9; i++)
        surface.loss[i] = i;
    const struct ls_surface *const surfaces[] = {&surface};
    for (int o = 0; o < 3; o++)
        assert_int_equal(ls_plot_surfaces(surfaces, 1, &options[o], path, NULL), LS_BAD_ARGUMENT);
    assert_null(ls_norm_name((enum ls_norm)99));
    ls_surface_free(&surface);
}

static void data_are_suited_to_a_model(void **state) {
    struct setting s;
    (void)state;
    open_setting(&s, 8);
    assert_int_equal(ls_metadata_set(&s.model.metadata, NULL, "pixels", "0.25/0.5"), LS_OK);
    assert_int_equal(ls_dataset_suit(&s.dataset, &s.model, NULL), LS_OK);
    for (int c = 0; c < 3; c++) {
        assert_float_equal(s.dataset.mean[c], 255 * 0.25, 1e-4);
        assert_float_equal(s.dataset.deviation[c], 255 * 0.5, 1e-4);
    }
    close_setting(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(commas_are_refused),
        IN_DIRECTORY(surfaces_are_written_at_once),
        cmocka_unit_test(what_failed_can_be_freed),
        IN_DIRECTORY(senseless_recipes_are_refused),
        IN_DIRECTORY(a_refused_training_leaves_the_model),
        IN_DIRECTORY(senseless_scans_are_refused),
        IN_DIRECTORY(senseless_pictures_are_refused),
        cmocka_unit_test(data_are_suited_to_a_model),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
