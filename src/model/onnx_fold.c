/* Operations of ONNX on numbers that are known from the file: sizes of activations, and what is
 * computed from these and from constants. Batches are of one image. */
#include "model/onnx_walk.h"
#include <math.h>
#include <string.h>

static struct ls_onnx_value made(struct ls_onnx_walk *w, struct ls_onnx_array array) {
    if (array.count < 1)
        return ls_onnx_refuse(w, "its numbers do not fit together, or are more than shapes have");
    return (struct ls_onnx_value){.term = LS_ONNX_ARRAY, .array = array};
}

/* The numbers that are the node's input i. */
static struct ls_onnx_array input(struct ls_onnx_walk *w, size_t i) {
    struct ls_onnx_array array;
    if (!ls_onnx_array(w, i, &array))
        ls_onnx_refuse(w, "is known here for sizes of activations and constants only");
    return array;
}

static bool is_given(const struct ls_onnx_walk *w, size_t i) {
    return i < w->node->n_input && *w->node->input[i];
}

static double sum(double a, double b) {
    return a + b;
}

static double difference(double a, double b) {
    return a - b;
}

static double product(double a, double b) {
    return a * b;
}

static double quotient(double a, double b) {
    return a / b;
}

/* With the sign of b. */
static double remainder_of(double a, double b) {
    return a - b * floor(a / b);
}

static double equal(double a, double b) {
    return a == b;
}

static double less(double a, double b) {
    return a < b;
}

static double greater(double a, double b) {
    return a > b;
}

static double both(double a, double b) {
    return a != 0 && b != 0;
}

static double either(double a, double b) {
    return a != 0 || b != 0;
}

static double one_of(double a, double b) {
    return (a != 0) != (b != 0);
}

/* Functions of two numbers; some decide, and are 0 or 1. */
static const struct function_of_two {
    const char *type;
    double (*of)(double a, double b);
    bool decides;
} of_two[] = {{"Add", sum, false},        {"And", both, true},        {"Div", quotient, false},
              {"Equal", equal, true},     {"Greater", greater, true}, {"Less", less, true},
              {"Max", fmax, false},       {"Min", fmin, false},       {"Mod", remainder_of, false},
              {"Mul", product, false},    {"Or", either, true},       {"Pow", pow, false},
              {"Sub", difference, false}, {"Xor", one_of, true}};

static struct ls_onnx_array apply(const struct function_of_two *function,
                                  const struct ls_onnx_array *a, const struct ls_onnx_array *b) {
    struct ls_onnx_array result = ls_onnx_array_meet(a, b);
    result.whole = result.whole || function->decides;
    for (int i = 0; i < result.count; i++) {
        const double value = function->of(ls_onnx_array_at(a, i), ls_onnx_array_at(b, i));
        result.number[i] = result.whole ? trunc(value) : value;
    }
    return ls_onnx_array_rounded(result);
}

/* Of all inputs, two of them but for maxima and minima. */
static struct ls_onnx_value combine(struct ls_onnx_walk *w) {
    const struct function_of_two *function = of_two;
    static const struct function_of_two truncated = {"Mod", fmod, false};
    while (strcmp(function->type, w->node->type) != 0)
        function++;
    if (ls_onnx_whole(w->node, "fmod", 0))
        function = &truncated;
    struct ls_onnx_array all = input(w, 0);
    for (size_t i = 1; i < w->node->n_input; i++) {
        const struct ls_onnx_array more = input(w, i);
        all = apply(function, &all, &more);
    }
    return made(w, all);
}

static double opposite(double x) {
    return -x;
}

static double inverse(double x) {
    return 1 / x;
}

static double no(double x) {
    return x == 0;
}

/* Functions of one number. */
static const struct {
    const char *type;
    double (*of)(double x);
} of_one[] = {{"Ceil", ceil}, {"Floor", floor},        {"Neg", opposite},
              {"Not", no},    {"Reciprocal", inverse}, {"Sqrt", sqrt}};

static struct ls_onnx_value map(struct ls_onnx_walk *w) {
    struct ls_onnx_array x = input(w, 0);
    int f = 0;
    while (strcmp(of_one[f].type, w->node->type) != 0)
        f++;
    for (int i = 0; i < x.count; i++)
        x.number[i] = of_one[f].of(x.number[i]);
    return made(w, ls_onnx_array_rounded(x));
}

/* Within bounds that are inputs, or were attributes before ONNX's version 11. */
static struct ls_onnx_value clip(struct ls_onnx_walk *w) {
    struct ls_onnx_array x = input(w, 0);
    const double low = (double)ls_onnx_number_or_attribute(w, 1, "min", -HUGE_VAL),
                 high = (double)ls_onnx_number_or_attribute(w, 2, "max", HUGE_VAL);
    for (int i = 0; i < x.count; i++)
        x.number[i] = fmin(fmax(x.number[i], low), high);
    return made(w, ls_onnx_array_rounded(x));
}

static struct ls_onnx_value cast(struct ls_onnx_walk *w) {
    enum { FLOAT = 1, INT32 = 6, INT64 = 7, BOOL = 9, DOUBLE = 11 };
    const int64_t to = ls_onnx_whole(w->node, "to", 0);
    struct ls_onnx_array x = input(w, 0);
    x.whole = to != FLOAT && to != DOUBLE;
    if (x.whole && to != INT32 && to != INT64 && to != BOOL)
        return ls_onnx_refuse(w, "casts to a type that is not known here");
    for (int i = 0; i < x.count; i++)
        x.number[i] = to == BOOL ? x.number[i] != 0 : x.whole ? trunc(x.number[i]) : x.number[i];
    return made(w, ls_onnx_array_rounded(x));
}

/* Numbers of input 1 where input 0 is not 0, else of input 2. */
static struct ls_onnx_value where(struct ls_onnx_walk *w) {
    const struct ls_onnx_array which = input(w, 0), yes = input(w, 1), no = input(w, 2);
    const struct ls_onnx_array either = ls_onnx_array_meet(&yes, &no);
    struct ls_onnx_array chosen = ls_onnx_array_meet(&either, &which);
    chosen.whole = either.whole;
    for (int i = 0; i < chosen.count; i++)
        chosen.number[i] =
            ls_onnx_array_at(&which, i) != 0 ? ls_onnx_array_at(&yes, i) : ls_onnx_array_at(&no, i);
    return made(w, chosen);
}

static struct ls_onnx_value shape(struct ls_onnx_walk *w) {
    const struct ls_onnx_source source = is_given(w, 0) && !ls_onnx_is_activations(w, 0)
                                             ? ls_onnx_find(w->onnx, w->node->input[0])
                                             : (struct ls_onnx_source){0};
    struct ls_onnx_array array;
    int64_t sizes[LS_ONNX_DIMENSIONS];
    if (ls_onnx_array(w, 0, &array))
        return made(w, ls_onnx_array_row(array.rank, array.size));
    if (source.tensor)
        return made(w, ls_onnx_array_row(source.rank, source.size));
    const struct ls_onnx_value x = ls_onnx_views_of(w);
    for (int d = 0; d < x.view.rank; d++)
        sizes[d] = ls_onnx_dimension_size(&x.view.dimensions[d]);
    return made(w, ls_onnx_array_row(x.view.rank, sizes));
}

/* An array of the sizes that the input says, all its numbers the attribute's. */
static struct ls_onnx_value constant_of_shape(struct ls_onnx_walk *w) {
    const struct ls_onnx_row sizes = ls_onnx_row(w, 0);
    const struct LsOnnx__Tensor *value = ls_onnx_tensor(w->node, "value");
    float number = 0;
    struct ls_onnx_array array =
        ls_onnx_array_of(value && ls_onnx_whole_count(value) == 1, sizes.count, sizes.wholes);
    if (sizes.count < 1 || (value && !ls_onnx_single(value, &number)))
        return ls_onnx_refuse(w, "makes an array of a size or of a number that is not known");
    for (int i = 0; i < array.count; i++)
        array.number[i] = (double)number;
    return made(w, array);
}

static struct ls_onnx_value range(struct ls_onnx_walk *w) {
    const struct ls_onnx_array first = input(w, 0), limit = input(w, 1), step = input(w, 2);
    const double count = ceil((limit.number[0] - first.number[0]) / step.number[0]);
    const bool sound = first.count == 1 && limit.count == 1 && step.count == 1 && count >= 1 &&
                       count <= LS_ONNX_ARRAY_MOST;
    struct ls_onnx_array row =
        ls_onnx_array_of(first.whole, 1, (int64_t[]){sound ? (int)count : 0});
    for (int i = 0; i < row.count; i++)
        row.number[i] = first.number[0] + i * step.number[0];
    return made(w, ls_onnx_array_rounded(row));
}

static struct ls_onnx_value concat(struct ls_onnx_walk *w) {
    struct ls_onnx_array all = input(w, 0);
    for (size_t i = 1; i < w->node->n_input; i++) {
        const struct ls_onnx_array more = input(w, i);
        all = ls_onnx_array_join(&all, &more);
    }
    return made(w, all);
}

/* Along the first dimension. */
static struct ls_onnx_value slice(struct ls_onnx_walk *w) {
    const struct ls_onnx_array x = input(w, 0);
    const struct ls_onnx_ranges r = ls_onnx_ranges(w);
    if (r.count != 1 || (r.axes.wholes[0] != 0 && r.axes.wholes[0] != -x.rank))
        return ls_onnx_refuse(w, "takes some of a few numbers in a way that is not known here");
    return made(w,
                ls_onnx_array_slice(&x, r.begins.wholes[0], r.ends.wholes[0], r.steps.wholes[0]));
}

static struct ls_onnx_value gather(struct ls_onnx_walk *w) {
    const struct ls_onnx_array x = input(w, 0), indices = input(w, 1);
    return made(w, ls_onnx_array_gather(&x, &indices));
}

static struct ls_onnx_value reshape(struct ls_onnx_walk *w) {
    const struct ls_onnx_row to = ls_onnx_row(w, 1);
    const bool zeros = !ls_onnx_whole(w->node, "allowzero", 0);
    return made(w, ls_onnx_array_reshape(input(w, 0), zeros, to.count, to.wholes));
}

static struct ls_onnx_value transpose(struct ls_onnx_walk *w) {
    const struct ls_onnx_array x = input(w, 0);
    int64_t order[LS_ONNX_ARRAY_RANK];
    if (x.rank == 2 && ls_onnx_wholes(w->node, "perm", 2, -1, order) && order[0] == 0)
        return made(w, x);
    return made(w, ls_onnx_array_transpose(&x));
}

/* Whether `row` has the number of dimension d of `rank`. */
static bool names(const struct ls_onnx_row *row, int d, int rank) {
    for (int i = 0; i < row->count; i++)
        if (row->wholes[i] == d || row->wholes[i] == d - rank)
            return true;
    return false;
}

/* Without the dimensions of 1 that the node names, or all of them. */
static struct ls_onnx_value squeeze(struct ls_onnx_walk *w) {
    const struct ls_onnx_array x = input(w, 0);
    const struct ls_onnx_row axes = ls_onnx_row_or_attribute(w, 1, "axes");
    int64_t sizes[LS_ONNX_ARRAY_RANK] = {0};
    int rank = 0;
    for (int d = 0; d < x.rank; d++)
        if (axes.count ? !names(&axes, d, x.rank) : x.size[d] != 1)
            sizes[rank++] = x.size[d];
    return made(w, ls_onnx_array_reshape(x, false, rank, sizes));
}

static struct ls_onnx_value unsqueeze(struct ls_onnx_walk *w) {
    const struct ls_onnx_array x = input(w, 0);
    const struct ls_onnx_row axes = ls_onnx_row_or_attribute(w, 1, "axes");
    const int rank = x.rank + axes.count;
    int64_t sizes[LS_ONNX_ARRAY_RANK] = {0};
    int old = 0;
    for (int d = 0; axes.count > 0 && d < rank && rank <= LS_ONNX_ARRAY_RANK; d++)
        sizes[d] = names(&axes, d, rank) ? 1 : old < x.rank ? x.size[old++] : 0;
    return made(w, ls_onnx_array_reshape(x, false, rank, sizes));
}

static struct ls_onnx_value pass(struct ls_onnx_walk *w) {
    return made(w, input(w, 0));
}

static const struct ls_onnx_operation members[] = {
    {"Add", "", combine},
    {"And", "", combine},
    {"Cast", " saturate to ", cast},
    {"Ceil", "", map},
    {"Clip", " max min ", clip},
    {"Concat", " axis ", concat},
    {"ConstantOfShape", " value ", constant_of_shape},
    {"Div", "", combine},
    {"Equal", "", combine},
    {"Floor", "", map},
    {"Gather", " axis ", gather},
    {"Greater", "", combine},
    {"Identity", "", pass},
    {"Less", "", combine},
    {"Max", "", combine},
    {"Min", "", combine},
    {"Mod", " fmod ", combine},
    {"Mul", "", combine},
    {"Neg", "", map},
    {"Not", "", map},
    {"Or", "", combine},
    {"Pow", "", combine},
    {"Range", "", range},
    {"Reciprocal", "", map},
    {"Reshape", " allowzero ", reshape},
    {"Shape", "", shape},
    {"Slice", " axes ends starts ", slice},
    {"Sqrt", "", map},
    {"Squeeze", " axes ", squeeze},
    {"Sub", "", combine},
    {"Transpose", " perm ", transpose},
    {"Unsqueeze", " axes ", unsqueeze},
    {"Where", "", where},
    {"Xor", "", combine},
};

const struct ls_onnx_operations ls_onnx_folds = {members, sizeof members / sizeof *members};

/* Weights are left to operations that know what to do with them. */
bool ls_onnx_are_known(const struct ls_onnx_walk *w) {
    struct ls_onnx_array array;
    for (size_t i = 0; i < w->node->n_input; i++) {
        if (!is_given(w, i))
            continue;
        const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
        if (!ls_onnx_array(w, i, &array) ||
            (source.tensor && !array.whole && ls_onnx_is_parameter(w, &source)))
            return false;
    }
    return w->node->n_input > 0;
}
