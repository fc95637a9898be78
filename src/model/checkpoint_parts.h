/* From the tensors of a file to the values of a network, and back. */
#ifndef LANDSCAPE_MODEL_CHECKPOINT_PARTS_H
#define LANDSCAPE_MODEL_CHECKPOINT_PARTS_H

#include "landscape/checkpoint.h"
#include "model/safetensors.h"

/* What to do with a network that none of ours is. */
#define LS_FOREIGN_NETWORK                                                                         \
    "A network that 'landscape train --arch list' does not have comes as an ONNX file (--arch "    \
    "FILE.onnx), or is evaluated by a command of yours ('landscape scan --evaluator')"

/* values[network->value_count] = the file's tensors. Every fault is named with `name`, the file's,
 * and the tensor: missing and unexpected tensors, wrong shapes and types, values that cannot be. A
 * prefix "module." that all tensors have (PyTorch's DataParallel adds it) is ignored. */
enum ls_status ls_checkpoint_fill(float *values, const struct ls_network *network,
                                  const struct ls_tensor_file *file, const char *name,
                                  struct ls_error *error);

/* Bytes of that prefix, 0 if not all tensors have it. */
size_t ls_checkpoint_prefix(const struct ls_tensor_file *file);

/* Whether the tensor's name ends so. */
bool ls_checkpoint_ends(const char *name, const char *ending);

/* Makes the model a parsed file describes; the architecture is `arch`, or if that is NULL the
 * metadata entry "arch". */
enum ls_status ls_model_from_file(struct ls_model *model, const struct ls_tensor_file *file,
                                  const char *name, const char *arch, struct ls_error *error);

/* The tensor, or what has its shape, ready for ls_safetensors_write; name and data stay the
 * caller's.
 */
struct ls_stored_tensor ls_stored_tensor(const char *name, const struct ls_tensor *tensor,
                                         enum ls_dtype dtype, const void *data);

/* The way back: stored[tensor_count] = the model's tensors ready for ls_safetensors_write, the
 * counters first (PyTorch's reader wants every tensor to begin at a multiple of its element's
 * size), with counters[tensor_count] as room for their values. Points into the model. */
void ls_checkpoint_describe(const struct ls_model *model, struct ls_stored_tensor *stored,
                            int64_t *counters);

#endif
