/* What looks for eigenvalues of the Hessian at one point after the other. */
#ifndef LANDSCAPE_LANDSCAPE_HESSIAN_SEARCH_H
#define LANDSCAPE_LANDSCAPE_HESSIAN_SEARCH_H

#include "landscape/evaluate.h"
#include "landscape/hessian.h"

struct ls_hessian_search;

enum ls_status ls_hessian_search_create(struct ls_hessian_search **search,
                                        const struct ls_hessian *hessian,
                                        const struct ls_network *network,
                                        const struct ls_dataset *dataset, struct ls_error *error);
void ls_hessian_search_free(struct ls_hessian_search *search);

/* Fills *spectrum, to be freed, and *result, the loss that falls out, at values[value_count]. */
enum ls_status ls_hessian_search_run(struct ls_hessian_search *search, const float *values,
                                     struct ls_spectrum *spectrum, struct ls_result *result,
                                     struct ls_error *error);

#endif
