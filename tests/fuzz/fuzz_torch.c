/* Fuzzes checkpoints of PyTorch's: archives, and the old format, in which no checksum stands before
 * the pickles. */
#include "model/checkpoint_parts.h"
#include "model/torch_file.h"
#include "small_network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ls_tensor_file file;
    struct ls_error error;
    float values[SMALL_VALUES];
    if (!ls_torch_recognise(data, size) || ls_torch_parse(&file, "fuzz", data, size, &error))
        return 0;
    ls_checkpoint_fill(values, &small_network, &file, "fuzz", &error);
    ls_tensor_file_free(&file);
    return 0;
}
