/* Arrays of numbers that ONNX files compute from sizes and constants, and what they do with them.
 */
#ifndef LANDSCAPE_MODEL_ONNX_ARRAY_H
#define LANDSCAPE_MODEL_ONNX_ARRAY_H

#include "model/onnx_file.h"

enum { LS_ONNX_ARRAY_MOST = 1 << 22 }; /* numbers of an array */

struct ls_onnx_array {
    int rank; /* 0: a single number */
    int64_t size[LS_ONNX_SOURCE_RANK];
    size_t count;   /* of all numbers, which may be 0 */
    bool whole;     /* whole numbers, as quotients of them are; otherwise floats */
    double *number; /* [count], owned; NULL: there is no array */
};

/* The functions below make new arrays. There is none if an operand is none, if operands do not fit
 * together, or if memory or LS_ONNX_ARRAY_MOST are exceeded. */

/* Zeros. */
struct ls_onnx_array ls_onnx_array_of(bool whole, int rank, const int64_t *size);
void ls_onnx_array_free(struct ls_onnx_array *array);

/* A row of whole numbers. */
struct ls_onnx_array ls_onnx_array_row(int count, const int64_t *wholes);

/* The numbers of a tensor, and a tensor of such numbers, to be freed by protobuf-c; NULL: there is
 * no memory. */
struct ls_onnx_array ls_onnx_array_take(const struct ls_onnx_source *source);
struct LsOnnx__Tensor *ls_onnx_array_tensor(const struct ls_onnx_array *array);

/* Whether all numbers are what their type can be, to which floats are rounded. */
bool ls_onnx_array_round(struct ls_onnx_array *array);

/* Takes the sizes that two arrays have in common: missing dimensions and those of 1 are stretched.
 */
bool ls_onnx_array_meet(const struct ls_onnx_array *a, const struct ls_onnx_array *b, int *rank,
                        int64_t size[LS_ONNX_SOURCE_RANK]);

/* Stretched so. */
struct ls_onnx_array ls_onnx_array_expand(const struct ls_onnx_array *array, int rank,
                                          const int64_t *size);

/* The same numbers in other dimensions, of which one may be left open (-1), and 0 is as before if
 * `zeros` says so; in another order of dimensions. */
struct ls_onnx_array ls_onnx_array_reshape(const struct ls_onnx_array *array, bool zeros, int rank,
                                           const int64_t *sizes);
struct ls_onnx_array ls_onnx_array_transpose(const struct ls_onnx_array *array,
                                             const int64_t *order);

/* How many of `size` numbers ONNX's Slice takes from *begin to before `end`, which may lie outside,
 * and count from the last if negative; sets *begin to the first. -1: there is no such step. */
int64_t ls_onnx_range(int64_t size, int64_t *begin, int64_t end, int64_t step);

/* Of a dimension every step-th number from begin to before end, as ONNX's Slice counts; those that
 * `indices` name, whose dimensions take its place. Negative ones count from the end. */
struct ls_onnx_array ls_onnx_array_slice(const struct ls_onnx_array *array, int64_t axis,
                                         int64_t begin, int64_t end, int64_t step);
struct ls_onnx_array ls_onnx_array_gather(const struct ls_onnx_array *array, int64_t axis,
                                          const struct ls_onnx_array *indices);

/* Both behind one another in a dimension. */
struct ls_onnx_array ls_onnx_array_join(const struct ls_onnx_array *a,
                                        const struct ls_onnx_array *b, int64_t axis);

/* The array with `updates` at the places [..., first dimensions of the array] that `indices` name.
 */
struct ls_onnx_array ls_onnx_array_scatter(const struct ls_onnx_array *array,
                                           const struct ls_onnx_array *indices,
                                           const struct ls_onnx_array *updates);

#endif
