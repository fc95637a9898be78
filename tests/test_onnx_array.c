/* Arrays of numbers, and operations of ONNX on them: each makes the width that an image is enlarged
 * to. */
#include "model/onnx_array.h"
#include "model/onnx_file.h"
#include "onnx_change.h"
#include "ops/op.h"
#include "support.h"

static const char path[] = "tests/fixtures/onnx/sizes-with-batch-norm.onnx";

static struct ls_onnx_array count_to(int rank, const int64_t *size) {
    struct ls_onnx_array array = ls_onnx_array_of(true, rank, size);
    assert_non_null(array.number);
    for (size_t i = 0; i < array.count; i++)
        array.number[i] = (double)i;
    return array;
}

/* The array must have these numbers; it is freed. */
static void assert_numbers(struct ls_onnx_array array, size_t count, const double *wanted) {
    assert_non_null(array.number);
    assert_int_equal(array.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(array.number[i] == wanted[i]);
    ls_onnx_array_free(&array);
}

static void slices_count_as_pythons_do(void **state) {
    static const struct {
        int64_t begin, end, step;
        size_t count;
        double first, last;
    } cases[] = {
        {0, 7, 1, 7, 0, 6},         {2, INT64_MAX, 1, 5, 2, 6}, {-2, 7, 1, 2, 5, 6},
        {0, -2, 2, 3, 0, 4},        {-100, 100, 3, 3, 0, 6},    {-1, INT64_MIN, -1, 7, 6, 0},
        {-1, -8, -3, 3, 6, 0},      {5, 1, -2, 2, 5, 3},        {100, 0, -1, 6, 6, 1},
        {0, 7, INT64_MAX, 1, 0, 0}, {6, 6, 1, 0, 0, 0},         {3, 5, -1, 0, 0, 0},
    };
    struct ls_onnx_array row = count_to(1, (int64_t[]){7});
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ls_onnx_array some =
            ls_onnx_array_slice(&row, 0, cases[c].begin, cases[c].end, cases[c].step);
        assert_non_null(some.number);
        assert_int_equal(some.count, cases[c].count);
        assert_true(!some.count || (some.number[0] == cases[c].first &&
                                    some.number[some.count - 1] == cases[c].last));
        ls_onnx_array_free(&some);
    }
    assert_null(ls_onnx_array_slice(&row, 0, 0, 7, 0).number);
    assert_null(ls_onnx_array_slice(&row, 0, 6, INT64_MIN, INT64_MIN).number);
    assert_null(ls_onnx_array_slice(&row, 1, 0, 7, 1).number);
    ls_onnx_array_free(&row);
}

static void dimensions_are_those_of_numpy(void **state) {
    struct ls_onnx_array cube = count_to(3, (int64_t[]){2, 3, 2}),
                         column = count_to(2, (int64_t[]){3, 1}),
                         pair = count_to(1, (int64_t[]){2});
    (void)state;
    assert_numbers(ls_onnx_array_transpose(&cube, (int64_t[]){2, 0, 1}), 12,
                   (double[]){0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11});
    assert_numbers(ls_onnx_array_slice(&cube, -2, -1, INT64_MIN, -2), 8,
                   (double[]){4, 5, 0, 1, 10, 11, 6, 7});
    assert_numbers(ls_onnx_array_gather(&cube, 1, &pair), 8, (double[]){0, 1, 2, 3, 6, 7, 8, 9});
    assert_numbers(ls_onnx_array_expand(&column, 3, (int64_t[]){2, 3, 2}), 12,
                   (double[]){0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2});
    assert_numbers(ls_onnx_array_join(&column, &column, 1), 6, (double[]){0, 0, 1, 1, 2, 2});
    assert_numbers(ls_onnx_array_reshape(&cube, true, 2, (int64_t[]){0, -1}), 12, cube.number);
    assert_null(ls_onnx_array_transpose(&cube, (int64_t[]){0, 1, 1}).number);
    assert_null(ls_onnx_array_reshape(&cube, true, 2, (int64_t[]){5, -1}).number);
    assert_null(ls_onnx_array_join(&cube, &column, 0).number);
    assert_null(ls_onnx_array_expand(&cube, 3, (int64_t[]){2, 3, 4}).number);
    pair.number[1] = 3;
    assert_null(ls_onnx_array_gather(&cube, 1, &pair).number);
    pair.number[1] = 0.5;
    pair.whole = false;
    assert_null(ls_onnx_array_gather(&cube, 1, &pair).number);
    ls_onnx_array_free(&cube);
    ls_onnx_array_free(&column);
    ls_onnx_array_free(&pair);
}

static void updates_go_to_their_places(void **state) {
    struct ls_onnx_array matrix = ls_onnx_array_of(true, 2, (int64_t[]){3, 2}),
                         rows = ls_onnx_array_row(2, (int64_t[]){-1, 0}),
                         places = count_to(2, (int64_t[]){2, 1}),
                         updates = count_to(2, (int64_t[]){2, 2});
    (void)state;
    memcpy(places.number, rows.number, 2 * sizeof *rows.number);
    assert_numbers(ls_onnx_array_scatter(&matrix, &places, &updates), 6,
                   (double[]){2, 3, 0, 0, 0, 1});
    places.number[0] = 3;
    assert_null(ls_onnx_array_scatter(&matrix, &places, &updates).number);
    places.number[0] = 0;
    assert_null(ls_onnx_array_scatter(&matrix, &places, &rows).number);
    ls_onnx_array_free(&matrix);
    ls_onnx_array_free(&rows);
    ls_onnx_array_free(&places);
    ls_onnx_array_free(&updates);
}

static void arrays_end_somewhere(void **state) {
    (void)state;
    assert_null(ls_onnx_array_of(true, 2, (int64_t[]){INT64_MAX, INT64_MAX}).number);
    assert_null(ls_onnx_array_of(true, 2, (int64_t[]){LS_ONNX_ARRAY_MOST, 2}).number);
    assert_null(ls_onnx_array_of(true, 1, (int64_t[]){-1}).number);
    assert_null(ls_onnx_array_of(true, LS_ONNX_SOURCE_RANK + 1, (int64_t[20]){0}).number);
    assert_null(ls_onnx_array_of(true, 2, (int64_t[]){0, INT64_MAX}).number);
    assert_numbers(ls_onnx_array_of(true, 2, (int64_t[]){0, LS_ONNX_ARRAY_MOST}), 0, NULL);
}

/* Whole numbers are as exact as the file's, floats as floats are. */
static void numbers_are_rounded_as_their_type(void **state) {
    struct ls_onnx_array array = ls_onnx_array_row(1, (int64_t[]){INT64_MAX});
    (void)state;
    struct LsOnnx__Tensor *tensor = ls_onnx_array_tensor(&array);
    assert_true(ls_onnx_whole_at(tensor, 0) == INT64_MAX);
    ls_onnx__tensor__free_unpacked(tensor, NULL);
    assert_true(ls_onnx_array_round(&array)); /* what ends of slices have that are nowhere */
    array.number[0] = 0x1p53;
    assert_false(ls_onnx_array_round(&array));
    array.number[0] = 0.5;
    assert_false(ls_onnx_array_round(&array));
    array.number[0] = -3;
    assert_true(ls_onnx_array_round(&array));
    array.whole = false;
    array.number[0] = 0.1;
    assert_true(ls_onnx_array_round(&array));
    assert_true(array.number[0] == (double)0.1F);
    ls_onnx_array_free(&array);
}

/* A node whose inputs are rows of one whole number, or the names of others. */
static LsOnnx__Node *fold(struct ls_onnx *o, const char *type, const char *first,
                          const char *second, const char *output) {
    LsOnnx__Node *node = onnx_append(o, type, first, output);
    if (second)
        onnx_add_input(node, second);
    return node;
}

static void row(struct ls_onnx *o, const char *name, int64_t whole) {
    onnx_add_row(o, name, 1, &whole);
}

/* Puts the last `count` nodes first and lets an image become 9 pixels high and "width" wide. */
static void use_width(struct ls_onnx *o, int count) {
    onnx_add_row(o, "before", 3, (int64_t[]){1, 6, 9});
    fold(o, "Concat", "before", "width", "four");
    for (int i = 0; i <= count; i++)
        onnx_move_last(o, 0);
    onnx_rename(&onnx_find(o, "Resize", 3)->input[3], "four");
}

/* 13, of two numbers. */
static void of_two(struct ls_onnx *o, const char *type, int64_t a, int64_t b) {
    row(o, "a", a);
    row(o, "b", b);
    fold(o, type, "a", "b", "width");
    use_width(o, 1);
}
static void sum(struct ls_onnx *o) {
    of_two(o, "Add", 20, -7);
}
static void difference(struct ls_onnx *o) {
    of_two(o, "Sub", 20, 7);
}
static void product(struct ls_onnx *o) {
    of_two(o, "Mul", -13, -1);
}
static void quotient(struct ls_onnx *o) {
    of_two(o, "Div", 41, 3);
}
static void remainder_of_negative(struct ls_onnx *o) {
    of_two(o, "Mod", -3, 16);
}
static void larger(struct ls_onnx *o) {
    of_two(o, "Max", 13, 4);
}
static void smaller(struct ls_onnx *o) {
    of_two(o, "Min", 13, 40);
}
static void power(struct ls_onnx *o) {
    of_two(o, "Pow", 13, 1);
}

/* 12 and what is decided. */
static void decided(struct ls_onnx *o, const char *type, int64_t a, int64_t b) {
    row(o, "a", a);
    row(o, "b", b);
    row(o, "twelve", 12);
    fold(o, type, "a", "b", "yes");
    fold(o, "Add", "yes", "twelve", "width");
    use_width(o, 2);
}
static void less(struct ls_onnx *o) {
    decided(o, "Less", 2, 3);
}
static void greater(struct ls_onnx *o) {
    decided(o, "Greater", 3, 2);
}
static void equal(struct ls_onnx *o) {
    decided(o, "Equal", 3, 3);
}
static void both(struct ls_onnx *o) {
    decided(o, "And", 1, 2);
}
static void either(struct ls_onnx *o) {
    decided(o, "Or", 0, 1);
}
static void one_of(struct ls_onnx *o) {
    decided(o, "Xor", 0, 2);
}

static void chosen(struct ls_onnx *o) {
    row(o, "no", 0);
    row(o, "twelve", 12);
    row(o, "thirteen", 13);
    onnx_add_input(fold(o, "Where", "no", "twelve", "width"), "thirteen");
    use_width(o, 1);
}
static void last_of_range(struct ls_onnx *o) {
    row(o, "one", 1);
    row(o, "three", 3);
    row(o, "sixteen", 16);
    row(o, "last", -1);
    onnx_add_input(fold(o, "Range", "one", "sixteen", "range"), "three");
    fold(o, "Gather", "range", "last", "width");
    use_width(o, 2);
}
static void within_bounds(struct ls_onnx *o) {
    row(o, "minus", -20);
    row(o, "thirteen", 13);
    fold(o, "Clip", "minus", "thirteen", "width");
    use_width(o, 1);
}
static void rank_of_weights(struct ls_onnx *o) {
    row(o, "nine", 9);
    fold(o, "Shape", onnx_find(o, "Conv", 0)->input[1], NULL, "sizes");
    fold(o, "Shape", "sizes", NULL, "rank");
    fold(o, "Add", "rank", "nine", "width");
    use_width(o, 3);
}

static void scattered(struct ls_onnx *o) {
    onnx_add_row(o, "row", 3, (int64_t[]){1, 2, 3});
    onnx_add_row(o, "thirteen", 1, (int64_t[]){13});
    row(o, "last", -1);
    onnx_add_wholes(onnx_append(o, "Unsqueeze", "last", "place"), "axes", 1, (int64_t[]){0});
    onnx_add_input(fold(o, "ScatterND", "row", "place", "scattered"), "thirteen");
    fold(o, "Gather", "scattered", "last", "width");
    use_width(o, 3);
}

/* A row that was a matrix on the way says how many numbers there are. */
static void expanded_by_squeezed(struct ls_onnx *o) {
    row(o, "one", 1);
    row(o, "thirteen", 13);
    onnx_add_wholes(onnx_append(o, "Unsqueeze", "one", "matrix"), "axes", 1, (int64_t[]){0});
    fold(o, "Mul", "matrix", "one", "product");
    onnx_add_wholes(onnx_append(o, "Squeeze", "product", "size"), "axes", 1, (int64_t[]){0});
    fold(o, "Expand", "thirteen", "size", "width");
    use_width(o, 4);
}

/* Up to the end, which a node passes on. */
static void last_of_row(struct ls_onnx *o) {
    onnx_add_row(o, "row", 3, (int64_t[]){1, 2, 13});
    row(o, "last", -1);
    row(o, "endless", INT64_MAX);
    fold(o, "Concat", "endless", NULL, "end");
    onnx_add_input(fold(o, "Slice", "row", "last", "width"), "end");
    use_width(o, 2);
}

/* Of inputs that are none of these. */
static void too_wide(struct ls_onnx *o) {
    of_two(o, "Pow", 10, 15);
}
static void half(struct ls_onnx *o) {
    of_two(o, "Mod", 3, 0);
}
static void of_sizes_that_differ(struct ls_onnx *o) {
    onnx_add_row(o, "a", 2, (int64_t[]){1, 2});
    onnx_add_row(o, "b", 3, (int64_t[]){1, 2, 3});
    fold(o, "Add", "a", "b", "width");
    use_width(o, 1);
}
static void endless_range(struct ls_onnx *o) {
    row(o, "one", 1);
    row(o, "none", 0);
    onnx_add_input(fold(o, "Range", "none", "one", "range"), "none");
    fold(o, "Gather", "range", "none", "width");
    use_width(o, 2);
}
static void beyond_the_row(struct ls_onnx *o) {
    of_two(o, "Gather", 13, 1);
}
static void of_an_image(struct ls_onnx *o) {
    onnx_rename(&onnx_find(o, "Tanh", 0)->type, "Not");
}

static bool enlarges_to_13(void (*change)(struct ls_onnx *)) {
    struct ls_network network;
    bool found = false;
    onnx_make(&network, path, change);
    for (int n = 0; n < network.node_count; n++)
        found = found || (network.nodes[n].op == &ls_op_resize &&
                          network.nodes[n].out.height == 9 && network.nodes[n].out.width == 13);
    ls_network_free(&network);
    return found;
}

static void numbers_are_folded(void **state) {
    static void (*const changes[])(struct ls_onnx *) = {expanded_by_squeezed,
                                                        last_of_row,
                                                        sum,
                                                        difference,
                                                        product,
                                                        quotient,
                                                        remainder_of_negative,
                                                        larger,
                                                        smaller,
                                                        power,
                                                        less,
                                                        greater,
                                                        equal,
                                                        both,
                                                        either,
                                                        one_of,
                                                        chosen,
                                                        last_of_range,
                                                        within_bounds,
                                                        rank_of_weights,
                                                        scattered};
    (void)state;
    for (size_t c = 0; c < sizeof changes / sizeof *changes; c++)
        assert_true(enlarges_to_13(changes[c]));
}

static void what_does_not_fit_is_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {too_wide, "(Resize): does not say what size its images"},
        {half, "(Mod): its numbers do not fit together"},
        {of_sizes_that_differ, "(Add): its numbers do not fit together"},
        {endless_range, "(Range): its numbers do not fit together"},
        {beyond_the_row, "(Gather): its numbers do not fit together"},
        {of_an_image, "(Not): is known here for sizes of activations and constants only"},
    };
    (void)state;
    onnx_check_refusals(path, cases, sizeof cases / sizeof *cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_count_as_pythons_do),
        cmocka_unit_test(dimensions_are_those_of_numpy),
        cmocka_unit_test(updates_go_to_their_places),
        cmocka_unit_test(arrays_end_somewhere),
        cmocka_unit_test(numbers_are_rounded_as_their_type),
        cmocka_unit_test(numbers_are_folded),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
