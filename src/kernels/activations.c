/* The loops over activations (struct ls_elementwise) by the compiler's vectors; the Makefile
 * compiles this file for each instruction set, once for floats and once for bfloat16 (BFLOATS),
 * with LOOPS as the table's name.
 *
 * Channels repeat after a few vectors. Some of these periods, few enough to stay in the first
 * cache, are gone through by columns: a vector's coefficients and sums stay in registers
 * meanwhile. */
#include "kernels/bfloat.h"
#include "kernels/kernels.h"
#include "kernels/vector.h"
#if defined __AVX512F__
#include <immintrin.h>
#endif

/* Values gone through together, but at least so many periods. Memory is asked for a little ahead,
 * because columns hide from the CPU what comes next. */
enum { RUN = 512, LEAST_ROWS = 8, AHEAD = 1024 };

/* Between a vector of activations in memory and floats. Compilers convert vectors of 512 bits by
 * halves: there it is said how. */
#if BFLOATS
typedef uint16_t value;
typedef uint16_t halves __attribute__((vector_size(LANES * sizeof(value))));
typedef uint32_t words __attribute__((vector_size(LANES * sizeof(float))));

INLINE vector get_all(const value *x) {
    halves bits;
    memcpy(&bits, x, sizeof bits);
#if defined __AVX512F__
    return (vector)((words)_mm512_cvtepu16_epi32((__m256i)bits) << 16);
#else
    return (vector)(__builtin_convertvector(bits, words) << 16);
#endif
}

/* As ls_bfloat_of(); AVX512_BF16 makes 0 of numbers that are denormal. */
INLINE halves round_all(vector v) {
#if defined __AVX512BF16__
    return (halves)_mm512_cvtneps_pbh((__m512)v);
#else
    const words word = (words)v, number = (words)(v == v);
    const words nearest = word + 0x7fff + (word >> 16 & 1), quiet = word | 0x400000;
    const words rounded = ((nearest & number) | (quiet & ~number)) >> 16;
#if defined __AVX512F__
    return (halves)_mm512_cvtepi32_epi16((__m512i)rounded);
#else
    return __builtin_convertvector(rounded, halves);
#endif
#endif
}

INLINE void put_all(value *x, vector v) {
    const halves bits = round_all(v);
    memcpy(x, &bits, sizeof bits);
}
#else
typedef float value;

INLINE vector get_all(const value *x) {
    return load(x);
}

INLINE void put_all(value *x, vector v) {
    store(x, v);
}
#endif

/* The first `count` values of a vector. */
INLINE vector get(const value *x, const int count) {
    value some[LANES] = {0};
    __builtin_prefetch((const void *)((uintptr_t)x + AHEAD * sizeof *x)); /* may lie behind all */
    if (count == LANES)
        return get_all(x);
    memcpy(some, x, (size_t)count * sizeof *x);
    return get_all(some);
}

INLINE void put(value *x, vector v, const int count) {
    value some[LANES];
    if (count == LANES) {
        put_all(x, v);
        return;
    }
    put_all(some, v);
    memcpy(x, some, (size_t)count * sizeof *x);
}

/* What a loop works on, as struct ls_elementwise names it. */
struct work {
    const value *x, *y, *y_grad, *residual;
    value *to, *x_grad, *residual_grad;
    const float *scale, *shift, *a, *b, *c;
    double *sum, *square;
    bool relu, add_x, add_residual;
};

/* A vector in `rows` periods. */
struct column {
    size_t at, period; /* the first one's first value, and values from one to the next */
    int rows, channel, channels;
};

typedef void each_row(const struct work *work, const struct column *column, const int count);

/* Calls `run` for all values in columns of vectors; the last, incomplete period has columns of one
 * vector, the last of which may have less than LANES values. */
INLINE void each_column(size_t pixels, int channels, const struct work *work, each_row *run) {
    const size_t count = pixels * (size_t)channels;
    size_t period = (size_t)channels, at = 0;
    while (period % LANES)
        period += (size_t)channels;
    const size_t most = RUN / period > LEAST_ROWS ? RUN / period : LEAST_ROWS;
    while (count - at >= period) {
        const size_t left = (count - at) / period, rows = left < most ? left : most;
        for (size_t v = 0; v < period; v += LANES)
            run(work,
                &(struct column){at + v, period, (int)rows, (int)(v % (size_t)channels), channels},
                LANES);
        at += rows * period;
    }
    for (; at < count; at += LANES) {
        const struct column rest = {at, period, 1, (int)(at % (size_t)channels), channels};
        run(work, &rest, (int)(count - at < LANES ? count - at : LANES));
    }
}

/* Whether the column's channels follow one another. */
INLINE bool in_line(const struct column *column) {
    return column->channel + LANES <= column->channels;
}

static void gather(const float *all, const struct column *column, float *some) {
    for (int l = 0, c = column->channel; l < LANES; l++, c = c + 1 < column->channels ? c + 1 : 0)
        some[l] = all[c];
}

/* The column's part of a value for each channel. */
INLINE vector coefficients(const float *all, const struct column *column) {
    float some[LANES];
    if (in_line(column))
        return load(all + column->channel);
    gather(all, column, some);
    return load(some);
}

static void scatter(const double *some, const struct column *column, double *all) {
    for (int l = 0, c = column->channel; l < LANES; l++, c = c + 1 < column->channels ? c + 1 : 0)
        all[c] += some[l];
}

/* Not inlined, lest compilers take vectors apart. */
static __attribute__((noinline)) void add_parts(double *all, const struct column *column,
                                                const double sum[LANES]) {
    double *restrict to = all + column->channel;
    if (in_line(column))
        for (int l = 0; l < LANES; l++)
            to[l] += sum[l];
    else
        scatter(sum, column, all);
}

/* A vector of sums in double: its two halves, which compilers have vectors for. */
typedef float half_vector __attribute__((vector_size(LANES / 2 * sizeof(float))));
typedef double half_sums __attribute__((vector_size(LANES / 2 * sizeof(double))));
struct sums {
    half_sums half[2];
};

INLINE half_sums widened(half_vector v) {
#if defined __AVX512F__
    return (half_sums)_mm512_cvtps_pd((__m256)v);
#else
    return __builtin_convertvector(v, half_sums);
#endif
}

INLINE void add_vector(struct sums *sums, vector v) {
    half_vector half[2];
    memcpy(half, &v, sizeof v);
    for (int i = 0; i < 2; i++)
        sums->half[i] += widened(half[i]);
}

INLINE void add_product(struct sums *sums, vector v, vector w) {
    half_vector a[2], b[2];
    memcpy(a, &v, sizeof v);
    memcpy(b, &w, sizeof w);
    for (int i = 0; i < 2; i++)
        sums->half[i] += widened(a[i]) * widened(b[i]);
}

/* all[channel] += sum */
INLINE void add_sums(double *all, const struct column *column, const struct sums *sums) {
    double parts[LANES];
    memcpy(parts, sums, sizeof parts);
    add_parts(all, column, parts);
}

INLINE void affine_rows(const struct work *w, const struct column *column, const int count) {
    const vector scale = w->scale ? coefficients(w->scale, column) : (vector){0};
    const vector shift = w->shift ? coefficients(w->shift, column) : (vector){0};
    size_t at = column->at;
    for (int r = 0; r < column->rows; r++, at += column->period) {
        vector sum = get(w->x + at, count);
        if (w->scale)
            sum *= scale;
        if (w->shift)
            sum += shift;
        if (w->residual)
            sum += get(w->residual + at, count);
        put(w->to + at, w->relu ? rectify(sum) : sum, count);
    }
}

static void affine(size_t pixels, int channels, const void *x, const float *scale,
                   const float *shift, const void *residual, bool relu, void *y) {
    const struct work work = {
        .x = x, .scale = scale, .shift = shift, .residual = residual, .relu = relu, .to = y};
    each_column(pixels, channels, &work, affine_rows);
}

INLINE void moments_rows(const struct work *w, const struct column *column, const int count) {
    struct sums sum = {{{0}}}, square = {{{0}}};
    size_t at = column->at;
    for (int r = 0; r < column->rows; r++, at += column->period) {
        const vector x = get(w->x + at, count);
        add_vector(&sum, x);
        add_product(&square, x, x);
    }
    add_sums(w->sum, column, &sum);
    add_sums(w->square, column, &square);
}

static void moments(size_t pixels, int channels, const void *x, double *sum, double *square) {
    const struct work work = {.x = x, .sum = sum, .square = square};
    each_column(pixels, channels, &work, moments_rows);
}

/* The gradient that reaches x through y. */
INLINE vector passed(const struct work *w, size_t at, const int count) {
    const vector g = get(w->y_grad + at, count);
    return w->y ? pass(g, get(w->y + at, count)) : g;
}

INLINE void gradient_moments_rows(const struct work *w, const struct column *column,
                                  const int count) {
    struct sums sum = {{{0}}}, dot = {{{0}}};
    size_t at = column->at;
    for (int r = 0; r < column->rows; r++, at += column->period) {
        const vector g = passed(w, at, count);
        add_vector(&sum, g);
        add_product(&dot, g, get(w->x + at, count));
    }
    add_sums(w->sum, column, &sum);
    add_sums(w->square, column, &dot);
}

static void gradient_moments(size_t pixels, int channels, const void *x, const void *y,
                             const void *y_grad, double *sum, double *dot) {
    const struct work work = {.x = x, .y = y, .y_grad = y_grad, .sum = sum, .square = dot};
    each_column(pixels, channels, &work, gradient_moments_rows);
}

INLINE void gradient_affine_rows(const struct work *w, const struct column *column,
                                 const int count) {
    const vector a = coefficients(w->a, column), b = coefficients(w->b, column),
                 c = coefficients(w->c, column);
    size_t at = column->at;
    for (int r = 0; r < column->rows; r++, at += column->period) {
        const vector g = passed(w, at, count);
        vector x_grad = a * g + b * get(w->x + at, count) + c, residual_grad = g;
        if (w->add_x)
            x_grad += get(w->x_grad + at, count);
        put(w->x_grad + at, x_grad, count);
        if (!w->residual_grad)
            continue;
        if (w->add_residual)
            residual_grad += get(w->residual_grad + at, count);
        put(w->residual_grad + at, residual_grad, count);
    }
}

static void gradient_affine(size_t pixels, int channels, const void *x, const void *y,
                            const void *y_grad, const float *a, const float *b, const float *c,
                            void *x_grad, bool add_x, void *residual_grad, bool add_residual) {
    const struct work work = {.x = x,
                              .y = y,
                              .y_grad = y_grad,
                              .a = a,
                              .b = b,
                              .c = c,
                              .x_grad = x_grad,
                              .add_x = add_x,
                              .residual_grad = residual_grad,
                              .add_residual = add_residual};
    each_column(pixels, channels, &work, gradient_affine_rows);
}

static void add(size_t count, const void *a, const void *b, void *y) {
    affine(count, 1, a, NULL, NULL, b, false, y);
}

static void relu(size_t count, const void *x, void *y) {
    affine(count, 1, x, NULL, NULL, NULL, true, y);
}

INLINE void relu_gradient_rows(const struct work *w, const struct column *column, const int count) {
    size_t at = column->at;
    for (int r = 0; r < column->rows; r++, at += column->period) {
        const vector g = passed(w, at, count);
        put(w->x_grad + at, w->add_x ? get(w->x_grad + at, count) + g : g, count);
    }
}

static void relu_gradient(size_t count, const void *y, const void *y_grad, void *x_grad, bool add) {
    const struct work work = {.y = y, .y_grad = y_grad, .x_grad = x_grad, .add_x = add};
    each_column(count, 1, &work, relu_gradient_rows);
}

extern const struct ls_elementwise LOOPS;
const struct ls_elementwise LOOPS = {
    .bytes = sizeof(value),
    .affine = affine,
    .moments = moments,
    .gradient_moments = gradient_moments,
    .gradient_affine = gradient_affine,
    .add = add,
    .relu = relu,
    .relu_gradient = relu_gradient,
};
