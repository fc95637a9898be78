/* Kinds of files, by their first bytes: what was given where another was wanted. */
#ifndef LANDSCAPE_BASE_FILE_KIND_H
#define LANDSCAPE_BASE_FILE_KIND_H

#include <stddef.h>

enum ls_file_kind {
    LS_FILE_OTHER,
    LS_FILE_HDF5,
    LS_FILE_SAFETENSORS,
    LS_FILE_TORCH, /* of torch.save before PyTorch 1.6 */
    LS_FILE_ZIP,   /* of torch.save since, or of numpy.savez */
    LS_FILE_ONNX,  /* which only a name tells: the format has no mark */
};

enum ls_file_kind ls_file_kind(const void *bytes, size_t byte_count);

/* The kind of the file at `path`, by its name if its bytes do not tell; LS_FILE_OTHER, too, of what
 * cannot be read or is no regular file. */
enum ls_file_kind ls_file_kind_at(const char *path);

/* "an HDF5 file"; NULL of other kinds. */
const char *ls_file_kind_name(enum ls_file_kind kind);

#endif
