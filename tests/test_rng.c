#include "landscape/rng.h"
#include "support.h"
#include <math.h>

enum { MANY = 1000000 };

/* Random123's kat_vectors, philox4x32 with 10 rounds. */
static void philox_known_answers(void **state) {
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        ls_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void words_are_philox_blocks(void **state) {
    (void)state;
    const struct ls_rng rng = {0x0123456789abcdef, LS_RNG_TEST, 7, 9};
    const uint32_t key[2] = {0x89abcdef, 0x01234567};
    static const uint64_t blocks[] = {0, 1, 1000, 0xffffffff};
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
        const uint32_t counter[4] = {(uint32_t)blocks[b], 9, 7, LS_RNG_TEST};
        uint32_t block[4];
        ls_philox(counter, key, block);
        for (uint64_t i = 0; i < 4; i++)
            assert_int_equal(ls_rng_word(&rng, 4 * blocks[b] + i), block[i]);
    }
}

static void every_field_names_another_stream(void **state) {
    (void)state;
    const struct ls_rng streams[] = {
        {1, 1, 1, 1}, {2, 1, 1, 1}, {1 + (1ull << 32), 1, 1, 1},
        {1, 2, 1, 1}, {1, 1, 2, 1}, {1, 1, 1, 2},
    };
    const size_t count = sizeof streams / sizeof *streams;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(ls_rng_word(&streams[i], 0), ls_rng_word(&streams[j], 0));
}

static void below_is_uniform(void **state) {
    (void)state;
    const struct ls_rng rng = {3, LS_RNG_TEST, 0, 0};
    int counts[10] = {0};
    for (int i = 0; i < 100000; i++) {
        uint32_t value = ls_rng_below(&rng, (uint64_t)i, 10);
        assert_true(value < 10);
        counts[value]++;
        assert_int_equal(ls_rng_below(&rng, (uint64_t)i, 1), 0);
    }
    double chi_square = 0;
    for (int i = 0; i < 10; i++)
        chi_square += (counts[i] - 10000.) * (counts[i] - 10000.) / 10000;
    assert_true(chi_square < 27.9); /* 9 degrees of freedom, p = 0.001 */
}

static void uniform_is_uniform(void **state) {
    (void)state;
    const struct ls_rng rng = {4, LS_RNG_TEST, 0, 0};
    double sum = 0, squares = 0;
    for (int i = 0; i < MANY; i++) {
        double u = ls_rng_uniform(&rng, (uint64_t)i);
        assert_true(u > 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    double mean = sum / MANY;
    assert_true(fabs(mean - 0.5) < 4 * 0.2887 / 1000);
    assert_true(fabs(squares / MANY - mean * mean - 1. / 12) < 4 * 0.0745 / 1000);
}

/* The values were compared with Python's statistics.NormalDist().inv_cdf of the same words: equal
 * to the last bit. The hash covers the first hundred thousand. */
static void normal_has_known_bits(void **state) {
    (void)state;
    const struct ls_rng rng = {0, LS_RNG_DIRECTION, 0, 0};
    static const float known[8] = {-0x1.d6c17ap-1f, -0x1.6fec36p+0f, 0x1.219fdp+1f,
                                   0x1.6116bap-2f,  0x1.597f8ap+0f,  -0x1.e8b32cp-2f,
                                   -0x1.23774ap-2f, 0x1.0b963p-2f};
    float *values = malloc(100000 * sizeof *values);
    assert_non_null(values);
    ls_rng_normal(&rng, 0, 100000, values);
    for (int i = 0; i < 8; i++)
        assert_true(values[i] == known[i]);
    assert_int_equal(hash_bytes(values, 100000 * sizeof *values), 0x3bab9bdf46def247);
    free(values);
}

static void normal_starts_anywhere(void **state) {
    (void)state;
    const struct ls_rng rng = {5, LS_RNG_TEST, 1, 2};
    float whole[64], part[64] = {0};
    ls_rng_normal(&rng, 0, 64, whole);
    for (size_t first = 0; first < 10; first++)
        for (size_t count = 0; count < 10; count++) {
            part[count] = 42;
            ls_rng_normal(&rng, first, count, part);
            assert_memory_equal(part, whole + first, count * sizeof *part);
            assert_true(part[count] == 42);
        }
}

/* Each bound is four standard errors of what a million independent normal numbers give. */
static void normal_is_normal(void **state) {
    (void)state;
    static const struct {
        double limit, fraction; /* of |x| > limit */
    } tails[] = {{1, 0.317310508}, {2, 0.045500264}, {3, 0.0026997961}, {4, 6.3342484e-5}};
    const struct ls_rng rng = {6, LS_RNG_TEST, 0, 0};
    float *values = malloc(MANY * sizeof *values);
    assert_non_null(values);
    ls_rng_normal(&rng, 0, MANY, values);
    double power[5] = {0};
    int beyond[4] = {0};
    for (int i = 0; i < MANY; i++) {
        double x = values[i];
        for (int k = 1; k <= 4; k++)
            power[k] += pow(x, k) / MANY;
        for (int t = 0; t < 4; t++)
            beyond[t] += fabs(x) > tails[t].limit;
    }
    free(values);
    assert_true(fabs(power[1]) < 4 * 1. / 1000);
    assert_true(fabs(power[2] - 1) < 4 * sqrt(2) / 1000);
    assert_true(fabs(power[3]) < 4 * sqrt(15) / 1000);
    assert_true(fabs(power[4] - 3) < 4 * sqrt(96) / 1000);
    for (int t = 0; t < 4; t++) {
        double expected = MANY * tails[t].fraction;
        assert_true(fabs(beyond[t] - expected) < 4 * sqrt(expected));
    }
}

static void neighbouring_streams_are_unrelated(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    static float values[4][COUNT];
    for (uint32_t s = 0; s < 4; s++) {
        const struct ls_rng rng = {0, LS_RNG_DIRECTION, s / 2, s % 2};
        ls_rng_normal(&rng, 0, COUNT, values[s]);
    }
    for (int s = 0; s < 4; s++)
        for (int t = 0; t < s; t++) {
            double product = 0;
            for (int i = 0; i < COUNT; i++)
                product += (double)values[s][i] * values[t][i];
            assert_true(fabs(product) < 4 * sqrt(COUNT));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),
        cmocka_unit_test(words_are_philox_blocks),
        cmocka_unit_test(every_field_names_another_stream),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(uniform_is_uniform),
        cmocka_unit_test(normal_has_known_bits),
        cmocka_unit_test(normal_starts_anywhere),
        cmocka_unit_test(normal_is_normal),
        cmocka_unit_test(neighbouring_streams_are_unrelated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
