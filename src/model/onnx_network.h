/* The network in an ONNX file. */
#ifndef LANDSCAPE_MODEL_ONNX_NETWORK_H
#define LANDSCAPE_MODEL_ONNX_NETWORK_H

#include "landscape/network.h"
#include "model/onnx_file.h"
#include "model/tensor_file.h"

/* Builds the network. Its tensors are called as in the file, with the endings that ours have
 * ("conv1.weight"; "onnx::Conv_46" becomes "onnx::Conv_46.weight"). sources[tensor_count], from
 * malloc, is where in the file the values of each are, nowhere for counters; it may be NULL. An
 * operation that we do not have is LS_MISMATCH. Free with ls_network_free. */
enum ls_status ls_onnx_network(const struct ls_onnx *onnx, struct ls_network *network,
                               struct ls_onnx_source **sources, struct ls_error *error);

/* As ls_onnx_network, of the file at `path`. */
enum ls_status ls_onnx_network_read(struct ls_network *network, const char *path,
                                    struct ls_error *error);

/* The weights of that network, with its names for them; their metadata entry "arch" is the path. */
enum ls_status ls_onnx_tensors(struct ls_tensor_file *file, const char *path, const void *bytes,
                               size_t byte_count, struct ls_error *error);

#endif
