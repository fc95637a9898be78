#include "landscape/direction.h"
#include "landscape/principal.h"
#include "landscape/scan.h"
#include "networks.h"
#include "numbers.h"
#include "support.h"
#include <math.h>

/* Checkpoints of a training that never was, in a directory: the model, moved at random. */
enum { STEPS = 3 };

struct way {
    void *directory;
    struct ls_model model, step[STEPS];
    const char *path[STEPS];
};

/* Checkpoint i is the model with a step of that size added to its states. */
static void make_way(struct way *way, const double size[STEPS]) {
    make_model(&way->model, "resnet20", 1);
    assert_int_equal(make_directory(&way->directory), 0);
    for (int i = 0; i < STEPS; i++) {
        struct ls_model *step = &way->step[i];
        make_model(step, "resnet20", 1);
        float *noise = normal_floats(step->network.value_count, (uint32_t)i + 1);
        for (size_t k = 0; k < step->network.value_count; k++)
            step->values[k] += (float)(size[i] * noise[k]);
        free(noise);
        for (int t = 0; t < step->network.tensor_count; t++)
            if (step->network.tensors[t].kind == LS_COUNTER)
                step->values[step->network.tensors[t].offset] = (float)(1000 * i);
        way->path[i] = strdup(text("%s/%d.safetensors", (char *)way->directory, i));
        assert_int_equal(ls_model_save(step, way->path[i], NULL), LS_OK);
    }
}

static void free_way(struct way *way) {
    for (int i = 0; i < STEPS; i++) {
        ls_model_free(&way->step[i]);
        free((char *)way->path[i]);
    }
    ls_model_free(&way->model);
    remove_directory(&way->directory);
}

static enum ls_status follow(struct ls_directions *directions, const struct way *way, int count,
                             bool states, struct ls_error *error) {
    const struct ls_direction_source source = {
        .checkpoints = way->path, .checkpoint_count = count, .options = {.states = states}};
    return ls_directions_make(directions, &way->model, &source, true, error);
}

static double dot(const float *a, const float *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

static const double wide[STEPS] = {0.03, 0.02, 0.01};

/* Coordinates are the lengths of projections, and directions are unit vectors at right angles. */
static void coordinates_are_projections(void **state) {
    struct way way;
    struct ls_directions d;
    (void)state;
    make_way(&way, wide);
    const size_t count = way.model.network.value_count;
    float *step = calloc(count, sizeof *step);
    for (int states = 0; states < 2; states++) {
        assert_int_equal(follow(&d, &way, STEPS, states, NULL), LS_OK);
        assert_true(fabs(dot(d.x, d.x, count) - 1) < 1e-6);
        assert_true(fabs(dot(d.y, d.y, count) - 1) < 1e-6);
        assert_true(fabs(dot(d.x, d.y, count)) < 1e-6);
        assert_int_equal(d.trajectory.count, STEPS + 1);
        for (int i = 0; i < STEPS; i++) {
            assert_int_equal(ls_direction_target(&way.model, &way.step[i], states, step, NULL),
                             LS_OK);
            for (int t = 0; t < way.model.network.tensor_count; t++)
                if (way.model.network.tensors[t].kind == LS_COUNTER)
                    step[way.model.network.tensors[t].offset] = 0;
            const double x = dot(step, d.x, count), y = dot(step, d.y, count);
            assert_true(fabs(d.trajectory.x[i] - x) < 1e-5 * (fabs(x) + 1));
            assert_true(fabs(d.trajectory.y[i] - y) < 1e-5 * (fabs(y) + 1));
        }
        assert_true(d.trajectory.x[STEPS] == 0 && d.trajectory.y[STEPS] == 0);
        assert_true(d.trajectory.x[0] <= 0 && d.trajectory.y[0] >= 0);
        ls_directions_free(&d);
    }
    free(step);
    free_way(&way);
}

/* Far from 0, the second component short: what is left of the mean would be longer. */
static void weights_add_up_to_nothing(void **state) {
    enum { POINTS = 4 };
    static const double point[POINTS][3] = {
        {1000, 0, 0}, {1000, 1, 1e-3}, {1000, 2, -1e-3}, {1000, 3, 0}};
    double products[POINTS * POINTS] = {0};
    struct ls_principal plane;
    (void)state;
    for (int i = 0; i < POINTS; i++)
        for (int j = 0; j < POINTS; j++)
            for (int k = 0; k < 3; k++)
                products[i * POINTS + j] += point[i][k] * point[j][k];
    assert_int_equal(ls_principal_find(&plane, products, POINTS, NULL), LS_OK);
    for (int axis = 0; axis < 2; axis++) {
        double sum = 0;
        for (int i = 0; i < POINTS; i++)
            sum += plane.weights[axis][i];
        assert_true(fabs(sum) < 1e-12);
    }
    ls_principal_free(&plane);
}

/* centred[4][count] = the checkpoints and the model as seen from their mean. */
static void centre(const struct way *way, float *centred) {
    const size_t count = way->model.network.value_count;
    for (size_t k = 0; k < count; k++) {
        double mean = 0;
        for (int i = 0; i < STEPS; i++)
            mean += ((double)way->step[i].values[k] - way->model.values[k]) / (STEPS + 1);
        for (int i = 0; i < STEPS; i++)
            centred[(size_t)i * count + k] =
                (float)((double)way->step[i].values[k] - way->model.values[k] - mean);
        centred[STEPS * count + k] = (float)-mean;
    }
    for (int t = 0; t < way->model.network.tensor_count; t++)
        if (way->model.network.tensors[t].kind != LS_PARAMETER)
            for (int i = 0; i <= STEPS; i++)
                memset(centred + (size_t)i * count + way->model.network.tensors[t].offset, 0,
                       way->model.network.tensors[t].count * sizeof *centred);
}

/* Both directions are eigenvectors of the covariance, by the largest eigenvalues: what is left of
 * the variance belongs to the only other one that four points have, and is less. */
static void directions_are_principal_components(void **state) {
    struct way way;
    struct ls_directions d;
    (void)state;
    make_way(&way, wide);
    const size_t count = way.model.network.value_count;
    float *centred = calloc((STEPS + 1) * count, sizeof *centred);
    centre(&way, centred);
    double variance = 0;
    for (int i = 0; i <= STEPS; i++)
        variance += dot(centred + (size_t)i * count, centred + (size_t)i * count, count);
    assert_int_equal(follow(&d, &way, STEPS, false, NULL), LS_OK);
    const double *explained = d.trajectory.explained;
    assert_true(explained[0] > explained[1]);
    assert_true(explained[1] > 1 - explained[0] - explained[1]);
    for (int axis = 0; axis < 2; axis++) {
        const float *direction = axis ? d.y : d.x;
        double along[STEPS + 1], worst = 0;
        for (int i = 0; i <= STEPS; i++)
            along[i] = dot(centred + (size_t)i * count, direction, count);
        for (size_t k = 0; k < count; k++) {
            double image = 0;
            for (int i = 0; i <= STEPS; i++)
                image += along[i] * centred[(size_t)i * count + k];
            worst = fmax(worst, fabs(image / variance - explained[axis] * direction[k]));
        }
        assert_true(worst < 1e-8); /* of elements of about 1 / sqrt(270,000) = 0.002 */
    }
    ls_directions_free(&d);
    free(centred);
    free_way(&way);
}

/* A model that is among the checkpoints keeps its place there. */
static void the_model_is_not_counted_twice(void **state) {
    struct way way;
    struct ls_directions d;
    (void)state;
    make_way(&way, wide);
    memcpy(way.model.values, way.step[1].values,
           way.model.network.value_count * sizeof *way.model.values);
    assert_int_equal(follow(&d, &way, STEPS, false, NULL), LS_OK);
    assert_int_equal(d.trajectory.count, STEPS);
    assert_true(d.trajectory.x[1] == 0 && d.trajectory.y[1] == 0);
    ls_directions_free(&d);
    free_way(&way);
}

/* The model's file under two names, and a step repeated. */
static void repeated_checkpoints_are_left_out(void **state) {
    struct way way;
    struct ls_directions once, twice;
    (void)state;
    make_way(&way, wide);
    const char *paths[] = {way.path[0], way.path[0], way.path[1], way.path[2], way.path[2]};
    const struct ls_direction_source repeated = {.checkpoints = paths, .checkpoint_count = 5};
    assert_int_equal(follow(&once, &way, STEPS, false, NULL), LS_OK);
    assert_int_equal(ls_directions_make(&twice, &way.model, &repeated, true, NULL), LS_OK);
    assert_int_equal(twice.trajectory.count, STEPS + 1);
    assert_memory_equal(once.x, twice.x, way.model.network.value_count * sizeof *once.x);
    assert_string_equal(ls_metadata_get(&once.origin, "trajectory_sha256"),
                        ls_metadata_get(&twice.origin, "trajectory_sha256"));
    ls_directions_free(&once);
    ls_directions_free(&twice);
    free_way(&way);
}

static void too_many_checkpoints_are_refused(void **state) {
    struct ls_model model;
    struct ls_directions directions;
    struct ls_error error;
    const char *paths[LS_MAX_CHECKPOINTS + 1] = {NULL}; /* not opened */
    const struct ls_direction_source source = {.checkpoints = paths,
                                               .checkpoint_count = LS_MAX_CHECKPOINTS + 1};
    (void)state;
    make_model(&model, "resnet20", 1);
    assert_int_equal(ls_directions_make(&directions, &model, &source, true, &error),
                     LS_BAD_ARGUMENT);
    assert_message(&error, "at most 1000 checkpoints, and there are 1001");
    ls_model_free(&model);
}

static void the_bits_are_the_same_on_any_threads(void **state) {
    struct way way;
    struct ls_directions one, three;
    (void)state;
    make_way(&way, wide);
    struct ls_direction_source source = {
        .checkpoints = way.path, .checkpoint_count = STEPS, .threads = 1};
    assert_int_equal(ls_directions_make(&one, &way.model, &source, true, NULL), LS_OK);
    source.threads = 3;
    assert_int_equal(ls_directions_make(&three, &way.model, &source, true, NULL), LS_OK);
    const size_t bytes = way.model.network.value_count * sizeof *one.x;
    assert_memory_equal(one.x, three.x, bytes);
    assert_memory_equal(one.y, three.y, bytes);
    assert_memory_equal(one.trajectory.x, three.trajectory.x, (STEPS + 1) * sizeof(double));
    ls_directions_free(&one);
    ls_directions_free(&three);
    free_way(&way);
}

static void what_spans_no_plane_is_refused(void **state) {
    struct way way;
    struct ls_directions d;
    struct ls_error error;
    (void)state;
    make_way(&way, wide);
    assert_int_equal(follow(&d, &way, 1, false, &error), LS_MISMATCH);
    assert_message(&error, "at least three checkpoints, and there are 2");
    const size_t count = way.model.network.value_count;
    for (size_t k = 0; k < count; k++) /* twice as far */
        way.step[1].values[k] = 2 * way.step[0].values[k] - way.model.values[k];
    assert_int_equal(ls_model_save(&way.step[1], way.path[1], NULL), LS_OK);
    assert_int_equal(follow(&d, &way, 2, false, &error), LS_MISMATCH);
    assert_message(&error, "lie on a line");
    struct ls_model other;
    make_model(&other, "resnet20-noshort", 1);
    assert_int_equal(ls_model_save(&other, way.path[2], NULL), LS_OK);
    assert_int_not_equal(follow(&d, &way, STEPS, false, &error), LS_OK);
    assert_message(&error, way.path[2]);
    ls_model_free(&other);
    free_way(&way);
}

static void ranges_reach_a_fifth_beyond(void **state) {
    double x[] = {-4, -5, 0}, y[] = {1, -1, 0};
    const struct ls_trajectory way = {.count = 3, .x = x, .y = y};
    struct ls_range range = ls_trajectory_range(&way, 0, 51);
    (void)state;
    assert_true(range.min == -6 && range.max == 1 && range.count == 51);
    range = ls_trajectory_range(&way, 1, 1);
    assert_true(range.min == 0 && range.max == 0 && range.count == 1);
    range = ls_trajectory_range(&way, 1, 2);
    assert_true(fabs(range.min + 1.4) < 1e-15 && fabs(range.max - 1.4) < 1e-15);
}

/* A scan records the way and marks its ends; the surface's file holds it. */
static void surfaces_keep_the_trajectory(void **state) {
    struct way way;
    struct ls_directions d;
    struct ls_dataset data;
    struct ls_surface surface, read;
    (void)state;
    make_way(&way, wide);
    open_synthetic(&data, LS_TRAIN, 4);
    assert_int_equal(follow(&d, &way, STEPS, false, NULL), LS_OK);
    struct ls_scan scan = {.model = &way.model, .dataset = &data, .directions = &d};
    const struct ls_range side = {-1, 1, 3};
    const char *path = text("%s/s.h5", (char *)way.directory);
    assert_int_equal(ls_scan_open(&scan, &side, &side, NULL, &surface, NULL), LS_OK);
    assert_int_equal(surface.marker_count, 2);
    assert_string_equal(surface.markers[0].name, "end");
    assert_string_equal(surface.markers[1].name, "begin");
    assert_true(surface.markers[0].x == 0 && surface.markers[0].y == 0);
    assert_true(surface.markers[1].x == d.trajectory.x[0]);
    assert_int_equal(ls_surface_write(&surface, path, NULL), LS_OK);
    assert_int_equal(ls_surface_read(&read, path, NULL), LS_OK);
    assert_int_equal(read.trajectory.count, STEPS + 1);
    assert_memory_equal(read.trajectory.x, d.trajectory.x, (STEPS + 1) * sizeof(double));
    assert_memory_equal(read.trajectory.y, d.trajectory.y, (STEPS + 1) * sizeof(double));
    assert_memory_equal(read.trajectory.explained, d.trajectory.explained, 2 * sizeof(double));
    ls_surface_free(&surface);
    ls_surface_free(&read);
    /* A model in the middle is marked beside the ends. */
    struct ls_directions around;
    const struct ls_scan middle = {.model = &way.step[1], .dataset = &data, .directions = &around};
    const struct ls_direction_source source = {.checkpoints = way.path, .checkpoint_count = STEPS};
    assert_int_equal(ls_directions_make(&around, &way.step[1], &source, true, NULL), LS_OK);
    assert_int_equal(ls_scan_open(&middle, &side, &side, NULL, &surface, NULL), LS_OK);
    assert_int_equal(surface.marker_count, 3);
    assert_string_equal(surface.markers[0].name, "model");
    assert_true(surface.markers[0].x == 0 && surface.markers[0].y == 0);
    assert_string_equal(surface.markers[1].name, "begin");
    assert_string_equal(surface.markers[2].name, "end");
    assert_true(surface.markers[2].x == around.trajectory.x[STEPS - 1]);
    ls_surface_free(&surface);
    ls_directions_free(&around);
    /* Another way is another scan. */
    struct ls_error error;
    struct ls_directions shorter;
    assert_int_equal(follow(&shorter, &way, STEPS - 1, false, NULL), LS_OK);
    scan.directions = &shorter;
    assert_int_equal(ls_scan_open(&scan, &side, &side, path, &surface, &error), LS_MISMATCH);
    assert_message(&error, "trajectory");
    ls_directions_free(&shorter);
    ls_directions_free(&d);
    ls_dataset_free(&data);
    free_way(&way);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinates_are_projections),
        cmocka_unit_test(directions_are_principal_components),
        cmocka_unit_test(weights_add_up_to_nothing),
        cmocka_unit_test(the_model_is_not_counted_twice),
        cmocka_unit_test(repeated_checkpoints_are_left_out),
        cmocka_unit_test(too_many_checkpoints_are_refused),
        cmocka_unit_test(the_bits_are_the_same_on_any_threads),
        cmocka_unit_test(what_spans_no_plane_is_refused),
        cmocka_unit_test(ranges_reach_a_fifth_beyond),
        cmocka_unit_test(surfaces_keep_the_trajectory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
