/* NumPy's arrays begin with "\x93NUMPY", two bytes of version, the length of a text in two bytes,
 * from version 2 on in four, and that text, a dictionary as Python prints it:
 * {'descr': '|u1', 'fortran_order': False, 'shape': (10, 28, 28), }. */
#include "data/npy.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 8 }; /* bytes of name and version */

size_t ls_npy_header(const char prefix[LS_NPY_PREFIX], size_t *text) {
    unsigned char length[4];
    memcpy(length, prefix + MAGIC, sizeof length);
    if (memcmp(prefix, "\x93NUMPY", 6) != 0 || prefix[6] < 1 || prefix[6] > 3)
        return 0;
    size_t bytes = length[0] + 256 * (size_t)length[1];
    if (prefix[6] > 1)
        bytes += ((size_t)length[2] << 16) + ((size_t)length[3] << 24);
    *text = MAGIC + (prefix[6] > 1 ? 4 : 2);
    bytes += *text;
    return bytes >= LS_NPY_PREFIX && bytes <= LS_NPY_HEADER ? bytes : 0;
}

/* What stands behind 'key': in the dictionary, or NULL. */
static const char *find(const char *text, const char *key) {
    const size_t length = strlen(key);
    for (const char *at = text; (at = strchr(at, '\'')); at++)
        if (strncmp(at + 1, key, length) == 0 && strncmp(at + 1 + length, "':", 2) == 0)
            return at + 3 + length + strspn(at + 3 + length, " ");
    return NULL;
}

static const char *parse_type(struct ls_npy *npy, const char *text) {
    char *end;
    if (!text || strlen(text) < 3 || *text != '\'')
        return "it has no header of NumPy's";
    npy->type = text[2];
    npy->size = (int)strtol(text + 3, &end, 10);
    if (npy->size < 1 || npy->size > 16 || *end != '\'')
        return "its numbers are of no plain type";
    if (text[1] == '>')
        return "the bytes of its numbers are in the order of another machine";
    return strchr("<|", text[1]) ? NULL : "its numbers are of no plain type";
}

static const char *parse_shape(struct ls_npy *npy, const char *text) {
    if (!text || *text != '(')
        return "it has no shape";
    for (text++; *text != ')'; npy->rank++) {
        char *end;
        if (npy->rank == LS_NPY_RANK)
            return "it has more than four dimensions";
        npy->shape[npy->rank] = strtoll(text, &end, 10);
        if (end == text || npy->shape[npy->rank] < 0 || npy->shape[npy->rank] > INT_MAX)
            return "it has no shape";
        text = end + strspn(end, ", L"); /* Python 2 wrote (10L, 28L) */
    }
    return NULL;
}

const char *ls_npy_parse(struct ls_npy *npy, const char *text) {
    const char *order = find(text, "fortran_order");
    *npy = (struct ls_npy){0};
    const char *fault = parse_type(npy, find(text, "descr"));
    if (!fault && (!order || strncmp(order, "False", 5) != 0))
        fault = "its first index runs fastest (numpy.ascontiguousarray mends that)";
    return fault ? fault : parse_shape(npy, find(text, "shape"));
}
