#include "base/file.h"
#include "base/lock.h"
#include "landscape/train.h"
#include "model/safetensors.h"
#include "networks.h"
#include "support.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>

/* A run of a few steps on a few images. */
struct setting {
    struct ls_dataset train, test;
    struct ls_recipe recipe;
    struct ls_training training;
};

static void open_setting(struct setting *s, const char *directory) {
    open_small(&s->train, LS_TRAIN, 40);
    open_small(&s->test, LS_TEST, 20);
    s->recipe = ls_recipe_default();
    s->recipe.epochs = 2;
    s->recipe.batch = 16;
    s->recipe.lr = 0.05;
    s->training = (struct ls_training){.train = &s->train,
                                       .test = &s->test,
                                       .directory = directory,
                                       .save_every = 1,
                                       .threads = 1};
}

static void close_setting(struct setting *s) {
    ls_dataset_free(&s->train);
    ls_dataset_free(&s->test);
}

/* Trains from the checkpoint at `init`, or from fresh weights if it is NULL. */
static enum ls_status train_from(const char *init, struct setting *s, struct ls_error *error) {
    struct ls_model model;
    if (init)
        load_model(&model, init);
    else
        assert_int_equal(ls_model_create(&model, SMALL_RESNET, 5, NULL), LS_OK);
    enum ls_status status = ls_train(&model, &s->recipe, &s->training, error);
    ls_model_free(&model);
    return status;
}

static enum ls_status train(struct setting *s, struct ls_error *error) {
    return train_from(NULL, s, error);
}

static void assert_same_model(const char *a, const char *b) {
    struct ls_model first, second;
    load_model(&first, a);
    load_model(&second, b);
    assert_string_equal(first.sha256, second.sha256);
    ls_model_free(&first);
    ls_model_free(&second);
}

static void initial_weights_are_kept(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_model initial, kept;
    open_setting(&s, text("%s/run", out));
    s.recipe.epochs = 1;
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_int_equal(ls_model_create(&initial, SMALL_RESNET, 5, NULL), LS_OK);
    load_model(&kept, text("%s/run/model-0000.safetensors", out));
    assert_memory_equal(kept.values, initial.values,
                        initial.network.value_count * sizeof *initial.values);
    assert_string_equal(ls_metadata_get(&kept.metadata, "epoch"), "0");
    assert_null(ls_metadata_get(&kept.metadata, "train_loss"));
    ls_model_free(&initial);
    ls_model_free(&kept);
    close_setting(&s);
}

static void training_learns_and_writes_its_files(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    struct ls_model model;
    open_setting(&s, text("%s/run", out));
    s.recipe.epochs = 12;
    s.recipe.augment = false;
    s.training.save_every = 5;
    assert_int_equal(train(&s, &error), LS_OK);
    load_model(&model, text("%s/run/model.safetensors", out));
    assert_string_equal(ls_metadata_get(&model.metadata, "epoch"), "12");
    assert_string_equal(ls_metadata_get(&model.metadata, "data"), "synthetic:0");
    assert_true(atof(ls_metadata_get(&model.metadata, "train_loss")) < 2.0); /* chance: ln 10 */
    ls_model_free(&model);
    assert_int_equal(access(text("%s/run/model-0005.safetensors", out), F_OK), 0);
    assert_int_equal(access(text("%s/run/model-0010.safetensors", out), F_OK), 0);
    assert_int_equal(access(text("%s/run/model-0012.safetensors", out), F_OK), 0);
    assert_int_not_equal(access(text("%s/run/model-0007.safetensors", out), F_OK), 0);
    FILE *log = fopen(text("%s/run/log.csv", out), "r");
    char line[256];
    int lines = 0;
    assert_non_null(log);
    assert_non_null(fgets(line, sizeof line, log));
    assert_string_equal(line, "epoch,rate,train_loss,train_error,test_loss,test_error,seconds\n");
    while (fgets(line, sizeof line, log))
        assert_int_equal(atoi(line), ++lines);
    assert_int_equal(lines, 12);
    fclose(log);
    close_setting(&s);
}

static void same_seed_same_bits_on_any_threads(void **state) {
    const char *out = *state;
    struct setting s;
    for (int threads = 1; threads <= 3; threads++) {
        open_setting(&s, text("%s/%d", out, threads));
        s.training.threads = threads;
        assert_int_equal(train(&s, NULL), LS_OK);
        close_setting(&s);
        assert_same_model(text("%s/1/model.safetensors", out),
                          text("%s/%d/model.safetensors", out, threads));
    }
}

static void resumed_run_ends_in_the_same_bits(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/whole", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    close_setting(&s);
    for (int steps = 0; steps < 6; steps++) {
        int left = steps;
        const struct ls_observer observer = {.stop = stop_after, .context = &left};
        open_setting(&s, text("%s/cut%d", out, steps));
        s.training.observer = &observer;
        assert_int_equal(train(&s, &error), LS_INTERRUPTED);
        s.training.observer = NULL;
        s.training.resume = true;
        assert_int_equal(train(&s, NULL), LS_OK);
        close_setting(&s);
        assert_same_model(text("%s/whole/model.safetensors", out),
                          text("%s/cut%d/model.safetensors", out, steps));
        assert_same_model(text("%s/whole/model-0001.safetensors", out),
                          text("%s/cut%d/model-0001.safetensors", out, steps));
    }
}

/* What is on disk at a report of the second epoch, and what the report says. */
struct look {
    const char *state;
    int reports;
    double done, resumed;
    struct ls_train_position found;
};

static void look_at_state(void *context, const struct ls_progress *progress) {
    struct look *look = context;
    if (++look->reports != 3)
        return;
    look->done = progress->done;
    look->resumed = progress->resumed;
    assert_int_equal(ls_train_position_read(&look->found, look->state, NULL), LS_OK);
}

static void steps_reach_the_disk_as_often_as_is_asked(void **state) {
    const char *out = *state;
    struct setting s;
    int left = 1;
    struct look look = {.state = text("%s/run/state.safetensors", out)};
    const struct ls_observer brief = {.stop = stop_after, .context = &left};
    const struct ls_observer observer = {.report = look_at_state, .context = &look};
    open_setting(&s, text("%s/run", out));
    s.training.observer = &brief;
    assert_int_equal(train(&s, NULL), LS_INTERRUPTED);
    s.training.observer = &observer;
    s.training.resume = true;
    s.training.state_seconds = 1e-9;
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_true(look.resumed == 2);
    assert_true(look.done == 5);
    const int steps = (s.train.count + s.recipe.batch - 1) / s.recipe.batch;
    assert_int_equal((look.found.epoch - 1) * steps + look.found.step, 5);
    ls_metadata_free(&look.found.settings);
    close_setting(&s);
}

static void mixed_precision_resumes_as_such(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    for (int cut = 0; cut < 2; cut++) {
        int left = 3;
        const struct ls_observer observer = {.stop = stop_after, .context = &left};
        open_setting(&s, text("%s/%d", out, cut));
        s.recipe.precision = LS_BF16;
        s.training.observer = cut ? &observer : NULL;
        assert_int_equal(train(&s, &error), cut ? LS_INTERRUPTED : LS_OK);
        s.training.observer = NULL;
        s.training.resume = true;
        s.recipe.precision = LS_FP32;
        assert_int_equal(train(&s, &error), LS_MISMATCH);
        assert_message(&error, "precision = bf16, not fp32");
        s.recipe.precision = LS_BF16;
        assert_int_equal(train(&s, &error), LS_OK);
        close_setting(&s);
    }
    assert_same_model(text("%s/0/model.safetensors", out), text("%s/1/model.safetensors", out));
}

static void existing_run_is_not_overwritten(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_int_equal(train(&s, &error), LS_BAD_ARGUMENT);
    assert_message(&error, "--resume");
    close_setting(&s);
}

static void other_settings_are_not_resumed(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    s.training.resume = true;
    s.recipe.lr = 0.06;
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "lr = 0.05, not 0.06");
    s.recipe.lr = 0.05;
    assert_int_equal(train_from(text("%s/run/model-0001.safetensors", out), &s, &error),
                     LS_MISMATCH);
    assert_message(&error, "init_sha256 = none, not");
    s.test.count = 19;
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "test_images = 20, not 19");
    s.test.count = 20;
    s.recipe.lr_steps[0] =
        nextafter(s.recipe.lr_steps[0], 1); /* for some number of epochs another */
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "lr_steps = 0.5,0.75,0.917, not 0.5000000000000001,0.75,0.917");
    s.recipe.lr_steps[0] = 0.5;
    assert_int_equal(train(&s, NULL), LS_OK);
    close_setting(&s);
}

static void forgotten_pixels_are_told(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(ls_dataset_normalise(&s.train, "0.2/0.6", NULL), LS_OK);
    assert_int_equal(train(&s, NULL), LS_OK);
    ls_dataset_free(&s.train);
    open_small(&s.train, LS_TRAIN, 40);
    s.training.resume = true;
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "begun with --pixels 0.2,0.2,0.2/0.6,0.6,0.6");
    close_setting(&s);
}

/* The state has all that a lost log had; a log alone has nothing to go on from. */
static void a_lost_log_is_written_again(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    unsigned char *log, *again;
    size_t size, again_size;
    open_setting(&s, text("%s/run", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_int_equal(ls_file_read(text("%s/run/log.csv", out), 4096, &log, &size, NULL), LS_OK);
    assert_int_equal(remove(text("%s/run/log.csv", out)), 0);
    s.training.resume = true;
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_int_equal(ls_file_read(text("%s/run/log.csv", out), 4096, &again, &again_size, NULL),
                     LS_OK);
    assert_int_equal(again_size, size);
    assert_memory_equal(again, log, size);
    free(again);
    free(log);
    assert_int_equal(system(text("rm %s/run/*.safetensors", out)), 0);
    assert_int_equal(train(&s, &error), LS_IO);
    assert_message(&error, "run: of a training run only its log is left");
    close_setting(&s);
}

static void initial_weights_are_part_of_the_settings(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/first", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    const char *init = text("%s/first/model-0001.safetensors", out);
    s.training.directory = text("%s/second", out);
    s.training.resume = true;
    assert_int_equal(train_from(init, &s, NULL), LS_OK);
    assert_int_equal(train_from(init, &s, NULL), LS_OK);
    assert_int_equal(train_from(text("%s/first/model.safetensors", out), &s, &error), LS_MISMATCH);
    assert_message(&error, "init_sha256");
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "not none");
    close_setting(&s);
}

static void foreign_checkpoints_are_kept(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_int_equal(remove(text("%s/run/state.safetensors", out)), 0);
    s.training.resume = true;
    s.recipe.lr = 0.06;
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "run/model.safetensors: this run was begun with lr = 0.05, not 0.06");
    s.recipe.lr = 0.05;
    assert_int_equal(train(&s, &error), LS_IO); /* a finished run, and nothing to go on from */
    assert_message(&error, "state.safetensors");
    struct ls_model model;
    load_model(&model, text("%s/run/model.safetensors", out));
    assert_string_equal(ls_metadata_get(&model.metadata, "epoch"), "2");
    ls_model_free(&model);
    assert_int_equal(remove(text("%s/run/model.safetensors", out)), 0);
    s.training.resume = false;
    assert_int_equal(train(&s, &error), LS_BAD_ARGUMENT); /* its log is there still */
    assert_message(&error, "a training run is here already");
    close_setting(&s);
}

static void two_runs_do_not_share_a_directory(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_lock lock;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    s.training.resume = true;
    assert_int_equal(ls_lock_take(&lock, text("%s/run/state.safetensors", out), NULL), LS_OK);
    assert_int_equal(train(&s, &error), LS_BUSY);
    assert_message(&error, "another process is at work");
    ls_lock_release(&lock);
    assert_int_equal(train(&s, NULL), LS_OK);
    close_setting(&s);
}

/* Images are known by their content, not by where they are. */
static void moved_images_are_the_same(void **state) {
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", (const char *)*state));
    assert_int_equal(train(&s, NULL), LS_OK);
    s.training.resume = true;
    snprintf(s.train.name, sizeof s.train.name, "elsewhere");
    assert_int_equal(train(&s, NULL), LS_OK);
    s.train.pixels[7] ^= 1;
    assert_int_equal(train(&s, &error), LS_MISMATCH);
    assert_message(&error, "data_sha256");
    close_setting(&s);
}

/* No epochs: the initial weights, and how they came about. */
static void untrained_checkpoint_tells_its_recipe(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_model model;
    open_setting(&s, text("%s/run", out));
    s.recipe.epochs = 0;
    assert_int_equal(train(&s, NULL), LS_OK);
    load_model(&model, text("%s/run/model.safetensors", out));
    assert_string_equal(ls_metadata_get(&model.metadata, "epoch"), "0");
    assert_string_equal(ls_metadata_get(&model.metadata, "seed"), "0");
    assert_string_equal(ls_metadata_get(&model.metadata, "lr"), "0.05");
    assert_null(ls_metadata_get(&model.metadata, "test_error"));
    ls_model_free(&model);
    close_setting(&s);
}

static void damaged_state_is_refused(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(train(&s, NULL), LS_OK);
    assert_int_equal(truncate(text("%s/run/state.safetensors", out), 100000), 0);
    s.training.resume = true;
    assert_int_equal(train(&s, &error), LS_BAD_FILE);
    assert_message(&error, "state.safetensors");
    close_setting(&s);
}

/* Rewrites the state with its position replaced. */
static void move_state(const char *path, const char *position) {
    struct ls_tensor_file file;
    assert_int_equal(ls_safetensors_read(&file, path, NULL), LS_OK);
    assert_int_equal(ls_metadata_set(&file.metadata, NULL, "state", "%s", position), LS_OK);
    assert_int_equal(
        ls_safetensors_write(path, file.tensors, file.tensor_count, &file.metadata, NULL), LS_OK);
    ls_tensor_file_free(&file);
}

static void state_outside_the_run_is_refused(void **state) {
    static const char *const positions[] = {"1 4 0 0 0 0", "1 -1 0 0 0 0", "4 0 0 0 0 3",
                                            "0 0 0 0 0 0", "1 0 0 0 0 1",  "1"};
    const char *out = *state;
    const char *path = text("%s/run/state.safetensors", out);
    struct setting s;
    open_setting(&s, text("%s/run", out)); /* 2 epochs of 3 steps */
    assert_int_equal(train(&s, NULL), LS_OK);
    s.training.resume = true;
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        struct ls_error error = {0};
        move_state(path, positions[i]);
        assert_int_equal(train(&s, &error), LS_BAD_FILE);
        assert_message(&error, "not a training state that can be resumed");
    }
    move_state(path, "1 3 0 0 0 0");
    assert_int_equal(train(&s, NULL), LS_OK);
    close_setting(&s);
}

static void diverging_run_stops(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    s.recipe.lr = 1e30;
    assert_int_equal(train(&s, &error), LS_NOT_FINITE);
    assert_message(&error, "epoch 1, step");
    assert_message(&error, "--lr");
    close_setting(&s);
}

/* The last step of an epoch spoils the weights: nothing of it may be written. */
static void nothing_that_is_not_finite_is_written(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    s.recipe.batch = 40;
    s.recipe.lr = s.recipe.weight_decay = 1e30;
    assert_int_equal(train(&s, &error), LS_NOT_FINITE);
    assert_int_equal(access(text("%s/run/model-0000.safetensors", out), F_OK), 0);
    assert_int_equal(count_entries(text("%s/run", out)), 1); /* the initial weights were sound */
    close_setting(&s);
}

static void senseless_settings_are_refused(void **state) {
    const char *out = *state;
    struct setting s;
    open_setting(&s, text("%s/run", out));
    s.training.save_every = 0;
    assert_int_equal(train(&s, NULL), LS_BAD_ARGUMENT);
    s.training.save_every = 1;
    s.recipe.batch = 0;
    assert_int_equal(train(&s, NULL), LS_BAD_ARGUMENT);
    assert_int_equal(count_entries(out), 0);
    close_setting(&s);
}

static void a_batch_may_be_larger_than_the_data(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_model model;
    open_setting(&s, text("%s/run", out));
    s.recipe.batch = INT_MAX;
    s.recipe.epochs = 1;
    assert_int_equal(train(&s, NULL), LS_OK);
    load_model(&model, text("%s/run/model.safetensors", out));
    assert_true(strtod(ls_metadata_get(&model.metadata, "train_loss"), NULL) > 1);
    ls_model_free(&model);
    close_setting(&s);
}

/* vgg9 normalises the 256 numbers of a linear layer. */
static void a_single_value_has_no_variance(void **state) {
    const char *out = *state;
    struct setting s;
    struct ls_model model;
    struct ls_error error = {0};
    open_setting(&s, text("%s/run", out));
    assert_int_equal(ls_model_create(&model, "vgg9@16x16x3", 5, NULL), LS_OK);
    s.train.count = 33;
    assert_int_equal(ls_train(&model, &s.recipe, &s.training, &error), LS_MISMATCH);
    assert_message(&error, "choose a --batch that does not leave one image of 33 over");
    s.recipe.batch = 1;
    assert_int_equal(ls_train(&model, &s.recipe, &s.training, &error), LS_MISMATCH);
    assert_int_equal(count_entries(out), 0);
    s.train.count = 40;
    ls_model_free(&model);
    close_setting(&s);
}

static void rate_follows_the_schedule(void **state) {
    struct ls_recipe recipe = ls_recipe_default();
    (void)state;
    assert_float_equal(ls_recipe_rate(&recipe, 1), 0.1, 1e-12);
    assert_float_equal(ls_recipe_rate(&recipe, 150), 0.1, 1e-12);
    assert_float_equal(ls_recipe_rate(&recipe, 151), 0.01, 1e-12);
    assert_float_equal(ls_recipe_rate(&recipe, 226), 0.001, 1e-12);
    assert_float_equal(ls_recipe_rate(&recipe, 275), 0.001, 1e-12);
    assert_float_equal(ls_recipe_rate(&recipe, 276), 0.0001, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(initial_weights_are_kept),
        IN_DIRECTORY(training_learns_and_writes_its_files),
        IN_DIRECTORY(same_seed_same_bits_on_any_threads),
        IN_DIRECTORY(resumed_run_ends_in_the_same_bits),
        IN_DIRECTORY(steps_reach_the_disk_as_often_as_is_asked),
        IN_DIRECTORY(mixed_precision_resumes_as_such),
        IN_DIRECTORY(existing_run_is_not_overwritten),
        IN_DIRECTORY(other_settings_are_not_resumed),
        IN_DIRECTORY(forgotten_pixels_are_told),
        IN_DIRECTORY(a_lost_log_is_written_again),
        IN_DIRECTORY(two_runs_do_not_share_a_directory),
        IN_DIRECTORY(moved_images_are_the_same),
        IN_DIRECTORY(foreign_checkpoints_are_kept),
        IN_DIRECTORY(initial_weights_are_part_of_the_settings),
        IN_DIRECTORY(untrained_checkpoint_tells_its_recipe),
        IN_DIRECTORY(damaged_state_is_refused),
        IN_DIRECTORY(state_outside_the_run_is_refused),
        IN_DIRECTORY(diverging_run_stops),
        IN_DIRECTORY(nothing_that_is_not_finite_is_written),
        IN_DIRECTORY(senseless_settings_are_refused),
        IN_DIRECTORY(a_batch_may_be_larger_than_the_data),
        IN_DIRECTORY(a_single_value_has_no_variance),
        cmocka_unit_test(rate_follows_the_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
