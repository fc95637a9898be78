/* Counter-based random numbers. A stream's word `index` is word index % 4 of the Philox block with
 *     key     = { low half of seed, high half of seed }
 *     counter = { index / 4, substream, stream, purpose }
 * Every field has words of its own, so no two positions of any two streams share a block. */
#include "landscape/rng.h"
#include <math.h>

void ls_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53 * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9; /* the golden ratio */
        k1 += 0xBB67AE85; /* sqrt(3) - 1 */
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void stream_block(const struct ls_rng *rng, uint64_t block, uint32_t out[4]) {
    const uint32_t key[2] = {(uint32_t)rng->seed, (uint32_t)(rng->seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)block, rng->substream, rng->stream, rng->purpose};
    ls_philox(counter, key, out);
}

/* The middle of the word's interval of width 2^-32: exact, and never 0 or 1. */
static double uniform_of(uint32_t word) {
    return (word + 0.5) * 0x1p-32;
}

uint32_t ls_rng_word(const struct ls_rng *rng, uint64_t index) {
    uint32_t words[4];
    stream_block(rng, index / 4, words);
    return words[index % 4];
}

/* Lemire 2019, without his rejection step. */
uint32_t ls_rng_below(const struct ls_rng *rng, uint64_t index, uint32_t bound) {
    return (uint32_t)((uint64_t)ls_rng_word(rng, index) * bound >> 32);
}

double ls_rng_uniform(const struct ls_rng *rng, uint64_t index) {
    return uniform_of(ls_rng_word(rng, index));
}

/* c[0] + c[1] x + ... + c[count - 1] x^(count - 1). */
static double polynomial(const double *c, int count, double x) {
    double sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

/* The natural logarithm, which C libraries round differently: with x = m 2^e and s = (m-1) / (m+1),
 * log x = e log 2 + 2 atanh s, and |s| < 0.18 lets twelve terms of the series reach full precision.
 */
static double portable_log(double x) {
    static const double odd_inverses[] = {1.,      1. / 3,  1. / 5,  1. / 7,  1. / 9,  1. / 11,
                                          1. / 13, 1. / 15, 1. / 17, 1. / 19, 1. / 21, 1. / 23};
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent--;
    }
    double s = (m - 1) / (m + 1);
    return exponent * 0.69314718055994531 + 2 * s * polynomial(odd_inverses, 12, s * s);
}

/* The p-quantile of the standard normal distribution: Wichura 1988, algorithm AS 241, PPND16. Its
 * third region, p or 1 - p below exp(-25), is left out: uniform_of stays above 2^-33. */
static double normal_quantile(double p) {
    static const double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                               1.9715909503065514427e3, 1.3731693765509461125e4,
                               4.5921953931549871457e4, 6.7265770927008700853e4,
                               3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[] = {1,
                               4.2313330701600911252e1,
                               6.8718700749205790830e2,
                               5.3941960214247511077e3,
                               2.1213794301586595867e4,
                               3.9307895800092710610e4,
                               2.8729085735721942674e4,
                               5.2264952788528545610e3};
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, 8, r) / polynomial(b, 8, r);
    }
    double r = sqrt(-portable_log(q < 0 ? p : 1 - p)) - 1.6;
    double magnitude = polynomial(c, 8, r) / polynomial(d, 8, r);
    return q < 0 ? -magnitude : magnitude;
}

void ls_rng_normal(const struct ls_rng *rng, uint64_t first, size_t count, float *out) {
    uint32_t words[4];
    for (size_t i = 0; i < count; i++) {
        uint64_t index = first + i;
        if (i == 0 || index % 4 == 0)
            stream_block(rng, index / 4, words);
        out[i] = (float)normal_quantile(uniform_of(words[index % 4]));
    }
}
