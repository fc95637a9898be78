/* How blocks of images become a grid point's result: in any order the same, and no more than
 * needed. */
#include "landscape/point_sums.h"
#include "support.h"
#include <math.h>

enum { BLOCKS = 5, IMAGES = 4 * 8 + 3 };

static const struct ls_point_images all = {.count = IMAGES, .block = 8};

/* Sums of a block whose images have losses around `mean`, half of them `spread` more, half less. */
static struct ls_sums block_of(const struct ls_point_images *images, int block, double mean,
                               double spread) {
    struct ls_sums sums = {0};
    for (int i = ls_point_first(images, block); i < ls_point_first(images, block + 1); i++)
        ls_sums_add(&sums, mean + (i % 2 ? spread : -spread), i % 3 == 0);
    return sums;
}

/* Takes a point's blocks in this order; returns of how many images its result is. */
static int run(const struct ls_point_images *images, const struct ls_sums *blocks, const int *order,
               struct ls_result *result) {
    struct ls_point_sums point = {0};
    int finishes = 0;
    for (int i = 0; i < BLOCKS; i++) {
        bool finished;
        assert_int_equal(
            ls_point_take(&point, images, order[i], &blocks[order[i]], &finished, NULL), LS_OK);
        finishes += finished;
        assert_int_equal(point.finished, finishes > 0);
    }
    assert_int_equal(finishes, 1);
    *result = point.result;
    ls_point_free(&point);
    return point.used;
}

static const int orders[][BLOCKS] = {
    {0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {1, 0, 4, 2, 3}, {2, 4, 0, 3, 1}, {3, 0, 1, 2, 4}};
enum { ORDERS = sizeof orders / sizeof *orders };

static void blocks_cover_the_images(void **state) {
    (void)state;
    assert_int_equal(ls_point_blocks(&all), BLOCKS);
    assert_int_equal(ls_point_first(&all, 0), 0);
    assert_int_equal(ls_point_first(&all, 4), 32);
    assert_int_equal(ls_point_first(&all, 5), 35);
}

static void all_blocks_in_any_order_give_the_same(void **state) {
    struct ls_sums blocks[BLOCKS];
    (void)state;
    for (int b = 0; b < BLOCKS; b++)
        blocks[b] = block_of(&all, b, 0.1 + b / 3., 1e-3 * b);
    const struct ls_sums total = ls_sums_total(blocks, BLOCKS);
    const struct ls_result expected = ls_sums_result(&total, IMAGES);
    for (int o = 0; o < ORDERS; o++) {
        struct ls_result result;
        assert_int_equal(run(&all, blocks, orders[o], &result), IMAGES);
        assert_memory_equal(&result, &expected, sizeof result);
    }
}

/* Losses of 1, give or take 0.5: n of them have an error of about 0.5 / sqrt(n). */
static void images_end_where_the_error_is_small_enough(void **state) {
    (void)state;
    for (int needed = 1; needed < BLOCKS; needed++) {
        struct ls_point_images images = all;
        struct ls_sums blocks[BLOCKS];
        for (int b = 0; b < BLOCKS; b++)
            blocks[b] = block_of(&all, b, 1, 0.5);
        const struct ls_sums total = ls_sums_total(blocks, needed);
        const struct ls_result expected = ls_sums_result(&total, ls_point_first(&all, needed));
        images.relative_error = expected.loss_error / expected.loss;
        for (int o = 0; o < ORDERS; o++) {
            struct ls_result result;
            assert_int_equal(run(&images, blocks, orders[o], &result),
                             ls_point_first(&all, needed));
            assert_memory_equal(&result, &expected, sizeof result);
        }
    }
}

static void images_end_where_losses_are_the_same(void **state) {
    struct ls_point_images images = all;
    struct ls_sums blocks[BLOCKS];
    struct ls_result result;
    (void)state;
    images.relative_error = 0.01;
    for (int n = 1; n < 20; n++) { /* however they are rounded */
        for (int b = 0; b < BLOCKS; b++)
            blocks[b] = block_of(&all, b, log(n + 1), 0);
        assert_int_equal(run(&images, blocks, orders[0], &result), 8);
    }
}

/* A network that is right throughout the first images may be wrong on others, which would add more
 * to its loss than they can tell. */
static void images_do_not_end_before_what_is_rare(void **state) {
    struct ls_point_images images = all;
    struct ls_sums blocks[BLOCKS];
    struct ls_result result;
    (void)state;
    images.relative_error = 0.1;
    images.undecided = 2;
    for (int b = 0; b < BLOCKS; b++)
        blocks[b] = block_of(&all, b, 2, 0.1); /* 3 * 2 / n <= 0.1 * 2 from n = 30 on */
    for (int o = 0; o < ORDERS; o++)
        assert_int_equal(run(&images, blocks, orders[o], &result), 32);
    images.undecided = 0.1;
    assert_int_equal(run(&images, blocks, orders[0], &result), 8);
}

static void images_do_not_end_where_the_error_tells_nothing(void **state) {
    struct ls_point_images images = all;
    struct ls_sums blocks[BLOCKS];
    struct ls_result result;
    (void)state;
    images.relative_error = 0.5;
    for (int b = 0; b < BLOCKS; b++)
        blocks[b] = block_of(&all, b, 0, 0); /* learned by heart: no loss, so no spread */
    assert_int_equal(run(&images, blocks, orders[0], &result), IMAGES);
    images.relative_error = 0.01;
    for (int b = 0; b < BLOCKS; b++)
        blocks[b] = block_of(&all, b, 1, 0.5); /* an error of 8 % of the loss at the end */
    assert_int_equal(run(&images, blocks, orders[1], &result), IMAGES);
}

static void a_loss_that_is_not_finite_needs_no_more_images(void **state) {
    static const double far[] = {INFINITY, NAN};
    (void)state;
    for (int f = 0; f < 2; f++) {
        struct ls_point_images images = all;
        struct ls_sums blocks[BLOCKS];
        struct ls_result result;
        for (int b = 0; b < BLOCKS; b++)
            blocks[b] = block_of(&all, b, b == 1 ? far[f] : 1, 0.5);
        assert_int_equal(run(&images, blocks, orders[0], &result), IMAGES);
        images.relative_error = 0.01;
        for (int o = 0; o < ORDERS; o++) {
            assert_int_equal(run(&images, blocks, orders[o], &result), 16);
            assert_false(isfinite(result.loss));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_cover_the_images),
        cmocka_unit_test(all_blocks_in_any_order_give_the_same),
        cmocka_unit_test(images_end_where_the_error_is_small_enough),
        cmocka_unit_test(images_end_where_losses_are_the_same),
        cmocka_unit_test(images_do_not_end_before_what_is_rare),
        cmocka_unit_test(images_do_not_end_where_the_error_tells_nothing),
        cmocka_unit_test(a_loss_that_is_not_finite_needs_no_more_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
