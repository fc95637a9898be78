#include "engine/fuse.h"
#include "ops/op.h"
#include <stdlib.h>

/* A rewrite in progress. */
struct rewrite {
    const struct ls_network *network;
    struct ls_graph *graph;
    bool training;
    int *consumers; /* [network nodes]: how many nodes read it */
    int *place;     /* [network nodes]: the graph node that now computes it */
};

static int fusions(const struct rewrite *r, const struct ls_node *node) {
    return r->training ? node->op->training_fusions : node->op->inference_fusions;
}

/* Whether the logits or, as the image, the caller need the network's node. */
static bool is_wanted(const struct rewrite *r, int node) {
    return node == 0 || node == r->network->node_count - 1 || r->consumers[node] > 0;
}

/* The graph node that could absorb a reader of network node `input`, or NULL. Once it has absorbed
 * an addition or a ReLU, only what comes later in the order batch norm, addition, ReLU fits. */
static struct ls_node *absorber(const struct rewrite *r, int input, int fusion) {
    struct ls_node *node = &r->graph->nodes[r->place[input]];
    const struct ls_attributes *done = &node->attributes;
    if (r->consumers[input] != 1 || !(fusions(r, node) & fusion) || done->fused_relu)
        return NULL;
    if (fusion == LS_FUSE_BATCHNORM && (done->fused_batchnorm || done->fused_residual))
        return NULL;
    if (fusion == LS_FUSE_RESIDUAL && done->fused_residual)
        return NULL;
    return node;
}

static bool fuse_batchnorm(struct rewrite *r, const struct ls_node *norm) {
    struct ls_node *node = absorber(r, norm->input[0], LS_FUSE_BATCHNORM);
    if (!node || node->tensor_count + norm->tensor_count > LS_MAX_OP_TENSORS)
        return false;
    node->attributes.fused_batchnorm = true;
    node->attributes.epsilon = norm->attributes.epsilon;
    for (int t = 0; t < norm->tensor_count; t++)
        node->tensor[node->tensor_count++] = norm->tensor[t];
    return true;
}

static bool fuse_relu(struct rewrite *r, const struct ls_node *relu) {
    struct ls_node *node = absorber(r, relu->input[0], LS_FUSE_RELU);
    if (!node)
        return false;
    node->attributes.fused_relu = true;
    return true;
}

static bool reads(const struct ls_node *node, int input) {
    for (int i = 0; i < node->input_count; i++)
        if (node->input[i] == input)
            return true;
    return false;
}

/* Whether the node's backward pass could not give the residual its gradient too: as in norm(x) + x,
 * where that is its input's, which would be written twice, or where its input is the image, so that
 * it has nothing to do. */
static bool is_in_the_way(const struct ls_node *node, int residual) {
    return reads(node, residual) || node->input[0] == 0;
}

/* The later of the two summands adds the earlier one, which is complete by then. */
static bool fuse_add(struct rewrite *r, const struct ls_node *add) {
    const int later = r->place[add->input[0]] > r->place[add->input[1]] ? 0 : 1;
    const int residual = r->place[add->input[1 - later]];
    struct ls_node *node = absorber(r, add->input[later], LS_FUSE_RESIDUAL);
    if (!node || node->input_count == LS_MAX_INPUTS ||
        (r->training && is_in_the_way(node, residual)))
        return false;
    node->attributes.fused_residual = true;
    node->in[node->input_count] = add->in[1 - later];
    node->input[node->input_count++] = residual;
    return true;
}

static bool fuse_node(struct rewrite *r, const struct ls_node *node) {
    if (node->op == &ls_op_batchnorm)
        return fuse_batchnorm(r, node);
    if (node->op == &ls_op_add)
        return fuse_add(r, node);
    if (node->op == &ls_op_relu)
        return fuse_relu(r, node);
    return false;
}

/* Counts what the logits depend on; other nodes are nobody's. */
static void count_consumers(struct rewrite *r) {
    const int last = r->network->node_count - 1;
    for (int n = last; n > 0; n--)
        for (int i = 0; is_wanted(r, n) && i < r->network->nodes[n].input_count; i++)
            r->consumers[r->network->nodes[n].input[i]]++;
}

static void rewrite(struct rewrite *r) {
    count_consumers(r);
    for (int n = 0; n < r->network->node_count; n++) {
        const struct ls_node *node = &r->network->nodes[n];
        if (!is_wanted(r, n))
            continue;
        if (fuse_node(r, node)) {
            int last = node->input_count == 2 ? r->place[node->input[1]] : -1;
            int first = r->place[node->input[0]];
            r->place[n] = first > last ? first : last;
            continue;
        }
        struct ls_node *copy = &r->graph->nodes[r->graph->node_count];
        *copy = *node;
        for (int i = 0; i < node->input_count; i++)
            copy->input[i] = r->place[node->input[i]];
        r->place[n] = r->graph->node_count++;
    }
}

enum ls_status ls_fuse(const struct ls_network *network, bool training, struct ls_graph *graph,
                       struct ls_error *error) {
    const size_t count = (size_t)network->node_count;
    struct rewrite r = {.network = network, .graph = graph, .training = training};
    graph->node_count = 0;
    graph->nodes = calloc(count, sizeof *graph->nodes);
    r.consumers = calloc(count, sizeof *r.consumers);
    r.place = calloc(count, sizeof *r.place);
    bool complete = graph->nodes && r.consumers && r.place;
    if (complete) {
        rewrite(&r);
    } else {
        free(graph->nodes);
        graph->nodes = NULL;
    }
    free(r.consumers);
    free(r.place);
    return complete ? LS_OK : ls_fail_memory(error, "the fused network");
}
