/* Counter-based random numbers: any value of any stream can be computed alone, on any machine and
 * by any thread, from its key and its position. */
#ifndef LANDSCAPE_RNG_H
#define LANDSCAPE_RNG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a stream of random numbers is for; part of its key, so that uses never share numbers. */
enum ls_rng_purpose {
    LS_RNG_DIRECTION = 1, /* stream = axis, substream = tensor index */
    LS_RNG_INIT,          /* stream = tensor index */
    LS_RNG_SHUFFLE,       /* stream = epoch */
    LS_RNG_AUGMENT,       /* stream = epoch, substream = image index */
    LS_RNG_SYNTHETIC,     /* stream = split, substream = image index */
    LS_RNG_TEST,
    LS_RNG_SHAPES,  /* stream = split, substream = image index */
    LS_RNG_HESSIAN, /* substream = tensor index */
};

/* The name of one stream of numbers. */
struct ls_rng {
    uint64_t seed;
    uint32_t purpose;   /* enum ls_rng_purpose */
    uint32_t stream;    /* meaning set by the purpose */
    uint32_t substream; /* meaning set by the purpose */
};

/* Philox4x32-10 (Salmon et al., SC 2011): out = the four 32-bit words of block `counter` under
 * `key`. */
void ls_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The stream's 32-bit word number `index` (0 to 2^34 - 1). */
uint32_t ls_rng_word(const struct ls_rng *rng, uint64_t index);

/* A uniform integer in [0, bound), bound >= 1, from word `index`; bias below bound / 2^32. */
uint32_t ls_rng_below(const struct ls_rng *rng, uint64_t index, uint32_t bound);

/* A uniform double in (0, 1) from word `index`. */
double ls_rng_uniform(const struct ls_rng *rng, uint64_t index);

/* out[i] = standard normal number `first + i` of the stream, i < count. Only IEEE basic operations
 * and sqrt are used, so the bits are the same on every machine. */
void ls_rng_normal(const struct ls_rng *rng, uint64_t first, size_t count, float *out);

#ifdef __cplusplus
}
#endif

#endif
