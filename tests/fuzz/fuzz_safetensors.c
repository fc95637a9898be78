/* Fuzzes checkpoints: the container, the values of a small network, and the choice of a network. */
#include "model/checkpoint_parts.h"
#include "small_network.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ls_tensor_file file;
    struct ls_error error;
    unsigned char *bytes = malloc(size ? size : 1); /* exactly sized, for the address sanitizer */
    if (!bytes)
        return 0;
    memcpy(bytes, data, size);
    if (ls_safetensors_parse(&file, "fuzz", bytes, size, &error)) {
        free(bytes);
        return 0;
    }
    float values[SMALL_VALUES];
    ls_checkpoint_fill(values, &small_network, &file, "fuzz", &error);
    struct ls_model model;
    if (ls_model_from_file(&model, &file, "fuzz", NULL, &error) == LS_OK)
        ls_model_free(&model);
    ls_tensor_file_free(&file);
    return 0;
}
