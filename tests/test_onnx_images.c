/* Images that ONNX files give another size, and what is put to images that is constant. */
#include "networks.h"
#include "onnx_change.h"
#include "ops/op.h"
#include "support.h"

static const char cuts[] = "tests/fixtures/onnx/cuts-with-batch-norm.onnx";
static const char sizes[] = "tests/fixtures/onnx/sizes-with-batch-norm.onnx";

static void say(struct ls_onnx *o, int resize, const char *name, const char *text) {
    LsOnnx__Attribute *attribute = onnx_attribute(o, onnx_node(o, "Resize", resize), name);
    free(attribute->text.data);
    attribute->text.data = (uint8_t *)strdup(text);
    attribute->text.len = strlen(text);
}
static void cubic(struct ls_onnx *o) {
    say(o, 0, "mode", "cubic");
}
static void cropped(struct ls_onnx *o) {
    say(o, 0, "coordinate_transformation_mode", "tf_crop_and_resize");
}
static void other_nearest(struct ls_onnx *o) {
    say(o, 1, "nearest_mode", "flour");
}
static void smoothed(struct ls_onnx *o) {
    onnx_rename(&onnx_attribute(o, onnx_node(o, "Resize", 0), "cubic_coeff_a")->name, "antialias");
    onnx_attribute(o, onnx_node(o, "Resize", 0), "antialias")->has_whole = true;
    onnx_attribute(o, onnx_node(o, "Resize", 0), "antialias")->whole = 1;
}
static void no_scales(struct ls_onnx *o) {
    onnx_rename(&onnx_find(o, "Resize", 0)->input[2], "");
}
static void both(struct ls_onnx *o) {
    onnx_add_row(o, "four", 4, (int64_t[]){1, 12, 16, 16});
    onnx_add_input(onnx_find(o, "Resize", 0), "four");
}
static void other_channels(struct ls_onnx *o) {
    onnx_add_row(o, "four", 4, (int64_t[]){1, 13, 16, 16});
    onnx_rename(&onnx_find(o, "Resize", 2)->input[3], "four");
}
static void vast(struct ls_onnx *o) {
    onnx_add_row(o, "four", 4, (int64_t[]){1, 6, 1 << 20, 16});
    onnx_rename(&onnx_find(o, "Resize", 2)->input[3], "four");
}
static void nothing(struct ls_onnx *o) {
    onnx_add_row(o, "four", 4, (int64_t[]){1, 6, 0, 16});
    onnx_rename(&onnx_find(o, "Resize", 2)->input[3], "four");
}

/* Number i of those the first Resize grows by, of which two and two are joined. */
static float *scale(struct ls_onnx *o, int i) {
    const int node = onnx_node(o, "Constant", 3 + i / 2);
    return (float *)(void *)onnx_attribute(o, node, "value")->tensor->raw.data + i % 2;
}
static void more_channels(struct ls_onnx *o) {
    *scale(o, 1) = 2;
}
static void negative(struct ls_onnx *o) {
    *scale(o, 2) = -2;
}
static void no_number(struct ls_onnx *o) {
    *scale(o, 3) = (float)strtod("nan", NULL);
}

static void sizes_that_are_not_known_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {cubic, "(Resize): only the nearest pixel and linear interpolation"},
        {cropped, "(Resize): finds pixels in a way"},
        {other_nearest, "(Resize): only the nearest pixel and linear interpolation"},
        {smoothed, "(Resize): finds pixels in a way"},
        {no_scales, "(Resize): does not say what size"},
        {both, "(Resize): does not say what size"},
        {other_channels, "(Resize): does not say what size"},
        {vast, "(Resize): does not say what size"},
        {nothing, "(Resize): does not say what size"},
        {more_channels, "(Resize): does not say what size"},
        {negative, "(Resize): does not say what size"},
        {no_number, "(Resize): does not say what size"},
    };
    (void)state;
    onnx_check_refusals(sizes, cases, sizeof cases / sizeof *cases);
}

static void backwards(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 1, 4, 0, -1);
}
static void no_steps(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 1, 4, 0, 0);
}
static void none_left(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 1, 2, 0, 0);
}
static void far_axis(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 1, 3, 0, 4);
}
static void more_ends(struct ls_onnx *o) {
    onnx_add_row(o, "two", 2, (int64_t[]){1, 2});
    onnx_rename(&onnx_find(o, "Slice", 1)->input[2], "two");
}
static void batch_of_two(struct ls_onnx *o) {
    onnx_add_row(o, "eight", 8, (int64_t[]){0, 0, 1, 1, 1, 0, 1, 1});
    onnx_rename(&onnx_find(o, "Pad", 0)->input[1], "eight");
}
static void less_than_nothing(struct ls_onnx *o) {
    onnx_add_row(o, "eight", 8, (int64_t[]){0, 0, -1, 0, 0, 0, 1, 1});
    onnx_rename(&onnx_find(o, "Pad", 0)->input[1], "eight");
}
static void other_numbers(struct ls_onnx *o) {
    onnx_add_row(o, "eight", 8, (int64_t[]){0, 0, 1, 1, 0, 0, 1, 1});
    onnx_rename(&onnx_find(o, "Pad", 0)->input[1], "eight");
    onnx_rename(&onnx_find(o, "Pad", 0)->input[2], onnx_find(o, "Conv", 0)->input[2]);
}
static void wide_zeros(struct ls_onnx *o) {
    onnx_add_row(o, "eight", 8, (int64_t[]){0, 0, 3, 1, 0, 0, 1, 1});
    onnx_rename(&onnx_find(o, "Pad", 0)->input[1], "eight");
}

/* The numbers of zeros are a matrix on the way, of which PyTorch turns the order. */
static void odd_columns(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 0, 1, 1, 3);
}
static void too_many_rows(struct ls_onnx *o) {
    onnx_set_whole(o, "Reshape", 0, 1, 0, 5);
}
static void one_row_left(struct ls_onnx *o) {
    onnx_set_whole(o, "Slice", 0, 4, 0, 1);
}
static void as_it_was(struct ls_onnx *o) {
    LsOnnx__Attribute *order = onnx_attribute(o, onnx_node(o, "Transpose", 0), "perm");
    order->wholes[0] = 0;
    order->wholes[1] = 1;
}
static void matrix_for_a_row(struct ls_onnx *o) {
    onnx_take(o, "Pad", 0, 1, onnx_find(o, "Transpose", 0)->output[0]);
}

static void cuts_that_are_not_known_are_refused(void **state) {
    static const struct onnx_refusal cases[] = {
        {backwards, "(Pad): cannot pick no pixel at all"},
        {no_steps, "(Slice): takes nothing of its input, or numbers that are no distance apart"},
        {none_left, "(Pad): cannot pick no pixel at all"},
        {far_axis, "(Slice): takes some of a dimension that is not there"},
        {more_ends, "(Slice): takes parts that are not known from the file"},
        {batch_of_two, "(Pad): only zeros around an image's pixels"},
        {less_than_nothing, "(Pad): only zeros around an image's pixels"},
        {other_numbers, "(Pad): a number that it takes is none in the file"},
        {odd_columns, "(Reshape): its numbers do not fit together"},
        {too_many_rows, "(Reshape): its numbers do not fit together"},
        {one_row_left, "(Pad): only zeros around an image's pixels"},
        {as_it_was, "(Conv): its weights do not fit what it is applied to"},
        {matrix_for_a_row, "(Pad): only zeros around an image's pixels"},
    };
    (void)state;
    onnx_check_refusals(cuts, cases, sizeof cases / sizeof *cases);
    onnx_check_taken(cuts, wide_zeros, 10);
}

/* What PyTorch calls buffers is nothing to be trained; the file does not say which these are. */
static void constants_are_no_parameters(void **state) {
    static const struct {
        const char *path;
        size_t parameters;
    } files[] = {{"tests/fixtures/onnx/sizes-folded.onnx", 3493},
                 {"tests/fixtures/onnx/sizes-with-batch-norm.onnx", 3493},
                 {"tests/fixtures/onnx/pyramid-folded.onnx", 2286},
                 {"tests/fixtures/onnx/pyramid-with-batch-norm.onnx", 2286}};
    (void)state;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct ls_network network;
        assert_int_equal(ls_network_create(&network, files[f].path, NULL), LS_OK);
        assert_int_equal(network.parameter_count, files[f].parameters);
        assert_null(ls_network_find(&network, "mean"));
        assert_null(ls_network_find(&network, "deviation"));
        ls_network_free(&network);
    }
}

/* What is learned and added to what is learned has not been put to the images. */
static void shifted_token(struct ls_onnx *o) {
    onnx_add_number(o, "begin", 0.5F);
    onnx_add_input(onnx_append(o, "Add", onnx_find(o, "Expand", 0)->output[0], "shifted"), "begin");
    onnx_move_last(o, onnx_node(o, "Expand", 0) + 1);
    onnx_take(o, "Concat", 2, 0, "shifted");
}
static void weights_of_weights_are_parameters(void **state) {
    static const char path[] = "tests/fixtures/onnx/vision-with-batch-norm.onnx";
    struct ls_network before, after;
    (void)state;
    assert_int_equal(ls_network_create(&before, path, NULL), LS_OK);
    onnx_make(&after, path, shifted_token);
    assert_int_equal(after.parameter_count, before.parameter_count + 1);
    assert_non_null(ls_network_find(&after, "begin"));
    ls_network_free(&before);
    ls_network_free(&after);
}

/* Images of another size before their mean is subtracted, which still is a constant. */
static void resized_first(struct ls_onnx *o) {
    LsOnnx__Node *resize = onnx_append(o, "Resize", onnx_find(o, "Sub", 0)->input[0], "small");
    onnx_add_row(o, "sizes", 4, (int64_t[]){1, 3, 32, 32});
    onnx_add_input(resize, "");
    onnx_add_input(resize, "");
    onnx_add_input(resize, "sizes");
    onnx_move_last(o, 0);
    onnx_take(o, "Sub", 0, 0, "small");
}
static void resized_images_are_images(void **state) {
    struct ls_network network;
    (void)state;
    onnx_make(&network, sizes, resized_first);
    assert_int_equal(network.parameter_count, 3493);
    ls_network_free(&network);
}

/* A height that is a whole part of a factor times a size. */
static void computed_height(struct ls_onnx *o) {
    onnx_add_number(o, "onnx::1", 9.5F);
    onnx_append(o, "Floor", "onnx::1", "floor");
    LsOnnx__Node *cast = onnx_append(o, "Cast", "floor", "whole");
    onnx_add_wholes(cast, "to", 0, (int64_t[]){0});
    cast->attribute[0]->has_whole = true;
    cast->attribute[0]->whole = 7; /* INT64 */
    onnx_add_wholes(onnx_append(o, "Unsqueeze", "whole", "height"), "axes", 1, (int64_t[]){0});
    onnx_add_row(o, "before", 2, (int64_t[]){1, 6});
    onnx_add_row(o, "width", 1, (int64_t[]){13});
    LsOnnx__Node *join = onnx_append(o, "Concat", "before", "four");
    onnx_add_input(join, "height");
    onnx_add_input(join, "width");
    for (int i = 0; i < 4; i++)
        onnx_move_last(o, 0);
    onnx_rename(&onnx_find(o, "Resize", 3)->input[3], "four");
}
static void floor_of_image(struct ls_onnx *o) {
    onnx_rename(&onnx_find(o, "Tanh", 0)->type, "Floor");
}
static void sizes_are_computed(void **state) {
    static const struct onnx_refusal cases[] = {
        {floor_of_image, "(Floor): is known here for sizes of activations and constants only"}};
    (void)state;
    onnx_check_taken(sizes, computed_height, 10);
    onnx_check_refusals(sizes, cases, 1);
}

static void end_as_image(struct ls_onnx *o) {
    onnx_set_output(o, onnx_find(o, "Reshape", 9)->output[0]);
}

/* A number for each token, for which these are put in the place of channels. */
static void weighed_tokens(struct ls_onnx *o) {
    LsOnnx__Node *turn = onnx_find(o, "Transpose", 14);
    onnx_add_number(o, "weights", 0);
    LsOnnx__Tensor *weights = o->model->graph->initializer[o->model->graph->n_initializer - 1];
    weights->floats = realloc(weights->floats, 64 * sizeof *weights->floats);
    assert_non_null(weights->floats);
    for (int i = 0; i < 64; i++)
        weights->floats[i] = (float)i;
    weights->n_floats = 64;
    weights->size = realloc(weights->size, 2 * sizeof *weights->size);
    memcpy(weights->size, (int64_t[]){64, 1}, 2 * sizeof *weights->size);
    weights->n_size = 2;
    onnx_add_input(onnx_append(o, "Mul", turn->input[0], "weighed"), "weights");
    onnx_move_last(o, onnx_node(o, "Transpose", 14));
    onnx_rename(&turn->input[0], "weighed");
}
static void tokens_become_images(void **state) {
    static const char path[] = "tests/fixtures/onnx/pyramid-with-batch-norm.onnx";
    struct ls_network network;
    (void)state;
    onnx_make(&network, path, end_as_image);
    assert_true(
        ls_shape_equal(network.nodes[network.node_count - 1].out, (struct ls_shape){8, 8, 8}));
    ls_network_free(&network);
    onnx_check_taken(path, weighed_tokens, 10);
}

/* Trained from the beginning, the network still has the file's constants. */
static void constants_do_not_begin_anew(void **state) {
    struct ls_model file, anew;
    struct ls_dataset data;
    (void)state;
    load_model(&file, sizes);
    assert_int_equal(ls_model_create(&anew, sizes, 1, NULL), LS_OK);
    open_synthetic(&data, LS_TRAIN, 10);
    const double loss = evaluate(&file, &data, LS_FP32, 1).loss;
    assert_true(evaluate(&anew, &data, LS_FP32, 1).loss != loss);
    memcpy(anew.values, file.values, file.network.value_count * sizeof *file.values);
    assert_true(evaluate(&anew, &data, LS_FP32, 1).loss == loss);
    ls_dataset_free(&data);
    ls_model_free(&anew);
    ls_model_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_are_not_known_are_refused),
        cmocka_unit_test(cuts_that_are_not_known_are_refused),
        cmocka_unit_test(constants_are_no_parameters),
        cmocka_unit_test(weights_of_weights_are_parameters),
        cmocka_unit_test(resized_images_are_images),
        cmocka_unit_test(sizes_are_computed),
        cmocka_unit_test(tokens_become_images),
        cmocka_unit_test(constants_do_not_begin_anew),
    };
    return cmocka_run_group_tests_name("images in ONNX", tests, NULL, NULL);
}
