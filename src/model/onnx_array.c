#include "model/onnx_array.h"
#include "model/onnx_file.h"
#include <math.h>
#include <string.h>

#define MOST_WHOLE 0x1p52 /* up to which quotients of whole numbers are exact */

static const struct ls_onnx_array nothing;

struct ls_onnx_array ls_onnx_array_of(bool whole, int rank, const int64_t *size) {
    struct ls_onnx_array array = {.rank = rank, .count = 1, .whole = whole};
    if (rank < 0 || rank > LS_ONNX_ARRAY_RANK)
        return nothing;
    for (int d = 0; d < rank; d++) {
        if (size[d] < 1 || size[d] > LS_ONNX_ARRAY_MOST / array.count)
            return nothing;
        array.size[d] = size[d];
        array.count *= (int)size[d];
    }
    return array;
}

struct ls_onnx_array ls_onnx_array_row(int count, const int64_t *wholes) {
    struct ls_onnx_array row = ls_onnx_array_of(true, 1, (int64_t[]){count});
    for (int i = 0; i < row.count; i++)
        row.number[i] = (double)wholes[i];
    return row;
}

int64_t ls_onnx_array_whole(const struct ls_onnx_array *array, int i) {
    const double number = array->number[i];
    return number >= 0x1p63 ? INT64_MAX : number <= -0x1p63 ? INT64_MIN : (int64_t)number;
}

double ls_onnx_array_at(const struct ls_onnx_array *array, int i) {
    return array->number[array->count == 1 ? 0 : i];
}

struct ls_onnx_array ls_onnx_array_meet(const struct ls_onnx_array *a,
                                        const struct ls_onnx_array *b) {
    const bool single = a->count == 1 || b->count == 1;
    const struct ls_onnx_array *larger =
        b->count > a->count || (b->count == a->count && b->rank > a->rank) ? b : a;
    const bool same =
        a->rank == b->rank && memcmp(a->size, b->size, (size_t)a->rank * sizeof *a->size) == 0;
    if (!a->count || !b->count || !(single || same))
        return nothing;
    return ls_onnx_array_of(a->whole && b->whole, larger->rank, larger->size);
}

struct ls_onnx_array ls_onnx_array_rounded(struct ls_onnx_array array) {
    for (int i = 0; i < array.count; i++) {
        const double number = array.number[i];
        if (array.whole ? !(fabs(number) <= MOST_WHOLE) || trunc(number) != number
                        : !isfinite((float)number))
            return nothing;
        array.number[i] = array.whole ? number : (double)(float)number;
    }
    return array;
}

struct ls_onnx_array ls_onnx_array_reshape(struct ls_onnx_array array, bool zeros, int rank,
                                           const int64_t *sizes) {
    if (rank < 0 || rank > LS_ONNX_ARRAY_RANK)
        return nothing;
    int64_t to[LS_ONNX_ARRAY_RANK] = {0};
    for (int d = 0; d < rank; d++)
        to[d] = sizes[d];
    if (!ls_onnx_close_sizes(array.rank, array.size, zeros, rank, to))
        return nothing;
    array.rank = rank;
    memcpy(array.size, to, sizeof to);
    return array;
}

struct ls_onnx_array ls_onnx_array_transpose(const struct ls_onnx_array *array) {
    if (array->rank != 2)
        return nothing;
    const int rows = (int)array->size[0], columns = (int)array->size[1];
    struct ls_onnx_array turned =
        ls_onnx_array_of(array->whole, 2, (int64_t[]){array->size[1], array->size[0]});
    for (int i = 0; i < turned.count; i++)
        turned.number[i % columns * rows + i / columns] = array->number[i];
    return turned;
}

/* From `least` to `most`, where negative numbers count from the end of so many. */
static int64_t bound(int64_t number, int64_t size, int64_t least, int64_t most) {
    number += number < 0 ? size : 0;
    return number < least ? least : number > most ? most : number;
}

struct ls_onnx_array ls_onnx_array_slice(const struct ls_onnx_array *array, int64_t begin,
                                         int64_t end, int64_t step) {
    const int64_t size = array->rank ? array->size[0] : 0;
    int64_t sizes[LS_ONNX_ARRAY_RANK] = {0, array->size[1]};
    if (size < 1 || step == 0 || step == INT64_MIN)
        return nothing;
    begin = step > 0 ? bound(begin, size, 0, size) : bound(begin, size, 0, size - 1);
    end = step > 0 ? bound(end, size, 0, size) : bound(end, size, -1, size - 1);
    const int64_t span = step > 0 ? end - begin : begin - end, stride = step > 0 ? step : -step;
    sizes[0] = span > 0 ? (span - 1) / stride + 1 : 0;
    struct ls_onnx_array some = ls_onnx_array_of(array->whole, array->rank, sizes);
    const int64_t width = array->count / size;
    for (int64_t i = 0; i < some.count; i++)
        some.number[i] = array->number[(begin + i / width * step) * width + i % width];
    return some;
}

struct ls_onnx_array ls_onnx_array_gather(const struct ls_onnx_array *row,
                                          const struct ls_onnx_array *indices) {
    struct ls_onnx_array some = ls_onnx_array_of(row->whole, indices->rank, indices->size);
    if (row->rank != 1 || !indices->count || !indices->whole)
        return nothing;
    for (int i = 0; i < some.count; i++) {
        const double at = indices->number[i] + (indices->number[i] < 0 ? row->count : 0);
        if (!(at >= 0 && at < row->count))
            return nothing;
        some.number[i] = row->number[(int)at];
    }
    return some;
}

struct ls_onnx_array ls_onnx_array_join(const struct ls_onnx_array *a,
                                        const struct ls_onnx_array *b) {
    struct ls_onnx_array both =
        ls_onnx_array_of(a->whole, 1, (int64_t[]){(int64_t)a->count + b->count});
    if (a->rank != 1 || b->rank != 1 || a->whole != b->whole)
        return nothing;
    for (int i = 0; i < both.count; i++)
        both.number[i] = i < a->count ? a->number[i] : b->number[i - a->count];
    return both;
}
