/* Layer norms, GELUs, slices and shuffles that ONNX files spell out: what is not quite one is
 * refused. */
#include "onnx_change.h"
#include "support.h"

static LsOnnx__Node *node(const struct ls_onnx *o, const char *type, int earlier) {
    return o->model->graph->node[onnx_node(o, type, earlier)];
}

/* The numbers of the constant that is a node's input. */
static void *constant(const struct ls_onnx *o, const char *type, int earlier, size_t input) {
    const LsOnnx__Graph *graph = o->model->graph;
    const char *name = node(o, type, earlier)->input[input];
    for (size_t i = 0; i < graph->n_node; i++)
        if (strcmp(graph->node[i]->output[0], name) == 0) {
            assert_string_equal(graph->node[i]->type, "Constant");
            return graph->node[i]->attribute[0]->tensor->raw.data;
        }
    fail_msg("no constant %s", name);
    return NULL;
}

/* Replaces the number that is a node's second input. */
static void set_number(const struct ls_onnx *o, const char *type, int earlier, float number) {
    memcpy(constant(o, type, earlier, 1), &number, sizeof number);
}

/* Replaces number i of those that are an input. */
static void set_whole(const struct ls_onnx *o, const char *type, int earlier, size_t input,
                      size_t i, int64_t number) {
    memcpy((int64_t *)constant(o, type, earlier, input) + i, &number, sizeof number);
}

static void add_input(LsOnnx__Node *node, const char *name) {
    node->input = realloc(node->input, (node->n_input + 1) * sizeof *node->input);
    assert_non_null(node->input);
    node->input[node->n_input++] = strdup(name);
}

static void drop_attributes(LsOnnx__Node *node) {
    while (node->n_attribute > 0)
        ls_onnx__attribute__free_unpacked(node->attribute[--node->n_attribute], NULL);
}

/* Gives a node what another takes or makes. */
static void take(const struct ls_onnx *o, const char *type, int earlier, size_t input,
                 const char *name) {
    onnx_rename(&node(o, type, earlier)->input[input], name);
}

static void cube(struct ls_onnx *o) {
    set_number(o, "Pow", 0, 3);
}
static void other_half(struct ls_onnx *o) {
    set_number(o, "Mul", 3, 0.51F);
}
static void other_root(struct ls_onnx *o) {
    set_number(o, "Div", 2, 1.41F);
}
static void other_one(struct ls_onnx *o) {
    set_number(o, "Add", 5, 2);
}
static void two_epsilons(struct ls_onnx *o) {
    onnx_rename(&node(o, "Sqrt", 0)->type, "Add");
    add_input(node(o, "Add", 1), node(o, "Add", 0)->input[1]);
}
static void other_mean(struct ls_onnx *o) {
    take(o, "Sub", 1, 1, node(o, "Sub", 0)->input[1]);
}
static void other_deviation(struct ls_onnx *o) {
    take(o, "Div", 1, 1, node(o, "Div", 0)->input[1]);
}
static void reverse_difference(struct ls_onnx *o) {
    LsOnnx__Node *sub = node(o, "Sub", 0);
    char *first = sub->input[0];
    sub->input[0] = sub->input[1];
    sub->input[1] = first;
}
static void mean_for_all(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "ReduceMean", 0), "axes")->wholes[0] = 1;
}
static void other_weights(struct ls_onnx *o) {
    take(o, "Mul", 0, 1, "scale1");
}
static void same_weights(struct ls_onnx *o) {
    take(o, "Mul", 1, 1, "norm.weight");
}
static void same_scale(struct ls_onnx *o) {
    take(o, "Mul", 4, 0, "norm.weight");
}
static void no_erf(struct ls_onnx *o) {
    take(o, "Conv", 1, 0, node(o, "Erf", 0)->output[0]);
}
static void part_at_the_end(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->output[0]->name, node(o, "Erf", 0)->output[0]);
}
static void transposed_image(struct ls_onnx *o) {
    take(o, "Conv", 1, 0, node(o, "Add", 1)->output[0]);
}
static void turned_image(struct ls_onnx *o) {
    LsOnnx__Attribute *order = onnx_attribute(o, onnx_node(o, "Transpose", 0), "perm");
    order->wholes[1] = 3;
    order->wholes[3] = 2;
}
static void flattened_pixels(struct ls_onnx *o) {
    onnx_rename(&node(o, "Transpose", 1)->type, "Flatten");
    onnx_rename(&node(o, "Flatten", 0)->attribute[0]->name, "axis");
    node(o, "Flatten", 0)->attribute[0]->has_whole = true;
    node(o, "Flatten", 0)->attribute[0]->whole = 1;
}
static void number_on_top(struct ls_onnx *o) {
    take(o, "Add", 7, 1, node(o, "Add", 0)->input[1]);
}
static void product_of_two_kinds(struct ls_onnx *o) {
    take(o, "Conv", 1, 0, "scaled");
    onnx_rename(&node(o, "Transpose", 1)->type, "Mul");
    LsOnnx__Node *mul = node(o, "Mul", 1);
    drop_attributes(mul);
    onnx_rename(&mul->output[0], "scaled");
    add_input(mul, node(o, "Conv", 0)->output[0]);
}

static void formulas_that_are_not_known_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {cube, "(Pow): is known here in layer norms only"},
        {other_half, "(Mul): takes a part of a formula"},
        {other_root, "(Erf): is known here in GELUs only"},
        {other_one, "(Add): adds a number, which is known here"},
        {two_epsilons, "(Add): adds a number, which is known here"},
        {other_mean, "(Sub): is known here in layer norms only"},
        {other_deviation, "(Div): is known here in layer norms, GELUs and attention only"},
        {reverse_difference, "(Sub): is known here in layer norms only"},
        {mean_for_all, "(ReduceMean): only the mean over both dimensions of an image"},
        {other_weights, "(Mul): its weights are not as many as their dimensions say"},
        {same_weights, "(Add): has the weights of another node"},
        {same_scale, "(Mul): its weights are not as many as their dimensions say"},
        {no_erf, "(Conv): takes something else than the activations"},
        {part_at_the_end, "takes a part of a formula"},
        {transposed_image, "(Conv): takes images [batch, channels, height, width]"},
        {turned_image, "(Transpose): its order of dimensions is none"},
        {flattened_pixels, "(Conv): takes images [batch, channels, height, width]"},
        {number_on_top, "(Add): adds a number, which is known here"},
        {product_of_two_kinds, "(Mul): multiplies what is not of one kind"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/next-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

static void other_axis(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "LayerNormalization", 0), "axis")->whole = 1;
}
static void norm_of_image(struct ls_onnx *o) {
    take(o, "LayerNormalization", 0, 0, node(o, "Conv", 0)->output[0]);
}
static void other_way(struct ls_onnx *o) {
    memcpy(onnx_attribute(o, onnx_node(o, "Gelu", 0), "approximate")->text.data, "tenh", 4);
}
static void same_matrix(struct ls_onnx *o) {
    take(o, "MatMul", 2, 1, node(o, "MatMul", 3)->input[1]);
}
static void shared_matrix(struct ls_onnx *o) {
    LsOnnx__Node *gelu = node(o, "Gelu", 0);
    onnx_rename(&gelu->type, "Mul");
    drop_attributes(gelu);
    add_input(gelu, node(o, "MatMul", 0)->output[0]);
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
    set_whole(o, "Unsqueeze", 0, 1, 0, 0);
}
static void column_of_weights(struct ls_onnx *o) {
    onnx_rename(&node(o, "Unsqueeze", 1)->type, "Identity");
    free(node(o, "Identity", 0)->input[--node(o, "Identity", 0)->n_input]);
}
static void ring_of_weights(struct ls_onnx *o) {
    take(o, "Unsqueeze", 0, 0, node(o, "Unsqueeze", 1)->output[0]);
}
static void axes_in_a_ring(struct ls_onnx *o) {
    take(o, "Unsqueeze", 0, 1, node(o, "Unsqueeze", 0)->output[0]);
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
    set_whole(o, "Unsqueeze", 0, 1, 0, -1);
    for (int n = 0; n < 3; n++) {
        onnx_append(o, "Unsqueeze", n ? names[n - 1] : tensor->name, names[n]);
        LsOnnx__Node *last = graph->node[graph->n_node - 1];
        add_input(last, node(o, "Unsqueeze", 0)->input[1]);
        memmove(graph->node + n + 1, graph->node + n,
                (graph->n_node - 1 - (size_t)n) * sizeof(LsOnnx__Node *));
        graph->node[n] = last;
    }
    tensor->n_size = 0;
    tensor->raw.len = sizeof(float);
}

/* Weights that get more dimensions to be those of channels. */
static void dimensions_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {row_of_weights, "(Unsqueeze): is known here for activations and their sizes only"},
        {column_of_weights, "(Mul): its weights are not as many as their dimensions say"},
        {single_weight, "(Mul): weighs all channels alike"},
        {ring_of_weights, "(Unsqueeze): is known here for activations and their sizes only"},
        {axes_in_a_ring, "(Unsqueeze): is known here for activations and their sizes only"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/next-with-batch-norm.onnx", cases,
                        sizeof cases / sizeof *cases);
}

static void steps(struct ls_onnx *o) {
    set_whole(o, "Slice", 3, 4, 0, 2);
}
static void rows(struct ls_onnx *o) {
    set_whole(o, "Slice", 3, 3, 0, 2);
}
static void nothing(struct ls_onnx *o) {
    set_whole(o, "Slice", 3, 2, 0, 1);
}
static void other_groups(struct ls_onnx *o) {
    set_whole(o, "Reshape", 0, 1, 1, 5);
}
static void no_groups(struct ls_onnx *o) {
    set_whole(o, "Reshape", 0, 1, 1, 0);
}
static void two_left_out(struct ls_onnx *o) {
    set_whole(o, "Reshape", 1, 1, 0, -1);
}
static void fewer_channels(struct ls_onnx *o) {
    set_whole(o, "Reshape", 1, 1, 1, 6);
}
static void other_turn(struct ls_onnx *o) {
    LsOnnx__Attribute *order = onnx_attribute(o, onnx_node(o, "Transpose", 0), "perm");
    order->wholes[3] = 4;
    order->wholes[4] = 3;
}
static void groups_taken(struct ls_onnx *o) {
    take(o, "Split", 0, 0, node(o, "Transpose", 0)->output[0]);
}
static void too_many(struct ls_onnx *o) {
    set_whole(o, "Split", 0, 1, 2, 6);
}
static void too_few(struct ls_onnx *o) {
    set_whole(o, "Split", 0, 1, 1, 2);
}
static void negative_part(struct ls_onnx *o) {
    set_whole(o, "Split", 0, 1, 0, -3);
    set_whole(o, "Split", 0, 1, 1, 10);
}
static void split_rows(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "Split", 0), "axis")->whole = 2;
}
static void by_nothing(struct ls_onnx *o) {
    set_whole(o, "Div", 0, 1, 0, 0);
}
static void times_much(struct ls_onnx *o) {
    set_whole(o, "Mul", 0, 1, 0, INT64_MAX);
}

static void channels_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {steps, "(Slice): only channels that follow one another"},
        {rows, "(Slice): only channels that follow one another"},
        {nothing, "(Slice): takes nothing of its input"},
        {other_groups, "(Reshape): its shape is none that the activations"},
        {no_groups, "(Reshape): its shape is none that the activations"},
        {two_left_out, "(Reshape): its shape is none that the activations"},
        {fewer_channels, "(Reshape): its shape is none that the activations"},
        {other_turn, "(Conv): takes images [batch, channels, height, width]"},
        {groups_taken, "(Split): only all numbers of a dimension can be split"},
        {too_many, "(Split): only all numbers of a dimension can be split"},
        {too_few, "(Split): only all numbers of a dimension can be split"},
        {negative_part, "(Split): only all numbers of a dimension can be split"},
        {split_rows, "(Split): only all numbers of a dimension can be split"},
        {by_nothing, "(Div): computes numbers that are no sizes"},
        {times_much, "(Mul): computes numbers that are no sizes"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/shuffle-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

static void twice_the_keys(struct ls_onnx *o) {
    take(o, "MatMul", 1, 1, node(o, "MatMul", 1)->input[0]);
}
static void other_softmax(struct ls_onnx *o) {
    onnx_attribute(o, onnx_node(o, "Softmax", 0), "axis")->whole = 2;
}
static void no_softmax(struct ls_onnx *o) {
    take(o, "MatMul", 2, 0, node(o, "Softmax", 0)->input[0]);
}
static void softmax_of_tokens(struct ls_onnx *o) {
    take(o, "Softmax", 0, 0, node(o, "Add", 0)->output[0]);
}
static void keys_as_values(struct ls_onnx *o) {
    take(o, "MatMul", 2, 1, node(o, "MatMul", 1)->input[1]);
}
static void other_token(struct ls_onnx *o) {
    take(o, "Concat", 1, 1, node(o, "Conv", 0)->output[0]);
}
static void same_positions(struct ls_onnx *o) {
    take(o, "Add", 0, 1, "blocks.0.norm1.weight");
}
static void tokens_at_the_end(struct ls_onnx *o) {
    onnx_rename(&o->model->graph->output[0]->name, node(o, "Add", 0)->output[0]);
}
static void far_token(struct ls_onnx *o) {
    set_whole(o, "Gather", 0, 1, 0, 17);
}
static void vast_reshape(struct ls_onnx *o) {
    set_whole(o, "Reshape", 1, 1, 1, INT64_MAX);
}
static void scores_as_activations(struct ls_onnx *o) {
    take(o, "Transpose", 5, 0, node(o, "MatMul", 1)->output[0]);
}

static void tokens_that_do_not_fit_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {twice_the_keys, "(MatMul): multiplies activations, which is known here in attention"},
        {other_softmax, "(Softmax): is known here in attention only"},
        {no_softmax, "(MatMul): takes a part of a formula"},
        {softmax_of_tokens, "(Softmax): is known here in attention only"},
        {keys_as_values, "(MatMul): attends to other values"},
        {other_token, "(Concat): only all channels, or all tokens"},
        {same_positions, "(Add): adds weights"},
        {tokens_at_the_end, "its output is an image that has been flattened or transposed"},
        {far_token, "(Gather): takes what its input does not have"},
        {vast_reshape, "(Reshape): its shape is none that the activations"},
        {scores_as_activations, "(Transpose): takes a part of a formula"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/vision-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_that_are_not_known_are_refused),
        cmocka_unit_test(layers_that_do_not_fit_are_refused),
        cmocka_unit_test(dimensions_that_do_not_fit_are_refused),
        cmocka_unit_test(channels_that_do_not_fit_are_refused),
        cmocka_unit_test(tokens_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
