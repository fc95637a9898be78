/* Fuzzes ONNX files: the network and its weights. */
#include "model/onnx_network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ls_tensor_file file;
    struct ls_error error;
    if (!ls_onnx_tensors(&file, "fuzz.onnx", data, size, &error))
        ls_tensor_file_free(&file);
    return 0;
}
