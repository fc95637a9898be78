#include "model/tensor_file.h"
#include "base/file.h"
#include "base/file_kind.h"
#include "model/onnx_network.h"
#include "model/safetensors.h"
#include "model/torch_file.h"
#include <sha2.h>
#include <stdlib.h>

enum ls_status ls_tensor_file_read(struct ls_tensor_file *file, const char *path, char sha256[65],
                                   struct ls_error *error) {
    *file = (struct ls_tensor_file){0};
    unsigned char *bytes = NULL;
    size_t byte_count = 0;
    enum ls_status status =
        ls_file_read(path, LS_MAX_TENSOR_FILE_BYTES, &bytes, &byte_count, error);
    if (status)
        return status;
    if (sha256)
        SHA256Data(bytes, byte_count, sha256);
    const bool onnx = ls_onnx_recognise(path), torch = ls_torch_recognise(bytes, byte_count);
    const bool hdf5 = ls_file_kind(bytes, byte_count) == LS_FILE_HDF5;
    if (onnx)
        status = ls_onnx_tensors(file, path, bytes, byte_count, error);
    else if (torch)
        status = ls_torch_parse(file, path, bytes, byte_count, error);
    else if (hdf5)
        status = ls_fail(error, LS_BAD_FILE,
                         "%s: an HDF5 file, as surfaces and directions are; wanted is a checkpoint "
                         "(.safetensors, .pth, .pt, .t7, .onnx)",
                         path);
    if (onnx || torch || hdf5) {
        free(bytes);
        return status;
    }
    status = ls_safetensors_parse(file, path, bytes, byte_count, error);
    if (status)
        free(bytes);
    return status;
}

void ls_tensor_file_free(struct ls_tensor_file *file) {
    for (int i = 0; i < file->tensor_count; i++)
        free(file->tensors[i].name);
    free(file->tensors);
    ls_metadata_free(&file->metadata);
    free(file->bytes);
    *file = (struct ls_tensor_file){0};
}
