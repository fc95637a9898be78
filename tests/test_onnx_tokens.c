/* Attention, tokens and positions that ONNX files spell out: what is not quite known is refused. */
#include "onnx_change.h"
#include "support.h"

static void twice_the_keys(struct ls_onnx *o) {
    onnx_take(o, "MatMul", 1, 1, onnx_find(o, "MatMul", 1)->input[0]);
}
static void other_softmax(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "Softmax", 0), "axis")->whole = 2;
}
static void no_softmax(struct ls_onnx *o) {
    onnx_take(o, "MatMul", 2, 0, onnx_find(o, "Softmax", 0)->input[0]);
}
static void softmax_of_tokens(struct ls_onnx *o) {
    onnx_take(o, "Softmax", 0, 0, onnx_find(o, "Add", 0)->output[0]);
}
static void keys_as_values(struct ls_onnx *o) {
    onnx_take(o, "MatMul", 2, 1, onnx_find(o, "MatMul", 1)->input[1]);
}
static void other_token(struct ls_onnx *o) {
    onnx_take(o, "Concat", 1, 1, onnx_find(o, "Conv", 0)->output[0]);
}
static void same_positions(struct ls_onnx *o) {
    onnx_take(o, "Add", 0, 1, "linear.weight");
}
static void tokens_at_the_end(struct ls_onnx *o) {
    onnx_set_output(o, onnx_find(o, "Add", 0)->output[0]);
}
static void turned_logits(struct ls_onnx *o) {
    onnx_add_row(o, "two fives", 3, (int64_t[]){1, 2, 5});
    onnx_add_input(onnx_append(o, "Reshape", o->model->graph->output[0]->name, "logits"),
                   "two fives");
    onnx_add_wholes(onnx_append(o, "Transpose", "logits", "turned"), "perm", 3,
                    (int64_t[]){0, 2, 1});
    onnx_set_output(o, "turned");
}
static void old_softmax(struct ls_onnx *o) {
    o->model->operators[0]->version = 12;
    onnx_drop_attributes(onnx_find(o, "Softmax", 0));
}
static void far_axis(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "Concat", 1), "axis")->whole = 3;
}
static void positions_of_a_batch(struct ls_onnx *o) {
    LsOnnx__Graph *graph = o->model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++) {
        LsOnnx__Tensor *tensor = graph->initializer[i];
        if (strcmp(tensor->name, "positions") == 0) {
            const int64_t size[] = {1, 1, tensor->size[1], tensor->size[2]};
            tensor->size = realloc(tensor->size, sizeof size);
            memcpy(tensor->size, size, sizeof size);
            tensor->n_size = 4;
        }
    }
}
static void squeezed_batch(struct ls_onnx *o) {
    LsOnnx__Node *squeeze = onnx_find(o, "Squeeze", 0);
    free(squeeze->input[--squeeze->n_input]);
}
static void row_of_one_token(struct ls_onnx *o) {
    LsOnnx__Node *gather = onnx_find(o, "Gather", 0);
    onnx_add_wholes(onnx_append(o, "Unsqueeze", gather->input[1], "row"), "axes", 1,
                    (int64_t[]){0});
    onnx_rename(&gather->input[1], "row");
}
static void computed_token(struct ls_onnx *o) {
    LsOnnx__Node *gather = onnx_find(o, "Gather", 0);
    onnx_add_row(o, "one", 1, (int64_t[]){1});
    onnx_add_input(onnx_append(o, "Add", "one", "two"), "one");
    onnx_append(o, "Squeeze", "two", "second");
    onnx_move_last(o, 0);
    onnx_move_last(o, 0);
    onnx_rename(&gather->input[1], "second");
}
static void far_token(struct ls_onnx *o) {
    onnx_set_whole(o, "Gather", 0, 1, 0, 17);
}
static void vast_reshape(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 1, 1, 1, INT64_MAX);
}
static void scores_as_activations(struct ls_onnx *o) {
    onnx_take(o, "Transpose", 5, 0, onnx_find(o, "MatMul", 1)->output[0]);
}

static void tokens_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {twice_the_keys, "(MatMul): multiplies activations, which is known here in attention"},
        {other_softmax, "(Softmax): is known here in attention only"},
        {no_softmax, "(MatMul): takes a part of a formula"},
        {softmax_of_tokens, "(Softmax): is known here in attention only"},
        {keys_as_values, "(MatMul): attends to other values"},
        {other_token, "(Concat): only all channels, or all tokens"},
        {same_positions, "(Add): takes weights, which is known"},
        {tokens_at_the_end, "its output is an image that has been flattened, or has been"},
        {turned_logits, "its output is an image that has been flattened, or has been"},
        {old_softmax, "(Softmax): is known here in attention only"},
        {far_axis, "(Concat): joins along a dimension that is not there"},
        {positions_of_a_batch, "(Add): takes weights, which is known"},
        {squeezed_batch, "(Transpose): its order of dimensions is none"},
        {row_of_one_token, "(Gemm): is known here for activations of two dimensions only"},
        {far_token, "(Gather): takes what its input does not have"},
        {vast_reshape, "(Reshape): its shape is none that the activations"},
        {scores_as_activations, "(Transpose): takes a part of a formula"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/vision-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
    onnx_check_taken("tests/fixtures/onnx/vision-folded.onnx", computed_token, 10);
}

static void mean_of_heads(struct ls_onnx *o) {
    LsOnnx__Node *mean = onnx_append(o, "ReduceMean", onnx_find(o, "MatMul", 2)->output[0], "mean");
    onnx_add_wholes(mean, "axes", 1, (int64_t[]){2});
    onnx_add_row(o, "row", 2, (int64_t[]){1, -1});
    onnx_add_input(onnx_append(o, "Reshape", "mean", "all heads"), "row");
    onnx_set_output(o, "all heads");
}
static void without_and_with_positions(struct ls_onnx *o) {
    LsOnnx__Node *positions = onnx_find(o, "Add", 0);
    onnx_add_input(onnx_append(o, "Add", positions->input[0], "sum"), positions->output[0]);
    onnx_add_wholes(onnx_append(o, "ReduceMean", "sum", "mean"), "axes", 1, (int64_t[]){1});
    onnx_append(o, "Squeeze", "mean", "row");
    onnx_set_output(o, "row");
}

/* The sum of tokens and what linear layers over these make of them, in files of mixers. */
static LsOnnx__Node *sum_of_mixed(const struct ls_onnx *o) {
    const char *mixed = onnx_find(o, "Conv", 2)->output[0];
    for (int n = 0;; n++) {
        LsOnnx__Node *sum = onnx_find(o, "Add", n);
        if (strcmp(sum->input[1], mixed) == 0)
            return sum;
    }
}
static void end_in_row(struct ls_onnx *o, const char *type, const char *of) {
    onnx_append(o, type, of, "mean");
    onnx_append(o, "Flatten", "mean", "row");
    onnx_set_output(o, "row");
}
static void pooled_tokens(struct ls_onnx *o) {
    end_in_row(o, "GlobalAveragePool", sum_of_mixed(o)->output[0]);
}
static void joined_with_mixed(struct ls_onnx *o) {
    LsOnnx__Node *join = sum_of_mixed(o);
    onnx_rename(&join->type, "Concat");
    onnx_add_wholes(join, "axis", 1, (int64_t[]){-1});
    join->attribute[0]->has_whole = true;
    join->attribute[0]->whole = -1;
    end_in_row(o, "GlobalAveragePool", join->output[0]);
}
static void weighed_tokens(struct ls_onnx *o) {
    const char *tokens = sum_of_mixed(o)->output[0];
    onnx_add_wholes(onnx_append(o, "ReduceMean", tokens, "weights"), "axes", 1, (int64_t[]){2});
    onnx_add_input(onnx_append(o, "Mul", tokens, "weighed"), "weights");
    end_in_row(o, "GlobalAveragePool", "weighed");
}
static void squared_tokens(struct ls_onnx *o) {
    onnx_add_number(o, "onnx::two", 2); /* as constants are called */
    onnx_add_input(onnx_append(o, "Pow", sum_of_mixed(o)->output[0], "squares"), "onnx::two");
    end_in_row(o, "GlobalAveragePool", "squares");
}

static void mixed_tokens_are_taken(void **state) {
    static const char path[] = "tests/fixtures/onnx/mixer-folded.onnx";
    (void)state;
    onnx_check_taken(path, pooled_tokens, 17);
    onnx_check_taken(path, joined_with_mixed, 17);
    onnx_check_taken(path, weighed_tokens, 17);
    onnx_check_taken(path, squared_tokens, 17);
}

static void other_ways_to_count_are_taken(void **state) {
    (void)state;
    onnx_check_taken("tests/fixtures/onnx/vision-folded.onnx", mean_of_heads, 12);
    onnx_check_taken("tests/fixtures/onnx/encoder-folded.onnx", without_and_with_positions, 12);
}

/* Biases of scores: of the network `relative`, whose attention takes them from the rows of a table,
 * from the columns of another, and from a weight of four heads, and has a constant as the last. */

static void of_other_heads(struct ls_onnx *o) {
    onnx_take(o, "Add", 1, 1, "pairs");
}
static void of_tokens(struct ls_onnx *o) {
    onnx_take(o, "Add", 1, 1, onnx_find(o, "Transpose", 0)->output[0]);
}

/* The scores and another input become those that are taken. */
static void change_scores(struct ls_onnx *o, const char *type, const char *other) {
    LsOnnx__Node *softmax = onnx_find(o, "Softmax", 0);
    onnx_add_input(onnx_append(o, type, softmax->input[0], "changed"), other);
    onnx_rename(&softmax->input[0], "changed");
    onnx_move_last(o, onnx_node(o, "Softmax", 0));
}
static void scaled(struct ls_onnx *o) {
    change_scores(o, "Mul", onnx_find(o, "Mul", 0)->input[1]);
}
static void biased_twice(struct ls_onnx *o) {
    change_scores(o, "Add", onnx_find(o, "Add", 1)->input[1]);
}

/* The numbers of rows. */
static int64_t *rows_of(struct ls_onnx *o) {
    const LsOnnx__Graph *graph = o->model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (strcmp(graph->initializer[i]->name, "index") == 0)
            return (int64_t *)(void *)graph->initializer[i]->raw.data;
    fail_msg("there are no rows");
    return NULL;
}
static void far_row(struct ls_onnx *o) {
    rows_of(o)[7] = 49;
}
static void row_before_all(struct ls_onnx *o) {
    rows_of(o)[7] = -50;
}
static void last_row(struct ls_onnx *o) {
    rows_of(o)[7] = -49;
}
static void rows_that_are_weights(struct ls_onnx *o) {
    onnx_take(o, "Gather", 0, 1, "linear.bias");
}
static void far_dimension(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "Gather", 0), "axis")->whole = 2;
}
static void table_that_is_no_table(struct ls_onnx *o) {
    onnx_take(o, "Gather", 0, 0, "patches.weight");
}

static void biases_that_do_not_fit_are_refused(void **state) {
    static const char path[] = "tests/fixtures/onnx/relative-with-batch-norm.onnx";
    static const struct onnx_refusal cases[] = {
        {of_other_heads, "(Add): adds to the scores of attention what is not one number for each"},
        {of_tokens, "(Add): adds to the scores of attention what is not one number for each"},
        {scaled, "(Mul): takes a part of a formula"},
        {biased_twice, "or does so twice"},
        {far_row, "(Gather): cannot pick pixel number 49 of 49"},
        {row_before_all, "(Gather): cannot pick pixel number -1 of 49"},
        {rows_that_are_weights,
         "(Gather): takes rows of a table of weights by numbers that are not"},
        {far_dimension, "(Gather): takes rows of a table of weights by numbers that are not"},
        {table_that_is_no_table, "(Gather): takes weights as activations"},
    };
    (void)state;
    onnx_check_refusals(path, cases, sizeof cases / sizeof *cases);
    onnx_check_taken(path, last_row, 10);
}

/* Products by letters: those of attention alone are known. */
static void set_equation(struct ls_onnx *o, int earlier, const char *equation) {
    LsOnnx__Attribute *attribute = onnx_attribute(o, onnx_node(o, "Einsum", earlier), "equation");
    attribute->text.len = strlen(equation);
    free(attribute->text.data);
    attribute->text.data = (uint8_t *)strdup(equation);
    assert_non_null(attribute->text.data);
}
static void no_result(struct ls_onnx *o) {
    set_equation(o, 0, "bhid,bhjd");
}
static void one_operand(struct ls_onnx *o) {
    set_equation(o, 0, "bhid->bhij");
}
static void any_dimensions(struct ls_onnx *o) {
    set_equation(o, 0, "...id,...jd->...ij");
}
static void letter_twice(struct ls_onnx *o) {
    set_equation(o, 0, "bhii,bhji->bhij");
}
static void many_letters(struct ls_onnx *o) {
    set_equation(o, 0, "abcdefgh,abcdefgi->abcdefhi");
}
static void sum_of_all(struct ls_onnx *o) {
    set_equation(o, 0, "bhid,bhjd->bh");
}
static void nothing_summed(struct ls_onnx *o) {
    set_equation(o, 0, "bhid,bhij->bhidj");
}
static void other_rank(struct ls_onnx *o) {
    set_equation(o, 0, "bid,bjd->bij");
}
static void turned_scores(struct ls_onnx *o) {
    set_equation(o, 0, "bhid,bhjd->bhji");
}
static void letters_that_are_not_known_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {no_result, "(Einsum): is known here for products of matrices only"},
        {one_operand, "(Einsum): is known here for products of matrices only"},
        {any_dimensions, "(Einsum): is known here for products of matrices only"},
        {letter_twice, "(Einsum): is known here for products of matrices only"},
        {many_letters, "(Einsum): is known here for products of matrices only"},
        {sum_of_all, "(Einsum): is known here for products of matrices only"},
        {nothing_summed, "(Einsum): is known here for products of matrices only"},
        {other_rank, "(Einsum): names other dimensions than its inputs have"},
        {turned_scores, "(Einsum): turns scores of attention"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/letters-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_that_do_not_fit_are_refused),
        cmocka_unit_test(other_ways_to_count_are_taken),
        cmocka_unit_test(mixed_tokens_are_taken),
        cmocka_unit_test(biases_that_do_not_fit_are_refused),
        cmocka_unit_test(letters_that_are_not_known_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
