/* What vision transformers need beside attention: learned pixels, pixels in a row, some of
 * them, and pixels in the place of channels. */
#include "derivatives.h"
#include "engine/fuse.h"
#include "engine/plan.h"
#include "gradient.h"
#include "model/build.h"
#include "networks.h"
#include "perturb.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 5 };

/* Also of one pixel, whose channels are any of its tensor's dimensions, and in dimensions of an
 * image. */
static void learned_pixels_are_those_of_every_image(void **state) {
    static const struct {
        struct ls_attributes a;
        int size[4];
    } cases[] = {
        {{.pixels = 1, .channels = 6, .rank = 1}, {6}},
        {{.pixels = 7, .channels = 6, .rank = 2}, {7, 6}},
        {{.pixels = 7, .channels = 6, .rank = 4}, {1, 1, 7, 6}},
        {{.pixels = 1, .channels = 6, .rank = 3}, {6, 1, 1}},
        {{.pixels = 1, .channels = 6, .rank = 4, .axis = 2}, {1, 1, 6, 1}},
        {{.pixels = 1, .channels = 1}, {0}},
        {{.pixels = 7, .channels = 6, .rank = 3, .rows = 2}, {7, 2, 3}},
        {{.pixels = 7, .channels = 6, .rank = 4, .rows = 3}, {1, 7, 3, 2}},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const int pixels = cases[c].a.pixels, channels = cases[c].a.channels;
        struct rig rig;
        rig_create(&rig, &ls_op_learned, cases[c].a, 0, NULL, IMAGES, 0);
        assert_true(ls_shape_equal(rig.node.out, (struct ls_shape){1, pixels, channels}));
        assert_int_equal(rig.spec[0].rank, cases[c].a.rank);
        for (int d = 0; d < cases[c].a.rank; d++)
            assert_int_equal(rig.spec[0].size[d], cases[c].size[d]);
        assert_int_equal(rig.tensor_size[0], pixels * channels);
        rig_forward(&rig, 2);
        for (int i = 0; i < IMAGES; i++)
            assert_memory_equal(rig.call.output + i * pixels * channels, rig.call.tensors[0],
                                rig.tensor_size[0] * sizeof(float));
        rig_check(&rig, 2, 0.5F, 1e-5);
        rig_free(&rig);
    }
}

static void given_pixels_are_those_of_every_image(void **state) {
    static const float numbers[] = {1, -2, 3, 4, 0.5F, 6};
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_given,
               (struct ls_attributes){.pixels = 2, .channels = 3, .rank = 2, .given = numbers}, 0,
               NULL, IMAGES, 0);
    rig_forward(&rig, 2);
    for (int i = 0; i < IMAGES; i++)
        assert_memory_equal(rig.call.output + i * 6, numbers, sizeof numbers);
    rig_backward(&rig, 2);
    rig_free(&rig);
}

static const struct ls_shape parts[] = {{1, 1, 5}, {2, 3, 5}, {1, 4, 5}, {3, 1, 5}};

static void pixels_stand_in_a_row(void **state) {
    (void)state;
    for (int inputs = 1; inputs <= 4; inputs++) {
        struct rig rig;
        size_t at = 0;
        rig_create(&rig, &ls_op_append, (struct ls_attributes){0}, inputs, parts, IMAGES, 0);
        rig_forward(&rig, 2);
        for (int i = 0; i < IMAGES; i++)
            for (int n = 0; n < inputs; n++) {
                const size_t size = ls_shape_size(parts[n]);
                assert_memory_equal(rig.call.output + at, rig.call.inputs[n] + size * (size_t)i,
                                    size * sizeof(float));
                at += size;
            }
        assert_int_equal(rig.node.out.height, 1);
        assert_int_equal(IMAGES * rig.node.out.width * 5, at);
        rig_check(&rig, 2, 0.5F, 1e-5);
        rig_check_accumulation(&rig, 2);
        rig_free(&rig);
    }
}

static void some_pixels_are_taken(void **state) {
    const struct ls_shape in = {2, 3, 5};
    (void)state;
    for (int begin = 0; begin < 6; begin++)
        for (int count = 1; count <= 6 - begin; count++) {
            const int rows = count % 2 == 0 ? 2 : 1, size = count * 5;
            const struct ls_attributes a = {.begin = begin, .pixels = count, .rows = rows};
            struct rig rig;
            rig_create(&rig, &ls_op_span, a, 1, &in, IMAGES, 0);
            assert_true(ls_shape_equal(rig.node.out, (struct ls_shape){rows, count / rows, 5}));
            rig_forward(&rig, 2);
            for (int i = 0; i < IMAGES; i++)
                assert_memory_equal(rig.call.output + i * size,
                                    rig.call.inputs[0] + (i * 6 + begin) * 5,
                                    (size_t)size * sizeof(float));
            rig_check(&rig, 2, 0.5F, 1e-5);
            rig_check_accumulation(&rig, 2);
            rig_free(&rig);
        }
}

/* Checks the gradient, alone, added to another, and where nobody asks for it. */
static void end_picking(struct rig *rig) {
    rig_check(rig, 2, 0.5F, 1e-5);
    rig_check_accumulation(rig, 2);
    free(rig->call.input_grads[0]);
    rig->call.input_grads[0] = NULL;
    rig_backward(rig, 2);
    rig_free(rig);
}

static void pixels_are_picked(void **state) {
    static const float numbers[] = {5, 0, 0, 3, 5, 1, 0};
    const struct ls_shape in = {2, 3, 4};
    const struct ls_attributes a = {.pixels = 7, .given = numbers};
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_pick, a, 1, &in, IMAGES, 0);
    assert_true(ls_shape_equal(rig.node.out, (struct ls_shape){1, 7, 4}));
    rig_forward(&rig, 2);
    for (int p = 0; p < IMAGES * 7; p++)
        assert_memory_equal(rig.call.output + p * 4,
                            rig.call.inputs[0] + (p / 7 * 6 + (int)numbers[p % 7]) * 4,
                            4 * sizeof(float));
    end_picking(&rig);
}

static void channels_are_picked(void **state) {
    static const float numbers[] = {3, 0, 3, 1, 2};
    const struct ls_shape in = {2, 3, 4};
    const struct ls_attributes a = {.channels = 5, .given = numbers};
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_pick_channels, a, 1, &in, IMAGES, 0);
    assert_true(ls_shape_equal(rig.node.out, (struct ls_shape){2, 3, 5}));
    rig_forward(&rig, 2);
    for (int i = 0; i < IMAGES * 6 * 5; i++)
        assert_true(rig.call.output[i] == rig.call.inputs[0][i / 5 * 4 + (int)numbers[i % 5]]);
    end_picking(&rig);
}

/* Or one number over all channels. */
static void one_pixel_is_spread(void **state) {
    (void)state;
    for (int channels = 1; channels <= 5; channels += 4)
        for (int pixels = 1; pixels <= 9; pixels += 4) {
            const struct ls_shape in = {1, 1, channels};
            const int rows = pixels == 9 ? 3 : 1;
            const struct ls_attributes a = {.pixels = pixels, .channels = 5, .rows = rows};
            struct rig rig;
            rig_create(&rig, &ls_op_spread, a, 1, &in, IMAGES, 0);
            assert_true(ls_shape_equal(rig.node.out, (struct ls_shape){rows, pixels / rows, 5}));
            rig_forward(&rig, 2);
            for (int i = 0; i < IMAGES * pixels * 5; i++)
                assert_true(rig.call.output[i] ==
                            rig.call.inputs[0][i / (pixels * 5) * channels + i % 5 % channels]);
            rig_check(&rig, 2, 0.5F, 1e-5);
            rig_check_accumulation(&rig, 2);
            rig_free(&rig);
        }
}

static void pixels_and_channels_are_exchanged(void **state) {
    static const struct ls_shape shapes[] = {{2, 3, 5}, {1, 1, 4}, {4, 1, 1}, {3, 3, 9}};
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int pixels = shapes[s].height * shapes[s].width, channels = shapes[s].channels;
        struct rig rig;
        rig_create(&rig, &ls_op_transpose, (struct ls_attributes){0}, 1, &shapes[s], IMAGES, 0);
        assert_true(ls_shape_equal(rig.node.out, (struct ls_shape){1, channels, pixels}));
        rig_forward(&rig, 2);
        for (int i = 0; i < IMAGES * pixels * channels; i++) {
            const int image = i / (pixels * channels), channel = i % channels,
                      pixel = i / channels % pixels;
            assert_true(rig.call.output[(image * channels + channel) * pixels + pixel] ==
                        rig.call.inputs[0][i]);
        }
        rig_check(&rig, 2, 0.5F, 1e-5);
        rig_check_accumulation(&rig, 2);
        rig_free(&rig);
    }
}

/* Of some inputs nobody asks for the gradient. */
static void gradients_that_nobody_wants_are_left_out(void **state) {
    struct rig rig;
    (void)state;
    rig_create(&rig, &ls_op_append, (struct ls_attributes){0}, 2, parts, IMAGES, 0);
    free(rig.call.input_grads[0]);
    rig.call.input_grads[0] = NULL;
    rig_backward(&rig, 2);
    for (int i = 0; i < IMAGES; i++)
        assert_memory_equal(rig.call.input_grads[1] + i * 30, rig.probe + i * 35 + 5,
                            30 * sizeof(float));
    rig_free(&rig);
    static const struct ls_op *const ops[] = {&ls_op_span, &ls_op_transpose, &ls_op_spread};
    for (int i = 0; i < 3; i++) {
        const struct ls_attributes a = {.pixels = 1, .channels = 5};
        rig_create(&rig, ops[i], a, 1, &parts[0], IMAGES, 0);
        free(rig.call.input_grads[0]);
        rig.call.input_grads[0] = NULL;
        rig_backward(&rig, 2);
        rig_free(&rig);
    }
}

static void shapes_that_do_not_fit_are_refused(void **state) {
    static const float beyond[] = {0, 6}, before[] = {-1};
    static const struct {
        struct ls_node node;
        const char *why;
    } cases[] = {
        {{.op = &ls_op_learned, .attributes = {.pixels = 2, .channels = 3, .rank = 1}},
         "2 learned pixels of 3 channels are no tensor of 1 dimensions"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 2, .channels = 3, .rank = 5}},
         "of 5 dimensions"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 1, .channels = 3}}, "of 0 dimensions"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 1, .channels = 3, .rank = 2, .axis = 2}},
         "of 2 dimensions"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 1, .channels = 3, .rank = 2, .axis = -1}},
         "of 2 dimensions"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 2, .channels = 6, .rank = 2, .rows = 2}},
         "of 2 dimensions"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 2, .channels = 6, .rank = 3, .rows = 4}},
         "2 learned pixels of 6 channels"},
        {{.op = &ls_op_learned, .attributes = {.channels = 3, .rank = 2}}, "0 learned pixels"},
        {{.op = &ls_op_learned, .attributes = {.pixels = 2, .rank = 2}}, "0 channels"},
        {{.op = &ls_op_append, .input_count = 2, .in = {{1, 1, 4}, {3, 3, 5}}},
         "cannot append pixels of 5 channels to pixels of 4"},
        {{.op = &ls_op_span,
          .attributes = {.begin = 5, .pixels = 2},
          .input_count = 1,
          .in = {{2, 3, 4}}},
         "cannot take 2 pixels from number 5 on of 6"},
        {{.op = &ls_op_span,
          .attributes = {.begin = -1, .pixels = 2},
          .input_count = 1,
          .in = {{2, 3, 4}}},
         "cannot take 2 pixels from number -1"},
        {{.op = &ls_op_pick,
          .attributes = {.pixels = 2, .given = beyond},
          .input_count = 1,
          .in = {{2, 3, 4}}},
         "cannot pick pixel number 6 of 6"},
        {{.op = &ls_op_pick,
          .attributes = {.pixels = 1, .given = before},
          .input_count = 1,
          .in = {{2, 3, 4}}},
         "cannot pick pixel number -1 of 6"},
        {{.op = &ls_op_pick, .input_count = 1, .in = {{2, 3, 4}}}, "cannot pick no pixel"},
        {{.op = &ls_op_pick_channels,
          .attributes = {.channels = 2, .given = beyond},
          .input_count = 1,
          .in = {{2, 3, 4}}},
         "cannot pick channel number 6 of 4"},
        {{.op = &ls_op_pick_channels, .input_count = 1, .in = {{2, 3, 4}}},
         "cannot pick no channel"},
        {{.op = &ls_op_span,
          .attributes = {.pixels = 5, .rows = 2},
          .input_count = 1,
          .in = {{2, 3, 4}}},
         "cannot take 5 pixels from number 0 on of 6 as 2 rows"},
        {{.op = &ls_op_spread,
          .attributes = {.pixels = 2, .channels = 4},
          .input_count = 1,
          .in = {{1, 2, 4}}},
         "cannot spread 1 x 2 pixels of 4 channels over 2 of 4"},
        {{.op = &ls_op_spread,
          .attributes = {.pixels = 2, .channels = 4},
          .input_count = 1,
          .in = {{1, 1, 2}}},
         "of 2 channels over 2 of 4"},
        {{.op = &ls_op_spread,
          .attributes = {.pixels = 5, .channels = 4, .rows = 2},
          .input_count = 1,
          .in = {{1, 1, 4}}},
         "over 5 of 4 in 2 rows"},
        {{.op = &ls_op_spread, .attributes = {.channels = 4}, .input_count = 1, .in = {{1, 1, 4}}},
         "over 0"},
        {{.op = &ls_op_span, .attributes = {.begin = 2}, .input_count = 1, .in = {{2, 3, 4}}},
         "cannot take 0 pixels"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error error = {0};
        struct ls_shape out;
        assert_int_equal(cases[i].node.op->shape(&cases[i].node, &out, &error), LS_MISMATCH);
        assert_message(&error, cases[i].why);
    }
}

enum { CHANNELS = 32, TOKENS = 8 * 8 + 1, SOME = 40, MANY = 270 };

static int learned(struct ls_builder *b, const char *name, int pixels, int rank) {
    const struct ls_attributes a = {.pixels = pixels, .channels = CHANNELS, .rank = rank};
    return ls_build(b, &ls_op_learned, name, a, 0, NULL);
}

static int apply(struct ls_builder *b, const struct ls_op *op, struct ls_attributes a, int x) {
    return ls_build(b, op, op->name, a, 1, &x);
}

static int multiply(struct ls_builder *b, int x, int y) {
    return ls_build(b, &ls_op_multiply, NULL, (struct ls_attributes){0}, 2, (int[]){x, y});
}

/* x + what mixes its tokens, channel by channel */
static int mix(struct ls_builder *b, int x) {
    const struct ls_attributes mixing = {
        .channels = TOKENS, .kernel = 1, .stride = 1, .bias = true, .matrix = true};
    const int turned = apply(b, &ls_op_transpose, (struct ls_attributes){0}, x);
    const int mixed = ls_build(b, &ls_op_conv2d, "mix", mixing, 1, &turned);
    return ls_add(b, x, apply(b, &ls_op_transpose, (struct ls_attributes){0}, mixed));
}

/* Products take the place of attention: in them the class token meets the patches. Learned pixels
 * are added to what cannot absorb that sum, to what can (a convolution), and where more images run
 * together than at the beginning. */
static void build(struct ls_builder *b, int rank, bool norm) {
    const int image = ls_image(b, 32, 32, 3), offset = learned(b, "offset", 1, 1);
    const struct ls_attributes cut = {.channels = CHANNELS, .kernel = 4, .stride = 4, .bias = true};
    const struct ls_attributes matrix = {
        .channels = CHANNELS, .kernel = 1, .stride = 1, .bias = true, .matrix = true};
    const int shift = learned(b, "shift", TOKENS, 2), patches = apply(b, &ls_op_conv2d, cut, image);
    const int row[] = {learned(b, "token", 1, rank), patches};
    int x = ls_build(b, &ls_op_append, NULL, (struct ls_attributes){0}, 2, row);
    x = ls_add(b, x, learned(b, "positions", TOKENS, rank < 2 ? 2 : rank));
    x = mix(b, x);
    x = apply(b, &ls_op_layernorm, (struct ls_attributes){.epsilon = 1e-5F, .bias = true}, x);
    ls_scope(b, "hidden.");
    x = ls_add(b, apply(b, &ls_op_conv2d, matrix, x), shift);
    x = norm ? ls_batchnorm(b, "norm", x) : x;
    x = apply(b, &ls_op_gelu, (struct ls_attributes){0}, x);
    const int token = apply(b, &ls_op_span, (struct ls_attributes){.pixels = 1}, x);
    const int other = apply(b, &ls_op_span, (struct ls_attributes){.begin = 9, .pixels = 1}, x);
    x = ls_add(b, ls_mean(b, multiply(b, x, token)), offset);
    ls_linear(b, "linear", ls_add(b, x, other), 10);
}

static void make(struct derivatives *d, int rank, bool norm, int images) {
    struct ls_builder b = {.network = &d->model.network};
    memset(d, 0, sizeof *d);
    build(&b, rank, norm);
    assert_int_equal(b.status, LS_OK);
    d->model.values = calloc(d->model.network.value_count, sizeof *d->model.values);
    assert_non_null(d->model.values);
    ls_network_init(&d->model.network, (uint64_t)rank, d->model.values);
    const struct ls_tensor *linear = ls_network_find(&d->model.network, "hidden.linear.weight");
    for (size_t i = 0; i < linear->count; i++) /* logits that tell images apart */
        d->model.values[linear->offset + i] *= 100;
    perturb_model(&d->model, (uint64_t)rank);
    open_synthetic(&d->data, LS_TRAIN, images);
    derivatives_aim(d, 0.1F);
}

static void learned_tensors_begin_as_usual(void **state) {
    struct derivatives d;
    double square = 0;
    (void)state;
    make(&d, 3, false, 1);
    const struct ls_tensor *positions = ls_network_find(&d.model.network, "positions");
    assert_non_null(positions);
    assert_int_equal(positions->kind, LS_PARAMETER);
    assert_int_equal(positions->count, TOKENS * CHANNELS);
    for (size_t i = positions->offset; i < positions->offset + positions->count; i++)
        square += (double)d.model.values[i] * d.model.values[i];
    assert_float_equal(sqrt(square / (double)positions->count), 0.02, 1e-3);
    assert_null(ls_network_find(&d.model.network, "positions.weight"));
    derivatives_free(&d);
}

/* Of more than a block of images, the last group with empty places. */
static void every_engine_finds_the_loss(void **state) {
    static const double tolerances[] = {[LS_FP32] = 1e-6, [LS_BF16X3] = 1e-3, [LS_BF16] = 0.1};
    (void)state;
    for (int rank = 1; rank <= 4; rank++) {
        struct derivatives d;
        make(&d, rank, false, MANY);
        double *product = calloc(d.model.network.value_count, sizeof *product);
        assert_non_null(product);
        const double loss = derivatives_multiply(&d, 2, product);
        free(product);
        assert_float_equal(derivatives_loss(&d, 0, LS_FP32, 2, NULL) / loss, 1, 1e-6);
        for (int p = LS_FP32; p <= LS_BF16; p++) {
            const struct ls_result one = evaluate(&d.model, &d.data, (enum ls_precision)p, 1);
            const struct ls_result three = evaluate(&d.model, &d.data, (enum ls_precision)p, 3);
            assert_memory_equal(&one, &three, sizeof one);
            assert_float_equal(one.loss / loss, 1, tolerances[p]);
        }
        derivatives_free(&d);
    }
}

/* Or the test before would not show what happens then. */
static void late_layers_run_for_more_images(void **state) {
    struct derivatives d;
    struct ls_plan *plan;
    (void)state;
    make(&d, 1, false, 1);
    assert_int_equal(ls_plan_create(&plan, &d.model.network, LS_FP32, NULL), LS_OK);
    const struct ls_node *offset = &ls_plan_graph(plan)->nodes[1];
    assert_ptr_equal(offset->op, &ls_op_learned);
    assert_true(offset->out_storage.images < ls_plan_images(plan));
    ls_plan_free(plan);
    derivatives_free(&d);
}

static void every_tensor_has_the_right_gradient(void **state) {
    (void)state;
    for (int rank = 1; rank <= 3; rank++) {
        struct derivatives d;
        make(&d, rank, rank == 2, SOME);
        derivatives_check_tensors(&d);
        derivatives_free(&d);
    }
}

/* Along all weights, then along learned ones alone. */
static void products_are_those_of_the_hessian(void **state) {
    (void)state;
    for (int rank = 1; rank <= 3; rank++) {
        struct derivatives d;
        make(&d, rank, false, SOME);
        assert_float_equal(derivatives_product_fault(&d, 0.002), 0, 2e-3);
        const struct ls_tensor *last = ls_network_find(&d.model.network, "positions");
        const size_t learned_values = last->offset + last->count;
        const struct ls_tensor *conv = ls_network_find(&d.model.network, "conv2d.weight");
        memset(d.vector + conv->offset, 0, conv->count * sizeof *d.vector);
        memset(d.vector + learned_values, 0,
               (d.model.network.value_count - learned_values) * sizeof *d.vector);
        assert_float_equal(derivatives_product_fault(&d, 0.002), 0, 2e-3);
        derivatives_free(&d);
    }
}

static void mixed_precision_is_near(void **state) {
    struct derivatives d;
    (void)state;
    make(&d, 3, false, SOME);
    assert_float_equal(derivatives_mixed_fault(&d), 0, 0.05);
    derivatives_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learned_pixels_are_those_of_every_image),
        cmocka_unit_test(given_pixels_are_those_of_every_image),
        cmocka_unit_test(pixels_stand_in_a_row),
        cmocka_unit_test(some_pixels_are_taken),
        cmocka_unit_test(pixels_are_picked),
        cmocka_unit_test(channels_are_picked),
        cmocka_unit_test(one_pixel_is_spread),
        cmocka_unit_test(pixels_and_channels_are_exchanged),
        cmocka_unit_test(gradients_that_nobody_wants_are_left_out),
        cmocka_unit_test(shapes_that_do_not_fit_are_refused),
        cmocka_unit_test(learned_tensors_begin_as_usual),
        cmocka_unit_test(every_engine_finds_the_loss),
        cmocka_unit_test(late_layers_run_for_more_images),
        cmocka_unit_test(every_tensor_has_the_right_gradient),
        cmocka_unit_test(products_are_those_of_the_hessian),
        cmocka_unit_test(mixed_precision_is_near),
    };
    return cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
