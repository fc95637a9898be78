/* How tensors of ONNX count activations after they were reshaped and transposed: against the order
 * in which the numbers of a tensor stand when they are moved for real. */
#include "model/onnx_view.h"
#include "ops/op.h"
#include "support.h"

enum { MOST = 2 * 3 * 4 * 6 };

/* A tensor whose numbers are where the activations [height][width][channels] are. */
struct tensor {
    struct ls_shape shape;
    struct ls_onnx_view view;
    int64_t size[LS_ONNX_DIMENSIONS];
    int at[MOST];
};

static struct tensor image(int height, int width, int channels) {
    struct tensor t = {.shape = {height, width, channels}, .size = {1, channels, height, width}};
    int i = 0;
    t.view = ls_onnx_image_view(t.shape);
    for (int c = 0; c < channels; c++)
        for (int p = 0; p < height * width; p++)
            t.at[i++] = p * channels + c;
    return t;
}

static int number_count(const struct tensor *t) {
    return (int)ls_shape_size(t->shape);
}

/* Where the view says that number i is. */
static int place(const struct tensor *t, int i) {
    int pixel = 0, channel = 0;
    for (int d = t->view.rank - 1; d >= 0; d--)
        for (int a = t->view.dimensions[d].count - 1; a >= 0; a--) {
            const struct ls_onnx_axis axis = t->view.dimensions[d].axes[a];
            *(axis.pixels ? &pixel : &channel) += i % axis.size * axis.step;
            i /= axis.size;
        }
    return pixel * t->shape.channels + channel;
}

static void assert_sound(const struct tensor *t) {
    for (int d = 0; d < t->view.rank; d++)
        assert_int_equal(ls_onnx_dimension_size(&t->view.dimensions[d]), t->size[d]);
    for (int i = 0; i < number_count(t); i++)
        assert_int_equal(place(t, i), t->at[i]);
}

static void reshape(struct tensor *t, int rank, const int64_t *sizes) {
    assert_true(ls_onnx_reshape(&t->view, rank, sizes));
    memcpy(t->size, sizes, (size_t)rank * sizeof *sizes);
    assert_int_equal(t->view.rank, rank);
    assert_sound(t);
}

static void transpose(struct tensor *t, const int64_t *order) {
    const struct tensor from = *t;
    int64_t index[LS_ONNX_DIMENSIONS] = {0};
    const int rank = t->view.rank;
    assert_true(ls_onnx_transpose(&t->view, order));
    for (int d = 0; d < rank; d++)
        t->size[d] = from.size[order[d]];
    for (int i = 0; i < number_count(t); i++) {
        int64_t old = 0, place_of[LS_ONNX_DIMENSIONS];
        for (int d = 0; d < rank; d++)
            place_of[order[d]] = index[d];
        for (int d = 0; d < rank; d++)
            old = old * from.size[d] + place_of[d];
        t->at[i] = from.at[old];
        for (int d = rank - 1; d >= 0 && ++index[d] == t->size[d]; d--)
            index[d] = 0;
    }
    assert_sound(t);
}

static void channels_are_shuffled(void **state) {
    (void)state;
    struct tensor t = image(2, 3, 12);
    reshape(&t, 5, (int64_t[]){1, 4, 3, 2, 3});
    transpose(&t, (int64_t[]){0, 2, 1, 3, 4});
    reshape(&t, 4, (int64_t[]){1, 12, 2, 3});
    assert_int_equal(t.view.dimensions[1].count, 2);
    assert_false(ls_onnx_is_image_order(&t.view, t.shape));
    reshape(&t, 5, (int64_t[]){1, 3, 4, 2, 3});
    transpose(&t, (int64_t[]){0, 2, 1, 3, 4});
    reshape(&t, 4, (int64_t[]){1, 12, 2, 3});
    assert_int_equal(t.view.dimensions[1].count, 1);
    assert_true(ls_onnx_is_image_order(&t.view, t.shape));
}

static void tokens_have_heads(void **state) {
    (void)state;
    struct tensor t = image(2, 2, 24);
    reshape(&t, 3, (int64_t[]){1, 24, 4});
    transpose(&t, (int64_t[]){0, 2, 1});
    assert_int_equal(t.view.dimensions[1].count, 1); /* rows and columns are one axis */
    reshape(&t, 5, (int64_t[]){1, 4, 3, 2, 4});
    transpose(&t, (int64_t[]){2, 0, 3, 1, 4});
    reshape(&t, 3, (int64_t[]){6, 4, 4});
    transpose(&t, (int64_t[]){1, 0, 2});
    reshape(&t, 2, (int64_t[]){4, 24});
    const struct ls_onnx_dimension pixels = ls_onnx_pixels(t.shape),
                                   channels = ls_onnx_channels_of(t.shape);
    assert_true(ls_onnx_dimension_equal(&t.view.dimensions[0], &pixels));
    assert_true(ls_onnx_dimension_equal(&t.view.dimensions[1], &channels));
}

static void flat_images_are_images_again(void **state) {
    (void)state;
    struct tensor t = image(4, 6, 3);
    const struct ls_onnx_view before = t.view;
    reshape(&t, 2, (int64_t[]){1, 72});
    assert_true(ls_onnx_is_image_order(&t.view, t.shape));
    reshape(&t, 6, (int64_t[]){1, 3, 2, 2, 3, 2});
    reshape(&t, 4, (int64_t[]){1, 3, 4, 6});
    assert_true(ls_onnx_view_equal(&t.view, &before));
    transpose(&t, (int64_t[]){0, 2, 3, 1});
    reshape(&t, 2, (int64_t[]){1, 72});
    assert_false(ls_onnx_is_image_order(&t.view, t.shape));
}

/* Dimensions that continue one another are divided as one. */
static void rows_become_longer(void **state) {
    (void)state;
    struct tensor t = image(4, 6, 3);
    reshape(&t, 4, (int64_t[]){1, 3, 3, 8});
    assert_int_equal(t.view.dimensions[2].count, 1);
    assert_int_equal(t.view.dimensions[2].axes[0].step, 8);
    assert_int_equal(t.view.dimensions[3].axes[0].step, 1);
    assert_true(ls_onnx_is_image_order(&t.view, t.shape));
}

static void what_has_no_view_is_refused(void **state) {
    (void)state;
    struct tensor t = image(4, 6, 3);
    const struct ls_onnx_view before = t.view;
    static const struct {
        int rank;
        int64_t sizes[7];
    } cases[] = {
        {2, {1, 71}},                /* too few */
        {2, {2, 72}},                /* too many */
        {2, {8, 9}},                 /* splits what is no multiple */
        {7, {1, 1, 1, 1, 3, 4, 6}},  /* too many dimensions */
        {2, {INT64_MAX, INT64_MAX}}, /* no size at all */
        {4, {1, 3, 4, 0}},
        {0, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(ls_onnx_reshape(&t.view, cases[i].rank, cases[i].sizes));
        assert_true(ls_onnx_view_equal(&t.view, &before));
    }
    assert_false(ls_onnx_transpose(&t.view, (int64_t[]){0, 1, 1, 2}));
    assert_false(ls_onnx_transpose(&t.view, (int64_t[]){0, 1, 2, 4}));
    assert_false(ls_onnx_transpose(&t.view, (int64_t[]){0, 1, 2, -1}));
    assert_true(ls_onnx_view_equal(&t.view, &before));
}

static void dimensions_of_one_come_and_go(void **state) {
    (void)state;
    struct ls_onnx_view view = ls_onnx_image_view((struct ls_shape){4, 6, 3});
    const struct ls_onnx_view before = view;
    assert_false(ls_onnx_remove(&view, 1)); /* it is of 3 */
    assert_false(ls_onnx_remove(&view, 4));
    assert_true(ls_onnx_insert(&view, 4) && ls_onnx_insert(&view, 0));
    assert_false(ls_onnx_insert(&view, 0)); /* there are as many as there can be */
    assert_false(ls_onnx_insert(&view, 7));
    assert_int_equal(ls_onnx_dimension_size(&view.dimensions[2]), 3);
    assert_true(ls_onnx_remove(&view, 5) && ls_onnx_remove(&view, 0));
    assert_true(ls_onnx_view_equal(&view, &before));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels_are_shuffled),
        cmocka_unit_test(tokens_have_heads),
        cmocka_unit_test(flat_images_are_images_again),
        cmocka_unit_test(rows_become_longer),
        cmocka_unit_test(what_has_no_view_is_refused),
        cmocka_unit_test(dimensions_of_one_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
