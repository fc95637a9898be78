/* Checkpoints as PyTorch writes them (.pth, .pt, .t7): a pickle that says what there is, and the
 * numbers, in a ZIP archive since PyTorch 1.6 and one behind the other before.
 * The formats: torch/serialization.py. */
#ifndef LANDSCAPE_MODEL_TORCH_FILE_H
#define LANDSCAPE_MODEL_TORCH_FILE_H

#include "model/tensor_file.h"
#include <stdbool.h>

/* Do the bytes begin like a file of torch.save? */
bool ls_torch_recognise(const unsigned char *bytes, size_t byte_count);

/* Reads the tensors of a state_dict, which is what the file holds or an entry "state_dict",
 * "model_state_dict", "model" or "net" of it. The pickle is read as data: nothing in it is ever
 * run, and one that calls anything but what tensors are made of is refused by that name. Nothing is
 * believed before it is checked. Strided tensors are stored row by row. `name` is for messages; the
 * bytes stay the caller's and are not needed afterwards. */
enum ls_status ls_torch_parse(struct ls_tensor_file *file, const char *name,
                              const unsigned char *bytes, size_t byte_count,
                              struct ls_error *error);

#endif
