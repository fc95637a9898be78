/* Layer norms, GELUs, slices and shuffles that ONNX files spell out: what is not quite one is
 * refused. */
#include "onnx_change.h"
#include "support.h"

static void cube(struct ls_onnx *o) {
    onnx_set_number(o, "Pow", 0, 3);
}
static void other_half(struct ls_onnx *o) {
    onnx_set_number(o, "Mul", 3, 0.51F);
}
static void trained_half(struct ls_onnx *o) {
    onnx_add_number(o, "begin", 0.5F);
    onnx_take(o, "Mul", 3, 1, "begin");
}
static void computed_of_trained(struct ls_onnx *o) {
    onnx_add_number(o, "begin", 0.25F);
    onnx_append(o, "Sqrt", "begin", "half");
    onnx_move_last(o, 0);
    onnx_take(o, "Mul", 3, 1, "half");
}
static void other_root(struct ls_onnx *o) {
    onnx_set_number(o, "Div", 2, 1.41F);
}
static void other_one(struct ls_onnx *o) {
    onnx_set_number(o, "Add", 5, 2);
}
static void two_epsilons(struct ls_onnx *o) {
    onnx_rename(&onnx_find(o, "Sqrt", 0)->type, "Add");
    onnx_add_input(onnx_find(o, "Add", 1), onnx_find(o, "Add", 0)->input[1]);
}
static void other_mean(struct ls_onnx *o) {
    onnx_take(o, "Sub", 1, 1, onnx_find(o, "Sub", 0)->input[1]);
}
static void other_deviation(struct ls_onnx *o) {
    onnx_take(o, "Div", 1, 1, onnx_find(o, "Div", 0)->input[1]);
}
static void reverse_difference(struct ls_onnx *o) {
    LsOnnx__Node *sub = onnx_find(o, "Sub", 0);
    char *first = sub->input[0];
    sub->input[0] = sub->input[1];
    sub->input[1] = first;
}
static void mean_for_all(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "ReduceMean", 0), "axes")->wholes[0] = 1;
}
static void other_weights(struct ls_onnx *o) {
    onnx_take(o, "Mul", 0, 1, "scale1");
}
static void same_weights(struct ls_onnx *o) {
    onnx_take(o, "Mul", 1, 1, "norm.weight");
}
static void same_scale(struct ls_onnx *o) {
    onnx_take(o, "Mul", 4, 0, "norm.weight");
}
static void no_erf(struct ls_onnx *o) {
    onnx_take(o, "Conv", 1, 0, onnx_find(o, "Erf", 0)->output[0]);
}
static void part_at_the_end(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->output[0]->name, onnx_find(o, "Erf", 0)->output[0]);
}
static void transposed_image(struct ls_onnx *o) {
    onnx_take(o, "Conv", 1, 0, onnx_find(o, "Add", 1)->output[0]);
}
static void turned_image(struct ls_onnx *o) {
    LsOnnx__Attribute *order = onnx_attribute(o, onnx_node(o, "Transpose", 0), "perm");
    order->wholes[1] = 3;
    order->wholes[3] = 2;
}
static void flattened_pixels(struct ls_onnx *o) {
    onnx_rename(&onnx_find(o, "Transpose", 1)->type, "Flatten");
    onnx_rename(&onnx_find(o, "Flatten", 0)->attribute[0]->name, "axis");
    onnx_find(o, "Flatten", 0)->attribute[0]->has_whole = true;
    onnx_find(o, "Flatten", 0)->attribute[0]->whole = 1;
}
static void number_on_top(struct ls_onnx *o) {
    onnx_take(o, "Add", 7, 1, onnx_find(o, "Add", 0)->input[1]);
}
/* Gives the node that takes this as its second input another. */
static void replace_second(const struct ls_onnx *o, const char *name, const char *other) {
    const LsOnnx__Graph *graph = o->model->graph;
    for (size_t i = 0; i < graph->n_node; i++)
        if (graph->node[i]->n_input > 1 && strcmp(graph->node[i]->input[1], name) == 0)
            onnx_rename(&graph->node[i]->input[1], other);
}
static void computed_factor(struct ls_onnx *o) {
    onnx_add_number(o, "onnx::9", 9);
    onnx_append(o, "Sqrt", "onnx::9", "factor");
    onnx_move_last(o, 0);
    replace_second(o, "scale2", "factor");
}
static void long_name(struct ls_onnx *o) {
    char name[LS_MAX_TENSOR_NAME + 1] = "";
    const size_t length = LS_MAX_TENSOR_NAME - strlen(".weight");
    strcpy((char *)memset(name, 'a', length) + length, ".weight");
    for (size_t i = 0; i < o->model->graph->n_initializer; i++)
        if (strcmp(o->model->graph->initializer[i]->name, "scale2") == 0)
            onnx_rename(&o->model->graph->initializer[i]->name, name);
    replace_second(o, "scale2", name);
}
static void product_of_two_kinds(struct ls_onnx *o) {
    onnx_take(o, "Conv", 1, 0, "scaled");
    onnx_rename(&onnx_find(o, "Transpose", 1)->type, "Mul");
    LsOnnx__Node *mul = onnx_find(o, "Mul", 1);
    onnx_drop_attributes(mul);
    onnx_rename(&mul->output[0], "scaled");
    onnx_add_input(mul, onnx_find(o, "Conv", 0)->output[0]);
}

static void formulas_that_are_not_known_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {cube, "(Pow): is known here for squares only"},
        {other_half, "(Mul): takes a part of a formula"},
        {trained_half, "(Mul): takes a part of a formula"},
        {computed_of_trained, "(Sqrt): takes something else than the activations"},
        {other_root, "(Erf): is known here in GELUs only"},
        {other_one, "(Add): takes a part of a formula"},
        {two_epsilons, "(Add): takes a part of a formula"},
        {other_mean, "(Sub): takes a part of a formula"},
        {other_deviation, "(Div): is known here by constants, and in layer norms"},
        {reverse_difference, "(Sub): adds what is not of one kind"},
        {mean_for_all, "(ReduceMean): in layer norms it is known over all channels"},
        {other_weights, "(Mul): weighs activations by numbers that are not one for each"},
        {same_weights, "(Add): has the weights of another node"},
        {same_scale, "(Mul): weighs activations by numbers that are not one for each channel"},
        {no_erf, "(Conv): takes something else than the activations"},
        {part_at_the_end, "takes a part of a formula"},
        {transposed_image, "(Conv): takes images [batch, channels, height, width]"},
        {turned_image, "(Transpose): its order of dimensions is none"},
        {flattened_pixels, "(Conv): takes images [batch, channels, height, width]"},
        {long_name, "(Mul): the name of its weights is too long"},
        {product_of_two_kinds, "(Mul): multiplies what is not of one kind"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/next-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

/* Numbers that are no part of a formula are just that. */
static void numbers_are_taken(void **state) {
    (void)state;
    onnx_check_taken("tests/fixtures/onnx/next-folded.onnx", number_on_top, 10);
    onnx_check_taken("tests/fixtures/onnx/next-folded.onnx", computed_factor, 10);
}

static void other_axis(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "LayerNormalization", 0), "axis")->whole = 1;
}
static void norm_of_image(struct ls_onnx *o) {
    onnx_take(o, "LayerNormalization", 0, 0, onnx_find(o, "Conv", 0)->output[0]);
}
static void other_way(struct ls_onnx *o) {
    memcpy(onnx_attribute(o, onnx_node(o, "Gelu", 0), "approximate")->text.data, "tenh", 4);
}
static void same_matrix(struct ls_onnx *o) {
    onnx_take(o, "MatMul", 2, 1, onnx_find(o, "MatMul", 3)->input[1]);
}
static void shared_matrix(struct ls_onnx *o) {
    LsOnnx__Node *gelu = onnx_find(o, "Gelu", 0);
    onnx_rename(&gelu->type, "Mul");
    onnx_drop_attributes(gelu);
    onnx_add_input(gelu, onnx_find(o, "MatMul", 0)->output[0]);
}

static void layers_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {other_axis, "(LayerNormalization): normalises something else"},
        {norm_of_image, "(LayerNormalization): normalises something else"},
        {other_way, "(Gelu): is approximated in a way that is not known"},
        {same_matrix, "its weights do not fit"},
        {shared_matrix, "(Mul): has the weights of another node"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/next-later-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

static void row_of_weights(struct ls_onnx *o) {
    onnx_set_whole(o, "Unsqueeze", 0, 1, 0, 0);
}
static void column_of_weights(struct ls_onnx *o) {
    onnx_rename(&onnx_find(o, "Unsqueeze", 1)->type, "Identity");
    free(onnx_find(o, "Identity", 0)->input[--onnx_find(o, "Identity", 0)->n_input]);
}
static void ring_of_weights(struct ls_onnx *o) {
    onnx_take(o, "Unsqueeze", 0, 0, onnx_find(o, "Unsqueeze", 1)->output[0]);
}
static void axes_in_a_ring(struct ls_onnx *o) {
    onnx_take(o, "Unsqueeze", 0, 1, onnx_find(o, "Unsqueeze", 0)->output[0]);
}

/* The initialiser of three dimensions, which is a scale. */
static LsOnnx__Tensor *scale_of(const struct ls_onnx *o) {
    const LsOnnx__Graph *graph = o->model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (graph->initializer[i]->n_size == 3)
            return graph->initializer[i];
    fail_msg("there is no scale");
    return NULL;
}

/* One number for all channels, with as many dimensions as numbers for each have. */
static void single_weight(struct ls_onnx *o) {
    static const char *const names[] = {"first", "second", "third"};
    LsOnnx__Graph *graph = o->model->graph;
    LsOnnx__Tensor *tensor = scale_of(o);
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t j = 0; j < graph->node[i]->n_input; j++)
            if (strcmp(graph->node[i]->input[j], tensor->name) == 0)
                onnx_rename(&graph->node[i]->input[j], names[2]);
    onnx_set_whole(o, "Unsqueeze", 0, 1, 0, -1);
    for (int n = 0; n < 3; n++) {
        onnx_add_input(onnx_append(o, "Unsqueeze", n ? names[n - 1] : tensor->name, names[n]),
                       onnx_find(o, "Unsqueeze", 0)->input[1]);
        onnx_move_last(o, n);
    }
    tensor->n_size = 0;
    tensor->raw.len = sizeof(float);
}

static void turned_column(struct ls_onnx *o) {
    onnx_add_wholes(onnx_append(o, "Unsqueeze", "scale2", "column"), "axes", 1, (int64_t[]){1});
    onnx_append(o, "Transpose", "column", "turned");
    onnx_append(o, "Squeeze", "turned", "row");
}

/* A row that is a column turned has its numbers in the same order, which no matrix has. */
static void vectors_stay_in_order(void **state) {
    struct ls_onnx onnx;
    (void)state;
    onnx_change(&onnx, "tests/fixtures/onnx/next-folded.onnx", turned_column);
    const struct ls_onnx_source turned = ls_onnx_find(&onnx, "turned"),
                                row = ls_onnx_find(&onnx, "row");
    assert_non_null(turned.tensor);
    assert_int_equal(turned.rank, 2);
    assert_int_equal(turned.size[0], 1);
    assert_int_equal(turned.size[1], 18);
    assert_false(turned.transposed);
    assert_non_null(row.tensor);
    assert_int_equal(row.rank, 1);
    assert_int_equal(row.size[0], 18);
    ls_onnx_free(&onnx);
}

/* Weights that get more dimensions to be those of channels. */
static void dimensions_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {row_of_weights, "(Mul): weighs activations by numbers that are not one for each"},
        {column_of_weights, "(Mul): weighs activations by numbers that are not one for each"},
        {ring_of_weights, "(Unsqueeze): takes something else than the activations"},
        {axes_in_a_ring, "(Unsqueeze): takes something else than the activations"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/next-with-batch-norm.onnx", cases,
                        sizeof cases / sizeof *cases);
    onnx_check_taken("tests/fixtures/onnx/next-with-batch-norm.onnx", single_weight, 10);
}

static void steps(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 3, 4, 0, 2);
}
static void nothing(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 3, 2, 0, 1);
}
static void other_groups(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 0, 1, 1, 5);
}
static void no_groups(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 0, 1, 1, 0);
}
static void two_left_out(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 1, 1, 0, -1);
}
static void fewer_channels(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 1, 1, 1, 6);
}
static void other_turn(struct ls_onnx *o) {
    LsOnnx__Attribute *order = onnx_attribute(o, onnx_node(o, "Transpose", 0), "perm");
    order->wholes[3] = 4;
    order->wholes[4] = 3;
}
static void groups_taken(struct ls_onnx *o) {
    onnx_take(o, "Split", 0, 0, onnx_find(o, "Transpose", 0)->output[0]);
}
static void too_many(struct ls_onnx *o) {
    onnx_set_whole(o, "Split", 0, 1, 2, 6);
}
static void too_few(struct ls_onnx *o) {
    onnx_set_whole(o, "Split", 0, 1, 1, 2);
}
static void negative_part(struct ls_onnx *o) {
    onnx_set_whole(o, "Split", 0, 1, 0, -3);
    onnx_set_whole(o, "Split", 0, 1, 1, 10);
}
static void split_rows(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "Split", 0), "axis")->whole = 2;
}
static void far_size(struct ls_onnx *o) {
    onnx_set_whole(o, "Gather", 0, 1, 0, INT64_MAX);
}
static void by_nothing(struct ls_onnx *o) {
    onnx_set_whole(o, "Div", 0, 1, 0, 0);
}
static void times_much(struct ls_onnx *o) {
    onnx_set_whole(o, "Mul", 0, 1, 0, INT64_MAX);
}

static void channels_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {steps, "(Slice): only pixels can be taken some distance apart"},
        {nothing, "(Slice): takes nothing of its input"},
        {other_groups, "(Reshape): its shape is none that the activations"},
        {no_groups, "(Reshape): its shape is none that the activations"},
        {two_left_out, "(Reshape): its shape is none that the activations"},
        {fewer_channels, "(Reshape): its shape is none that the activations"},
        {groups_taken, "(Split): only all numbers of a dimension can be split"},
        {too_many, "(Split): only all numbers of a dimension can be split"},
        {too_few, "(Split): only all numbers of a dimension can be split"},
        {negative_part, "(Split): only all numbers of a dimension can be split"},
        {split_rows, "(Split): only all numbers of a dimension can be split"},
        {far_size, "(Gather): its numbers do not fit together"},
        {by_nothing, "(Div): its numbers do not fit together"},
        {times_much, "(Mul): its numbers do not fit together"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/shuffle-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
    onnx_check_taken("tests/fixtures/onnx/shuffle-folded.onnx", other_turn, 10);
}

/* The channels become what is otherwise the batch. */
static void turned_batch(struct ls_onnx *o) {
    LsOnnx__Node **nodes = o->model->graph->node;
    const int relu = onnx_node(o, "Relu", 0), pool = onnx_node(o, "GlobalAveragePool", 0);
    LsOnnx__Node *turned = nodes[relu];
    onnx_rename(&nodes[pool]->input[0], turned->input[0]);
    onnx_rename(&turned->input[0], nodes[pool]->output[0]);
    onnx_rename(&turned->type, "Transpose");
    onnx_add_wholes(turned, "perm", 4, (int64_t[]){1, 0, 2, 3});
    nodes[relu] = nodes[pool];
    nodes[pool] = turned;
    onnx_take(o, "Flatten", 0, 0, turned->output[0]);
}

static void channels_that_are_first_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {turned_batch, "(MatMul): its weights do not fit what it is applied to"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/small-flatten-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

/* One half of whole numbers, of which it would be none. */
static void half_of_wholes(struct ls_onnx *o) {
    static const char *const wholes[] = {"one", "two"}, *const floats[] = {"1", "2"};
    for (int64_t i = 0; i < 2; i++) {
        onnx_add_row(o, wholes[i], 1, (int64_t[]){i + 1});
        LsOnnx__Node *cast = onnx_append(o, "Cast", wholes[i], floats[i]);
        onnx_add_wholes(cast, "to", 1, (int64_t[]){1});
        cast->attribute[0]->has_whole = true;
        cast->attribute[0]->whole = 1;
    }
    onnx_add_input(onnx_append(o, "Div", floats[0], "half"), floats[1]);
    onnx_move_last(o, 0);
    onnx_take(o, "Mul", 3, 1, "half");
}
static void mean_of_slice(struct ls_onnx *o) {
    onnx_take(o, "ReduceMean", 0, 0, onnx_find(o, "Slice", 1)->output[0]);
}
static void other_ways_to_count_are_taken(void **state) {
    (void)state;
    onnx_check_taken("tests/fixtures/onnx/next-folded.onnx", half_of_wholes, 10);
    onnx_check_taken("tests/fixtures/onnx/shuffle-folded.onnx", mean_of_slice, 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_that_are_not_known_are_refused),
        cmocka_unit_test(numbers_are_taken),
        cmocka_unit_test(layers_that_do_not_fit_are_refused),
        cmocka_unit_test(vectors_stay_in_order),
        cmocka_unit_test(dimensions_that_do_not_fit_are_refused),
        cmocka_unit_test(channels_that_do_not_fit_are_refused),
        cmocka_unit_test(channels_that_are_first_are_refused),
        cmocka_unit_test(other_ways_to_count_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
