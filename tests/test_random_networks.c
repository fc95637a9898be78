/* Networks that nobody designed: what the engines make of any graph must be the same loss, and its
 * derivatives. Parts of them lead nowhere. */
#include "derivatives.h"
#include "landscape/rng.h"
#include "model/build.h"
#include "networks.h"
#include "perturb.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 20, CLASSES = 5, HEIGHT = 7, WIDTH = 9, NETWORKS = 25 };

/* A network that grows. */
struct growth {
    struct ls_builder b;
    struct ls_rng rng;
    uint64_t drawn;
    bool norms; /* batch norm, too */
    bool kinks; /* functions without a derivative everywhere, too */
};

static int draw(struct growth *g, int bound) {
    return (int)ls_rng_below(&g->rng, g->drawn++, (uint32_t)bound);
}

static struct ls_shape shape_of(const struct growth *g, int node) {
    return g->b.network->nodes[node].out;
}

/* Any node with as many pixels as x and, if they are to be the same, channels. */
static int draw_partner(struct growth *g, int x, bool channels) {
    const struct ls_shape a = shape_of(g, x);
    for (int tries = 0; tries < 20; tries++) {
        const int y = draw(g, g->b.network->node_count);
        const struct ls_shape b = shape_of(g, y);
        if (a.height == b.height && a.width == b.width && (!channels || a.channels == b.channels))
            return y;
    }
    return x;
}

static int apply(struct growth *g, const struct ls_op *op, struct ls_attributes a, int count, int x,
                 int y) {
    return ls_build(&g->b, op, NULL, a, count, (int[]){x, y});
}

static int bend(struct growth *g, int x) {
    static const struct ls_op *const smooth[] = {&ls_op_sigmoid, &ls_op_tanh, &ls_op_gelu,
                                                 &ls_op_softplus, &ls_op_line};
    const struct ls_attributes a = {.slope = -0.5F, .shift = 1};
    if (g->kinks && draw(g, 2))
        return ls_relu(&g->b, x);
    return apply(g, smooth[draw(g, 5)], a, 1, x, 0);
}

static int scale(struct growth *g, int x) {
    const struct ls_attributes a = {.rank = 1, .single = draw(g, 2)};
    return ls_build(&g->b, &ls_op_scale, text("scale%d", g->b.network->node_count), a, 1, &x);
}

/* Numbers are drawn one after the other: the order of arguments is the compiler's. */
static int convolve(struct growth *g, int x) {
    static const int channels[] = {3, 8, 12, 16};
    const int out = channels[draw(g, 4)], kernel = draw(g, 3) ? 3 : 1;
    const int stride = shape_of(g, x).height > 4 && draw(g, 4) == 0 ? 2 : 1;
    return ls_conv(&g->b, text("conv%d", g->b.network->node_count), x, out, kernel, stride);
}

/* A large epsilon, so that pixels that are nearly alike remain so. */
static int normalise(struct growth *g, int x) {
    const int channels = shape_of(g, x).channels, kind = draw(g, 5);
    const struct ls_attributes a = {
        .groups = channels % 4 == 0 ? 4 : 1, .epsilon = 1, .bias = true, .unweighted = draw(g, 2)};
    const char *name = text("norm%d", g->b.network->node_count);
    if (kind == 0)
        return ls_build(&g->b, &ls_op_layernorm, name, a, 1, &x);
    if (kind < 3)
        return ls_build(&g->b, &ls_op_groupnorm, name, a, 1, &x);
    return g->norms ? ls_batchnorm(&g->b, name, x) : convolve(g, x);
}

static int rearrange(struct growth *g, int x) {
    const struct ls_shape shape = shape_of(g, x);
    const int channels = shape.channels, pixels = shape.height * shape.width;
    if (draw(g, 4) == 0)
        return apply(g, &ls_op_transpose, (struct ls_attributes){0}, 1, x, 0);
    if (draw(g, 4) == 0) {
        const int begin = draw(g, pixels);
        const struct ls_attributes a = {.begin = begin, .pixels = 1 + draw(g, pixels - begin)};
        return apply(g, &ls_op_span, a, 1, x, 0);
    }
    if (pixels == 1) {
        const struct ls_attributes a = {
            .pixels = 6, .channels = channels == 1 ? 4 : channels, .rows = 2};
        return apply(g, &ls_op_spread, a, 1, x, 0);
    }
    if (pixels < 100 && draw(g, 4) == 0) {
        const struct ls_sampling s = {
            draw(g, 3), {1 + draw(g, 9), 1 + draw(g, 9)}, {0.6F, 1.3F}, {-0.3F, 0.2F}};
        return apply(g, &ls_op_resize, (struct ls_attributes){.sampling = s}, 1, x, 0);
    }
    if (channels % 2 == 0 && draw(g, 2))
        return apply(g, &ls_op_shuffle, (struct ls_attributes){.groups = 2}, 1, x, 0);
    const int begin = draw(g, channels);
    const int count = 1 + draw(g, channels - begin);
    return apply(g, &ls_op_slice, (struct ls_attributes){.channels = count, .begin = begin}, 1, x,
                 0);
}

/* Some of the inputs may be one. */
static int attend(struct growth *g, int queries, int keys, int values) {
    const int in = shape_of(g, queries).channels, out = shape_of(g, values).channels;
    const int heads = in % 2 == 0 && out % 2 == 0 ? 2 : 1;
    const struct ls_attributes a = {.groups = heads, .slope = 1 / (float)in};
    return ls_build(&g->b, &ls_op_attention, NULL, a, 3, (int[]){queries, keys, values});
}

static int combine(struct growth *g, int x) {
    const int y = draw_partner(g, x, true), z = draw_partner(g, x, true);
    const int wide = draw_partner(g, x, false);
    switch (draw(g, 5)) {
    case 0: /* products of products would grow beyond measure */
        return bend(g, apply(g, &ls_op_multiply, (struct ls_attributes){0}, 2, x, y));
    case 1:
        return shape_of(g, x).channels + shape_of(g, wide).channels > 40
                   ? x
                   : ls_concat(&g->b, x, wide);
    case 2:
        return ls_gate(&g->b, ls_sigmoid(&g->b, y), x, z);
    case 3:
        return attend(g, x, y, wide);
    default:
        return ls_add(&g->b, x, y);
    }
}

static int pool(struct growth *g, int x) {
    if (shape_of(g, x).height < 4)
        return bend(g, x);
    return g->kinks && draw(g, 2) ? ls_maxpool(&g->b, x, 3, 1, 1) : ls_avgpool(&g->b, x, 2);
}

static void grow(struct growth *g) {
    int x = ls_image(&g->b, HEIGHT, WIDTH, 3);
    for (int steps = 6 + draw(g, 14); steps > 0; steps--) {
        static int (*const layers[])(struct growth *,
                                     int) = {convolve,  convolve, normalise, normalise, bend, scale,
                                             rearrange, combine,  combine,   combine,   pool};
        x = draw(g, 4) ? x : draw(g, g->b.network->node_count);
        x = layers[draw(g, 11)](g, x);
    }
    ls_linear(&g->b, "linear", draw(g, 2) ? x : ls_mean(&g->b, x), CLASSES);
}

static void make_data(struct ls_dataset *data, uint64_t seed) {
    const struct ls_rng rng = {.seed = seed, .purpose = LS_RNG_TEST, .stream = 1};
    const size_t pixels = (size_t)IMAGES * HEIGHT * WIDTH * 3;
    *data = (struct ls_dataset){.name = "random",
                                .count = IMAGES,
                                .height = HEIGHT,
                                .width = WIDTH,
                                .channels = 3,
                                .classes = CLASSES,
                                .labels_per_image = 1,
                                .pixels = malloc(pixels),
                                .labels = malloc(IMAGES * sizeof *data->labels),
                                .mean = {127.5F, 127.5F, 127.5F},
                                .deviation = {64, 64, 64}};
    assert_true(data->pixels && data->labels);
    for (size_t i = 0; i < pixels; i++)
        data->pixels[i] = (uint8_t)ls_rng_below(&rng, i, 256);
    for (size_t i = 0; i < IMAGES; i++)
        data->labels[i] = (uint16_t)ls_rng_below(&rng, pixels + i, CLASSES);
}

static void make(struct derivatives *d, uint64_t seed, bool norms, bool kinks) {
    struct growth g = {.b = {.network = &d->model.network},
                       .rng = {.seed = seed, .purpose = LS_RNG_TEST, .stream = 2},
                       .norms = norms,
                       .kinks = kinks};
    memset(d, 0, sizeof *d);
    grow(&g);
    assert_int_equal(g.b.status, LS_OK);
    d->model.values = calloc(d->model.network.value_count, sizeof *d->model.values);
    assert_non_null(d->model.values);
    ls_network_init(&d->model.network, seed, d->model.values);
    for (int t = 0; t < d->model.network.tensor_count; t++) { /* logits that tell images apart */
        const struct ls_tensor *tensor = &d->model.network.tensors[t];
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            d->model.values[i] *= strcmp(tensor->name, "linear.weight") == 0 ? 100 : 1;
    }
    perturb_model(&d->model, seed);
    make_data(&d->data, seed);
    derivatives_aim(d, 0.1F);
}

/* The fused plan's loss is that of the plain graph, which products of the Hessian go through. */
static void every_precision_finds_the_loss(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        static const struct {
            enum ls_precision precision;
            double tolerance;
        } cases[] = {{LS_FP32, 1e-5}, {LS_BF16X3, 1e-3}, {LS_BF16, 0.1}};
        struct derivatives d;
        make(&d, seed, seed % 2, true);
        double *product = calloc(d.model.network.value_count, sizeof *product);
        assert_non_null(product);
        const double loss = derivatives_multiply(&d, 2, product);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            const double found = evaluate(&d.model, &d.data, cases[c].precision, 2).loss;
            if (!(fabs(found / loss - 1) < cases[c].tolerance))
                fail_msg("network %d, precision %zu: %.9g, not %.9g", (int)seed, c, found, loss);
        }
        free(product);
        derivatives_free(&d);
    }
}

static void every_tensor_has_the_right_gradient(void **state) {
    (void)state;
    for (uint64_t seed = 100; seed < 100 + NETWORKS; seed++) {
        struct derivatives d;
        make(&d, seed, seed % 4 != 0, false);
        derivatives_check_tensors(&d);
        derivatives_free(&d);
    }
}

static void products_are_those_of_the_hessian(void **state) {
    (void)state;
    for (uint64_t seed = 200; seed < 200 + NETWORKS; seed++) {
        struct derivatives d;
        make(&d, seed, false, false);
        /* The error of differences grows with the step's square, that of rounding as it shrinks. */
        const double fault =
            fmin(derivatives_product_fault(&d, 0.0025), derivatives_product_fault(&d, 0.0005));
        if (!(fault < 5e-3))
            fail_msg("network %d: off by %g", (int)seed, fault);
        derivatives_free(&d);
    }
}

static void mixed_precision_is_near(void **state) {
    (void)state;
    for (uint64_t seed = 300; seed < 300 + NETWORKS; seed++) {
        struct derivatives d;
        make(&d, seed, false, false);
        const double fault = derivatives_mixed_fault(&d);
        if (!(fault < 0.05))
            fail_msg("network %d: off by %g", (int)seed, fault);
        derivatives_free(&d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_precision_finds_the_loss),
        cmocka_unit_test(every_tensor_has_the_right_gradient),
        cmocka_unit_test(products_are_those_of_the_hessian),
        cmocka_unit_test(mixed_precision_is_near),
    };
    return cmocka_run_group_tests_name("random networks", tests, NULL, NULL);
}
