/* Attention: its definition, its gradients, and how these change. */
#include "gradient.h"
#include "support.h"
#include <math.h>

enum { IMAGES = 3, INPUTS = 4 };

struct layout {
    int heads;
    float slope;
    struct ls_shape inputs[INPUTS]; /* queries, keys, values, and biases if there are any */
    int windows;
    const float *given; /* constants, some of which keep queries from keys */
};

/* Of 3 windows of 4 queries and 5 keys, and of one. */
static const float given[3 * 4 * 5] = {[1] = -100, [4] = 0.5F,  [7] = -INFINITY, [20] = -100,
                                       [33] = -1,  [41] = -100, [42] = -100,     [59] = 0.25F};

static const struct layout layouts[] = {
    {1, 1, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, 0, NULL},
    {0, 0.6F, {{2, 3, 3}, {2, 3, 3}, {2, 3, 3}}, 0, NULL},
    {2, 0.5F, {{4, 4, 8}, {4, 4, 8}, {4, 4, 8}}, 0, NULL},
    {3, 0.7F, {{1, 1, 6}, {3, 5, 6}, {5, 3, 9}}, 0, NULL},
    {4, 0.4F, {{5, 7, 12}, {1, 1, 12}, {1, 1, 4}}, 0, NULL},
    {5, 0.9F, {{3, 7, 10}, {2, 4, 10}, {4, 2, 5}}, 0, NULL},
    {1, 0.1F, {{2, 3, 37}, {1, 17, 37}, {17, 1, 19}}, 0, NULL},
    {2, 0.7F, {{2, 3, 6}, {5, 1, 6}, {1, 5, 4}, {1, 12, 5}}, 0, NULL},
    {0, 0.8F, {{2, 2, 3}, {2, 2, 3}, {2, 2, 3}, {4, 1, 4}}, 0, NULL},
    /* so many that not all queries are at work together */
    {2, 0.7F, {{9, 9, 4}, {40, 40, 4}, {40, 40, 6}}, 0, NULL},
    {1, 0.7F, {{4, 5, 2}, {65, 64, 2}, {64, 65, 1}}, 0, NULL},
    {2, 0.7F, {{5, 4, 2}, {65, 64, 2}, {64, 65, 2}, {2, 20, 4160}}, 0, NULL},
    {2, 0.7F, {{4, 3, 6}, {5, 3, 6}, {3, 5, 4}}, 3, NULL},
    {2, 0.7F, {{4, 3, 6}, {5, 3, 6}, {3, 5, 4}}, 3, given},
    {2, 0.7F, {{4, 3, 6}, {5, 3, 6}, {3, 5, 4}, {1, 8, 5}}, 3, given},
    {0, 0.7F, {{2, 2, 3}, {5, 1, 3}, {5, 1, 4}, {4, 5, 1}}, 0, given},
    {2, 0.7F, {{70, 70, 2}, {70, 70, 2}, {70, 70, 2}}, 2, NULL},
    {2, 0.8F, {{17, 20, 4}, {17, 20, 4}, {17, 20, 4}}, 0, NULL},
};

enum { LAYOUTS = sizeof layouts / sizeof *layouts, ALIKE = LAYOUTS - 1 };

static void create(struct rig *rig, const struct layout *l) {
    const struct ls_attributes attributes = {
        .groups = l->heads, .slope = l->slope, .windows = l->windows, .given = l->given};
    const int inputs = l->inputs[INPUTS - 1].channels ? INPUTS : INPUTS - 1;
    rig_create(rig, &ls_op_attention, attributes, inputs, l->inputs, IMAGES, 0);
}

static int pixels_of(struct ls_shape shape) {
    return shape.height * shape.width;
}

/* Channel 0 of a head of a pixel of an image of input `i`. */
static const float *at(const struct rig *rig, int i, int image, int pixel, int head) {
    const struct ls_shape in = rig->node.in[i];
    const int heads = rig->node.attributes.groups ? rig->node.attributes.groups : 1;
    return rig->call.inputs[i] +
           ((size_t)image * (size_t)pixels_of(in) + (size_t)pixel) * (size_t)in.channels +
           (size_t)(head * (in.channels / heads));
}

static int windows_of(const struct ls_node *node) {
    return node->attributes.windows ? node->attributes.windows : 1;
}

/* The keys of a window, of which a query's is the first of these. */
static int keys_of(const struct ls_node *node) {
    return pixels_of(node->in[1]) / windows_of(node);
}

static int first_key(const struct ls_node *node, int query) {
    return query / (pixels_of(node->in[0]) / windows_of(node)) * keys_of(node);
}

/* What is added to the score of a query and key s of its window. */
static double added(const struct rig *rig, int image, int query, int head, int s) {
    const struct ls_node *node = &rig->node;
    const int heads = node->attributes.groups ? node->attributes.groups : 1, keys = keys_of(node);
    const int queries = pixels_of(node->in[0]) / windows_of(node);
    double sum = node->attributes.given ? node->attributes.given[query * keys + s] : 0;
    if (node->input_count > 3)
        sum += rig->call.inputs[3][((image * heads + head) * queries + query % queries) * keys + s];
    return sum;
}

/* scores[keys of a window] of a query; returns the largest. */
static double find_scores(const struct rig *rig, int image, int query, int head, double *scores) {
    const struct ls_node *node = &rig->node;
    const int heads = node->attributes.groups ? node->attributes.groups : 1;
    const float *q = at(rig, 0, image, query, head);
    double largest = -INFINITY;
    for (int s = 0; s < keys_of(node); s++) {
        const float *k = at(rig, 1, image, first_key(node, query) + s, head);
        scores[s] = added(rig, image, query, head, s);
        for (int c = 0; c < node->in[0].channels / heads; c++)
            scores[s] += (double)node->attributes.slope * q[c] * k[c];
        largest = fmax(largest, scores[s]);
    }
    return largest;
}

/* What a query takes of channel `c` of all channels of the values, by the definition. */
static double take(const struct rig *rig, int image, int query, int c) {
    static double scores[65 * 65];
    const struct ls_node *node = &rig->node;
    const int heads = node->attributes.groups ? node->attributes.groups : 1;
    const int wide = node->out.channels / heads, head = c / wide;
    const double largest = find_scores(rig, image, query, head, scores);
    double sum = 0, taken = 0;
    for (int s = 0; s < keys_of(node); s++) {
        const double weight = exp(scores[s] - largest);
        sum += weight;
        taken += weight * at(rig, 2, image, first_key(node, query) + s, head)[c % wide];
    }
    return taken / sum;
}

static void follows_its_definition(void **state) {
    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        struct rig rig;
        create(&rig, &layouts[l]);
        rig_forward(&rig, 2);
        const int channels = layouts[l].inputs[2].channels, pixels = pixels_of(rig.node.out);
        assert_int_equal(rig.node.out.height, layouts[l].inputs[0].height);
        assert_int_equal(rig.node.out.width, layouts[l].inputs[0].width);
        assert_int_equal(rig.node.out.channels, channels);
        for (int p = 0; p < IMAGES * pixels; p++)
            for (int c = 0; c < channels; c++) {
                const double y = take(&rig, p / pixels, p % pixels, c);
                if (!(fabs(rig.call.output[p * channels + c] - y) <= 2e-6))
                    fail_msg("layout %d, pixel %d, channel %d: %g, not %g", l, p, c,
                             rig.call.output[p * channels + c], y);
            }
        rig_free(&rig);
    }
}

static void gradients(void **state) {
    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        struct rig rig;
        create(&rig, &layouts[l]);
        rig_check(&rig, 2, 0.02F, 3e-3);
        rig_free(&rig);
    }
}

static void tangents(void **state) {
    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        struct rig rig;
        create(&rig, &layouts[l]);
        rig_check_tangents(&rig, 0.005F, 3e-3);
        rig_free(&rig);
    }
}

static size_t floats_of(const struct rig *rig, int i) {
    return IMAGES * ls_shape_size(rig->node.in[i]);
}

/* The inputs' gradients or, along some direction, their changes, in the same place. */
static void differentiate(struct rig *rig, bool change) {
    struct ls_call *call = &rig->call;
    memcpy(call->input_tangents, call->inputs, sizeof call->input_tangents);
    memcpy(call->input_grad_tangents, call->input_grads, sizeof call->input_grad_tangents);
    call->output_grad_tangent = rig->probe;
    (change ? ls_op_attention.backward_tangent : ls_op_attention.backward)(call, 0, IMAGES);
}

static void keep(const struct rig *rig, float **kept) {
    for (int i = 0; i < rig->node.input_count; i++) {
        kept[i] = malloc(floats_of(rig, i) * sizeof(float));
        assert_non_null(kept[i]);
        memcpy(kept[i], rig->call.input_grads[i], floats_of(rig, i) * sizeof(float));
    }
}

static void drop(const struct rig *rig, float **kept) {
    for (int i = 0; i < rig->node.input_count; i++)
        free(kept[i]);
}

/* Fails unless values[count] are factor * kept, but for rounding. */
static void assert_times(const float *values, const float *kept, size_t count, float factor) {
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(kept[i]));
    for (size_t i = 0; i < count; i++)
        assert_float_equal(values[i], factor * kept[i], 1e-5F * largest);
}

/* A second pass that adds to some gradients doubles them, and no others. */
static void gradients_are_added_where_asked_for(void **state) {
    (void)state;
    for (int l = 0; l < LAYOUTS; l++)
        for (int variant = 0; variant < 32; variant++) {
            struct rig rig;
            float *once[INPUTS];
            create(&rig, &layouts[l]);
            differentiate(&rig, variant / 16);
            keep(&rig, once);
            const int inputs = rig.node.input_count;
            for (int i = 0; i < inputs; i++)
                rig.call.accumulate[i] = variant >> i & 1;
            differentiate(&rig, variant / 16);
            for (int i = 0; i < inputs; i++)
                assert_times(rig.call.input_grads[i], once[i], floats_of(&rig, i),
                             rig.call.accumulate[i] ? 2 : 1);
            drop(&rig, once);
            rig_free(&rig);
        }
}

/* One gradient alone is the same as with the others. */
static void gradients_are_not_needed(void **state) {
    (void)state;
    for (int l = 0; l < LAYOUTS; l++)
        for (int variant = 0; variant < 2 * INPUTS; variant++) {
            const int wanted = variant % INPUTS;
            struct rig rig;
            float *all[INPUTS], *grads[INPUTS];
            create(&rig, &layouts[l]);
            const int inputs = rig.node.input_count;
            if (wanted >= inputs) {
                rig_free(&rig);
                continue;
            }
            differentiate(&rig, variant / INPUTS);
            keep(&rig, all);
            memset(rig.call.input_grads[wanted], 1, floats_of(&rig, wanted) * sizeof(float));
            memcpy(grads, rig.call.input_grads, sizeof grads);
            for (int i = 0; i < inputs; i++)
                rig.call.input_grads[i] = i == wanted ? grads[i] : NULL;
            differentiate(&rig, variant / INPUTS);
            memcpy(rig.call.input_grads, grads, sizeof grads);
            for (int i = 0; i < inputs; i++)
                assert_memory_equal(grads[i], all[i], floats_of(&rig, i) * sizeof(float));
            drop(&rig, all);
            rig_free(&rig);
        }
}

/* Pixels that attend to themselves: what the engine makes of one node that is all inputs. */
static void inputs_may_be_one(void **state) {
    (void)state;
    for (int change = 0; change < 2; change++) {
        struct rig rig;
        float *parts[INPUTS], *grads[INPUTS];
        create(&rig, &layouts[ALIKE]);
        const size_t count = floats_of(&rig, 0);
        for (int i = 1; i < 3; i++)
            memcpy((float *)rig.call.inputs[i], rig.call.inputs[0], count * sizeof(float));
        differentiate(&rig, change);
        keep(&rig, parts);
        for (size_t e = 0; e < count; e++)
            parts[0][e] += parts[1][e] + parts[2][e];
        memcpy(grads, rig.call.input_grads, sizeof grads);
        for (int i = 1; i < 3; i++) {
            rig.call.input_grads[i] = grads[0];
            rig.call.accumulate[i] = true;
        }
        differentiate(&rig, change);
        memcpy(rig.call.input_grads, grads, sizeof grads);
        assert_times(grads[0], parts[0], count, 1);
        drop(&rig, parts);
        rig_free(&rig);
    }
}

/* The first image everywhere. */
static void repeat(float *values, size_t size) {
    for (int image = 1; image < IMAGES; image++)
        memcpy(values + size * (size_t)image, values, size * sizeof *values);
}

static void assert_repeated(const float *values, size_t size) {
    for (int image = 1; image < IMAGES; image++)
        assert_memory_equal(values + size * (size_t)image, values, size * sizeof *values);
}

/* Wherever in memory an image stands, and whichever others there are, no bit changes. */
static void images_are_on_their_own(void **state) {
    (void)state;
    for (int variant = 0; variant < 2 * LAYOUTS; variant++) {
        struct rig rig;
        create(&rig, &layouts[variant / 2]);
        for (int i = 0; i < rig.node.input_count; i++)
            repeat((float *)rig.call.inputs[i], ls_shape_size(rig.node.in[i]));
        repeat(rig.probe, ls_shape_size(rig.node.out));
        rig_forward(&rig, 2);
        assert_repeated(rig.call.output, ls_shape_size(rig.node.out));
        differentiate(&rig, variant % 2);
        for (int i = 0; i < rig.node.input_count; i++)
            assert_repeated(rig.call.input_grads[i], ls_shape_size(rig.node.in[i]));
        rig_free(&rig);
    }
}

/* A query that stands out takes one value alone: exp of its scores would be infinite. */
static void large_scores_stay_finite(void **state) {
    static const float factors[] = {1e4F, -1e4F, 1e15F};
    (void)state;
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
        const struct layout l = {2, factors[f], {{3, 4, 6}, {3, 5, 6}, {3, 5, 4}}, 0, NULL};
        struct rig rig;
        create(&rig, &l);
        rig_forward(&rig, 2);
        for (int p = 0; p < IMAGES * 12; p++)
            for (int c = 0; c < 4; c++)
                assert_float_equal(rig.call.output[p * 4 + c], take(&rig, p / 12, p % 12, c), 1e-5);
        for (int change = 0; change < 2; change++) {
            differentiate(&rig, change);
            for (int i = 0; i < rig.node.input_count; i++)
                for (size_t e = 0; e < floats_of(&rig, i); e++)
                    assert_true(isfinite(rig.call.input_grads[i][e]));
        }
        rig_free(&rig);
    }
}

/* As PyTorch has it, infinite scores and scores that are no numbers make outputs that are none, of
 * their own query and head alone. */
static void what_is_no_number_shows(void **state) {
    static const float values[] = {INFINITY, -INFINITY, NAN};
    const struct layout l = {2, 1, {{3, 4, 6}, {4, 5, 6}, {4, 5, 4}}, 0, NULL};
    (void)state;
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        struct rig rig;
        create(&rig, &l);
        ((float *)rig.call.inputs[0])[5 * 6 + 4] = values[v]; /* query 5, head 1 */
        rig_forward(&rig, 2);
        for (int p = 0; p < IMAGES * 12; p++)
            for (int c = 0; c < 4; c++)
                assert_int_equal(isnan(rig.call.output[p * 4 + c]) != 0, p == 5 && c >= 2);
        rig_free(&rig);
    }
}

static void work_is_counted(void **state) {
    struct rig rig;
    (void)state;
    create(&rig, &layouts[3]); /* 1 query, 15 keys of 6 channels, values of 9 */
    assert_true(ls_op_attention.flops(&rig.node) == 2 * 15 * (6 + 9));
    rig_free(&rig);
}

static void inputs_that_do_not_fit_are_refused(void **state) {
    static const struct {
        struct layout layout;
        const char *why;
    } cases[] = {
        {{1, 1, {{2, 2, 4}, {2, 2, 6}, {2, 2, 4}}, 0, NULL},
         "queries of 4 channels cannot meet keys of 6"},
        {{1, 1, {{2, 2, 4}, {2, 3, 4}, {2, 2, 4}}, 0, NULL},
         "2x3 keys cannot stand for 2x2 values"},
        {{3, 1, {{2, 2, 4}, {2, 2, 4}, {2, 2, 6}}, 0, NULL},
         "3 heads cannot share 4 channels of queries"},
        {{2, 1, {{2, 2, 4}, {2, 2, 4}, {2, 2, 5}}, 0, NULL}, "queries, 5 of values"},
        {{-1, 1, {{2, 2, 4}, {2, 2, 4}, {2, 2, 4}}, 0, NULL}, "-1 heads cannot share"},
        {{8, 1, {{2, 2, 4}, {2, 2, 4}, {2, 2, 4}}, 0, NULL}, "8 heads cannot share"},
        {{1, 1, {{256, 257, 4}, {2, 2, 4}, {2, 2, 4}}, 0, NULL},
         "of 256x257 pixels to 2x2 is too much"},
        {{1, 1, {{2, 2, 4}, {2, 3, 4}, {2, 3, 4}}, 3, NULL}, "2x3 keys are no 3 windows"},
        {{1, 1, {{2, 2, 4}, {2, 3, 4}, {2, 3, 4}}, -1, NULL}, "2x3 keys are no -1 windows"},
        {{1, 1, {{2, 2, 4}, {65537, 1, 4}, {65537, 1, 4}}, 0, NULL},
         "of 2x2 pixels to 65537x1 is too much"},
        {{1, 1, {{65536, 65536, 4}, {2, 2, 4}, {2, 2, 4}}, 0, NULL}, "65536 are the most"},
        {{2, 1, {{2, 2, 4}, {2, 3, 4}, {2, 3, 4}, {4, 1, 6}}, 0, NULL},
         "24 numbers cannot be added to the scores of 4 queries and 6 keys in 2 heads"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error error = {0};
        struct ls_shape out;
        struct ls_node node = {.op = &ls_op_attention,
                               .attributes = {.groups = cases[i].layout.heads,
                                              .slope = 1,
                                              .windows = cases[i].layout.windows},
                               .input_count = INPUTS - 1};
        node.input_count += cases[i].layout.inputs[INPUTS - 1].channels > 0;
        memcpy(node.in, cases[i].layout.inputs, sizeof cases[i].layout.inputs);
        assert_int_equal(node.op->shape(&node, &out, &error), LS_MISMATCH);
        assert_message(&error, cases[i].why);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_its_definition),
        cmocka_unit_test(gradients),
        cmocka_unit_test(tangents),
        cmocka_unit_test(gradients_are_added_where_asked_for),
        cmocka_unit_test(gradients_are_not_needed),
        cmocka_unit_test(inputs_may_be_one),
        cmocka_unit_test(images_are_on_their_own),
        cmocka_unit_test(large_scores_stay_finite),
        cmocka_unit_test(what_is_no_number_shows),
        cmocka_unit_test(work_is_counted),
        cmocka_unit_test(inputs_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
