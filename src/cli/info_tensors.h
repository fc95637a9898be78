/* What a checkpoint holds whose network is not known. */
#ifndef LANDSCAPE_CLI_INFO_TENSORS_H
#define LANDSCAPE_CLI_INFO_TENSORS_H

#include "model/tensor_file.h"

/* Prints how many numbers the tensors have, and the name, type and shape of each. */
void cli_info_tensors(const struct ls_tensor_file *file);

#endif
