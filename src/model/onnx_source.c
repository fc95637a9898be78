/* Which tensor a name in an ONNX graph stands for: a weight, or what nodes make of one that changes
 * none of its numbers. */
#include "model/onnx_file.h"
#include <string.h>

enum { MOST_STEPS = 8 }; /* from a name to its tensor */

static bool is(const struct LsOnnx__Node *node, const char *type) {
    return node->type && strcmp(node->type, type) == 0;
}

/* The weight of that name, or what the node of that name has as a constant; NULL: neither. */
static const struct LsOnnx__Tensor *stored(const struct ls_onnx *onnx, const char *name) {
    const long index = ls_onnx_index(onnx, name);
    if (index < 0)
        return NULL;
    const struct LsOnnx__Node *node = onnx->names[index].node;
    return node && is(node, "Constant") ? ls_onnx_tensor(node, "value") : onnx->names[index].tensor;
}

/* The whole numbers that are the node's input 1, or before ONNX had that an attribute; -1: there
 * are none, or more than `most`. */
static int read_wholes(const struct ls_onnx *onnx, const struct LsOnnx__Node *node,
                       const char *attribute, int most, int64_t *wholes) {
    if (node->n_input == 2) {
        const struct LsOnnx__Tensor *tensor = stored(onnx, node->input[1]);
        return tensor ? ls_onnx_tensor_wholes(tensor, most, wholes) : -1;
    }
    const int count = ls_onnx_list(node, attribute, most, wholes);
    return count > 0 ? count : -1;
}

/* chosen[rank] = which of so many dimensions the node names; how many those are, -1 if it names
 * none, or some that are not there. */
static int choose_axes(const struct ls_onnx *onnx, const struct LsOnnx__Node *node, bool adds,
                       int rank, bool chosen[LS_ONNX_SOURCE_RANK]) {
    int64_t axes[LS_ONNX_SOURCE_RANK];
    const int count = read_wholes(onnx, node, "axes", LS_ONNX_SOURCE_RANK, axes);
    rank += adds && count > 0 ? count : 0;
    memset(chosen, 0, LS_ONNX_SOURCE_RANK * sizeof *chosen);
    if (count < 1 || rank > LS_ONNX_SOURCE_RANK)
        return -1;
    for (int i = 0; i < count; i++) {
        const int64_t axis = axes[i] + (axes[i] < 0 ? rank : 0);
        if (axis < 0 || axis >= rank || chosen[axis])
            return -1;
        chosen[axis] = true;
    }
    return count;
}

static bool unsqueeze(const struct ls_onnx *onnx, const struct LsOnnx__Node *node,
                      struct ls_onnx_source *source) {
    bool added[LS_ONNX_SOURCE_RANK];
    const struct ls_onnx_source from = *source;
    const int count = choose_axes(onnx, node, true, from.rank, added);
    source->rank += count;
    for (int d = 0, old = 0; count > 0 && d < source->rank; d++)
        source->size[d] = added[d] ? 1 : from.size[old++];
    return count > 0;
}

static bool squeeze(const struct ls_onnx *onnx, const struct LsOnnx__Node *node,
                    struct ls_onnx_source *source) {
    bool gone[LS_ONNX_SOURCE_RANK];
    const struct ls_onnx_source from = *source;
    bool sound = choose_axes(onnx, node, false, from.rank, gone) > 0;
    const bool all = node->n_input == 1 && node->n_attribute == 0; /* that are 1 */
    for (int d = 0; all && d < from.rank; d++)
        gone[d] = from.size[d] == 1;
    sound = sound || all;
    source->rank = 0;
    for (int d = 0; sound && d < from.rank; d++) {
        sound = !gone[d] || from.size[d] == 1;
        if (!gone[d])
            source->size[source->rank++] = from.size[d];
    }
    return sound;
}

bool ls_onnx_same_but_ones(int a_rank, const int64_t *a, int b_rank, const int64_t *b) {
    int i = 0, k = 0;
    while (true) {
        while (i < a_rank && a[i] == 1)
            i++;
        while (k < b_rank && b[k] == 1)
            k++;
        if (i == a_rank || k == b_rank)
            return i == a_rank && k == b_rank;
        if (a[i++] != b[k++])
            return false;
    }
}

bool ls_onnx_close_sizes(int from_rank, const int64_t *from, bool zeros, int rank, int64_t *sizes) {
    int64_t total = 1, known = 1;
    int open = -1;
    for (int d = 0; d < from_rank; d++) {
        if (from[d] < 1 || from[d] > INT32_MAX / total)
            return false;
        total *= from[d];
    }
    for (int d = 0; d < rank; d++) {
        if (sizes[d] == 0 && zeros && d < from_rank)
            sizes[d] = from[d];
        if (sizes[d] == -1 && open < 0)
            open = d;
        else if (sizes[d] < 1 || sizes[d] > total / known)
            return false;
        else
            known *= sizes[d];
    }
    if (open >= 0) {
        sizes[open] = total / known;
        known *= sizes[open];
    }
    return known == total;
}

/* Whole numbers may be counted anew; weights would not be the network's tensors any more. */
static bool reshape(const struct ls_onnx *onnx, const struct LsOnnx__Node *node,
                    struct ls_onnx_source *source) {
    int64_t sizes[LS_ONNX_SOURCE_RANK];
    const int count = read_wholes(onnx, node, "shape", LS_ONNX_SOURCE_RANK, sizes);
    const bool zeros = !ls_onnx_whole(node, "allowzero", 0);
    if (count < 0 || !ls_onnx_close_sizes(source->rank, source->size, zeros, count, sizes) ||
        (ls_onnx_whole_count(source->tensor) == 0 &&
         !ls_onnx_same_but_ones(source->rank, source->size, count, sizes)))
        return false;
    source->rank = count;
    memcpy(source->size, sizes, (size_t)count * sizeof *sizes);
    return true;
}

/* The order of a matrix's dimensions is turned, which is what Transpose does without being told. */
static bool transpose(const struct LsOnnx__Node *node, struct ls_onnx_source *source) {
    int64_t order[2] = {1, 0};
    if (source->rank != 2 ||
        (node->n_attribute > 0 && !ls_onnx_wholes(node, "perm", 2, 0, order)) || order[0] != 1 ||
        order[1] != 0)
        return false;
    ls_onnx_turn(source);
    return true;
}

void ls_onnx_turn(struct ls_onnx_source *source) {
    const int64_t first = source->size[0];
    source->size[0] = source->size[1];
    source->size[1] = first;
    if (first != 1 && source->size[0] != 1) /* or its numbers stay in order */
        source->transposed = !source->transposed;
}

/* Counts the tensor's numbers as the node does; false: it does more than that. */
static bool pass(const struct ls_onnx *onnx, const struct LsOnnx__Node *node,
                 struct ls_onnx_source *source) {
    if (is(node, "Identity"))
        return true;
    if (is(node, "Cast") && ls_onnx_whole(node, "to", 0) == LS_ONNX_FLOAT)
        return source->cast = true;
    if (is(node, "Transpose"))
        return transpose(node, source);
    if (source->transposed) /* of what is no matrix any more */
        return false;
    return is(node, "Unsqueeze") ? unsqueeze(onnx, node, source)
           : is(node, "Squeeze") ? squeeze(onnx, node, source)
                                 : is(node, "Reshape") && reshape(onnx, node, source);
}

/* Takes the tensor as it is in the file; false: it has too many dimensions. */
static bool take(const struct LsOnnx__Tensor *tensor, struct ls_onnx_source *source) {
    source->tensor = tensor;
    source->rank = (int)tensor->n_size;
    if (tensor->n_size > LS_ONNX_SOURCE_RANK)
        return false;
    for (int d = 0; d < source->rank; d++)
        source->size[d] = tensor->size[d];
    return true;
}

struct ls_onnx_source ls_onnx_find(const struct ls_onnx *onnx, const char *name) {
    const struct ls_onnx_source none = {0};
    struct ls_onnx_source source = {.name = name};
    const struct LsOnnx__Node *steps[MOST_STEPS];
    const struct LsOnnx__Tensor *tensor;
    int count = 0;
    bool same = true; /* no Identity was passed yet */
    while (!(tensor = stored(onnx, name))) {
        const long index = ls_onnx_index(onnx, name);
        const struct LsOnnx__Node *node = index < 0 ? NULL : onnx->names[index].node;
        if (!node || node->n_input < 1 || count == MOST_STEPS) /* a ring of nodes would never end */
            return none;
        steps[count++] = node;
        same = same && !is(node, "Identity");
        name = node->input[0];
        if (same)
            source.name = name;
    }
    if (!take(tensor, &source))
        return none;
    while (count-- > 0)
        if (!pass(onnx, steps[count], &source))
            return none;
    return source;
}
