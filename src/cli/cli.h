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

/* Opens a data set, its pixels normalised as the option --pixels says or, if that is NULL, as the
 * model's metadata do; without either they are as usual. */
enum ls_status cli_open_data(struct ls_dataset *dataset, const char *data, enum ls_split split,
                             int limit, const char *pixels, const struct ls_model *model,
                             struct ls_error *error);

enum { CLI_MAX_THREADS = 4096 };

#define CLI_COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

#endif
