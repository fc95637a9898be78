#include "gradient.h"
#include "base/alloc.h"
#include "kernels/gemm.h"
#include "landscape/rng.h"
#include "support.h"
#include <math.h>

static void fill(float *values, size_t count, uint32_t stream, float gap) {
    const struct ls_rng rng = {1, LS_RNG_TEST, stream, 0};
    ls_rng_normal(&rng, 0, count, values);
    for (size_t i = 0; i < count; i++)
        values[i] += values[i] < 0 ? -gap : gap;
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
    if (op->packed_size)
        rig->call.packed = ls_alloc(op->packed_size(&rig->node, true), sizeof(float));
    if (op->scratch_size)
        rig->call.scratch = ls_alloc(op->scratch_size(&rig->node, true), sizeof(float));
    ls_gemm_single_threaded();
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
}

typedef void reduction(const struct ls_call *call, int first, int last, void *partial);
typedef void combination(const struct ls_call *call, const void *partials, int chunks,
                         size_t stride, size_t begin, size_t end);

static void reduce(struct rig *rig, int chunk, bool backward, reduction *reduce_chunk,
                   combination *combine) {
    const struct ls_op *op = rig->node.op;
    if (!reduce_chunk)
        return;
    const int chunks = (rig->images + chunk - 1) / chunk;
    const size_t stride = ls_align_bytes(op->partial_size(&rig->node, backward));
    char *partials = ls_alloc((size_t)chunks, stride);
    for (int c = 0; c < chunks; c++) {
        const int first = c * chunk,
                  last = first + chunk < rig->images ? first + chunk : rig->images;
        reduce_chunk(&rig->call, first, last, partials + (size_t)c * stride);
    }
    /* In two pieces, as threads would share it. */
    const size_t count = op->combine_count(&rig->node, backward);
    if (count > 1)
        combine(&rig->call, partials, chunks, stride, 0, count / 2);
    combine(&rig->call, partials, chunks, stride, count / 2, count);
    free(partials);
}

double rig_forward(struct rig *rig, int chunk) {
    const struct ls_op *op = rig->node.op;
    const size_t size = (size_t)rig->images * ls_shape_size(rig->node.out);
    double sum = 0;
    if (op->pack)
        op->pack(&rig->node, true, rig->call.tensors, rig->call.packed);
    reduce(rig, chunk, false, op->reduce, op->combine);
    for (int first = 0; first < rig->images; first += chunk)
        op->forward(&rig->call, first, first + chunk < rig->images ? first + chunk : rig->images);
    for (size_t i = 0; i < size; i++)
        sum += (double)rig->probe[i] * rig->call.output[i];
    return sum;
}

void rig_backward(struct rig *rig, int chunk) {
    const struct ls_op *op = rig->node.op;
    reduce(rig, chunk, true, op->backward_reduce, op->backward_combine);
    for (int first = 0; first < rig->images; first += chunk)
        op->backward(&rig->call, first, first + chunk < rig->images ? first + chunk : rig->images);
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
