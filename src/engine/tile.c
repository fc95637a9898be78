#include "engine/tile.h"
#include "ops/tiles.h"
#include <stdlib.h>

enum { NOWHERE = -1 };

/* Images that run together at least: small ones fill the groups of Winograd's convolution, and
 * weights are read and calls made once for all. */
enum { TOGETHER = 4 };

/* A rewrite in progress. The arrays are indexed by the nodes of the old graph. */
struct rewrite {
    const struct ls_graph *from;
    struct ls_graph to;
    int parts, images;
    bool *tiled;    /* runs in tiles */
    int *border;    /* that its readers in tiles need */
    int *as_floats; /* the new node that has its output as floats, or NOWHERE */
    int *as_tiles;  /* the same as tiles */
};

static int max(int a, int b) {
    return a > b ? a : b;
}

/* Which nodes run in tiles, and what their inputs must look like for it. */
static void choose(struct rewrite *r) {
    for (int n = 0; n < r->from->node_count; n++) {
        const struct ls_node *node = &r->from->nodes[n];
        r->as_floats[n] = r->as_tiles[n] = NOWHERE;
        r->border[n] = max(r->border[n], 1); /* what kernels want of residuals */
        r->tiled[n] = node->op->in_tiles && node->op->in_tiles->suits(node);
        if (!r->tiled[n])
            continue;
        const struct ls_storage storage = {.format = LS_TILES, .parts = r->parts};
        r->images = max(r->images, ls_tiles_of(node->out, storage).interleave);
        for (int i = 0; i < node->input_count; i++)
            r->images = max(r->images, ls_tiles_of(node->in[i], storage).interleave);
        r->border[node->input[0]] = max(r->border[node->input[0]], node->attributes.padding);
    }
}

static struct ls_storage tiles_of(const struct rewrite *r, int n) {
    return (struct ls_storage){.format = LS_TILES, .parts = r->parts, .border = r->border[n]};
}

static int append(struct rewrite *r, const struct ls_node *node) {
    r->to.nodes[r->to.node_count] = *node;
    return r->to.node_count++;
}

/* The new node with old node n's output in the form asked for, converted if need be. */
static int output_of(struct rewrite *r, int n, bool tiles) {
    int *place = tiles ? r->as_tiles : r->as_floats;
    if (place[n] != NOWHERE)
        return place[n];
    const struct ls_shape shape = r->from->nodes[n].out;
    struct ls_node convert = {.op = tiles ? &ls_op_tiles_from_floats : &ls_op_floats_from_tiles,
                              .input_count = 1,
                              .input = {tiles ? r->as_floats[n] : r->as_tiles[n]},
                              .in = {shape},
                              .out = shape};
    if (tiles)
        convert.out_storage = tiles_of(r, n);
    else
        convert.in_storage[0] = tiles_of(r, n);
    return place[n] = append(r, &convert);
}

static void rewrite(struct rewrite *r) {
    for (int n = 0; n < r->from->node_count; n++) {
        struct ls_node node = r->from->nodes[n];
        for (int i = 0; i < node.input_count; i++) {
            if (r->tiled[n])
                node.in_storage[i] = tiles_of(r, node.input[i]);
            node.input[i] = output_of(r, node.input[i], r->tiled[n]);
        }
        if (r->tiled[n]) {
            node.op = node.op->in_tiles;
            node.out_storage = tiles_of(r, n);
        }
        (r->tiled[n] ? r->as_tiles : r->as_floats)[n] = append(r, &node);
    }
    output_of(r, r->from->node_count - 1, false);
}

enum ls_status ls_tile(struct ls_graph *graph, enum ls_precision precision, int *images,
                       struct ls_error *error) {
    const size_t count = (size_t)graph->node_count;
    struct rewrite r = {.from = graph, .parts = precision == LS_BF16X3 ? 2 : 1, .images = TOGETHER};
    *images = TOGETHER;
    if (precision == LS_FP32)
        return LS_OK;
    r.to.nodes = calloc(2 * count, sizeof *r.to.nodes); /* a node and a conversion of its output */
    r.tiled = calloc(count, sizeof *r.tiled);
    r.border = calloc(count, sizeof *r.border);
    r.as_floats = calloc(count, sizeof *r.as_floats);
    r.as_tiles = calloc(count, sizeof *r.as_tiles);
    const bool complete = r.to.nodes && r.tiled && r.border && r.as_floats && r.as_tiles;
    if (complete) {
        choose(&r);
        rewrite(&r);
        *images = r.images;
    }
    free(complete ? graph->nodes : r.to.nodes);
    if (complete)
        *graph = r.to;
    free(r.tiled);
    free(r.border);
    free(r.as_floats);
    free(r.as_tiles);
    return complete ? LS_OK : ls_fail_memory(error, "the network in bfloat16");
}
