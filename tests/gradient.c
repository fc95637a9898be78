#include "gradient.h"
#include "base/alloc.h"
#include "engine/phase.h"
#include "kernels/bfloat.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "landscape/rng.h"
#include "support.h"
#include <math.h>

static void fill(float *values, size_t count, uint32_t stream, float gap) {
    const struct ls_rng rng = {1, LS_RNG_TEST, stream, 0};
    ls_rng_normal(&rng, 0, count, values);
    for (size_t i = 0; i < count; i++)
        values[i] += values[i] < 0 ? -gap : gap;
}

/* The memory that the rig's operation asks for. */
static void allocate_memory(struct rig *rig) {
    const struct ls_op *op = rig->node.op;
    free(rig->call.packed);
    free(rig->call.scratch);
    rig->call.packed =
        ls_alloc(op->packed_size ? op->packed_size(&rig->node, true) : 0, sizeof(float));
    rig->call.scratch =
        ls_alloc(op->scratch_size ? op->scratch_size(&rig->node, true) : 0, sizeof(float));
}

void rig_create(struct rig *rig, const struct ls_op *op, struct ls_attributes attributes,
                int input_count, const struct ls_shape *inputs, int images, float gap) {
    struct ls_error error = {0};
    *rig = (struct rig){.images = images};
    rig->node = (struct ls_node){.op = op, .attributes = attributes, .input_count = input_count};
    for (int i = 0; i < input_count; i++)
        rig->node.in[i] = inputs[i];
    assert_int_equal(op->shape(&rig->node, &rig->node.out, &error), LS_OK);
    rig->node.tensor_count = op->tensors ? op->tensors(&rig->node, rig->spec) : 0;
    rig->call = (struct ls_call){.node = &rig->node, .images = images};
    for (int t = 0; t < rig->node.tensor_count; t++) {
        rig->tensor_size[t] = 1;
        for (int d = 0; d < rig->spec[t].rank; d++)
            rig->tensor_size[t] *= (size_t)rig->spec[t].size[d];
        rig->call.tensors[t] = ls_alloc(rig->tensor_size[t], sizeof(float));
        rig->call.tensor_grads[t] = ls_alloc(rig->tensor_size[t], sizeof(float));
        fill(rig->call.tensors[t], rig->tensor_size[t], 10 + (uint32_t)t, 0.1F);
    }
    for (int i = 0; i < input_count; i++) {
        const size_t size = (size_t)images * ls_shape_size(inputs[i]);
        float *x = ls_alloc(size, sizeof(float));
        fill(x, size, 20 + (uint32_t)i, gap);
        rig->call.inputs[i] = x;
        rig->call.input_grads[i] = ls_alloc(size, sizeof(float));
    }
    const size_t size = (size_t)images * ls_shape_size(rig->node.out);
    rig->call.output = ls_alloc(size, sizeof(float));
    rig->probe = ls_alloc(size, sizeof(float));
    fill(rig->probe, size, 30, 0);
    rig->call.output_grad = rig->probe;
    allocate_memory(rig);
    ls_gemm_single_threaded();
}

/* The activations of the rig: inputs, their gradients, output, its gradient. */
static int activations(struct rig *rig, float ***pointers, size_t *sizes) {
    int count = 0;
    for (int i = 0; i < rig->node.input_count; i++)
        for (int gradient = 0; gradient < 2; gradient++) {
            pointers[count] = gradient ? &rig->call.input_grads[i] : (float **)&rig->call.inputs[i];
            sizes[count++] = (size_t)rig->images * ls_shape_size(rig->node.in[i]);
        }
    for (int gradient = 0; gradient < 2; gradient++) {
        pointers[count] = gradient ? &rig->probe : &rig->call.output;
        sizes[count++] = (size_t)rig->images * ls_shape_size(rig->node.out);
    }
    return count;
}

enum { MOST = 2 * LS_MAX_INPUTS + 2 };

void rig_round(struct rig *rig) {
    float **pointers[MOST];
    size_t sizes[MOST];
    const int count = activations(rig, pointers, sizes);
    for (int a = 0; a < count; a++)
        for (size_t i = 0; i < sizes[a]; i++)
            (*pointers[a])[i] = ls_float_of(ls_bfloat_of((*pointers[a])[i]));
}

void rig_narrow(struct rig *rig, const struct ls_op *op) {
    float **pointers[MOST];
    size_t sizes[MOST];
    const int count = activations(rig, pointers, sizes);
    for (int a = 0; a < count; a++) {
        uint16_t *narrow = ls_alloc(sizes[a], sizeof *narrow);
        ls_kernels()->narrow(sizes[a], *pointers[a], narrow);
        free(*pointers[a]);
        *pointers[a] = (float *)narrow;
    }
    rig->call.output_grad = rig->probe;
    rig->node.op = op;
    rig->node.out_storage = (struct ls_storage){.format = LS_BFLOATS, .images = rig->images};
    for (int i = 0; i < rig->node.input_count; i++)
        rig->node.in_storage[i] = rig->node.out_storage;
    allocate_memory(rig);
    rig->room = ls_alloc(ls_phase_floats(&rig->node, rig->images), sizeof(float));
}

void rig_read(const struct rig *rig, const float *activation, size_t count, float *values) {
    if (rig->node.out_storage.format == LS_BFLOATS)
        ls_kernels()->widen(count, (const uint16_t *)activation, values);
    else
        memcpy(values, activation, count * sizeof *values);
}

void rig_free(struct rig *rig) {
    for (int t = 0; t < rig->node.tensor_count; t++) {
        free(rig->call.tensors[t]);
        free(rig->call.tensor_grads[t]);
    }
    for (int i = 0; i < rig->node.input_count; i++) {
        free((void *)rig->call.inputs[i]);
        free(rig->call.input_grads[i]);
    }
    free(rig->call.output);
    free(rig->call.packed);
    free(rig->call.scratch);
    free(rig->probe);
    free(rig->room);
}

static void run_chunk(struct rig *rig, enum ls_phase phase, int chunk, int number, void *partial) {
    const int first = number * chunk;
    const int last = first + chunk < rig->images ? first + chunk : rig->images;
    ls_phase_run(&rig->call, phase, first, last, partial, rig->room);
}

/* A pass over all chunks with its reduction, if it has one, as the engine orders them. */
static void run_pass(struct rig *rig, int chunk, bool backward) {
    const struct ls_op *op = rig->node.op;
    const int chunks = (rig->images + chunk - 1) / chunk;
    const bool reduces = backward ? op->backward_reduce : op->reduce;
    const bool waits = !backward || op->backward_waits;
    const size_t stride = reduces ? ls_align_bytes(op->partial_size(&rig->node, backward)) : 0;
    char *partials = ls_alloc((size_t)chunks, stride);
    for (int c = 0; c < chunks; c++) {
        if (reduces)
            run_chunk(rig, backward ? LS_BACKWARD_REDUCE : LS_REDUCE, chunk, c,
                      partials + (size_t)c * stride);
        if (!reduces || !waits)
            run_chunk(rig, backward ? LS_BACKWARD : LS_FORWARD, chunk, c, NULL);
    }
    if (reduces) {
        /* In two pieces, as threads would share it. */
        const size_t count = op->combine_count(&rig->node, backward);
        for (size_t begin = 0; begin < count; begin += count / 2 + 1)
            (backward ? op->backward_combine
                      : op->combine)(&rig->call, partials, chunks, stride, begin,
                                     begin + count / 2 + 1 < count ? begin + count / 2 + 1 : count);
    }
    for (int c = 0; reduces && waits && c < chunks; c++)
        run_chunk(rig, backward ? LS_BACKWARD : LS_FORWARD, chunk, c, NULL);
    free(partials);
}

double rig_forward(struct rig *rig, int chunk) {
    const struct ls_op *op = rig->node.op;
    const size_t size = (size_t)rig->images * ls_shape_size(rig->node.out);
    double sum = 0;
    if (op->pack)
        op->pack(&rig->node, true, rig->call.tensors, rig->call.packed);
    run_pass(rig, chunk, false);
    if (rig->node.out_storage.format == LS_BFLOATS)
        return NAN;
    for (size_t i = 0; i < size; i++)
        sum += (double)rig->probe[i] * rig->call.output[i];
    return sum;
}

void rig_backward(struct rig *rig, int chunk) {
    run_pass(rig, chunk, true);
}

/* Compares gradient[count] with differences in values[count], at up to 40 places. */
static void check_gradient(struct rig *rig, int chunk, float *values, const float *gradient,
                           size_t count, float step, double tolerance, const char *name) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(gradient[i]));
    const size_t stride = count / 40 + 1;
    for (size_t i = 0; i < count; i += stride) {
        const float value = values[i];
        values[i] = value + step;
        double difference = rig_forward(rig, chunk);
        values[i] = value - step;
        difference -= rig_forward(rig, chunk);
        values[i] = value;
        const double expected = difference / ((double)(value + step) - (double)(value - step));
        if (!(fabs(gradient[i] - expected) <= tolerance * largest))
            fail_msg("%s, %s[%zu]: gradient %g, difference %g", rig->node.op->name, name, i,
                     gradient[i], expected);
    }
}

void rig_check(struct rig *rig, int chunk, float step, double tolerance) {
    rig_forward(rig, chunk);
    rig_backward(rig, chunk);
    for (int i = 0; i < rig->node.input_count; i++)
        check_gradient(rig, chunk, (float *)rig->call.inputs[i], rig->call.input_grads[i],
                       (size_t)rig->images * ls_shape_size(rig->node.in[i]), step, tolerance,
                       text("input %d", i));
    for (int t = 0; t < rig->node.tensor_count; t++)
        if (rig->spec[t].kind == LS_PARAMETER)
            check_gradient(rig, chunk, rig->call.tensors[t], rig->call.tensor_grads[t],
                           rig->tensor_size[t], step, tolerance, rig->spec[t].suffix);
}

void rig_check_accumulation(struct rig *rig, int chunk) {
    float *once[LS_MAX_INPUTS];
    rig_forward(rig, chunk);
    rig_backward(rig, chunk);
    for (int i = 0; i < rig->node.input_count; i++) {
        const size_t size = (size_t)rig->images * ls_shape_size(rig->node.in[i]);
        once[i] = ls_alloc(size, sizeof(float));
        memcpy(once[i], rig->call.input_grads[i], size * sizeof(float));
        rig->call.accumulate[i] = true;
    }
    rig_backward(rig, chunk);
    for (int i = 0; i < rig->node.input_count; i++) {
        for (size_t e = 0; e < (size_t)rig->images * ls_shape_size(rig->node.in[i]); e++)
            assert_float_equal(rig->call.input_grads[i][e], 2 * once[i][e], 1e-5);
        rig->call.accumulate[i] = false;
        free(once[i]);
    }
}

/* Activations of the rig that change: inputs, output, the inputs' gradients. */
struct changes {
    float *inputs[LS_MAX_INPUTS], *output, *input_grads[LS_MAX_INPUTS];
};

static struct changes changes_create(const struct rig *rig) {
    struct changes c = {
        .output = ls_alloc((size_t)rig->images * ls_shape_size(rig->node.out), sizeof(float))};
    for (int i = 0; i < rig->node.input_count; i++) {
        const size_t size = (size_t)rig->images * ls_shape_size(rig->node.in[i]);
        c.inputs[i] = ls_alloc(size, sizeof(float));
        c.input_grads[i] = ls_alloc(size, sizeof(float));
        fill(c.inputs[i], size, 40 + (uint32_t)i, 0);
    }
    return c;
}

static void changes_free(struct changes *c) {
    free(c->output);
    for (int i = 0; i < LS_MAX_INPUTS; i++) {
        free(c->inputs[i]);
        free(c->input_grads[i]);
    }
}

/* values[count] += factor * change */
static void move(float *values, const float *change, size_t count, float factor) {
    for (size_t i = 0; i < count; i++)
        values[i] += factor * change[i];
}

/* Moves inputs and the output's gradient along their directions. */
static void move_all(struct rig *rig, const struct changes *c, const float *probe, float factor) {
    for (int i = 0; i < rig->node.input_count; i++)
        move((float *)rig->call.inputs[i], c->inputs[i],
             (size_t)rig->images * ls_shape_size(rig->node.in[i]), factor);
    move(rig->probe, probe, (size_t)rig->images * ls_shape_size(rig->node.out), factor);
}

/* What the operation says of the changes. */
static void tell(struct rig *rig, struct changes *c, const float *probe) {
    struct ls_call call = rig->call;
    memcpy(call.input_tangents, c->inputs, sizeof call.input_tangents);
    memcpy(call.input_grad_tangents, c->input_grads, sizeof call.input_grad_tangents);
    call.output_tangent = c->output;
    call.output_grad_tangent = probe;
    call.node->op->tangent(&call, 0, rig->images);
    if (call.node->op->backward_tangent) {
        call.node->op->backward_tangent(&call, 0, rig->images);
        return;
    }
    call.output_grad = probe; /* backward() does not change with the inputs */
    memcpy(call.input_grads, c->input_grads, sizeof call.input_grads);
    call.node->op->backward(&call, 0, rig->images);
}

static void assert_change(const char *what, const float *told, const float *after,
                          const float *before, size_t count, float step, double tolerance) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(told[i]));
    for (size_t i = 0; i < count; i++) {
        const double found = ((double)after[i] - before[i]) / (2 * (double)step);
        if (!(fabs(told[i] - found) <= tolerance * largest))
            fail_msg("%s[%zu]: change %g, difference %g", what, i, told[i], found);
    }
}

static void run_both(struct rig *rig) {
    rig_forward(rig, rig->images);
    rig_backward(rig, rig->images);
}

void rig_check_tangents(struct rig *rig, float step, double tolerance) {
    const char *name = rig->node.op->name;
    const size_t size = (size_t)rig->images * ls_shape_size(rig->node.out);
    struct changes told = changes_create(rig), before = changes_create(rig);
    float *probe = ls_alloc(size, sizeof *probe);
    fill(probe, size, 50, 0);
    run_both(rig);
    tell(rig, &told, probe);
    move_all(rig, &told, probe, -step);
    run_both(rig);
    memcpy(before.output, rig->call.output, size * sizeof(float));
    for (int i = 0; i < rig->node.input_count; i++)
        memcpy(before.input_grads[i], rig->call.input_grads[i],
               (size_t)rig->images * ls_shape_size(rig->node.in[i]) * sizeof(float));
    move_all(rig, &told, probe, 2 * step);
    run_both(rig);
    assert_change(text("%s, output", name), told.output, rig->call.output, before.output, size,
                  step, tolerance);
    for (int i = 0; i < rig->node.input_count; i++)
        assert_change(text("%s, gradient of input %d", name, i), told.input_grads[i],
                      rig->call.input_grads[i], before.input_grads[i],
                      (size_t)rig->images * ls_shape_size(rig->node.in[i]), step, tolerance);
    changes_free(&told);
    changes_free(&before);
    free(probe);
}
