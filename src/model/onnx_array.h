/* Small arrays of numbers that ONNX files compute: sizes of activations, zeros around images,
 * factors by which these grow. */
#ifndef LANDSCAPE_MODEL_ONNX_ARRAY_H
#define LANDSCAPE_MODEL_ONNX_ARRAY_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LS_ONNX_ARRAY_MOST = 16, /* numbers of an array */
    LS_ONNX_ARRAY_RANK = 2   /* its dimensions */
};

/* What fails below has a count of 0. */
struct ls_onnx_array {
    int rank; /* 0: a single number */
    int64_t size[LS_ONNX_ARRAY_RANK];
    int count;  /* of all numbers */
    bool whole; /* whole numbers, as quotients of them are; otherwise floats */
    double number[LS_ONNX_ARRAY_MOST];
};

/* An array of zeros. */
struct ls_onnx_array ls_onnx_array_of(bool whole, int rank, const int64_t *size);

/* A row of whole numbers. */
struct ls_onnx_array ls_onnx_array_row(int count, const int64_t *wholes);

/* Number i of whole ones, or the nearest there is. */
int64_t ls_onnx_array_whole(const struct ls_onnx_array *array, int i);

/* Number i, or the only one. */
double ls_onnx_array_at(const struct ls_onnx_array *array, int i);

/* The array that two have the numbers of in common, of which one may be single: for results. */
struct ls_onnx_array ls_onnx_array_meet(const struct ls_onnx_array *a,
                                        const struct ls_onnx_array *b);

/* The array with floats rounded as such; whole numbers must be so, and exact. */
struct ls_onnx_array ls_onnx_array_rounded(struct ls_onnx_array array);

/* The same numbers in other dimensions; sizes[rank] may leave one open (-1). */
struct ls_onnx_array ls_onnx_array_reshape(struct ls_onnx_array array, bool zeros, int rank,
                                           const int64_t *sizes);

/* Columns in place of rows. */
struct ls_onnx_array ls_onnx_array_transpose(const struct ls_onnx_array *array);

/* Every step-th number, or row of a matrix, from begin to before end, as ONNX's Slice counts. */
struct ls_onnx_array ls_onnx_array_slice(const struct ls_onnx_array *array, int64_t begin,
                                         int64_t end, int64_t step);

/* The numbers of a row that `indices` name; negative ones count from the end. */
struct ls_onnx_array ls_onnx_array_gather(const struct ls_onnx_array *row,
                                          const struct ls_onnx_array *indices);

/* The numbers of a behind which those of b come, both rows. */
struct ls_onnx_array ls_onnx_array_join(const struct ls_onnx_array *a,
                                        const struct ls_onnx_array *b);

#endif
