/* The header of NumPy's format of arrays. */
#ifndef LANDSCAPE_DATA_NPY_H
#define LANDSCAPE_DATA_NPY_H

#include <stddef.h>

enum { LS_NPY_RANK = 4, LS_NPY_PREFIX = 12, LS_NPY_HEADER = 4096 };

/* What an array is like. */
struct ls_npy {
    char type; /* 'u' or 'i': whole numbers without or with sign; 'f', ...: others */
    int size;  /* bytes of a number, the lowest first */
    int rank;  /* up to LS_NPY_RANK */
    long long shape[LS_NPY_RANK];
};

/* The bytes of a header from its first LS_NPY_PREFIX; 0 if it is none or has more than
 * LS_NPY_HEADER. The array follows. *text = where in it a text begins that ends with it. */
size_t ls_npy_header(const char prefix[LS_NPY_PREFIX], size_t *text);

/* Reads that text. NULL, or what cannot be read of it: an order of bytes or of dimensions, too many
 * dimensions, or that it is none. */
const char *ls_npy_parse(struct ls_npy *npy, const char *text);

#endif
