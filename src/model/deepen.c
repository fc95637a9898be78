#include "landscape/deepen.h"
#include "base/metadata.h"
#include "ops/op.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a node of the deeper network computes, if it is not what a node of the shallower does. */
enum { ZERO = -1, ANYTHING = -2 };

/* Tensors of a batch norm, in the operation's order. */
enum { SCALE, SHIFT, MEAN, VARIANCE };

/* What becomes of a node that the shallower network does not have. */
enum role {
    SHARED,  /* it has no tensors, or those of the shallower network */
    PASSED,  /* it passes its input on */
    SILENCED /* what it computes is lost in a batch norm that gives 0, or it is that batch norm */
};

struct job {
    const struct ls_model *from;
    struct ls_model *to;
    enum role *role; /* [nodes of `to`] */
    int *same; /* [nodes of `to`]: the node of `from` that computes the same, ZERO, ANYTHING */
    int added; /* nodes with tensors that `from` does not have */
    struct ls_error *error;
};

static const struct ls_tensor *tensor_of(const struct ls_network *network,
                                         const struct ls_node *node, int t) {
    return &network->tensors[node->tensor[t]];
}

static float *values_of(const struct ls_model *model, const struct ls_node *node, int t) {
    return model->values + tensor_of(&model->network, node, t)->offset;
}

/* Has every tensor of the node a counterpart in the shallower network? */
static bool is_shared(const struct job *job, const struct ls_node *node) {
    for (int t = 0; t < node->tensor_count; t++)
        if (!ls_network_find(&job->from->network, tensor_of(&job->to->network, node, t)->name))
            return false;
    return true;
}

static bool feeds(const struct ls_node *node, int n) {
    for (int i = 0; i < node->input_count; i++)
        if (node->input[i] == n)
            return true;
    return false;
}

/* Whether a sum reads node n. */
static bool feeds_sum(const struct ls_network *network, int n) {
    for (int later = n + 1; later < network->node_count; later++)
        if (network->nodes[later].op == &ls_op_add && feeds(&network->nodes[later], n))
            return true;
    return false;
}

/* Whether all that read node n are silenced. */
static bool is_lost(const struct job *job, int n) {
    const struct ls_network *network = &job->to->network;
    for (int later = n + 1; later < network->node_count; later++)
        if (feeds(&network->nodes[later], n) && job->role[later] != SILENCED)
            return false;
    return n + 1 < network->node_count;
}

/* From the last node to the first, as what a node feeds decides about it. */
static void give_roles(struct job *job) {
    const struct ls_network *network = &job->to->network;
    for (int n = network->node_count - 1; n >= 0; n--) {
        const struct ls_node *node = &network->nodes[n];
        const bool shared = is_shared(job, node);
        const bool last_scale = !shared && node->op == &ls_op_batchnorm && feeds_sum(network, n);
        job->added += !shared;
        if (last_scale || ((!shared || node->tensor_count == 0) && is_lost(job, n)))
            job->role[n] = SILENCED;
        else
            job->role[n] = shared ? SHARED : PASSED;
    }
}

/* values[0] + ... of a convolution with as many inputs as outputs: each output is its input. */
static bool pass_convolution(struct job *job, const struct ls_node *node) {
    const struct ls_attributes *a = &node->attributes;
    const int channels = node->out.channels;
    if (!ls_shape_equal(node->in[0], node->out) || a->stride != 1 || a->kernel % 2 == 0)
        return false;
    const size_t window = (size_t)a->kernel * (size_t)a->kernel;
    for (int t = 0; t < node->tensor_count; t++)
        memset(values_of(job->to, node, t), 0,
               tensor_of(&job->to->network, node, t)->count * sizeof(float));
    for (int c = 0; c < channels; c++) /* weight[channels][channels][kernel][kernel] */
        values_of(job->to, node, 0)[(size_t)(c * channels + c) * window + window / 2] = 1;
    return true;
}

/* Mean and variance of max(z, 0) for a normal z. */
static void rectified_moments(double mean, double deviation, double *rectified, double *variance) {
    const double pi = 3.14159265358979323846;
    const double a = deviation > 0 ? mean / deviation : 0;
    const double density = exp(-a * a / 2) / sqrt(2 * pi), below = erfc(-a / sqrt(2)) / 2;
    if (deviation <= 0) {
        *rectified = fmax(mean, 0);
        *variance = 0;
        return;
    }
    *rectified = mean * below + deviation * density;
    const double square =
        (mean * mean + deviation * deviation) * below + mean * deviation * density;
    *variance = fmax(square - *rectified * *rectified, 0);
}

/* A batch norm that undoes itself. Its input is what node `same` of the shallower network computes:
 * behind a batch norm with scale g and shift b, that is the rectified part of N(b, g^2) in
 * training. */
static void pass_batchnorm(struct job *job, const struct ls_node *node, int same) {
    const struct ls_node *source = same >= 0 ? &job->from->network.nodes[same] : NULL;
    const struct ls_node *norm =
        source && source->op == &ls_op_relu ? &job->from->network.nodes[source->input[0]] : NULL;
    for (int c = 0; c < node->out.channels; c++) {
        double mean = 0, variance = 1;
        if (norm && norm->op == &ls_op_batchnorm)
            rectified_moments(values_of(job->from, norm, SHIFT)[c],
                              fabs(values_of(job->from, norm, SCALE)[c]), &mean, &variance);
        const float rounded = (float)variance;
        values_of(job->to, node, MEAN)[c] = values_of(job->to, node, SHIFT)[c] = (float)mean;
        values_of(job->to, node, VARIANCE)[c] = rounded;
        values_of(job->to, node, SCALE)[c] =
            (float)sqrt((double)rounded + (double)node->attributes.epsilon);
    }
}

/* Whether nodes of one operation compute the same from the same inputs and tensors. */
static bool are_alike(const struct ls_node *node, const struct ls_node *other) {
    const struct ls_attributes *a = &node->attributes, *b = &other->attributes;
    return ls_shape_equal(node->out, other->out) && a->kernel == b->kernel &&
           a->stride == b->stride && a->padding == b->padding &&
           a->padding_counts == b->padding_counts && a->round_up == b->round_up &&
           a->groups == b->groups && a->begin == b->begin &&
           memcmp(&a->window, &b->window, sizeof a->window) == 0 && a->bias == b->bias &&
           a->epsilon == b->epsilon && a->slope == b->slope && a->shift == b->shift &&
           a->low == b->low && a->high == b->high;
}

/* The node of the shallower network that computes what the shared node does, or ANYTHING. */
static int find_counterpart(const struct job *job, const struct ls_node *node) {
    const struct ls_network *from = &job->from->network;
    for (int n = 0; n < from->node_count; n++) {
        const struct ls_node *other = &from->nodes[n];
        bool equal = other->op == node->op && other->input_count == node->input_count &&
                     other->tensor_count == node->tensor_count && are_alike(other, node);
        for (int i = 0; equal && i < node->input_count; i++)
            equal = job->same[node->input[i]] == other->input[i];
        for (int t = 0; equal && t < node->tensor_count; t++)
            equal =
                strcmp(tensor_of(from, other, t)->name,
                       tensor_of(&job->to->network, node, t)->name) == 0 &&
                tensor_of(from, other, t)->count == tensor_of(&job->to->network, node, t)->count;
        if (equal)
            return n;
    }
    return ANYTHING;
}

static int follow_shared(const struct job *job, const struct ls_node *node) {
    const int counterpart = find_counterpart(job, node);
    const int a = node->input_count > 0 ? job->same[node->input[0]] : ANYTHING;
    const int b = node->input_count > 1 ? job->same[node->input[1]] : ANYTHING;
    if (counterpart != ANYTHING)
        return counterpart;
    if (node->op == &ls_op_add && (a == ZERO || b == ZERO))
        return a == ZERO ? b : a;
    if (node->op == &ls_op_relu && a >= 0 && job->from->network.nodes[a].op == &ls_op_relu)
        return a; /* not negative */
    return ANYTHING;
}

/* Sets the values of node n and finds out what it computes. */
static int set_node(struct job *job, int n) {
    const struct ls_node *node = &job->to->network.nodes[n];
    const int same = node->input_count > 0 ? job->same[node->input[0]] : ANYTHING;
    if (job->role[n] == SHARED) {
        for (int t = 0; t < node->tensor_count; t++) {
            const struct ls_tensor *tensor = tensor_of(&job->to->network, node, t);
            const struct ls_tensor *source = ls_network_find(&job->from->network, tensor->name);
            if (source->count == tensor->count)
                memcpy(job->to->values + tensor->offset, job->from->values + source->offset,
                       tensor->count * sizeof(float));
        }
        return follow_shared(job, node);
    }
    if (job->role[n] == SILENCED) {
        if (node->op != &ls_op_batchnorm || !feeds_sum(&job->to->network, n))
            return ANYTHING;
        for (int c = 0; c < node->out.channels; c++)
            values_of(job->to, node, SCALE)[c] = values_of(job->to, node, SHIFT)[c] = 0;
        return ZERO;
    }
    if (node->op == &ls_op_batchnorm)
        pass_batchnorm(job, node, same);
    else if (node->op != &ls_op_conv2d || !pass_convolution(job, node))
        return ANYTHING;
    return same;
}

/* Fails and names node n, with the tensor at it or before it to tell where that is. */
static enum ls_status fail_at(const struct job *job, int n) {
    const struct ls_network *to = &job->to->network;
    int named = n;
    while (named > 0 && to->nodes[named].tensor_count == 0)
        named--;
    return ls_fail(job->error, LS_MISMATCH,
                   "no %s with identity layers computes what this %s does: it has nothing like the "
                   "%s at '%s'",
                   to->arch, job->from->network.arch, to->nodes[n].op->name,
                   named ? tensor_of(to, &to->nodes[named], 0)->name : "the image");
}

static enum ls_status set_nodes(struct job *job) {
    const struct ls_network *from = &job->from->network, *to = &job->to->network;
    int strange = to->node_count - 1;
    give_roles(job);
    for (int n = 0; n < to->node_count; n++) {
        job->same[n] = set_node(job, n);
        if (job->same[n] == ANYTHING && job->role[n] != SILENCED && n < strange)
            strange = n;
    }
    if (job->same[to->node_count - 1] != from->node_count - 1)
        return fail_at(job, strange);
    if (!job->added)
        return ls_fail(job->error, LS_MISMATCH, "%s has no layers that %s does not have", to->arch,
                       from->arch);
    return LS_OK;
}

/* Where the network comes from, and what it sees: of that it computes the same. */
static enum ls_status describe(struct ls_model *deeper, const struct ls_model *model,
                               struct ls_error *error) {
    static const char *const seen[] = {"data", "pixels"};
    struct ls_notes notes = {&deeper->metadata, error, LS_OK};
    ls_note(&notes, "deepened_from", "%s", model->network.arch);
    if (model->sha256[0])
        ls_note(&notes, "deepened_sha256", "%s", model->sha256);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        const char *value = ls_metadata_get(&model->metadata, seen[i]);
        if (value)
            ls_note(&notes, seen[i], "%s", value);
    }
    return notes.status;
}

enum ls_status ls_model_deepen(struct ls_model *deeper, const struct ls_model *model,
                               const char *arch, uint64_t seed, struct ls_error *error) {
    const struct ls_network *from = &model->network;
    char name[sizeof from->arch];
    ls_arch_for(arch, from->nodes[0].out, from->nodes[from->node_count - 1].out.channels, name,
                sizeof name);
    enum ls_status status = ls_model_create(deeper, name, seed, error);
    if (status)
        return status;
    const size_t count = (size_t)deeper->network.node_count;
    struct job job = {.from = model,
                      .to = deeper,
                      .role = calloc(count, sizeof *job.role),
                      .same = calloc(count, sizeof *job.same),
                      .error = error};
    status = job.role && job.same ? set_nodes(&job) : ls_fail_memory(error, "a network");
    free(job.role);
    free(job.same);
    if (!status)
        status = describe(deeper, model, error);
    if (status)
        ls_model_free(deeper);
    return status;
}
