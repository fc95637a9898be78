/* Images of another size in ONNX, without weights: Resize, which decoders of segmentation networks
 * enlarge by. */
#include "model/onnx_walk.h"
#include <math.h>
#include <string.h>

enum { WITH_REGION = 11 }; /* the version from which on a region is an input, and sizes may be */

/* Takes the constant numbers that are the node's input i, `most` of them if there are more; returns
 * how many there are, 0 if it is something else. */
static size_t take_numbers(const struct ls_onnx_walk *w, size_t i, size_t most, float *numbers) {
    if (i >= w->node->n_input || ls_onnx_is_activations(w, i))
        return 0;
    const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
    const struct ls_onnx_numbers from =
        source.tensor ? ls_onnx_numbers(source.tensor) : (struct ls_onnx_numbers){0};
    if (!from.data || from.dtype != LS_DTYPE_F32 || source.rank != 1)
        return 0;
    memcpy(numbers, from.data, (from.count < most ? from.count : most) * sizeof *numbers);
    return from.count;
}

bool ls_onnx_join_scales(const struct ls_onnx_walk *w, struct ls_onnx_value *scales) {
    size_t count = 0;
    *scales = (struct ls_onnx_value){.term = LS_ONNX_SCALES};
    for (size_t i = 0; i < w->node->n_input; i++) {
        const size_t more = take_numbers(w, i, LS_ONNX_RANK - count, scales->scales + count);
        if (more < 1 || more > LS_ONNX_RANK - count)
            return false;
        count += more;
    }
    return count == LS_ONNX_RANK;
}

/* The numbers of the node's input i, one for each dimension of an image; false: it is none. */
static bool take_scales(const struct ls_onnx_walk *w, size_t i, float scales[LS_ONNX_RANK]) {
    const struct ls_onnx_value *joined = ls_onnx_scales(w, i);
    if (joined)
        memcpy(scales, joined->scales, sizeof joined->scales);
    return joined || take_numbers(w, i, LS_ONNX_RANK, scales) == LS_ONNX_RANK;
}

static bool has(const struct LsOnnx__Node *node, const char *name, const char *text) {
    return ls_onnx_says(node, name, text, false);
}

/* Sets where pixels come from in dimension d, of which the image has so many, from how many pixels
 * of its own lie between two of the new image. */
static void place(const struct ls_onnx_walk *w, struct ls_sampling *s, int d, int pixels,
                  float step) {
    static const char name[] = "coordinate_transformation_mode";
    const struct LsOnnx__Node *node = w->node;
    const bool old = w->onnx->version < WITH_REGION;
    s->step[d] = step;
    if (has(node, name, "align_corners"))
        s->step[d] = s->size[d] > 1 ? (float)(pixels - 1) / (float)(s->size[d] - 1) : 0;
    else if (ls_onnx_says(node, name, "half_pixel", !old) ||
             (has(node, name, "pytorch_half_pixel") && s->size[d] > 1))
        s->start[d] = step / 2 - 0.5F;
}

/* Which pixel is the nearest, as PyTorch has it in the version before there was a choice; false:
 * the mode is not known. */
static bool choose_method(const struct ls_onnx_walk *w, struct ls_sampling *s) {
    static const struct {
        const char *name;
        enum ls_sampling_method method;
        float shift;
    } modes[] = {{"round_prefer_floor", LS_NEAREST_BEHIND, -0.5F},
                 {"round_prefer_ceil", LS_NEAREST_BEFORE, 0.5F},
                 {"floor", LS_NEAREST_BEFORE, 0},
                 {"ceil", LS_NEAREST_BEHIND, 0}};
    const char *usual = w->onnx->version < WITH_REGION ? "floor" : "round_prefer_floor";
    s->method = LS_LINEAR;
    if (has(w->node, "mode", "linear"))
        return true;
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
        if (ls_onnx_says(w->node, "nearest_mode", modes[m].name,
                         strcmp(modes[m].name, usual) == 0)) {
            s->method = modes[m].method;
            s->start[0] += modes[m].shift;
            s->start[1] += modes[m].shift;
            return ls_onnx_says(w->node, "mode", "nearest", true);
        }
    return false;
}

/* Whether the node gives an image's coordinates a meaning that place() knows. */
static bool knows_coordinates(const struct LsOnnx__Node *node) {
    static const char *const known[] = {"half_pixel", "pytorch_half_pixel", "align_corners",
                                        "asymmetric"};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (ls_onnx_says(node, "coordinate_transformation_mode", known[k], true))
            return ls_onnx_says(node, "keep_aspect_ratio_policy", "stretch", true) &&
                   !ls_onnx_whole(node, "antialias", 0);
    return false;
}

/* Sets the size of the new image and where its pixels come from; false: neither sizes nor scales
 * say that, or they change more than the pixels. */
static bool take_sizes(const struct ls_onnx_walk *w, struct ls_shape from, struct ls_sampling *s) {
    const bool old = w->onnx->version < WITH_REGION;
    const int pixels[2] = {from.height, from.width};
    struct ls_onnx_value sizes = ls_onnx_row(w, 3);
    float scales[LS_ONNX_RANK];
    const bool scaled = take_scales(w, old ? 1 : 2, scales);
    if (scaled == (sizes.count > 0))
        return false;
    if (scaled && (scales[0] != 1 || scales[1] != 1))
        return false;
    if (!scaled &&
        (sizes.count != LS_ONNX_RANK || sizes.wholes[0] != 1 || sizes.wholes[1] != from.channels))
        return false;
    for (int d = 0; d < 2; d++) {
        const float size =
            scaled ? floorf((float)pixels[d] * scales[2 + d]) : (float)sizes.wholes[2 + d];
        if (!(size >= 1 && size <= LS_ONNX_MOST))
            return false;
        s->size[d] = (int)size;
        place(w, s, d, pixels[d], scaled ? 1 / scales[2 + d] : (float)pixels[d] / size);
    }
    return true;
}

static struct ls_onnx_value resize(struct ls_onnx_walk *w) {
    const struct ls_onnx_value x = ls_onnx_image(w, 0);
    struct ls_attributes a = {0};
    if (w->builder.status)
        return x;
    if (!knows_coordinates(w->node))
        return ls_onnx_refuse(w,
                              "finds pixels in a way (coordinate_transformation_mode, antialias) "
                              "that is not known here");
    if (!take_sizes(w, ls_onnx_shape(w, x), &a.sampling))
        return ls_onnx_refuse(w, "does not say what size its images [batch, channels, height, "
                                 "width] get, in numbers that are in the file");
    if (!choose_method(w, &a.sampling))
        return ls_onnx_refuse(w, "only the nearest pixel and linear interpolation are known here");
    return ls_onnx_made_image(w, ls_onnx_add(w, &ls_op_resize, a, 1, &x.node));
}

static const struct ls_onnx_operation members[] = {
    {"Resize",
     " antialias coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
     "keep_aspect_ratio_policy mode nearest_mode ",
     resize},
};

const struct ls_onnx_operations ls_onnx_resizes = {members, sizeof members / sizeof *members};
