/* The named tensors of a file, whatever its format. */
#ifndef LANDSCAPE_MODEL_TENSOR_FILE_H
#define LANDSCAPE_MODEL_TENSOR_FILE_H

#include "landscape/metadata.h"
#include <stddef.h>
#include <stdint.h>

/* Larger files are refused; an address space of 32 bits has less room. */
#define LS_MAX_TENSOR_FILE_BYTES (SIZE_MAX >> 31 > 1 ? (size_t)UINT64_C(68719476736) : SIZE_MAX / 2)

enum { LS_MAX_STORED_RANK = 8 };

enum ls_dtype {
    LS_DTYPE_F32,
    LS_DTYPE_F64,
    LS_DTYPE_F16,
    LS_DTYPE_BF16,
    LS_DTYPE_I64, /* whole numbers from here on, which are no weights */
    LS_DTYPE_I32,
    LS_DTYPE_I16,
    LS_DTYPE_I8,
    LS_DTYPE_U8,
    LS_DTYPE_BOOL,
};

/* One tensor of a file that is read or to be written. */
struct ls_stored_tensor {
    char *name; /* reading: owned by the file; writing: the caller's */
    enum ls_dtype dtype;
    int rank; /* at most LS_MAX_STORED_RANK */
    int64_t size[LS_MAX_STORED_RANK];
    size_t count;     /* product of size */
    const void *data; /* [count] little-endian elements, possibly unaligned; reading: into the
                         file's bytes */
};

struct ls_tensor_file {
    int tensor_count;
    struct ls_stored_tensor *tensors; /* [tensor_count] in the file's order */
    struct ls_metadata metadata;
    unsigned char *bytes; /* what the tensors' data points into; owned */
    size_t byte_count;
};

/* Reads the file at `path`: safetensors, a checkpoint of PyTorch's (see torch_file.h), or an ONNX
 * file (see onnx_network.h). `sha256` gets the file's SHA-256 in hexadecimal; it may be NULL. */
enum ls_status ls_tensor_file_read(struct ls_tensor_file *file, const char *path, char sha256[65],
                                   struct ls_error *error);
void ls_tensor_file_free(struct ls_tensor_file *file);

/* Element i of a tensor as double; integers beyond 2^53 are rounded. */
double ls_stored_value(const struct ls_stored_tensor *tensor, size_t i);

#endif
