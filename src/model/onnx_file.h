/* ONNX files: networks of any origin, as a graph of operations with its weights. */
#ifndef LANDSCAPE_MODEL_ONNX_FILE_H
#define LANDSCAPE_MODEL_ONNX_FILE_H

#include "landscape/error.h"
#include "model/onnx.pb-c.h"
#include "model/tensor_file.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name in a graph: of a weight, or of what a node makes. */
struct ls_onnx_name {
    const char *text;
    struct LsOnnx__Tensor *tensor;   /* the weight, or what was found to be computed, or NULL */
    const struct LsOnnx__Node *node; /* whose only or first output it is, or NULL */
    bool kept;                       /* the tensor is the name's own */
};

struct ls_onnx {
    const char *path;            /* for messages; the caller's */
    struct LsOnnx__Model *model; /* owned */
    const struct LsOnnx__Graph *graph;
    int64_t version;            /* of ONNX's operations */
    struct ls_onnx_name *names; /* [name_count] in the order of their texts; owned */
    size_t name_count;
};

/* Whether the file at `path` is one, by its ending. */
bool ls_onnx_recognise(const char *path);

/* Whether a domain of operations is ONNX's own. */
bool ls_onnx_is_own(const char *domain);

/* Reads the bytes of a file. Free with ls_onnx_free. */
enum ls_status ls_onnx_parse(struct ls_onnx *onnx, const char *path, const void *bytes,
                             size_t byte_count, struct ls_error *error);
void ls_onnx_free(struct ls_onnx *onnx);

/* The index of a name, or -1. */
long ls_onnx_index(const struct ls_onnx *onnx, const char *text);

/* Makes that name, which has none, the name of a tensor, which becomes the name's own. */
void ls_onnx_keep(const struct ls_onnx *onnx, long index, struct LsOnnx__Tensor *tensor);

/* Whether a node has no other attributes than these, each between spaces. */
bool ls_onnx_has_only(const struct LsOnnx__Node *node, const char *attributes);

enum {
    LS_ONNX_SOURCE_RANK = 8,
    LS_ONNX_FLOAT = 1, /* types of a tensor */
    LS_ONNX_INT64 = 7
};

/* A tensor that a name stands for, and how its numbers are counted there. */
struct ls_onnx_source {
    const struct LsOnnx__Tensor *tensor; /* NULL: the name stands for none */
    const char *name;                    /* as what it is before it is counted otherwise */
    bool transposed;                     /* a matrix, and its transpose is meant */
    bool cast;                           /* to floats */
    int rank;                            /* it may have more or fewer dimensions of 1 than ... */
    int64_t size[LS_ONNX_SOURCE_RANK];   /* ... the tensor; of a transpose, its own sizes */
};

/* The tensor that `name` stands for: a weight, or what a node makes of nothing (Constant), passes
 * on (Identity, Cast to floats), transposes, or gives dimensions of 1 or takes them away
 * (Unsqueeze, Squeeze, Reshape). */
struct ls_onnx_source ls_onnx_find(const struct ls_onnx *onnx, const char *name);

/* sizes[rank] without what a Reshape leaves open: 0 is as before, if `zeros` says so, and one may
 * be -1. False: they do not count as many numbers as from[from_rank]. */
bool ls_onnx_close_sizes(int from_rank, const int64_t *from, bool zeros, int rank, int64_t *sizes);

/* Whether two lists of sizes are the same but for those of 1. */
bool ls_onnx_same_but_ones(int a_rank, const int64_t *a, int b_rank, const int64_t *b);

/* Means the transpose of the matrix. */
void ls_onnx_turn(struct ls_onnx_source *source);

/* The numbers of a tensor of floating point, in the file's order. */
struct ls_onnx_numbers {
    enum ls_dtype dtype;
    size_t count, size;  /* how many, and bytes of each */
    const uint8_t *data; /* [count * size] little-endian; NULL: they are of another type */
};

struct ls_onnx_numbers ls_onnx_numbers(const struct LsOnnx__Tensor *tensor);

/* Takes number i of floats or doubles; false: they are of another type. */
bool ls_onnx_number_at(const struct ls_onnx_numbers *numbers, size_t i, float *number);

/* Attributes of a node: a whole number, a number, or count whole numbers; `otherwise` where there
 * is none. The last is false if there are others than `count`. */
int64_t ls_onnx_whole(const struct LsOnnx__Node *node, const char *name, int64_t otherwise);
double ls_onnx_number(const struct LsOnnx__Node *node, const char *name, double otherwise);
bool ls_onnx_wholes(const struct LsOnnx__Node *node, const char *name, int count, int64_t otherwise,
                    int64_t *wholes);

/* Takes the whole numbers that are an attribute; returns how many there are, -1 if more than
 * `most`.
 */
int ls_onnx_list(const struct LsOnnx__Node *node, const char *name, int most, int64_t *wholes);

/* Whether the node's attribute of that name is this text; `otherwise` where there is none. */
bool ls_onnx_says(const struct LsOnnx__Node *node, const char *name, const char *text,
                  bool otherwise);

/* A copy of the text that is the node's attribute, the caller's to free; NULL: it has none, or
 * there is no memory. */
char *ls_onnx_text(const struct LsOnnx__Node *node, const char *name);

/* The tensor that is the node's attribute; NULL: it has none. */
const struct LsOnnx__Tensor *ls_onnx_tensor(const struct LsOnnx__Node *node, const char *name);

/* Takes a tensor of one number; false if it is another. */
bool ls_onnx_single(const struct LsOnnx__Tensor *tensor, float *number);

/* Whether a tensor is of whole numbers; how many it has, in all its dimensions, 0 if it is of
 * others; number i of them. */
bool ls_onnx_is_whole(const struct LsOnnx__Tensor *tensor);
size_t ls_onnx_whole_count(const struct LsOnnx__Tensor *tensor);
int64_t ls_onnx_whole_at(const struct LsOnnx__Tensor *tensor, size_t i);

/* Takes a tensor of whole numbers, a row or a single one; returns how many there are, -1 if it is
 * another or has more than `most`. */
int ls_onnx_tensor_wholes(const struct LsOnnx__Tensor *tensor, int most, int64_t *wholes);

#endif
