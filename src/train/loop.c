#include "base/file.h"
#include "base/locale.h"
#include "base/lock.h"
#include "base/metadata.h"
#include "base/observer.h"
#include "base/text.h"
#include "engine/plan.h"
#include "landscape/evaluate.h"
#include "landscape/landscape.h"
#include "train/log.h"
#include "train/settings.h"
#include "train/state.h"
#include "train/step.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_STATE_SECONDS 30.0

/* A training run at work. */
struct run {
    struct ls_model *model;
    const struct ls_recipe *recipe;
    const struct ls_training *training;
    struct ls_lock lock;         /* that nobody else trains in the directory */
    struct ls_metadata settings; /* what a resumed run must agree with */
    struct ls_stepper stepper;
    struct ls_train_state state;
    int *order; /* [train->count] */
    char *state_path, *log_path, *model_path, *initial_path;
    double started;     /* wall clock at the start of this call */
    double epoch_start; /* wall clock minus the seconds the epoch has taken so far */
    double saved;       /* wall clock of the last save of the state */
    double images;      /* trained on in this call */
    double resumed;     /* steps done before this call */
};

static void report(const struct run *run) {
    const struct ls_train_state *state = &run->state;
    const double seen = fmin((double)state->step * run->recipe->batch, run->training->train->count);
    const struct ls_progress progress = {
        .phase = "train",
        .done = (double)(state->epoch - 1) * state->steps + state->step,
        .total = (double)run->recipe->epochs * state->steps,
        .resumed = run->resumed,
        .images = run->images,
        .seconds = omp_get_wtime() - run->started,
        .epoch = state->epoch,
        .epochs = run->recipe->epochs,
        .loss = state->loss / seen,
        .accuracy = 100 * state->correct / seen,
    };
    ls_report(run->training->observer, &progress);
}

/* Training has come to nothing at this step of the epoch, from 1: says so, and what is left. */
static enum ls_status diverged(const struct run *run, int step, const char *what, double value,
                               struct ls_error *error) {
    const bool saved = access(run->state_path, F_OK) == 0;
    return ls_fail(
        error, LS_NOT_FINITE,
        "epoch %d, step %d: %s %g; training has diverged. Start again with a lower --lr%s%s",
        run->state.epoch, step, what, isnan(value) ? NAN : value,
        saved ? " in another directory; the last good state is in " : "",
        saved ? run->state_path : "");
}

/* Whether every value of the model is a number: nothing else is ever written. */
static enum ls_status check_finite(const struct run *run, struct ls_error *error) {
    const struct ls_model *model = run->model;
    for (size_t i = 0; i < model->network.value_count; i++)
        if (!isfinite(model->values[i]))
            return diverged(run, run->state.step, "a weight is", model->values[i], error);
    return LS_OK;
}

static enum ls_status save_state(struct run *run, struct ls_error *error) {
    enum ls_status status = check_finite(run, error);
    if (status)
        return status;
    run->state.seconds = omp_get_wtime() - run->epoch_start;
    status = ls_train_state_write(&run->state, run->model, &run->settings, run->state_path, error);
    run->saved = omp_get_wtime(); /* that is where it took long, the next is not due at once */
    return status;
}

/* Loads the directory's state; without one, what is there must be of this run's beginning. */
static enum ls_status take_up(struct run *run, struct ls_error *error) {
    const bool trained = access(run->model_path, F_OK) == 0;
    if (access(run->state_path, F_OK) == 0)
        return ls_train_state_read(&run->state, run->model, run->recipe, &run->settings,
                                   run->state_path, error);
    if (!trained && access(run->initial_path, F_OK) != 0)
        return ls_fail(error, LS_IO,
                       "%s: of a training run only its log is left, from which nothing can go on; "
                       "choose another directory",
                       run->training->directory);
    return ls_train_checkpoint_check(&run->settings, trained ? run->model_path : run->initial_path,
                                     error);
}

/* Takes up what is in the directory, or makes sure that there is nothing to be overwritten. */
static enum ls_status begin(struct run *run, struct ls_error *error) {
    const bool exists = access(run->state_path, F_OK) == 0;
    const bool taken = exists || access(run->initial_path, F_OK) == 0 ||
                       access(run->model_path, F_OK) == 0 || access(run->log_path, F_OK) == 0;
    enum ls_status status = ls_train_state_create(&run->state, run->model, run->recipe,
                                                  run->training->train->count, error);
    if (status)
        return status;
    if (taken && !run->training->resume)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "%s: a training run is here already; continue it with --resume or choose "
                       "another directory",
                       run->training->directory);
    if (taken)
        status = take_up(run, error);
    run->resumed = (double)(run->state.epoch - 1) * run->state.steps + run->state.step;
    if (!status && run->state.rows > 0 && access(run->log_path, F_OK) != 0)
        status = ls_log_write(run->log_path, run->state.log, run->state.rows, error);
    if (!status && exists && run->state.epoch > run->recipe->epochs &&
        access(run->model_path, F_OK) != 0)
        return ls_fail(error, LS_IO,
                       "%s is not there any more, though the training is complete; "
                       "model-%04d.safetensors beside it has the same weights",
                       run->model_path, run->recipe->epochs);
    return status;
}

/* One batch: gradient, check, update. */
static enum ls_status train_step(struct run *run, double rate, struct ls_error *error) {
    const int count = run->training->train->count, batch = run->recipe->batch;
    const int first = run->state.step * batch;
    const int images = batch < count - first ? batch : count - first;
    struct ls_batch_sums sums =
        ls_stepper_gradient(&run->stepper, run->order + first, images, run->state.epoch);
    if (!isfinite(sums.loss))
        return diverged(run, run->state.step + 1, "the loss is", sums.loss / images, error);
    ls_stepper_update(&run->stepper, rate, run->state.velocity);
    run->state.loss += sums.loss;
    run->state.correct += sums.correct;
    run->state.step++;
    run->images += images;
    return LS_OK;
}

/* Ends the run where it can go on. */
static enum ls_status interrupt(struct run *run, struct ls_error *error) {
    const enum ls_status status = save_state(run, error);
    return status ? status
                  : ls_fail(error, LS_INTERRUPTED,
                            "interrupted; continue with the same command and --resume");
}

/* The batches of the current epoch that are left. */
static enum ls_status train_epoch(struct run *run, struct ls_error *error) {
    const double every =
        run->training->state_seconds > 0 ? run->training->state_seconds : DEFAULT_STATE_SECONDS;
    const double rate = ls_recipe_rate(run->recipe, run->state.epoch);
    const int count = run->training->train->count;
    if (run->recipe->shuffle)
        ls_shuffle(run->order, count, run->recipe->seed, run->state.epoch);
    else
        for (int i = 0; i < count; i++)
            run->order[i] = i;
    while (run->state.step < run->state.steps) {
        enum ls_status status = train_step(run, rate, error);
        if (!status && omp_get_wtime() - run->saved > every)
            status = save_state(run, error);
        if (status)
            return status;
        report(run);
        if (ls_stopped(run->training->observer))
            return interrupt(run, error);
    }
    return LS_OK;
}

/* What an epoch gives. */
static const char *const results[] = {"train_loss", "train_error", "test_loss", "test_error",
                                      "test_mean_iou"};

/* Records in the model's metadata how it was trained so far. */
static struct ls_notes describe_training(struct run *run, int epoch, struct ls_error *error) {
    struct ls_notes notes = {&run->model->metadata, error, LS_OK};
    for (int i = 0; i < run->settings.count; i++)
        ls_note(&notes, run->settings.entries[i].key, "%s", run->settings.entries[i].value);
    ls_note(&notes, "version", "%s", LS_VERSION);
    ls_note(&notes, "epoch", "%d", epoch);
    return notes;
}

/* Records what the epoch gave, too. */
static enum ls_status describe_results(struct run *run, const struct ls_epoch_log *row,
                                       struct ls_error *error) {
    struct ls_notes notes = describe_training(run, row->epoch, error);
    ls_note(&notes, "train_loss", "%.9g", row->train_loss);
    ls_note(&notes, "train_error", "%.9g", row->train_error);
    ls_note(&notes, "test_loss", "%.9g", row->test_loss);
    ls_note(&notes, "test_error", "%.9g", row->test_error);
    if (row->test_mean_iou >= 0)
        ls_note(&notes, "test_mean_iou", "%.9g", row->test_mean_iou);
    return notes.status;
}

/* Writes the checkpoint that is kept, under the epoch's number. */
static enum ls_status keep_checkpoint(struct run *run, int epoch, struct ls_error *error) {
    char *path = ls_format("%s/model-%04d.safetensors", run->training->directory, epoch);
    if (!path)
        return ls_fail_memory(error, "a file name");
    enum ls_status status = ls_model_save(run->model, path, error);
    free(path);
    return status;
}

/* Writes the checkpoint of the initial weights; without epochs they are the result too. */
static enum ls_status keep_beginning(struct run *run, struct ls_error *error) {
    enum ls_status status = describe_training(run, 0, error).status;
    if (!status)
        status = ls_model_save(run->model, run->initial_path, error);
    if (!status && run->recipe->epochs == 0)
        status = ls_model_save(run->model, run->model_path, error);
    return status;
}

/* Tests the model. The observer is only asked: progress is that of the training. */
static enum ls_status test(struct run *run, struct ls_result *result, struct ls_error *error) {
    const struct ls_observer *observer = run->training->observer;
    const struct ls_observer deaf = {.stop = observer ? observer->stop : NULL,
                                     .context = observer ? observer->context : NULL};
    enum ls_status status = ls_evaluate(run->model, run->training->test, LS_CROSS_ENTROPY, LS_FP32,
                                        run->training->threads, &deaf, result, error);
    if (status == LS_INTERRUPTED)
        return interrupt(run, error);
    if (!status)
        status = check_finite(run, error);
    if (!status && !isfinite(result->loss))
        status = diverged(run, run->state.step, "the test loss is", result->loss, error);
    return status;
}

/* After the last batch: test, log, save. The state is written last: whatever is cut off before it
 * is done again after a resumption, with the same outcome. */
static enum ls_status finish_epoch(struct run *run, struct ls_error *error) {
    struct ls_train_state *state = &run->state;
    const int count = run->training->train->count, epoch = state->epoch;
    struct ls_result result = {0};
    enum ls_status status = test(run, &result, error);
    if (status)
        return status;
    const struct ls_epoch_log row = {
        .epoch = epoch,
        .rate = ls_recipe_rate(run->recipe, epoch),
        .train_loss = state->loss / count,
        .train_error = 100 - 100 * state->correct / count,
        .test_loss = result.loss,
        .test_error = 100 - result.accuracy,
        .test_mean_iou = result.mean_iou,
        .seconds = omp_get_wtime() - run->epoch_start,
    };
    state->log[state->rows++] = row;
    state->epoch++;
    state->step = 0;
    state->loss = state->correct = 0;
    run->epoch_start = omp_get_wtime();
    status = describe_results(run, &row, error);
    if (!status && (epoch % run->training->save_every == 0 || epoch == run->recipe->epochs))
        status = keep_checkpoint(run, epoch, error);
    if (!status)
        status = ls_model_save(run->model, run->model_path, error);
    if (!status)
        status = ls_log_write(run->log_path, state->log, state->rows, error);
    if (!status)
        status = save_state(run, error);
    return status;
}

/* From here on the model is another than its file's, and than what was trained before. */
static void forget_origin(struct ls_model *model) {
    model->sha256[0] = 0;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        ls_metadata_remove(&model->metadata, results[i]);
    ls_metadata_remove(&model->metadata, "pixels");
}

static enum ls_status train(struct run *run, struct ls_error *error) {
    enum ls_status status =
        ls_train_settings(&run->settings, run->model, run->recipe, run->training, error);
    if (!status)
        status = ls_stepper_create(&run->stepper, run->model, run->recipe, run->training->train,
                                   run->training->threads, error);
    if (!status)
        status = ls_network_fits(&run->model->network, run->training->test, error);
    if (!status)
        status = ls_make_directory(run->training->directory, error);
    if (!status)
        status = ls_lock_take(&run->lock, run->state_path, error);
    if (!status)
        status = begin(run, error);
    if (!status)
        forget_origin(run->model);
    if (!status && run->state.epoch == 1 && run->state.step == 0)
        status = keep_beginning(run, error);
    run->started = run->saved = omp_get_wtime();
    run->epoch_start = run->started - run->state.seconds;
    while (!status && run->state.epoch <= run->recipe->epochs) {
        status = train_epoch(run, error);
        if (!status)
            status = finish_epoch(run, error);
    }
    return status;
}

static bool is_sound(const struct ls_recipe *recipe) {
    return recipe->batch >= 1 && recipe->epochs >= 0 && recipe->lr_step_count >= 0 &&
           recipe->lr_step_count <= LS_MAX_LR_STEPS && recipe->lr >= 0 && recipe->momentum >= 0 &&
           recipe->momentum <= 1 && recipe->weight_decay >= 0;
}

enum ls_status ls_train(struct ls_model *model, const struct ls_recipe *recipe,
                        const struct ls_training *training, struct ls_error *error) {
    struct run run = {.model = model, .recipe = recipe, .training = training};
    enum ls_status status = LS_OK;
    if (!is_sound(recipe) || !training->directory || training->save_every < 1 ||
        training->train->count < 1)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "training needs images, a batch of at least 1, rates and factors that are "
                       "none of them negative, a directory, and to save every 1 epoch or more");
    run.order = calloc((size_t)training->train->count, sizeof *run.order);
    run.state_path = ls_format("%s/state.safetensors", training->directory);
    run.log_path = ls_format("%s/log.csv", training->directory);
    run.model_path = ls_format("%s/model.safetensors", training->directory);
    run.initial_path = ls_format("%s/model-0000.safetensors", training->directory);
    if (!run.order || !run.state_path || !run.log_path || !run.model_path || !run.initial_path)
        status = ls_fail_memory(error, "the training run");
    if (!status)
        status = ls_locale_check(error);
    if (!status)
        status = train(&run, error);
    ls_stepper_free(&run.stepper);
    ls_train_state_free(&run.state);
    ls_metadata_free(&run.settings);
    ls_lock_release(&run.lock);
    free(run.order);
    free(run.state_path);
    free(run.log_path);
    free(run.model_path);
    free(run.initial_path);
    return status;
}
