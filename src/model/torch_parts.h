/* What the files that read PyTorch's checkpoints share. */
#ifndef LANDSCAPE_MODEL_TORCH_PARTS_H
#define LANDSCAPE_MODEL_TORCH_PARTS_H

#include "model/pickle.h"
#include "model/tensor_file.h"

/* No network needs more. A file with more would take minutes and gigabytes: what a pickle makes is
 * far larger than itself, and the list of storages is searched for each tensor. */
enum {
    LS_TORCH_MAX_TENSORS = 20000,
    LS_TORCH_MAX_PICKLE_BYTES = 1 << 22, /* a tensor takes about 200 */
};

/* What a checkpoint's pickle may call, in the order of ls_torch_functions. */
enum ls_torch_function {
    LS_TORCH_ORDERED_DICT,
    LS_TORCH_TENSOR,     /* (storage, offset, size, stride, requires_grad, hooks, ...) */
    LS_TORCH_OLD_TENSOR, /* (storage, offset, size, stride) */
    LS_TORCH_PARAMETER,  /* (tensor, requires_grad, hooks) */
    LS_TORCH_STORAGES,   /* from here on: the types of storages, which are never called */
    LS_TORCH_FUNCTIONS = LS_TORCH_STORAGES + 10,
};

extern const char *const ls_torch_functions[LS_TORCH_FUNCTIONS];

/* What the elements of the storage type are. */
enum ls_dtype ls_torch_dtype(enum ls_torch_function storage);

/* The numbers that tensors are views of. */
struct ls_torch_storage {
    const char *key; /* [key_length], in the pickle's bytes */
    size_t key_length;
    enum ls_torch_function type;
    size_t count;              /* elements */
    const unsigned char *data; /* little-endian */
    unsigned char *copy; /* NULL, or the data where they were copied out of the archive; owned */
};

/* A file that is being read. */
struct ls_torch_reader {
    const char *name;
    const unsigned char *bytes; /* [byte_count] of the file */
    size_t byte_count;
    void *archive;      /* of a ZIP archive: libzip's zip_t */
    const char *prefix; /* the archive's directory, "archive/" */
    int prefix_length;
    unsigned char *program;            /* the archive's pickle; owned */
    size_t archived;                   /* bytes taken out of the archive so far */
    struct ls_pickle pickle;           /* of the objects */
    struct ls_torch_storage *storages; /* [storage_count]; owned */
    int storage_count, storage_capacity;
    struct ls_error *error;
};

/* Open an archive or a legacy file and read the pickle; what was made so far is freed by
 * ls_torch_parse in any case. */
enum ls_status ls_torch_open_archive(struct ls_torch_reader *reader);
enum ls_status ls_torch_open_legacy(struct ls_torch_reader *reader);
void ls_torch_close_archive(struct ls_torch_reader *reader);

/* Sets data and copy of a storage from the archive. */
enum ls_status ls_torch_read_archived(struct ls_torch_reader *reader,
                                      struct ls_torch_storage *storage);

/* *storage = what the pickle's reference to a storage says: key, type and count. */
enum ls_status ls_torch_describe_storage(const struct ls_torch_reader *reader, int reference,
                                         struct ls_torch_storage *storage);

/* Adds a storage; NULL without memory. */
struct ls_torch_storage *ls_torch_add_storage(struct ls_torch_reader *reader,
                                              const struct ls_torch_storage *storage);

/* The storage called so, or NULL. */
struct ls_torch_storage *ls_torch_find_storage(const struct ls_torch_reader *reader,
                                               const char *key, size_t key_length);

/* file->tensors = the tensors of the state_dict, their elements copied into file->bytes. */
enum ls_status ls_torch_take_tensors(struct ls_torch_reader *reader, struct ls_tensor_file *file);

#endif
