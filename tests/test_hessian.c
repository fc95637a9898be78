/* Eigenvalues: the method of Lanczos on matrices whose eigenvalues are known, and the Hessian's in
 * spectra and scans. */
#include "landscape/hessian.h"
#include "landscape/lanczos.h"
#include "landscape/scan.h"
#include "networks.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

/* A diagonal matrix, seen from axes that a reflection has turned. */
struct known {
    size_t size;
    const double *diagonal; /* [size] */
    double *axis;           /* [size] of length 1: x - 2 axis (axis . x) reflects */
    uint32_t stream;        /* of the vector that a search begins with */
    int products, most;     /* made so far, and after how many the search is stopped; 0: never */
};

static void reflect(const struct known *known, const double *x, double *y) {
    double dot = 0;
    for (size_t i = 0; i < known->size; i++)
        dot += known->axis[i] * x[i];
    for (size_t i = 0; i < known->size; i++)
        y[i] = x[i] - 2 * known->axis[i] * dot;
}

static bool multiply(void *context, const float *x, double *y) {
    struct known *known = context;
    double *wide = calloc(known->size, sizeof *wide);
    assert_non_null(wide);
    for (size_t i = 0; i < known->size; i++)
        wide[i] = x[i];
    reflect(known, wide, y);
    for (size_t i = 0; i < known->size; i++)
        y[i] *= known->diagonal[i];
    memcpy(wide, y, known->size * sizeof *wide);
    reflect(known, wide, y);
    free(wide);
    return ++known->products != known->most;
}

static enum ls_status search(struct known *known, int steps, double tolerance,
                             struct ls_spectrum *spectrum, struct ls_error *error) {
    const struct ls_matrix matrix = {known->size, multiply, known, 2};
    float *start = normal_floats(known->size, known->stream + 1);
    float *axis = normal_floats(known->size, 2);
    double square = 0;
    known->axis = calloc(known->size, sizeof *known->axis);
    assert_non_null(known->axis);
    for (size_t i = 0; i < known->size; i++)
        square += (double)axis[i] * axis[i];
    for (size_t i = 0; i < known->size; i++)
        known->axis[i] = axis[i] / sqrt(square);
    const enum ls_status status = ls_lanczos(&matrix, start, steps, tolerance, spectrum, error);
    free(known->axis);
    free(start);
    free(axis);
    return status;
}

/* A few eigenvalues far out, and many near 0: a loss's Hessian in small. */
enum { SIZE = 400 };

static void fill_diagonal(double diagonal[SIZE]) {
    for (int i = 0; i < SIZE; i++)
        diagonal[i] = cos(i);
    diagonal[7] = 50;
    diagonal[70] = 20;
    diagonal[300] = -8;
}

static void finds_both_ends(void **state) {
    double diagonal[SIZE], total = 0;
    struct known known = {.size = SIZE, .diagonal = diagonal};
    struct ls_spectrum spectrum;
    (void)state;
    fill_diagonal(diagonal);
    assert_int_equal(search(&known, 60, 1e-3, &spectrum, NULL), LS_OK);
    assert_true(spectrum.converged);
    assert_in_range(spectrum.count, 20, 40);
    const int last = spectrum.count - 1;
    assert_true(fabs(spectrum.values[last] - 50) <= spectrum.bounds[last] + 1e-5);
    assert_true(fabs(spectrum.values[0] + 8) <= spectrum.bounds[0] + 1e-5);
    assert_true(spectrum.bounds[last] <= 50e-3 && spectrum.bounds[0] <= 8e-3);
    for (int i = 0; i < spectrum.count; i++) {
        assert_true(i == 0 || spectrum.values[i] >= spectrum.values[i - 1]);
        total += spectrum.weights[i];
    }
    assert_true(fabs(total - 1) < 1e-9);
    ls_spectrum_free(&spectrum);
}

/* A single small eigenvalue among thousands of zeros, in which a random vector has hardly a share:
 * the search must not take the zeros for the end. */
static void does_not_miss_a_lonely_end(void **state) {
    enum { MANY = 20000, SEEDS = 10 };
    static const double smallest[] = {-0.3, -2, -8};
    double *diagonal = calloc(MANY, sizeof *diagonal);
    (void)state;
    assert_non_null(diagonal);
    diagonal[123] = 50;
    for (int i = 0; i < 3; i++)
        for (uint32_t seed = 0; seed < SEEDS; seed++) {
            struct known known = {.size = MANY, .diagonal = diagonal, .stream = 10 * seed};
            struct ls_spectrum spectrum;
            diagonal[4567] = smallest[i];
            assert_int_equal(search(&known, 60, 0.01, &spectrum, NULL), LS_OK);
            assert_true(spectrum.converged);
            assert_true(fabs(spectrum.values[0] - smallest[i]) <= 0.01 * fabs(smallest[i]) + 1e-4);
            assert_true(fabs(spectrum.values[spectrum.count - 1] - 50) <= 0.5);
            ls_spectrum_free(&spectrum);
        }
    free(diagonal);
}

/* Without a tolerance all products are made; the values sample the density of the eigenvalues: two
 * thirds of cos(i) lie above -0.5. */
static void samples_the_density(void **state) {
    double diagonal[SIZE], above = 0;
    struct known known = {.size = SIZE, .diagonal = diagonal};
    struct ls_spectrum spectrum;
    (void)state;
    fill_diagonal(diagonal);
    assert_int_equal(search(&known, 60, 0, &spectrum, NULL), LS_OK);
    assert_int_equal(spectrum.count, 60);
    assert_int_equal(known.products, 60);
    for (int i = 0; i < spectrum.count; i++)
        above += spectrum.values[i] > -0.5 ? spectrum.weights[i] : 0;
    assert_true(fabs(above - 2.0 / 3) < 0.1);
    ls_spectrum_free(&spectrum);
}

/* Of a matrix with two eigenvalues two products tell everything; of a tiny one, as many as it has
 * rows. */
static void ends_when_nothing_is_left(void **state) {
    double diagonal[SIZE], zero[1] = {0};
    struct known two = {.size = SIZE, .diagonal = diagonal}, none = {.size = 1, .diagonal = zero};
    struct ls_spectrum spectrum;
    (void)state;
    for (int i = 0; i < SIZE; i++)
        diagonal[i] = i % 3 ? 2 : -1;
    assert_int_equal(search(&two, 60, 1e-3, &spectrum, NULL), LS_OK);
    assert_true(spectrum.converged);
    assert_in_range(spectrum.count, 2, 30); /* vectors are kept in floats */
    assert_true(fabs(spectrum.values[0] + 1) < 1e-5);
    assert_true(fabs(spectrum.values[spectrum.count - 1] - 2) < 1e-5);
    ls_spectrum_free(&spectrum);
    assert_int_equal(search(&none, 60, 0, &spectrum, NULL), LS_OK);
    assert_int_equal(spectrum.count, 1);
    assert_true(spectrum.values[0] == 0 && spectrum.converged);
    ls_spectrum_free(&spectrum);
}

static void says_what_stops_it(void **state) {
    double diagonal[SIZE];
    struct known known = {.size = SIZE, .diagonal = diagonal, .most = 3};
    struct ls_spectrum spectrum;
    struct ls_error error;
    (void)state;
    fill_diagonal(diagonal);
    assert_int_equal(search(&known, 60, 1e-3, &spectrum, &error), LS_INTERRUPTED);
    assert_null(spectrum.values);
    diagonal[9] = NAN;
    known.most = 0;
    assert_int_equal(search(&known, 60, 1e-3, &spectrum, &error), LS_NOT_FINITE);
    assert_null(spectrum.values);
}

/* A model, a few images and a plane to scan. */
struct setting {
    struct ls_model model;
    struct ls_dataset dataset;
    struct ls_directions plane;
    struct ls_hessian hessian;
    struct ls_scan scan;
};

static void open_setting(struct setting *s, int images) {
    const struct ls_direction_source random = {.options = {.norm = LS_NORM_FILTER}};
    make_model(&s->model, SMALL_RESNET, 1);
    open_small(&s->dataset, LS_TRAIN, images);
    assert_int_equal(ls_directions_make(&s->plane, &s->model, &random, true, NULL), LS_OK);
    s->hessian = ls_hessian_default();
    s->hessian.products = 4;
    s->scan = (struct ls_scan){.model = &s->model,
                               .dataset = &s->dataset,
                               .directions = &s->plane,
                               .hessian = &s->hessian,
                               .threads = 2};
}

static void close_setting(struct setting *s) {
    ls_model_free(&s->model);
    ls_dataset_free(&s->dataset);
    ls_directions_free(&s->plane);
}

static void threads_change_no_bit(void **state) {
    struct setting s;
    struct ls_spectrum spectra[2];
    (void)state;
    open_setting(&s, 140); /* more than a batch, with chunks that are not full */
    for (int i = 0; i < 2; i++) {
        s.hessian.threads = i ? 3 : 1;
        assert_int_equal(ls_hessian_spectrum(&s.hessian, &s.model, &s.dataset, &spectra[i], NULL),
                         LS_OK);
    }
    assert_int_equal(spectra[0].count, 4);
    assert_memory_equal(spectra[0].values, spectra[1].values, 4 * sizeof(double));
    assert_memory_equal(spectra[0].weights, spectra[1].weights, 4 * sizeof(double));
    ls_spectrum_free(&spectra[0]);
    ls_spectrum_free(&spectra[1]);
    close_setting(&s);
}

static void refuses_what_makes_no_sense(void **state) {
    struct setting s;
    struct ls_surface surface;
    struct ls_spectrum spectrum;
    const struct ls_range side = {-1, 1, 2};
    struct ls_error error;
    (void)state;
    open_setting(&s, 2);
    s.scan.loss = LS_MSE;
    assert_int_equal(ls_surface_create(&surface, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "cross-entropy");
    s.hessian.products = 0;
    assert_int_equal(ls_hessian_spectrum(&s.hessian, &s.model, &s.dataset, &spectrum, &error),
                     LS_BAD_ARGUMENT);
    ls_surface_free(&surface);
    close_setting(&s);
}

/* Ends a scan after so many points. */
static bool is_enough(void *left) {
    return *(int *)left <= 0;
}

/* A report within a point is of a part of one. */
static void count_point(void *left, const struct ls_progress *progress) {
    if (progress->done == floor(progress->done))
        --*(int *)left;
}

/* An interrupted scan goes on from its file; at the model itself it finds what the spectrum has;
 * elsewhere, losses are those of a scan without eigenvalues. */
static void scans_and_resumes(void **state) {
    const char *path = text("%s/surface.h5", (char *)*state);
    const struct ls_range side = {-0.5, 0.5, 3};
    int left = 4;
    const struct ls_observer observer = {count_point, is_enough, &left};
    struct setting s;
    struct ls_surface part, whole, plain, lesser;
    struct ls_error error;
    struct ls_spectrum spectrum;
    open_setting(&s, 6);
    s.hessian.tolerance = 0; /* or what four products leave open would not be kept */
    s.scan.observer = &observer;
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, path, &part, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &part, path, NULL), LS_INTERRUPTED);
    s.scan.observer = NULL;
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, path, &whole, NULL), LS_OK);
    assert_int_equal(ls_surface_missing(&whole), 5);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(isnan(whole.max_eig[i]), whole.loss[i] == LS_NOT_COMPUTED);
        assert_true(isnan(whole.max_eig[i]) || whole.max_eig[i] == part.max_eig[i]);
    }
    assert_int_equal(ls_scan_run(&s.scan, &whole, path, NULL), LS_OK);
    assert_int_equal(ls_surface_missing(&whole), 0);
    assert_int_equal(ls_hessian_spectrum(&s.hessian, &s.model, &s.dataset, &spectrum, NULL), LS_OK);
    assert_true(whole.max_eig[4] == spectrum.values[spectrum.count - 1]);
    assert_true(whole.min_eig[4] == spectrum.values[0]);
    s.scan.hessian = NULL;
    assert_int_equal(ls_surface_create(&plain, &side, &side, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &plain, NULL, NULL), LS_OK);
    for (size_t i = 0; i < 9; i++) {
        assert_true(fabs(whole.loss[i] - plain.loss[i]) <= 1e-5 * plain.loss[i]);
        assert_true(whole.max_eig[i] > whole.min_eig[i]);
    }
    /* Without eigenvalues it is another scan: it would lose them. */
    assert_int_equal(ls_scan_open(&s.scan, &side, &side, path, &lesser, &error), LS_MISMATCH);
    assert_message(&error, "eigenvalues");
    ls_surface_free(&part);
    ls_surface_free(&whole);
    ls_surface_free(&plain);
    ls_spectrum_free(&spectrum);
    close_setting(&s);
}

/* Eigenvalues that the products do not settle stay unknown. */
static void keeps_what_is_settled(void **state) {
    const struct ls_range one = {0, 0, 1};
    struct setting s;
    struct ls_surface surface;
    (void)state;
    open_setting(&s, 4);
    assert_int_equal(ls_scan_open(&s.scan, &one, &one, NULL, &surface, NULL), LS_OK);
    assert_int_equal(ls_scan_run(&s.scan, &surface, NULL, NULL), LS_OK);
    assert_true(surface.loss[0] > 0 && isnan(surface.max_eig[0]) && isnan(surface.min_eig[0]));
    ls_surface_free(&surface);
    close_setting(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_both_ends),
        cmocka_unit_test(does_not_miss_a_lonely_end),
        cmocka_unit_test(samples_the_density),
        cmocka_unit_test(ends_when_nothing_is_left),
        cmocka_unit_test(says_what_stops_it),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(refuses_what_makes_no_sense),
        IN_DIRECTORY(scans_and_resumes),
        cmocka_unit_test(keeps_what_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
