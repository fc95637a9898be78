/* Operations of ONNX on what is known from the file: sizes of activations, constants, and what is
 * computed from these. Results are constants, too. Batches are of one image. */
#include "model/onnx_array.h"
#include "model/onnx_walk.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct ls_onnx_array nothing;

/* A node at work. */
struct folding {
    struct ls_onnx_walk *w;
    const struct LsOnnx__Node *node;
    int count;                      /* of inputs */
    const struct ls_onnx_array *in; /* [count]; an input that is left out is no array */
};

/* Input i. */
static const struct ls_onnx_array *input(const struct folding *f, int i) {
    return i < f->count ? &f->in[i] : &nothing;
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
    int rank;
    int64_t size[LS_ONNX_SOURCE_RANK];
    if (!ls_onnx_array_meet(a, b, &rank, size))
        return nothing;
    struct ls_onnx_array result = ls_onnx_array_expand(a, rank, size),
                         other = ls_onnx_array_expand(b, rank, size);
    result.whole = function->decides || (a->whole && b->whole);
    for (size_t i = 0; other.number && i < result.count; i++) {
        const double value = function->of(result.number[i], other.number[i]);
        result.number[i] = result.whole ? trunc(value) : value;
    }
    if (!other.number)
        ls_onnx_array_free(&result);
    ls_onnx_array_free(&other);
    return result;
}

static struct ls_onnx_array copy(const struct ls_onnx_array *array) {
    return ls_onnx_array_expand(array, array->rank, array->size);
}

/* Of all inputs, two of them but for maxima and minima. */
static struct ls_onnx_array combine(const struct folding *f) {
    static const struct function_of_two truncated = {"Mod", fmod, false};
    const struct function_of_two *function = of_two;
    while (strcmp(function->type, f->node->type) != 0)
        function++;
    if (ls_onnx_whole(f->node, "fmod", 0))
        function = &truncated;
    struct ls_onnx_array all = copy(input(f, 0));
    for (int i = 1; i < f->count; i++) {
        struct ls_onnx_array more = apply(function, &all, input(f, i));
        ls_onnx_array_free(&all);
        all = more;
    }
    return all;
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
} of_one[] = {{"Ceil", ceil}, {"Cos", cos},      {"Exp", exp}, {"Floor", floor},
              {"Log", log},   {"Neg", opposite}, {"Not", no},  {"Reciprocal", inverse},
              {"Sin", sin},   {"Sqrt", sqrt}};

static struct ls_onnx_array map(const struct folding *f) {
    struct ls_onnx_array x = copy(input(f, 0));
    int function = 0;
    while (strcmp(of_one[function].type, f->node->type) != 0)
        function++;
    for (size_t i = 0; i < x.count; i++)
        x.number[i] = of_one[function].of(x.number[i]);
    return x;
}

/* The single number that is input i, or was an attribute before ONNX's version 11. */
static double number_of(const struct folding *f, int i, const char *name, double otherwise) {
    return input(f, i)->count == 1 ? *input(f, i)->number
                                   : ls_onnx_number(f->node, name, otherwise);
}

/* Within bounds. */
static struct ls_onnx_array clip(const struct folding *f) {
    struct ls_onnx_array x = copy(input(f, 0));
    const double low = number_of(f, 1, "min", -HUGE_VAL), high = number_of(f, 2, "max", HUGE_VAL);
    for (size_t i = 0; i < x.count; i++)
        x.number[i] = fmin(fmax(x.number[i], low), high);
    return x;
}

static struct ls_onnx_array cast(const struct folding *f) {
    enum { INT32 = 6, BOOL = 9, DOUBLE = 11 };
    const int64_t to = ls_onnx_whole(f->node, "to", 0);
    struct ls_onnx_array x = copy(input(f, 0));
    x.whole = to != LS_ONNX_FLOAT && to != DOUBLE;
    if (x.whole && to != INT32 && to != LS_ONNX_INT64 && to != BOOL)
        ls_onnx_array_free(&x);
    for (size_t i = 0; i < x.count; i++)
        x.number[i] = to == BOOL ? x.number[i] != 0 : x.whole ? trunc(x.number[i]) : x.number[i];
    return x;
}

/* Numbers of input 1 where input 0 is not 0, else of input 2. */
static struct ls_onnx_array where(const struct folding *f) {
    struct ls_onnx_array sizes = *input(f, 0), all[3] = {{0}};
    bool sound = f->count == 3;
    for (int i = 1; sound && i < 3; i++) {
        const struct ls_onnx_array before = sizes;
        sound = ls_onnx_array_meet(&before, input(f, i), &sizes.rank, sizes.size);
    }
    for (int i = 0; sound && i < 3; i++) {
        all[i] = ls_onnx_array_expand(input(f, i), sizes.rank, sizes.size);
        sound = all[i].number;
    }
    for (size_t i = 0; sound && i < all[1].count; i++)
        all[1].number[i] = all[all[0].number[i] != 0 ? 1 : 2].number[i];
    if (!sound)
        ls_onnx_array_free(&all[1]);
    ls_onnx_array_free(&all[0]);
    ls_onnx_array_free(&all[2]);
    return all[1];
}

/* Of activations, which may be scores of attention, or of anything else. */
static struct ls_onnx_array shape(const struct folding *f) {
    int64_t sizes[LS_ONNX_DIMENSIONS];
    if (!ls_onnx_is_activations(f->w, 0)) {
        const struct ls_onnx_source source = ls_onnx_find(f->w->onnx, f->node->input[0]);
        return source.tensor ? ls_onnx_array_row(source.rank, source.size) : nothing;
    }
    const struct ls_onnx_value *taken = ls_onnx_peek(f->w, 0);
    const bool scores = taken->term == LS_ONNX_SCORES || taken->term == LS_ONNX_ATTENTION;
    const struct ls_onnx_value x = scores ? *taken : ls_onnx_views_of(f->w);
    for (int d = 0; d < x.view.rank; d++)
        sizes[d] = ls_onnx_dimension_size(&x.view.dimensions[d]);
    return ls_onnx_array_row(x.view.rank, sizes);
}

/* An array of the sizes that the input says, all its numbers the attribute's. */
static struct ls_onnx_array constant_of_shape(const struct folding *f) {
    const struct ls_onnx_row sizes = ls_onnx_row(f->w, 0);
    const struct LsOnnx__Tensor *value = ls_onnx_tensor(f->node, "value");
    float number = 0;
    if (sizes.count < 0 || (value && !ls_onnx_single(value, &number)))
        return nothing;
    struct ls_onnx_array array =
        ls_onnx_array_of(value && ls_onnx_is_whole(value), sizes.count, sizes.wholes);
    for (size_t i = 0; i < array.count; i++)
        array.number[i] = (double)number;
    return array;
}

static struct ls_onnx_array range(const struct folding *f) {
    const struct ls_onnx_array *first = input(f, 0), *limit = input(f, 1), *step = input(f, 2);
    if (first->count != 1 || limit->count != 1 || step->count != 1)
        return nothing;
    const double count = ceil((*limit->number - *first->number) / *step->number);
    if (!(count >= 0 && count <= LS_ONNX_ARRAY_MOST))
        return nothing;
    struct ls_onnx_array row = ls_onnx_array_of(first->whole, 1, (int64_t[]){(int64_t)count});
    for (size_t i = 0; i < row.count; i++)
        row.number[i] = *first->number + (double)i * *step->number;
    return row;
}

static struct ls_onnx_array concat(const struct folding *f) {
    const int64_t axis = ls_onnx_whole(f->node, "axis", 0);
    struct ls_onnx_array all = copy(input(f, 0));
    for (int i = 1; i < f->count; i++) {
        struct ls_onnx_array more = ls_onnx_array_join(&all, input(f, i), axis);
        ls_onnx_array_free(&all);
        all = more;
    }
    return all;
}

static struct ls_onnx_array slice(const struct folding *f) {
    const struct ls_onnx_ranges r = ls_onnx_ranges(f->w);
    struct ls_onnx_array some = r.count ? copy(input(f, 0)) : nothing;
    for (int i = 0; i < r.count; i++) {
        struct ls_onnx_array less = ls_onnx_array_slice(&some, r.axes.wholes[i], r.begins.wholes[i],
                                                        r.ends.wholes[i], r.steps.wholes[i]);
        ls_onnx_array_free(&some);
        some = less;
    }
    return some;
}

static struct ls_onnx_array gather(const struct folding *f) {
    return ls_onnx_array_gather(input(f, 0), ls_onnx_whole(f->node, "axis", 0), input(f, 1));
}

static struct ls_onnx_array scatter(const struct folding *f) {
    return ls_onnx_array_scatter(input(f, 0), input(f, 1), input(f, 2));
}

static struct ls_onnx_array reshape(const struct folding *f) {
    const struct ls_onnx_row to = ls_onnx_row(f->w, 1);
    const bool zeros = !ls_onnx_whole(f->node, "allowzero", 0);
    return ls_onnx_array_reshape(input(f, 0), zeros, to.count, to.wholes);
}

static struct ls_onnx_array expand(const struct folding *f) {
    const struct ls_onnx_row row = ls_onnx_row(f->w, 1);
    struct ls_onnx_array to = {.rank = row.count, .number = input(f, 0)->number};
    int rank;
    int64_t size[LS_ONNX_SOURCE_RANK];
    if (row.count < 0)
        return nothing;
    memcpy(to.size, row.wholes, (size_t)row.count * sizeof *row.wholes);
    return ls_onnx_array_meet(input(f, 0), &to, &rank, size)
               ? ls_onnx_array_expand(input(f, 0), rank, size)
               : nothing;
}

/* In the reverse order if the node says none. */
static struct ls_onnx_array transpose(const struct folding *f) {
    const struct ls_onnx_array *x = input(f, 0);
    int64_t order[LS_ONNX_SOURCE_RANK];
    const int count = ls_onnx_list(f->node, "perm", LS_ONNX_SOURCE_RANK, order);
    for (int d = 0; count == 0 && d < x->rank; d++)
        order[d] = x->rank - 1 - d;
    return count == 0 || count == x->rank ? ls_onnx_array_transpose(x, order) : nothing;
}

/* Whether `row` has the number of dimension d of `rank`. */
static bool names(const struct ls_onnx_row *row, int d, int rank) {
    for (int i = 0; i < row->count; i++)
        if (row->wholes[i] == d || row->wholes[i] == d - rank)
            return true;
    return false;
}

/* Without the dimensions of 1 that the node names, or all of them. */
static struct ls_onnx_array squeeze(const struct folding *f) {
    const struct ls_onnx_array *x = input(f, 0);
    const struct ls_onnx_row axes = ls_onnx_row_or_attribute(f->w, 1, "axes");
    int64_t sizes[LS_ONNX_SOURCE_RANK];
    int rank = 0;
    for (int d = 0; d < x->rank; d++)
        if (axes.count ? !names(&axes, d, x->rank) : x->size[d] != 1)
            sizes[rank++] = x->size[d];
    return ls_onnx_array_reshape(x, false, rank, sizes);
}

static struct ls_onnx_array unsqueeze(const struct folding *f) {
    const struct ls_onnx_array *x = input(f, 0);
    const struct ls_onnx_row axes = ls_onnx_row_or_attribute(f->w, 1, "axes");
    const int rank = x->rank + axes.count;
    int64_t sizes[LS_ONNX_SOURCE_RANK];
    int old = 0;
    if (axes.count < 0 || rank > LS_ONNX_SOURCE_RANK)
        return nothing;
    for (int d = 0; d < rank; d++)
        sizes[d] = names(&axes, d, rank) ? 1 : old < x->rank ? x->size[old++] : -1;
    return ls_onnx_array_reshape(x, false, rank, sizes);
}

/* What the type of a node makes of its inputs, and the names of the attributes it may have. */
struct known {
    const char *type, *attributes;
    struct ls_onnx_array (*compute)(const struct folding *f);
};

static const struct known known[] = {
    {"Add", "", combine},
    {"And", "", combine},
    {"Cast", " saturate to ", cast},
    {"Ceil", "", map},
    {"Clip", " max min ", clip},
    {"Concat", " axis ", concat},
    {"ConstantOfShape", " value ", constant_of_shape},
    {"Cos", "", map},
    {"Div", "", combine},
    {"Equal", "", combine},
    {"Exp", "", map},
    {"Expand", "", expand},
    {"Floor", "", map},
    {"Gather", " axis ", gather},
    {"Greater", "", combine},
    {"Less", "", combine},
    {"Log", "", map},
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
    {"ScatterND", "", scatter},
    {"Shape", "", shape},
    {"Sin", "", map},
    {"Slice", " axes ends starts ", slice},
    {"Sqrt", "", map},
    {"Squeeze", " axes ", squeeze},
    {"Sub", "", combine},
    {"Transpose", " perm ", transpose},
    {"Unsqueeze", " axes ", unsqueeze},
    {"Where", "", where},
    {"Xor", "", combine},
};

static const struct known *find(const struct LsOnnx__Node *node) {
    for (size_t k = 0; node->type && k < sizeof known / sizeof *known; k++)
        if (strcmp(node->type, known[k].type) == 0)
            return &known[k];
    return NULL;
}

const char *ls_onnx_folded_type(size_t i) {
    return i < sizeof known / sizeof *known ? known[i].type : NULL;
}

/* Weights are left to operations that know what to do with them. */
bool ls_onnx_folds(const struct ls_onnx_walk *w) {
    const struct known *found = find(w->node);
    if (!found || w->node->n_input < 1)
        return false;
    for (size_t i = 0; found->compute != shape && i < w->node->n_input; i++) {
        const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
        if (*w->node->input[i] && (!source.tensor || ls_onnx_is_parameter(w, &source)))
            return false;
    }
    return true;
}

/* Puts the numbers in the place of the node's output. */
static void keep(struct ls_onnx_walk *w, struct ls_onnx_array *array) {
    enum {
        MOST = 1 << 26
    }; /* numbers of all nodes: none is given back before the network is made */
    const long index = ls_onnx_index(w->onnx, w->node->output[0]);
    w->folded += array->count;
    struct LsOnnx__Tensor *tensor =
        array->number && w->folded <= MOST ? ls_onnx_array_tensor(array) : NULL;
    if (!tensor)
        ls_onnx_refuse(w, "its numbers do not fit together, or are too many");
    else if (index < 0)
        ls_onnx__tensor__free_unpacked(tensor, NULL);
    else
        ls_onnx_keep(w->onnx, index, tensor);
}

void ls_onnx_fold(struct ls_onnx_walk *w) {
    const struct LsOnnx__Node *node = w->node;
    const struct known *found = find(node);
    if (!ls_onnx_has_only(node, found->attributes)) {
        ls_onnx_refuse(w, "has attributes that are not known here");
        return;
    }
    struct ls_onnx_array *in = calloc(node->n_input, sizeof *in);
    if (!in) {
        w->builder.status = ls_fail_memory(w->builder.error, "constants of a network");
        return;
    }
    for (size_t i = 0; found->compute != shape && i < node->n_input; i++) {
        const struct ls_onnx_source source = ls_onnx_find(w->onnx, node->input[i]);
        in[i] = ls_onnx_array_take(&source);
    }
    const struct folding f = {.w = w, .node = node, .count = (int)node->n_input, .in = in};
    struct ls_onnx_array result = found->compute(&f);
    if (!ls_onnx_array_round(&result))
        ls_onnx_array_free(&result);
    keep(w, &result);
    ls_onnx_array_free(&result);
    for (size_t i = 0; i < node->n_input; i++)
        ls_onnx_array_free(&in[i]);
    free(in);
}
