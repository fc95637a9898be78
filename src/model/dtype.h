/* The element types of tensors in files. */
#ifndef LANDSCAPE_MODEL_DTYPE_H
#define LANDSCAPE_MODEL_DTYPE_H

#include "model/tensor_file.h"
#include <stdbool.h>

/* The name the format gives the type: "F32", "BF16", ... */
const char *ls_dtype_name(enum ls_dtype dtype);

/* Bytes of one element. */
size_t ls_dtype_size(enum ls_dtype dtype);

/* Whether its elements are whole numbers. */
bool ls_dtype_is_whole(enum ls_dtype dtype);

/* Finds the type called `name`; false if there is none or it is not one we read. */
bool ls_dtype_parse(enum ls_dtype *dtype, const char *name);

#endif
