/* Layer norms, GELUs, slices and shuffles that ONNX files spell out: what is not quite one is
 * refused. */
#include "base/file.h"
#include "onnx_change.h"
#include "ops/op.h"
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

static void add_wholes(LsOnnx__Node *to, const char *name, size_t count, const int64_t *wholes) {
    LsOnnx__Attribute *attribute = malloc(sizeof *attribute);
    to->attribute = realloc(to->attribute, (to->n_attribute + 1) * sizeof *to->attribute);
    assert_true(attribute && to->attribute);
    ls_onnx__attribute__init(attribute);
    attribute->name = strdup(name);
    attribute->wholes = memcpy(malloc(count * sizeof *wholes), wholes, count * sizeof *wholes);
    attribute->n_wholes = count;
    to->attribute[to->n_attribute++] = attribute;
}

/* Appends a row of whole numbers to what is stored. */
static void add_row(const struct ls_onnx *o, const char *name, size_t count,
                    const int64_t *wholes) {
    LsOnnx__Graph *graph = o->model->graph;
    LsOnnx__Tensor *row = malloc(sizeof *row);
    graph->initializer =
        realloc(graph->initializer, (graph->n_initializer + 1) * sizeof *graph->initializer);
    assert_true(row && graph->initializer);
    ls_onnx__tensor__init(row);
    row->name = strdup(name);
    row->has_type = true;
    row->type = 7;
    row->size = malloc(sizeof *row->size);
    *row->size = (int64_t)count;
    row->n_size = 1;
    row->wholes = memcpy(malloc(count * sizeof *wholes), wholes, count * sizeof *wholes);
    row->n_wholes = count;
    graph->initializer[graph->n_initializer++] = row;
}

/* Appends a node, which is returned. */
static LsOnnx__Node *append(struct ls_onnx *o, const char *type, const char *input,
                            const char *output) {
    onnx_append(o, type, input, output);
    return o->model->graph->node[o->model->graph->n_node - 1];
}

/* Puts the last node in front of node n. */
static void move_last(const struct ls_onnx *o, int n) {
    LsOnnx__Graph *graph = o->model->graph;
    LsOnnx__Node *last = graph->node[graph->n_node - 1];
    memmove(graph->node + n + 1, graph->node + n,
            (graph->n_node - 1 - (size_t)n) * sizeof(LsOnnx__Node *));
    graph->node[n] = last;
}

static void set_output(const struct ls_onnx *o, const char *name) {
    onnx_rename(&o->model->graph->output[0]->name, name);
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
/* Gives the node that takes this as its second input another. */
static void replace_second(const struct ls_onnx *o, const char *name, const char *other) {
    const LsOnnx__Graph *graph = o->model->graph;
    for (size_t i = 0; i < graph->n_node; i++)
        if (graph->node[i]->n_input > 1 && strcmp(graph->node[i]->input[1], name) == 0)
            onnx_rename(&graph->node[i]->input[1], other);
}
static void computed_factor(struct ls_onnx *o) {
    add_row(o, "size", 1, (int64_t[]){9});
    append(o, "Sqrt", "size", "factor");
    move_last(o, 0);
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
        {computed_factor, "(Add): takes a part of a formula"},
        {long_name, "(Mul): the name of its weights is too long"},
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
        add_input(append(o, "Unsqueeze", n ? names[n - 1] : tensor->name, names[n]),
                  node(o, "Unsqueeze", 0)->input[1]);
        move_last(o, n);
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
static void far_size(struct ls_onnx *o) {
    set_whole(o, "Gather", 0, 1, 0, INT64_MAX);
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
        {far_size, "(Gather): takes what its input does not have"},
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
    set_output(o, node(o, "Add", 0)->output[0]);
}
static void turned_logits(struct ls_onnx *o) {
    add_row(o, "two fives", 3, (int64_t[]){1, 2, 5});
    add_input(append(o, "Reshape", o->model->graph->output[0]->name, "logits"), "two fives");
    add_wholes(append(o, "Transpose", "logits", "turned"), "perm", 3, (int64_t[]){0, 2, 1});
    set_output(o, "turned");
}
static void old_softmax(struct ls_onnx *o) {
    o->model->operators[0]->version = 12;
    drop_attributes(node(o, "Softmax", 0));
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
    LsOnnx__Node *squeeze = node(o, "Squeeze", 0);
    free(squeeze->input[--squeeze->n_input]);
}
static void row_of_one_token(struct ls_onnx *o) {
    LsOnnx__Node *gather = node(o, "Gather", 0);
    add_wholes(append(o, "Unsqueeze", gather->input[1], "row"), "axes", 1, (int64_t[]){0});
    onnx_rename(&gather->input[1], "row");
}
static void computed_token(struct ls_onnx *o) {
    LsOnnx__Node *gather = node(o, "Gather", 0);
    add_row(o, "one", 1, (int64_t[]){1});
    add_input(append(o, "Add", "one", "two"), "one");
    move_last(o, 0);
    onnx_rename(&gather->input[1], "two");
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
        {tokens_at_the_end, "its output is an image that has been flattened, or has been"},
        {turned_logits, "its output is an image that has been flattened, or has been"},
        {old_softmax, "(Softmax): is known here in attention only"},
        {far_axis, "(Concat): joins along a dimension that is not there"},
        {positions_of_a_batch, "(Add): adds weights"},
        {squeezed_batch, "(Transpose): its order of dimensions is none"},
        {row_of_one_token, "(Gemm): is known here for activations of two dimensions only"},
        {computed_token, "(Gather): takes what is computed"},
        {far_token, "(Gather): takes what its input does not have"},
        {vast_reshape, "(Reshape): its shape is none that the activations"},
        {scores_as_activations, "(Transpose): takes a part of a formula"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/vision-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

/* The channels become what is otherwise the batch. */
static void turned_batch(struct ls_onnx *o) {
    LsOnnx__Node **nodes = o->model->graph->node;
    const int relu = onnx_node(o, "Relu", 0), pool = onnx_node(o, "GlobalAveragePool", 0);
    LsOnnx__Node *turned = nodes[relu];
    onnx_rename(&nodes[pool]->input[0], turned->input[0]);
    onnx_rename(&turned->input[0], nodes[pool]->output[0]);
    onnx_rename(&turned->type, "Transpose");
    add_wholes(turned, "perm", 4, (int64_t[]){1, 0, 2, 3});
    nodes[relu] = nodes[pool];
    nodes[pool] = turned;
    take(o, "Flatten", 0, 0, turned->output[0]);
}

static void channels_that_are_first_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {turned_batch, "(MatMul): is known here for images that have been flattened"},
    };
    (void)state;
    onnx_check_refusals("tests/fixtures/onnx/small-flatten-folded.onnx", cases,
                        sizeof cases / sizeof *cases);
}

/* Checks that the changed file is known, and that of an image so many numbers come. */
static void check_taken(const char *path, void (*change)(struct ls_onnx *o), int numbers) {
    unsigned char *bytes;
    size_t count;
    struct ls_onnx onnx;
    struct ls_network network;
    struct ls_error error = {0};
    assert_int_equal(ls_file_read(path, 1 << 20, &bytes, &count, NULL), LS_OK);
    assert_int_equal(ls_onnx_parse(&onnx, path, bytes, count, NULL), LS_OK);
    change(&onnx);
    assert_int_equal(onnx_read_again(&onnx, path, NULL), LS_OK);
    if (ls_onnx_network(&onnx, &network, NULL, &error))
        fail_msg("%s", error.message);
    const struct ls_shape shape = network.nodes[network.node_count - 1].out,
                          wanted = {1, 1, numbers};
    assert_true(ls_shape_equal(shape, wanted));
    ls_network_free(&network);
    ls_onnx_free(&onnx);
    free(bytes);
}

/* One half of whole numbers, of which it would be none. */
static void half_of_wholes(struct ls_onnx *o) {
    static const char *const wholes[] = {"one", "two"}, *const floats[] = {"1", "2"};
    for (int64_t i = 0; i < 2; i++) {
        add_row(o, wholes[i], 1, (int64_t[]){i + 1});
        LsOnnx__Node *cast = append(o, "Cast", wholes[i], floats[i]);
        add_wholes(cast, "to", 1, (int64_t[]){1});
        cast->attribute[0]->has_whole = true;
        cast->attribute[0]->whole = 1;
    }
    add_input(append(o, "Div", floats[0], "half"), floats[1]);
    move_last(o, 0);
    take(o, "Mul", 3, 1, "half");
}
static void mean_of_slice(struct ls_onnx *o) {
    take(o, "ReduceMean", 0, 0, node(o, "Slice", 1)->output[0]);
}
static void mean_of_heads(struct ls_onnx *o) {
    LsOnnx__Node *mean = append(o, "ReduceMean", node(o, "MatMul", 2)->output[0], "mean");
    add_wholes(mean, "axes", 1, (int64_t[]){2});
    add_row(o, "row", 2, (int64_t[]){1, -1});
    add_input(append(o, "Reshape", "mean", "all heads"), "row");
    set_output(o, "all heads");
}
static void without_and_with_positions(struct ls_onnx *o) {
    LsOnnx__Node *positions = node(o, "Add", 0);
    add_input(append(o, "Add", positions->input[0], "sum"), positions->output[0]);
    add_wholes(append(o, "ReduceMean", "sum", "mean"), "axes", 1, (int64_t[]){1});
    append(o, "Squeeze", "mean", "row");
    set_output(o, "row");
}

static void other_ways_to_count_are_taken(void **state) {
    (void)state;
    check_taken("tests/fixtures/onnx/next-folded.onnx", half_of_wholes, 10);
    check_taken("tests/fixtures/onnx/shuffle-folded.onnx", mean_of_slice, 10);
    check_taken("tests/fixtures/onnx/vision-folded.onnx", mean_of_heads, 12);
    check_taken("tests/fixtures/onnx/encoder-folded.onnx", without_and_with_positions, 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_that_are_not_known_are_refused),
        cmocka_unit_test(layers_that_do_not_fit_are_refused),
        cmocka_unit_test(dimensions_that_do_not_fit_are_refused),
        cmocka_unit_test(channels_that_do_not_fit_are_refused),
        cmocka_unit_test(tokens_that_do_not_fit_are_refused),
        cmocka_unit_test(channels_that_are_first_are_refused),
        cmocka_unit_test(other_ways_to_count_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
