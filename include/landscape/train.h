/* Training: the paper's recipe. */
#ifndef LANDSCAPE_TRAIN_H
#define LANDSCAPE_TRAIN_H

#include "landscape/checkpoint.h"
#include "landscape/dataset.h"
#include "landscape/observer.h"
#include "landscape/precision.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { LS_MAX_LR_STEPS = 16 };

struct ls_recipe {
    int epochs; /* 300 */
    int batch;  /* 128 */
    double lr;  /* 0.1, cut by 10 at every step */
    int lr_step_count;
    double lr_steps[LS_MAX_LR_STEPS]; /* fractions of `epochs`, rising: 0.5, 0.75, 0.917 */
    double momentum;                  /* 0.9, Nesterov's */
    double weight_decay;              /* 5e-4, on every parameter */
    uint64_t seed;                    /* order and augmentation */
    bool augment, shuffle;
    enum ls_precision
        precision; /* LS_FP32, or LS_BF16: activations and their gradients in bfloat16 */
};

/* The paper's recipe (Li et al. 2018, section A.4). */
struct ls_recipe ls_recipe_default(void);

/* The rate of `epoch` (from 1). */
double ls_recipe_rate(const struct ls_recipe *recipe, int epoch);

/* One line of log.csv. */
struct ls_epoch_log {
    int epoch;
    double rate;
    double train_loss, train_error; /* running mean over the epoch's batches; error in percent */
    double test_loss, test_error;
    double test_mean_iou; /* of segmentations, in percent; else -1 */
    double seconds;       /* of this epoch, evaluation included */
};

struct ls_training {
    const struct ls_dataset *train, *test;
    const char *directory; /* model-NNNN.safetensors (0000: before the first epoch),
                              model.safetensors, state.safetensors, log.csv */
    int save_every;        /* epochs between kept checkpoints */
    double state_seconds;  /* the state is saved at least this often; 0: 30 seconds */
    bool resume;           /* continue from the directory's state if there is one */
    int threads;           /* 0: as many as the machine has */
    const struct ls_observer *observer;
};

/* Trains the model in place. Everything written can be read at any moment; after a kill, the same
 * call with `resume` ends in the same bits as an undisturbed run. A loss that is no longer finite
 * ends the run with LS_NOT_FINITE. */
enum ls_status ls_train(struct ls_model *model, const struct ls_recipe *recipe,
                        const struct ls_training *training, struct ls_error *error);

/* How far a run is, as its state.safetensors tells. */
struct ls_train_position {
    int epoch;                   /* being trained, from 1; one more than there are: all done */
    int step;                    /* batches of it that are done */
    struct ls_metadata settings; /* of the run; owned: free with ls_metadata_free */
};

/* Reads it; LS_MISMATCH if the file holds tensors, but no state of a training. */
enum ls_status ls_train_position_read(struct ls_train_position *position, const char *path,
                                      struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
