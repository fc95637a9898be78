#include "engine/group.h"
#include "ops/op.h"

enum {
    CACHE = 1280 * 1024, /* bytes of activations; of 2 MB where there are matrix tiles */
    MOST = 64            /* images, of which a last group may leave most places empty */
};

/* Bytes of the activations that the node reads and writes for some images. */
static size_t bytes_of(const struct ls_graph *graph, int n, int images) {
    const struct ls_node *node = &graph->nodes[n];
    size_t floats = ls_output_floats(node, images);
    for (int i = 0; i < node->input_count; i++)
        floats += ls_output_floats(&graph->nodes[node->input[i]], images);
    return floats * sizeof(float);
}

void ls_group(struct ls_graph *graph, int least) {
    int images = least;
    while (2 * images <= MOST)
        images *= 2;
    for (int n = graph->node_count - 1; n >= 0; n--) {
        while (images > least && bytes_of(graph, n, images) > CACHE)
            images /= 2;
        graph->nodes[n].out_storage.images = images;
    }
}
