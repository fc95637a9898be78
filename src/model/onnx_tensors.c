/* The weights of an ONNX file, as those of a checkpoint. */
#include "model/checkpoint_parts.h"
#include "model/onnx_network.h"
#include <stdlib.h>
#include <string.h>

/* matrix[size[0]][size[1]] = the transpose of `from`, of elements of so many bytes. */
static void transpose(unsigned char *matrix, const unsigned char *from, const int size[2],
                      size_t element) {
    const size_t rows = (size_t)size[0], columns = (size_t)size[1];
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            memcpy(matrix + (i * columns + j) * element, from + (j * rows + i) * element, element);
}

/* Appends a tensor of the network to the file, whose bytes have room for it. */
static enum ls_status take(struct ls_tensor_file *file, const struct ls_tensor *tensor,
                           const struct ls_onnx_source *source, struct ls_error *error) {
    const struct ls_onnx_numbers numbers = ls_onnx_numbers(source->tensor);
    unsigned char *data = file->bytes + file->byte_count;
    struct ls_stored_tensor *stored = &file->tensors[file->tensor_count];
    *stored = ls_stored_tensor(strdup(tensor->name), tensor, numbers.dtype, data);
    if (!stored->name)
        return ls_fail_memory(error, "a network's weights");
    if (source->transposed)
        transpose(data, numbers.data, tensor->size, numbers.size);
    else
        memcpy(data, numbers.data, numbers.count * numbers.size);
    file->tensor_count++;
    file->byte_count += numbers.count * numbers.size;
    return LS_OK;
}

/* Copies the weights of the network, of which sources[tensor_count] are in the ONNX file. */
static enum ls_status take_all(struct ls_tensor_file *file, const struct ls_network *network,
                               const struct ls_onnx_source *sources, struct ls_error *error) {
    enum { WIDEST = 8 }; /* bytes of a number */
    file->tensors = calloc((size_t)network->tensor_count + 1, sizeof *file->tensors);
    file->bytes = malloc(WIDEST * network->value_count + 1);
    if (!file->tensors || !file->bytes)
        return ls_fail_memory(error, "a network's weights");
    enum ls_status status = LS_OK;
    for (int t = 0; t < network->tensor_count && !status; t++)
        if (sources[t].tensor)
            status = take(file, &network->tensors[t], &sources[t], error);
    return status;
}

enum ls_status ls_onnx_tensors(struct ls_tensor_file *file, const char *path, const void *bytes,
                               size_t byte_count, struct ls_error *error) {
    struct ls_onnx onnx;
    struct ls_network network;
    struct ls_onnx_source *sources = NULL;
    *file = (struct ls_tensor_file){0};
    enum ls_status status = ls_onnx_parse(&onnx, path, bytes, byte_count, error);
    if (status)
        return status;
    status = ls_onnx_network(&onnx, &network, &sources, error);
    if (!status) {
        status = take_all(file, &network, sources, error);
        if (!status)
            status = ls_metadata_set(&file->metadata, error, "arch", "%s", path);
        ls_network_free(&network);
        free(sources);
    }
    ls_onnx_free(&onnx);
    if (status)
        ls_tensor_file_free(file);
    return status;
}
