/* Scans of networks that this program does not know. Called with arguments, this program is the
 * evaluator: its loss is the sum of all values' squares. */
#include "base/metadata.h"
#include "landscape/evaluator.h"
#include "landscape/scan.h"
#include "model/safetensors.h"
#include "support.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <sys/wait.h>
#include <time.h>

static const char *self;

/* --- the evaluator --- */

/* Values that the greeting announces. */
static size_t values_of(const char *greeting) {
    json_t *all = json_loads(greeting, 0, NULL), *tensor, *size;
    size_t total = 0, i, j;
    json_array_foreach(json_object_get(all, "tensors"), i, tensor) {
        size_t count = 1;
        json_array_foreach(json_object_get(tensor, "shape"), j, size) count *=
            (size_t)json_integer_value(size);
        total += count;
    }
    json_decref(all);
    return total;
}

static double sum_of_squares(const float *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * values[i];
    return sum;
}

static void answer(const char *how, double loss) {
    static const char *const answers[][2] = {{"null", "{\"loss\": null, \"accuracy\": 7}"},
                                             {"minus", "{\"loss\": -1}"},
                                             {"none", "{\"accuracy\": 1}"},
                                             {"word", "{\"loss\": \"small\"}"},
                                             {"error", "{\"error\": \"the data are gone\"}"},
                                             {"chat", "Epoch 1"},
                                             {"twice", "{\"loss\": 1}\n{\"loss\": 2}"},
                                             {"much", "{\"loss\": 1, \"accuracy\": 101}"}};
    if (strcmp(how, "hang") == 0)
        pause();
    if (strcmp(how, "squares") == 0)
        printf("{\"loss\": %.17g, \"accuracy\": 12.5, \"loss_error\": 0.5}\n", loss);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(how, answers[i][0]) == 0)
            printf("%s\n", answers[i][1]);
    fflush(stdout);
}

/* `how` to answer, and after how many answers to end with status 3. */
static int serve(const char *how, int answers) {
    char *greeting = NULL;
    size_t room = 0;
    if (getline(&greeting, &room, stdin) < 0)
        return 1;
    const size_t count = values_of(greeting);
    float *values = malloc(count * sizeof *values);
    printf("{\"ready\": true, \"data\": \"numbers\", \"samples\": 10, \"split\": \"test\"}\n");
    fflush(stdout);
    int status = 0;
    while (!status && values && fread(values, sizeof *values, count, stdin) == count) {
        if (answers-- == 0)
            status = 3;
        else
            answer(how, sum_of_squares(values, count));
    }
    free(values);
    free(greeting);
    return status;
}

/* --- the tests --- */

static const char *command(const char *how, int answers) {
    return text("exec '%s' %s %d", self, how, answers);
}

enum { WEIGHTS = 2 * 3 * 2 * 2 * 2, MEANS = 3 };

/* A file of a convolution in three dimensions and what else there may be. */
static const char *save_tensors(const char *directory, const char *prefix) {
    static float weight[WEIGHTS], mean[MEANS] = {1, 2, 3};
    static const int64_t steps = 5, positions[4] = {0, 1, 2, 3};
    const char *path = text("%s/tensors.safetensors", directory);
    for (int i = 0; i < WEIGHTS; i++)
        weight[i] = 0.25F * (float)(i % 7) - 0.5F;
    const struct ls_stored_tensor tensors[] = {
        {.name = (char *)text("%spositions", prefix),
         .dtype = LS_DTYPE_I64,
         .rank = 1,
         .size = {4},
         .count = 4,
         .data = positions},
        {.name = (char *)text("%smask", prefix),
         .dtype = LS_DTYPE_BOOL,
         .rank = 1,
         .size = {4},
         .count = 4,
         .data = "\0\1\1"},
        {.name = (char *)text("%sbn.num_batches_tracked", prefix),
         .dtype = LS_DTYPE_I64,
         .count = 1,
         .data = &steps},
        {.name = (char *)text("%sconv.weight", prefix),
         .dtype = LS_DTYPE_F32,
         .rank = 5,
         .size = {2, 3, 2, 2, 2},
         .count = WEIGHTS,
         .data = weight},
        {.name = (char *)text("%sbn.running_mean", prefix),
         .dtype = LS_DTYPE_F32,
         .rank = 1,
         .size = {MEANS},
         .count = MEANS,
         .data = mean}};
    const struct ls_metadata metadata = {0};
    assert_int_equal(ls_safetensors_write(path, tensors, 5, &metadata, NULL), LS_OK);
    return path;
}

static void tensors_are_read_without_their_network(void **state) {
    static const char *const prefixes[] = {"", "module."};
    for (int i = 0; i < 2; i++) {
        struct ls_model model;
        assert_int_equal(
            ls_model_load_tensors(&model, save_tensors(*state, prefixes[i]), NULL, NULL), LS_OK);
        const struct ls_tensor *tensors = model.network.tensors;
        assert_int_equal(model.network.tensor_count, 3);
        assert_int_equal(model.network.node_count, 0);
        assert_string_equal(tensors[0].name, "bn.num_batches_tracked");
        assert_int_equal(tensors[0].kind, LS_COUNTER);
        assert_string_equal(tensors[1].name, "conv.weight");
        assert_int_equal(tensors[1].kind, LS_PARAMETER);
        assert_int_equal(tensors[1].rank, 5);
        assert_int_equal(tensors[2].kind, LS_BUFFER);
        assert_int_equal(model.network.parameter_count, WEIGHTS);
        assert_int_equal(model.network.value_count, 1 + WEIGHTS + MEANS);
        assert_true(model.values[0] == 5 && model.values[1] == -0.5F && model.values[2] == -0.25F);
        assert_int_equal(strlen(model.sha256), 64);
        ls_model_free(&model);
    }
}

static void files_without_weights_are_refused(void **state) {
    const char *path = text("%s/none.safetensors", (char *)*state);
    static const int64_t steps = 5;
    const struct ls_stored_tensor tensor = {
        .name = "n", .dtype = LS_DTYPE_I64, .count = 1, .data = &steps};
    const struct ls_metadata metadata = {0};
    struct ls_model model;
    struct ls_error error;
    assert_int_equal(ls_safetensors_write(path, &tensor, 1, &metadata, NULL), LS_OK);
    assert_int_equal(ls_model_load_tensors(&model, path, NULL, &error), LS_MISMATCH);
    assert_message(&error, "has no weights");
}

/* A scan of 4 x 3 points. */
struct setting {
    struct ls_model model;
    struct ls_directions directions;
    struct ls_range x, y;
    const char *path;
};

static struct setting set_up(const char *directory) {
    const struct ls_direction_source source = {.options = {.norm = LS_NORM_FILTER}};
    struct setting s = {.x = {-1, 1, 4}, .y = {-0.5, 1, 3}};
    assert_int_equal(ls_model_load_tensors(&s.model, save_tensors(directory, ""), NULL, NULL),
                     LS_OK);
    assert_int_equal(ls_directions_make(&s.directions, &s.model, &source, true, NULL), LS_OK);
    s.path = text("%s/surface.h5", directory);
    return s;
}

static void tear_down(struct setting *s) {
    ls_directions_free(&s->directions);
    ls_model_free(&s->model);
}

/* Scans with so many processes into the file; *surface is to be freed unless that fails early. */
static enum ls_status scan(const struct setting *s, const char *run, int processes,
                           const struct ls_observer *observer, struct ls_surface *surface,
                           struct ls_error *error) {
    struct ls_scan scan = {.model = &s->model, .directions = &s->directions, .observer = observer};
    *surface = (struct ls_surface){0};
    *error = (struct ls_error){0};
    enum ls_status status =
        ls_evaluators_start(&scan.evaluators, run, processes, &s->model.network, observer, error);
    if (status)
        return status;
    status = ls_scan_open(&scan, &s->x, &s->y, s->path, surface, error);
    if (!status)
        status = ls_scan_run(&scan, surface, s->path, error);
    ls_evaluators_stop(scan.evaluators);
    return status;
}

static void assert_surface(const struct setting *s, const struct ls_surface *surface) {
    float values[1 + WEIGHTS + MEANS];
    const size_t count = s->model.network.value_count;
    for (size_t p = 0; p < 12; p++) {
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(s->model.values[i] + surface->x[p % 4] * s->directions.x[i] +
                                surface->y[p / 4] * s->directions.y[i]);
        assert_true(surface->loss[p] == sum_of_squares(values, count));
        assert_true(surface->accuracy[p] == 12.5 && surface->loss_error[p] == 0.5);
    }
}

static void surface_is_what_the_processes_say(void **state) {
    for (int processes = 1; processes <= 3; processes++) {
        struct setting s = set_up(*state);
        struct ls_surface surface, read;
        struct ls_error error;
        assert_int_equal(scan(&s, command("squares", -1), processes, NULL, &surface, &error),
                         LS_OK);
        assert_surface(&s, &surface);
        assert_int_equal(ls_surface_read(&read, s.path, NULL), LS_OK);
        assert_surface(&s, &read);
        assert_true(read.test);
        assert_string_equal(ls_metadata_get(&read.metadata, "data"), "numbers");
        assert_string_equal(ls_metadata_get(&read.metadata, "samples"), "10");
        assert_string_equal(ls_metadata_get(&read.metadata, "evaluator"), command("squares", -1));
        assert_int_equal(unlink(s.path), 0);
        ls_surface_free(&read);
        ls_surface_free(&surface);
        tear_down(&s);
    }
}

/* The file holds what was computed before a process died, and the same command goes on. */
static void scan_goes_on_after_a_death(void **state) {
    struct setting s = set_up(*state);
    struct ls_surface surface, read;
    struct ls_error error;
    for (int missing = 12 - 5; missing > 0; missing -= 5) {
        assert_int_equal(scan(&s, command("squares", 5), 1, NULL, &surface, &error), LS_IO);
        assert_message(&error, "ended with status 3");
        assert_int_equal(ls_surface_read(&read, s.path, NULL), LS_OK);
        assert_int_equal(ls_surface_missing(&read), missing);
        ls_surface_free(&read);
        ls_surface_free(&surface);
    }
    assert_int_equal(scan(&s, command("squares", 5), 1, NULL, &surface, &error), LS_OK);
    assert_surface(&s, &surface);
    ls_surface_free(&surface);
    assert_int_equal(scan(&s, command("squares", 6), 1, NULL, &surface, &error), LS_MISMATCH);
    assert_message(&error, "was scanned with evaluator");
    tear_down(&s);
}

static void what_is_no_loss_is_refused(void **state) {
    static const char *const cases[][2] = {{"none", "has no \"loss\""},
                                           {"word", "\"loss\" is no number"},
                                           {"much", "\"accuracy\" is more than 100 %"},
                                           {"twice", "or more than once"},
                                           {"error", "it reports: the data are gone"},
                                           {"chat", "it says 'Epoch 1', which is no JSON object"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct setting s = set_up(*state);
        struct ls_surface surface;
        struct ls_error error;
        assert_true(scan(&s, command(cases[i][0], -1), 2, NULL, &surface, &error) != LS_OK);
        assert_message(&error, "the evaluator '");
        assert_message(&error, cases[i][1]);
        assert_int_equal(unlink(s.path), 0);
        ls_surface_free(&surface);
        tear_down(&s);
    }
}

static void what_never_gets_ready_is_refused(void **state) {
    static const char *const cases[][2] = {
        {"exit 4", "ended with status 4"},
        {"kill -9 $$", "was ended by signal 9"},
        {"echo hello", "it says 'hello', which is no JSON object"},
        {"echo {}", "does not say \"ready\": true"},
        {"cat", "does not say \"ready\": true"},
        {"echo '{\"ready\": true, \"samples\": 0}'", "\"samples\" is no number of samples"},
        {"echo '{\"ready\": true, \"data\": 1}'", "\"data\" is no string"},
        {"echo '{\"ready\": true, \"split\": \"Test\"}'", "\"split\" is neither"},
        {"head -c 3000000 /dev/zero", "a line of more than"},
        {"/no/such/program", "ended with status 127"}};
    struct setting s = set_up(*state);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_surface surface;
        struct ls_error error;
        assert_true(scan(&s, cases[i][0], 1, NULL, &surface, &error) != LS_OK);
        assert_message(&error, cases[i][1]);
        assert_int_equal(access(s.path, F_OK), -1);
    }
    tear_down(&s);
}

/* Whatever a process has said before it died, it has not said of the weights. */
static void dead_do_not_answer(void **state) {
    struct setting s = set_up(*state);
    struct ls_surface surface;
    struct ls_error error;
    assert_true(scan(&s, "echo '{\"ready\": true}'; echo '{\"loss\": 1}'; exit 5", 1, NULL,
                     &surface, &error) != LS_OK);
    assert_int_equal(ls_surface_missing(&surface), 12);
    ls_surface_free(&surface);
    tear_down(&s);
}

/* A line that is begun before a point is asked for need not end. */
static void begun_lines_are_not_waited_for(void **state) {
    struct setting s = set_up(*state);
    struct ls_surface surface;
    struct ls_error error;
    assert_int_equal(
        scan(&s, "echo '{\"ready\": true}'; printf .; cat >/dev/null", 1, NULL, &surface, &error),
        LS_BAD_FILE);
    assert_message(&error, "it answers before it is asked");
    ls_surface_free(&surface);
    tear_down(&s);
}

/* More words and more weights than a socket holds: neither side may wait for the other. */
static void talk_does_not_block_the_weights(void **state) {
    enum { COUNT = 1 << 20 };
    const char *path = text("%s/large.safetensors", (char *)*state);
    float *weights = calloc(COUNT, sizeof *weights);
    const struct ls_stored_tensor tensor = {.name = "w",
                                            .dtype = LS_DTYPE_F32,
                                            .rank = 2,
                                            .size = {2, COUNT / 2},
                                            .count = COUNT,
                                            .data = weights};
    const struct ls_metadata metadata = {0};
    struct ls_model model;
    struct ls_evaluators *evaluators;
    struct ls_result result;
    struct ls_error error;
    assert_int_equal(ls_safetensors_write(path, &tensor, 1, &metadata, NULL), LS_OK);
    assert_int_equal(ls_model_load_tensors(&model, path, NULL, NULL), LS_OK);
    assert_int_equal(ls_evaluators_start(&evaluators,
                                         "read line; echo '{\"ready\": true}'; yes talk | head -c "
                                         "900000; sleep 100",
                                         1, &model.network, NULL, &error),
                     LS_OK);
    assert_int_equal(ls_evaluators_ask(evaluators, 0, weights, NULL, &result, &error), LS_BAD_FILE);
    assert_message(&error, "it says 'talk'");
    ls_evaluators_stop(evaluators);
    ls_model_free(&model);
    free(weights);
}

/* The order of tensors in a file is nobody's business but the first file's. */
static void networks_differ_in_values_alone(void **state) {
    const char *path = text("%s/turned.safetensors", (char *)*state);
    struct setting s = set_up(*state);
    static float weight[WEIGHTS], mean[MEANS];
    const struct ls_stored_tensor tensors[] = {{.name = "bn.running_mean",
                                                .dtype = LS_DTYPE_F32,
                                                .rank = 1,
                                                .size = {MEANS},
                                                .count = MEANS,
                                                .data = mean},
                                               {.name = "conv.weight",
                                                .dtype = LS_DTYPE_F32,
                                                .rank = 5,
                                                .size = {2, 3, 2, 2, 2},
                                                .count = WEIGHTS,
                                                .data = weight}};
    const struct ls_metadata metadata = {0};
    assert_int_equal(ls_safetensors_write(path, tensors, 2, &metadata, NULL), LS_OK);
    const struct ls_direction_source source = {.x_target = path};
    struct ls_directions directions;
    struct ls_error error = {0};
    assert_int_equal(ls_directions_make(&directions, &s.model, &source, false, &error), LS_OK);
    for (size_t i = 0; i < WEIGHTS; i++)
        assert_true(directions.x[1 + i] == -s.model.values[1 + i]);
    ls_directions_free(&directions);
    tear_down(&s);
}

static void no_number_and_minus_one_are_losses(void **state) {
    struct setting s = set_up(*state);
    struct ls_surface surface;
    struct ls_error error;
    assert_int_equal(scan(&s, command("null", -1), 1, NULL, &surface, &error), LS_OK);
    assert_true(isnan(surface.loss[0]) && surface.accuracy[0] == 7);
    assert_true(surface.loss_error[0] == LS_NOT_COMPUTED);
    ls_surface_free(&surface);
    assert_int_equal(unlink(s.path), 0);
    assert_int_equal(scan(&s, command("minus", -1), 1, NULL, &surface, &error), LS_OK);
    assert_int_equal(ls_surface_missing(&surface), 0);
    assert_true(fabs(surface.loss[0] + 1) < 1e-15);
    ls_surface_free(&surface);
    tear_down(&s);
}

static bool after_half_a_second(void *context) {
    struct timespec now;
    const struct timespec *start = context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec) >
           0.5;
}

/* Where all values are weights, directions do not tell weights from states. */
static void saved_directions_are_known_again(void **state) {
    static float weight[WEIGHTS] = {1, 2, 3};
    const struct ls_stored_tensor tensor = {.name = (char *)"weight",
                                            .dtype = LS_DTYPE_F32,
                                            .rank = 2,
                                            .size = {2, WEIGHTS / 2},
                                            .count = WEIGHTS,
                                            .data = weight};
    const struct ls_direction_source source = {.options = {.norm = LS_NORM_FILTER}};
    const struct ls_metadata metadata = {0};
    const char *path = text("%s/weight.safetensors", (char *)*state);
    const char *saved = text("%s/directions.h5", (char *)*state);
    struct ls_model model;
    struct ls_directions directions, read;
    assert_int_equal(ls_safetensors_write(path, &tensor, 1, &metadata, NULL), LS_OK);
    assert_int_equal(ls_model_load_tensors(&model, path, NULL, NULL), LS_OK);
    assert_int_equal(ls_directions_make(&directions, &model, &source, true, NULL), LS_OK);
    for (int times = 0; times < 2; times++)
        assert_int_equal(ls_directions_save(&directions, &model.network, saved, NULL, NULL), LS_OK);
    const struct ls_direction_source file = {.file = saved};
    assert_int_equal(ls_directions_make(&read, &model, &file, true, NULL), LS_OK);
    assert_false(read.states);
    ls_directions_free(&read);
    ls_directions_free(&directions);
    ls_model_free(&model);
}

static void process_that_hangs_can_be_stopped(void **state) {
    struct setting s = set_up(*state);
    struct ls_surface surface;
    struct ls_error error;
    struct timespec start;
    const struct ls_observer observer = {.stop = after_half_a_second, .context = &start};
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(scan(&s, command("hang", -1), 2, &observer, &surface, &error), LS_INTERRUPTED);
    ls_surface_free(&surface);
    tear_down(&s);
}

int main(int argc, char **argv) {
    if (argc == 3)
        return serve(argv[1], atoi(argv[2]));
    self = argv[0];
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(tensors_are_read_without_their_network),
        IN_DIRECTORY(files_without_weights_are_refused),
        IN_DIRECTORY(surface_is_what_the_processes_say),
        IN_DIRECTORY(scan_goes_on_after_a_death),
        IN_DIRECTORY(what_is_no_loss_is_refused),
        IN_DIRECTORY(what_never_gets_ready_is_refused),
        IN_DIRECTORY(dead_do_not_answer),
        IN_DIRECTORY(begun_lines_are_not_waited_for),
        IN_DIRECTORY(talk_does_not_block_the_weights),
        IN_DIRECTORY(networks_differ_in_values_alone),
        IN_DIRECTORY(no_number_and_minus_one_are_losses),
        IN_DIRECTORY(saved_directions_are_known_again),
        IN_DIRECTORY(process_that_hangs_can_be_stopped),
    };
    return cmocka_run_group_tests_name("evaluator", tests, NULL, NULL);
}
