#include "model/onnx_array.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WHOLE 0x1p52 /* up to which quotients of whole numbers are exact */
#define ENDLESS    0x1p63 /* the most there is, which ends of slices are that take all */

enum { RANK = LS_ONNX_SOURCE_RANK };

static const struct ls_onnx_array nothing;

struct ls_onnx_array ls_onnx_array_of(bool whole, int rank, const int64_t *size) {
    struct ls_onnx_array array = {.rank = rank, .count = 1, .whole = whole};
    int64_t others = 1; /* numbers of all dimensions but those of 0, which strides are made of */
    if (rank < 0 || rank > RANK)
        return nothing;
    for (int d = 0; d < rank; d++) {
        if (size[d] < 0 || size[d] > LS_ONNX_ARRAY_MOST / others)
            return nothing;
        array.size[d] = size[d];
        array.count *= (size_t)size[d];
        others *= size[d] > 0 ? size[d] : 1;
    }
    array.number = calloc(array.count + 1, sizeof *array.number);
    return array.number ? array : nothing;
}

void ls_onnx_array_free(struct ls_onnx_array *array) {
    free(array->number);
    *array = nothing;
}

struct ls_onnx_array ls_onnx_array_row(int count, const int64_t *wholes) {
    struct ls_onnx_array row = ls_onnx_array_of(true, 1, (int64_t[]){count});
    for (size_t i = 0; i < row.count; i++)
        row.number[i] = (double)wholes[i];
    return row;
}

bool ls_onnx_array_round(struct ls_onnx_array *array) {
    for (size_t i = 0; i < array->count; i++) {
        const double number = array->number[i];
        const bool endless = fabs(number) == ENDLESS;
        if (array->whole && !(endless || (fabs(number) <= MOST_WHOLE && trunc(number) == number)))
            return false;
        if (!array->whole)
            array->number[i] = (double)(float)number;
    }
    return array->number;
}

/* Numbers from one to the next of each dimension. */
static void strides_of(const struct ls_onnx_array *array, int64_t stride[RANK]) {
    int64_t step = 1;
    for (int d = array->rank - 1; d >= 0; step *= array->size[d--])
        stride[d] = step;
}

/* Numbers of `from` that stand `stride` apart in each dimension. */
static struct ls_onnx_array strided(bool whole, int rank, const int64_t *size, const double *from,
                                    const int64_t *stride) {
    struct ls_onnx_array to = ls_onnx_array_of(whole, rank, size);
    int64_t index[RANK] = {0}, at = 0;
    for (size_t i = 0; i < to.count; i++) {
        to.number[i] = from[at];
        for (int d = rank - 1; d >= 0; d--) {
            at += stride[d];
            if (++index[d] < size[d])
                break;
            at -= stride[d] * size[d];
            index[d] = 0;
        }
    }
    return to;
}

bool ls_onnx_array_meet(const struct ls_onnx_array *a, const struct ls_onnx_array *b, int *rank,
                        int64_t size[RANK]) {
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int d = 0; d < *rank; d++) {
        const int in_a = d - (*rank - a->rank), in_b = d - (*rank - b->rank);
        const int64_t one = in_a < 0 ? 1 : a->size[in_a], other = in_b < 0 ? 1 : b->size[in_b];
        if (one != other && one != 1 && other != 1)
            return false;
        size[d] = one == 1 ? other : one;
    }
    return a->number && b->number;
}

struct ls_onnx_array ls_onnx_array_expand(const struct ls_onnx_array *array, int rank,
                                          const int64_t *size) {
    int64_t stride[RANK], own[RANK];
    const int before = rank - array->rank;
    strides_of(array, own);
    if (before < 0 || rank > RANK || !array->number)
        return nothing;
    for (int d = 0; d < rank; d++) {
        const int64_t from = d < before ? 1 : array->size[d - before];
        if (from != size[d] && from != 1)
            return nothing;
        stride[d] = from == 1 ? 0 : own[d - before];
    }
    return strided(array->whole, rank, size, array->number, stride);
}

struct ls_onnx_array ls_onnx_array_reshape(const struct ls_onnx_array *array, bool zeros, int rank,
                                           const int64_t *sizes) {
    int64_t to[RANK];
    if (rank < 0 || rank > RANK || !array->number)
        return nothing;
    for (int d = 0; d < rank; d++) /* what is empty leaves nothing open */
        to[d] = array->count                                ? sizes[d]
                : sizes[d] == 0 && zeros && d < array->rank ? array->size[d]
                : sizes[d] == -1                            ? 0
                                                            : sizes[d];
    if (array->count && !ls_onnx_close_sizes(array->rank, array->size, zeros, rank, to))
        return nothing;
    struct ls_onnx_array same = ls_onnx_array_of(array->whole, rank, to);
    if (same.count != array->count)
        ls_onnx_array_free(&same);
    else if (same.number)
        memcpy(same.number, array->number, same.count * sizeof *same.number);
    return same;
}

struct ls_onnx_array ls_onnx_array_transpose(const struct ls_onnx_array *array,
                                             const int64_t *order) {
    int64_t size[RANK], stride[RANK], own[RANK];
    bool used[RANK] = {false};
    strides_of(array, own);
    for (int d = 0; d < array->rank; d++) {
        if (order[d] < 0 || order[d] >= array->rank || used[order[d]])
            return nothing;
        used[order[d]] = true;
        size[d] = array->size[order[d]];
        stride[d] = own[order[d]];
    }
    return array->number ? strided(array->whole, array->rank, size, array->number, stride)
                         : nothing;
}

/* The number of the dimension `axis`, which may count from the end; -1: there is none. */
static int dimension(const struct ls_onnx_array *array, int64_t axis) {
    axis += axis < 0 ? array->rank : 0;
    return array->number && axis >= 0 && axis < array->rank ? (int)axis : -1;
}

/* From `least` to `most`, where negative numbers count from the end of so many. */
static int64_t bound(int64_t number, int64_t size, int64_t least, int64_t most) {
    number += number < 0 ? size : 0;
    return number < least ? least : number > most ? most : number;
}

int64_t ls_onnx_range(int64_t size, int64_t *begin, int64_t end, int64_t step) {
    const int64_t last = size > 0 ? size - 1 : 0;
    if (step == 0 || step == INT64_MIN)
        return -1;
    *begin = bound(*begin, size, 0, step > 0 ? size : last);
    end = step > 0 ? bound(end, size, 0, size) : bound(end, size, -1, last);
    const int64_t span = step > 0 ? end - *begin : *begin - end, apart = step > 0 ? step : -step;
    return span > 0 && size > 0 ? (span - 1) / apart + 1 : 0;
}

struct ls_onnx_array ls_onnx_array_slice(const struct ls_onnx_array *array, int64_t axis,
                                         int64_t begin, int64_t end, int64_t step) {
    const int d = dimension(array, axis);
    int64_t size[RANK], stride[RANK];
    if (d < 0)
        return nothing;
    memcpy(size, array->size, sizeof size);
    strides_of(array, stride);
    size[d] = ls_onnx_range(array->size[d], &begin, end, step);
    const double *from = array->number + (size[d] > 0 ? begin * stride[d] : 0);
    stride[d] *= size[d] > 1 ? step : 0;
    return strided(array->whole, array->rank, size, from, stride);
}

/* Numbers of the dimensions begin .. end-1 together. */
static int64_t product(const struct ls_onnx_array *array, int begin, int end) {
    int64_t all = 1;
    for (int d = begin; d < end; d++)
        all *= array->size[d];
    return all;
}

/* Index i of so many numbers; -1: there is no such one. */
static int64_t index_at(const struct ls_onnx_array *indices, size_t i, int64_t size) {
    const double index = indices->number[i] + (double)(indices->number[i] < 0 ? size : 0);
    return index >= 0 && index < (double)size ? (int64_t)index : -1;
}

struct ls_onnx_array ls_onnx_array_gather(const struct ls_onnx_array *array, int64_t axis,
                                          const struct ls_onnx_array *indices) {
    const int d = dimension(array, axis), rank = array->rank - 1 + indices->rank;
    int64_t size[2 * RANK];
    if (d < 0 || !indices->number || !indices->whole)
        return nothing;
    memcpy(size, array->size, (size_t)d * sizeof *size);
    memcpy(size + d, indices->size, (size_t)indices->rank * sizeof *size);
    memcpy(size + d + indices->rank, array->size + d + 1,
           (size_t)(array->rank - d - 1) * sizeof *size);
    struct ls_onnx_array to = ls_onnx_array_of(array->whole, rank, size);
    const size_t outer = (size_t)product(array, 0, d),
                 inner = (size_t)product(array, d + 1, array->rank);
    double *at = to.number;
    for (size_t o = 0; at && o < outer; o++)
        for (size_t i = 0; i < indices->count; i++, at += inner) {
            const int64_t index = index_at(indices, i, array->size[d]);
            if (index < 0) {
                ls_onnx_array_free(&to);
                return nothing;
            }
            memcpy(at, array->number + (o * (size_t)array->size[d] + (size_t)index) * inner,
                   inner * sizeof *at);
        }
    return to;
}

struct ls_onnx_array ls_onnx_array_join(const struct ls_onnx_array *a,
                                        const struct ls_onnx_array *b, int64_t axis) {
    const int d = dimension(a, axis);
    int64_t size[RANK];
    memcpy(size, a->size, sizeof size);
    bool sound = d >= 0 && b->number && a->rank == b->rank && a->whole == b->whole;
    for (int i = 0; sound && i < a->rank; i++)
        sound = i == d || a->size[i] == b->size[i];
    if (!sound)
        return nothing;
    size[d] += b->size[d];
    struct ls_onnx_array both = ls_onnx_array_of(a->whole, a->rank, size);
    const size_t outer = (size_t)product(a, 0, d), of_a = (size_t)product(a, d, a->rank),
                 of_b = (size_t)product(b, d, b->rank);
    double *at = both.number;
    for (size_t o = 0; at && o < outer; o++, at += of_a + of_b) {
        memcpy(at, a->number + o * of_a, of_a * sizeof *at);
        memcpy(at + of_a, b->number + o * of_b, of_b * sizeof *at);
    }
    return both;
}

/* Where the place begins that row r of the indices names; -1: there is no such place. */
static int64_t place_at(const struct ls_onnx_array *array, const struct ls_onnx_array *indices,
                        size_t r, int depth) {
    int64_t stride[RANK], at = 0;
    strides_of(array, stride);
    for (int d = 0; d < depth; d++) {
        const int64_t index = index_at(indices, r * (size_t)depth + (size_t)d, array->size[d]);
        if (index < 0)
            return -1;
        at += index * stride[d];
    }
    return at;
}

struct ls_onnx_array ls_onnx_array_scatter(const struct ls_onnx_array *array,
                                           const struct ls_onnx_array *indices,
                                           const struct ls_onnx_array *updates) {
    const int64_t depth = indices->rank ? indices->size[indices->rank - 1] : 0;
    if (!array->number || !indices->number || !updates->number || !indices->whole || depth < 1 ||
        depth > array->rank || updates->whole != array->whole)
        return nothing;
    const size_t rows = indices->count / (size_t)depth,
                 inner = (size_t)product(array, (int)depth, array->rank);
    struct ls_onnx_array to = ls_onnx_array_expand(array, array->rank, array->size);
    bool sound = to.number && updates->count == rows * inner;
    for (size_t r = 0; sound && r < rows; r++) {
        const int64_t at = place_at(array, indices, r, (int)depth);
        sound = at >= 0;
        if (sound)
            memcpy(to.number + at, updates->number + r * inner, inner * sizeof *to.number);
    }
    if (!sound)
        ls_onnx_array_free(&to);
    return to;
}

/* In the order of the file. */
static struct ls_onnx_array take_tensor(const struct ls_onnx_source *source, const int64_t *size) {
    const struct LsOnnx__Tensor *tensor = source->tensor;
    const struct ls_onnx_numbers floats = ls_onnx_numbers(tensor);
    const bool whole = ls_onnx_is_whole(tensor);
    struct ls_onnx_array array = ls_onnx_array_of(whole && !source->cast, source->rank, size);
    bool sound = array.count == (whole ? ls_onnx_whole_count(tensor) : floats.count);
    for (size_t i = 0; sound && i < array.count; i++) {
        float number = 0;
        sound = whole || ls_onnx_number_at(&floats, i, &number);
        array.number[i] = whole ? (double)ls_onnx_whole_at(tensor, i) : (double)number;
    }
    if (!sound)
        ls_onnx_array_free(&array);
    return array;
}

struct ls_onnx_array ls_onnx_array_take(const struct ls_onnx_source *source) {
    if (!source->tensor)
        return nothing;
    if (!source->transposed)
        return take_tensor(source, source->size);
    struct ls_onnx_array stored =
        take_tensor(source, (int64_t[RANK]){source->size[1], source->size[0]});
    struct ls_onnx_array array = ls_onnx_array_transpose(&stored, (int64_t[]){1, 0});
    ls_onnx_array_free(&stored);
    return array;
}

/* The nearest there is. */
static int64_t whole_of(double number) {
    return number >= ENDLESS ? INT64_MAX : number <= -ENDLESS ? INT64_MIN : (int64_t)number;
}

struct LsOnnx__Tensor *ls_onnx_array_tensor(const struct ls_onnx_array *array) {
    struct LsOnnx__Tensor *tensor = malloc(sizeof *tensor);
    if (!tensor)
        return NULL;
    ls_onnx__tensor__init(tensor);
    tensor->has_type = true;
    tensor->type = array->whole ? LS_ONNX_INT64 : LS_ONNX_FLOAT;
    tensor->size = malloc(RANK * sizeof *tensor->size);
    tensor->wholes = array->whole ? malloc((array->count + 1) * sizeof *tensor->wholes) : NULL;
    tensor->floats = array->whole ? NULL : malloc((array->count + 1) * sizeof *tensor->floats);
    if (!tensor->size || !(tensor->wholes || tensor->floats)) {
        ls_onnx__tensor__free_unpacked(tensor, NULL);
        return NULL;
    }
    tensor->n_size = (size_t)array->rank;
    memcpy(tensor->size, array->size, RANK * sizeof *tensor->size);
    *(array->whole ? &tensor->n_wholes : &tensor->n_floats) = array->count;
    for (size_t i = 0; i < array->count; i++)
        if (array->whole)
            tensor->wholes[i] = whole_of(array->number[i]);
        else
            tensor->floats[i] = (float)array->number[i];
    return tensor;
}
