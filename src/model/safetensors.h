/* The safetensors container: 8 bytes of little-endian header length, a JSON header, the tensors'
 * bytes. */
#ifndef LANDSCAPE_MODEL_SAFETENSORS_H
#define LANDSCAPE_MODEL_SAFETENSORS_H

#include "landscape/metadata.h"
#include <stddef.h>
#include <stdint.h>

enum ls_dtype { LS_F32, LS_F64, LS_F16, LS_BF16, LS_I64 };

/* One tensor of a file that is read or to be written. */
struct ls_stored_tensor {
    char *name; /* reading: owned by the file; writing: the caller's */
    enum ls_dtype dtype;
    int rank; /* at most 8 */
    int64_t size[8];
    size_t count;     /* product of size */
    const void *data; /* [count] little-endian elements, possibly unaligned; reading: into the
                         file's bytes */
};

struct ls_safetensors {
    int tensor_count;
    struct ls_stored_tensor *tensors; /* [tensor_count] in order of their data offsets */
    struct ls_metadata metadata;
    unsigned char *bytes; /* the whole file; owned */
    size_t byte_count;
};

/* Parses a file held in memory; `name` is for messages. Every claim of the header is checked: its
 * length, JSON syntax, duplicate names, known types, shapes that match their bytes, offsets inside
 * the file that neither overlap nor leave holes. On success the file owns `bytes` (from malloc); on
 * failure the caller still does. */
enum ls_status ls_safetensors_parse(struct ls_safetensors *file, const char *name,
                                    unsigned char *bytes, size_t byte_count,
                                    struct ls_error *error);

/* Reads and parses the file at `path`. */
enum ls_status ls_safetensors_read(struct ls_safetensors *file, const char *path,
                                   struct ls_error *error);

/* Element i of a tensor as double; integers beyond 2^53 are rounded. */
double ls_stored_value(const struct ls_stored_tensor *tensor, size_t i);

/* Writes tensors and metadata to `path` through a temporary file. The tensors lie in the file in
 * the given order; same input, same bytes. */
enum ls_status ls_safetensors_write(const char *path, const struct ls_stored_tensor *tensors,
                                    int tensor_count, const struct ls_metadata *metadata,
                                    struct ls_error *error);
void ls_safetensors_free(struct ls_safetensors *file);

#endif
