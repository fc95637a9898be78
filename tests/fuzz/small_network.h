/* A network of three small tensors, so that fuzzed files stay short. It has no operations: the
 * readers of checkpoints and directions look at the tensors alone. */
#ifndef LANDSCAPE_TESTS_FUZZ_SMALL_NETWORK_H
#define LANDSCAPE_TESTS_FUZZ_SMALL_NETWORK_H

#include "landscape/network.h"

enum { SMALL_VALUES = 9 };

static struct ls_tensor small_tensors[] = {
    {.name = "w", .kind = LS_PARAMETER, .rank = 2, .size = {2, 3}, .count = 6, .offset = 0},
    {.name = "bn.running_var", .kind = LS_BUFFER, .rank = 1, .size = {2}, .count = 2, .offset = 6},
    {.name = "bn.num_batches_tracked", .kind = LS_COUNTER, .rank = 0, .count = 1, .offset = 8},
};

static const struct ls_network small_network = {
    .arch = "small",
    .tensor_count = sizeof small_tensors / sizeof *small_tensors,
    .tensors = small_tensors,
    .value_count = SMALL_VALUES,
    .parameter_count = 6,
};

#endif
