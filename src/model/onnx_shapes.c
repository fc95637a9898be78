/* Operations of ONNX that compute shapes: rows of whole numbers, for batches of one image. */
#include "model/onnx_walk.h"
#include <limits.h>
#include <string.h>

static struct ls_onnx_value refuse(struct ls_onnx_walk *w) {
    return ls_onnx_refuse(w, "is known here for the sizes of activations only");
}

static struct ls_onnx_value shape(struct ls_onnx_walk *w) {
    const struct ls_onnx_value row = ls_onnx_row(w, 0);
    struct ls_onnx_value sizes = {.count = 1, .wholes = {row.count}};
    if (row.count > 0)
        return sizes;
    const struct ls_onnx_value x = ls_onnx_views_of(w);
    sizes.count = x.view.rank;
    for (int d = 0; d < x.view.rank; d++)
        sizes.wholes[d] = ls_onnx_dimension_size(&x.view.dimensions[d]);
    return sizes;
}

/* To whole numbers, or one of them to a number, which scores are divided by or sizes multiplied;
 * weights that are cast to floats are found by their names. */
static struct ls_onnx_value cast(struct ls_onnx_walk *w) {
    enum { FLOAT = 1, INT64 = 7 };
    const struct ls_onnx_value x = ls_onnx_row(w, 0);
    const int64_t to = ls_onnx_whole(w->node, "to", 0);
    struct ls_onnx_value number = {.term = LS_ONNX_NUMBER, .number = (float)x.wholes[0]};
    if (to == FLOAT && (x.count == 1 || ls_onnx_computed(w, 0, &number.number)))
        return number;
    return x.count > 0 && to == INT64 ? x : refuse(w);
}

/* As many as the input says, all of them the attribute's number. */
static struct ls_onnx_value constant_of_shape(struct ls_onnx_walk *w) {
    const struct ls_onnx_value count = ls_onnx_row(w, 0);
    const struct LsOnnx__Tensor *value = ls_onnx_tensor(w->node, "value");
    struct ls_onnx_value row = {.count = 0};
    int64_t number;
    if (count.count != 1 || count.wholes[0] < 1 || count.wholes[0] > LS_ONNX_WHOLES || !value ||
        ls_onnx_tensor_wholes(value, 1, &number) != 1)
        return refuse(w);
    while (row.count < count.wholes[0])
        row.wholes[row.count++] = number;
    return row;
}

struct ls_onnx_value ls_onnx_reshape_matrix(struct ls_onnx_walk *w, struct ls_onnx_value matrix) {
    const struct ls_onnx_value to = ls_onnx_row(w, 1);
    const int64_t *sizes = to.wholes;
    const int64_t columns = to.count == 2 ? sizes[1] : 1;
    if (to.count < 1 || to.count > 2 || columns < 1 || matrix.count % columns != 0 ||
        (sizes[0] != -1 && sizes[0] != matrix.count / columns))
        return ls_onnx_refuse(w, "gives a row of sizes another shape");
    matrix.columns = to.count == 2 ? (int)columns : 0;
    return matrix;
}

struct ls_onnx_value ls_onnx_transpose_matrix(struct ls_onnx_walk *w, struct ls_onnx_value matrix) {
    struct ls_onnx_value turned = matrix;
    int64_t order[2];
    if (!matrix.columns || !ls_onnx_wholes(w->node, "perm", 2, -1, order) || order[0] != 1 ||
        order[1] != 0)
        return refuse(w);
    const int rows = matrix.count / matrix.columns;
    for (int i = 0; i < matrix.count; i++)
        turned.wholes[i % matrix.columns * rows + i / matrix.columns] = matrix.wholes[i];
    turned.columns = rows;
    return turned;
}

struct ls_onnx_value ls_onnx_reverse_rows(struct ls_onnx_value matrix) {
    struct ls_onnx_value reversed = matrix;
    const int width = matrix.columns ? matrix.columns : 1;
    for (int i = 0; i < matrix.count; i++)
        reversed.wholes[matrix.count - width - i / width * width + i % width] = matrix.wholes[i];
    return reversed;
}

static struct ls_onnx_value equal(struct ls_onnx_walk *w) {
    return ls_onnx_compute_rows(w, '=');
}

/* Numbers of input 1 where input 0 is not 0, else of input 2. */
static struct ls_onnx_value where(struct ls_onnx_walk *w) {
    const struct ls_onnx_value which = ls_onnx_row(w, 0), no = ls_onnx_row(w, 2);
    struct ls_onnx_value chosen = ls_onnx_row(w, 1);
    if (which.count < 1 || chosen.count != which.count || no.count != which.count)
        return refuse(w);
    for (int i = 0; i < which.count; i++)
        if (!which.wholes[i])
            chosen.wholes[i] = no.wholes[i];
    return chosen;
}

struct ls_onnx_value ls_onnx_join_rows(struct ls_onnx_walk *w) {
    struct ls_onnx_value all = {0};
    for (size_t i = 0; i < w->node->n_input; i++) {
        const struct ls_onnx_value more = ls_onnx_row(w, i);
        if (more.count < 1 || all.count + more.count > LS_ONNX_WHOLES)
            return ls_onnx_refuse(w, "joins what is not of one kind, or too much");
        memcpy(all.wholes + all.count, more.wholes, (size_t)more.count * sizeof *all.wholes);
        all.count += more.count;
    }
    return all;
}

struct ls_onnx_value ls_onnx_cut_row(struct ls_onnx_walk *w, struct ls_onnx_value row,
                                     int64_t begin, int64_t end) {
    struct ls_onnx_value some = {.count = (int)(end - begin)};
    if (begin < 0 || end > row.count || begin >= end)
        return refuse(w);
    memcpy(some.wholes, row.wholes + begin, (size_t)some.count * sizeof *some.wholes);
    return some;
}

/* Whole numbers within these bounds have sums and products. */
static bool are_small(struct ls_onnx_value row) {
    for (int i = 0; i < row.count; i++)
        if (row.wholes[i] < INT_MIN || row.wholes[i] > INT_MAX)
            return false;
    return true;
}

static int64_t compute(char operation, int64_t a, int64_t b) {
    switch (operation) {
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '*':
        return a * b;
    case '=':
        return a == b;
    default:
        return a / b;
    }
}

/* Of as many numbers each, or of one with each of the others. */
struct ls_onnx_value ls_onnx_compute_rows(struct ls_onnx_walk *w, char operation) {
    const struct ls_onnx_value a = ls_onnx_row(w, 0), b = ls_onnx_row(w, 1);
    struct ls_onnx_value result = {.count = a.count > b.count ? a.count : b.count};
    bool sound = a.count > 0 && b.count > 0 && are_small(a) && are_small(b) &&
                 (a.count == b.count || a.count == 1 || b.count == 1) && w->node->n_input == 2;
    for (int i = 0; i < b.count; i++)
        sound = sound && (operation != '/' || b.wholes[i] != 0);
    for (int i = 0; sound && i < result.count; i++)
        result.wholes[i] =
            compute(operation, a.wholes[a.count == 1 ? 0 : i], b.wholes[b.count == 1 ? 0 : i]);
    return sound ? result : ls_onnx_refuse(w, "computes numbers that are no sizes of activations");
}

static const struct ls_onnx_operation members[] = {
    {"Cast", " saturate to ", cast},
    {"ConstantOfShape", " value ", constant_of_shape},
    {"Equal", "", equal},
    {"Shape", "", shape},
    {"Where", "", where},
};

const struct ls_onnx_operations ls_onnx_shapes = {members, sizeof members / sizeof *members};
