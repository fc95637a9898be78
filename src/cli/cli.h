/* What the commands share: exit codes, messages, number parsing, the progress line. */
#ifndef LANDSCAPE_CLI_CLI_H
#define LANDSCAPE_CLI_CLI_H

#include "landscape/checkpoint.h"
#include "landscape/dataset.h"
#include "landscape/error.h"
#include "landscape/observer.h"
#include <stdbool.h>
#include <stdint.h>

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/* One command each: argv[0] is the command's name; returns an exit code. */
int cli_train(int argc, char **argv);
int cli_deepen(int argc, char **argv);
int cli_scan(int argc, char **argv);
int cli_merge(int argc, char **argv);
int cli_plot(int argc, char **argv);
int cli_eval(int argc, char **argv);
int cli_hessian(int argc, char **argv);
int cli_info(int argc, char **argv);
int cli_bench(int argc, char **argv);

/* Prints "landscape COMMAND: message" to stderr and returns the exit code the status calls for:
 * CLI_USAGE for LS_BAD_ARGUMENT, CLI_FAILED otherwise. */
int cli_error(const char *command, const struct ls_error *error);

/* As cli_error for a mistake on the command line, pointing to --help; returns CLI_USAGE. */
int cli_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether an option's argument was understood; if not, says why. */
bool cli_understood(const char *command, const char *option, enum ls_status status,
                    const struct ls_error *error);

/* Read a whole option argument as a number in [min, max]; on failure print why and return false. */
bool cli_double(const char *command, const char *option, const char *text, double min, double max,
                double *value);
bool cli_int(const char *command, const char *option, const char *text, int min, int max,
             int *value);
bool cli_u64(const char *command, const char *option, const char *text, uint64_t *value);

/* Readers of options that several commands share, for cli_option.read: --precision (enum
 * ls_precision; `auto` of a training is fp32), --loss (enum ls_loss), --split (bool: whether it is
 * `train`). */
bool cli_precision(const char *command, const char *option, const char *text, void *target);
bool cli_training_precision(const char *command, const char *option, const char *text,
                            void *target);
bool cli_loss(const char *command, const char *option, const char *text, void *target);
bool cli_split_train(const char *command, const char *option, const char *text, void *target);

/* text = the architecture that the option --arch names, for the images and classes of the data set;
 * NULL if that is NULL. */
const char *cli_arch_for(const char *arch, const struct ls_dataset *dataset, char text[1024]);

/* Makes the images what the model is to see: normalised as the option --pixels says or, if that is
 * NULL, as the model's metadata do (without either they are as usual), of as many classes. */
enum ls_status cli_suit(struct ls_dataset *dataset, const char *pixels,
                        const struct ls_model *model, struct ls_error *error);

/* Whether a surface may be called so; if the name ends like what 'landscape plot' makes, says what
 * is wrong. */
bool cli_surface_name(const char *command, const char *path);

/* Whether the file is a spectrum, as 'landscape hessian -o' writes them. */
bool cli_is_spectrum(const char *path);

/* A model and the images it is evaluated on, as options name them. Without data, the images are
 * those that the model was trained on, or synthetic ones. */
struct cli_subject {
    const char *model, *arch, *data, *pixels;
    bool train;          /* which split */
    int images, threads; /* 0: all */
};

/* Prints a note if the first so many images, of a data set of more, cannot stand for all. */
void cli_note_order(const struct ls_dataset *dataset, int images);

/* Opens the data set, and loads the model for it; both are to be freed in any case, and zeroed
 * before.
 */
enum ls_status cli_load(const struct cli_subject *subject, const struct ls_observer *observer,
                        struct ls_model *model, struct ls_dataset *dataset, struct ls_error *error);

enum { CLI_MAX_THREADS = 4096 };

#define CLI_COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

#endif
