/* Any network of the user's, in whatever it is written: processes that are given weights and answer
 * with a loss. docs/evaluator.md describes what is said between them. */
#ifndef LANDSCAPE_EVALUATOR_H
#define LANDSCAPE_EVALUATOR_H

#include "landscape/evaluate.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ls_evaluators;

/* Starts `count` processes, each by `sh -c command`, tells them the network's tensors and waits
 * until all say that they are ready. LS_INTERRUPTED if the observer, which may be NULL, asks to
 * stop meanwhile. The network must outlive them. Stop with ls_evaluators_stop. */
enum ls_status ls_evaluators_start(struct ls_evaluators **evaluators, const char *command,
                                   int count, const struct ls_network *network,
                                   const struct ls_observer *observer, struct ls_error *error);
void ls_evaluators_stop(struct ls_evaluators *evaluators); /* may be NULL */

int ls_evaluators_count(const struct ls_evaluators *evaluators);

/* What a surface records of them: "evaluator", the command, and what they say of themselves:
 * "arch", "data", "split", "samples", "loss". */
const struct ls_metadata *ls_evaluators_origin(const struct ls_evaluators *evaluators);

/* Asks process `which` for the loss at values[network->value_count]; one thread a process. What it
 * does not say is -1. After a failure, LS_INTERRUPTED too, that process must not be asked again. */
enum ls_status ls_evaluators_ask(struct ls_evaluators *evaluators, int which, const float *values,
                                 const struct ls_observer *observer, struct ls_result *result,
                                 struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
