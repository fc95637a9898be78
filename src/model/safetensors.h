/* The safetensors container: 8 bytes of little-endian header length, a JSON header, the tensors'
 * bytes. */
#ifndef LANDSCAPE_MODEL_SAFETENSORS_H
#define LANDSCAPE_MODEL_SAFETENSORS_H

#include "model/tensor_file.h"

enum { LS_MAX_SAFETENSORS_HEADER = 100000000 }; /* bytes, as in the reference implementation */

/* Parses a file held in memory; `name` is for messages. Every claim of the header is checked: its
 * length, JSON syntax, duplicate names, known types, shapes that match their bytes, offsets inside
 * the file that neither overlap nor leave holes. On success the file owns `bytes` (from malloc); on
 * failure the caller still does. */
enum ls_status ls_safetensors_parse(struct ls_tensor_file *file, const char *name,
                                    unsigned char *bytes, size_t byte_count,
                                    struct ls_error *error);

/* Reads and parses the file at `path`. */
enum ls_status ls_safetensors_read(struct ls_tensor_file *file, const char *path,
                                   struct ls_error *error);

/* Writes tensors and metadata to `path` through a temporary file. The tensors lie in the file in
 * the given order; same input, same bytes. */
enum ls_status ls_safetensors_write(const char *path, const struct ls_stored_tensor *tensors,
                                    int tensor_count, const struct ls_metadata *metadata,
                                    struct ls_error *error);

#endif
