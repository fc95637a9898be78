/* Images of another size in ONNX, without weights: Resize, which decoders of segmentation networks
 * enlarge by. */
#include "model/onnx_array.h"
#include "model/onnx_walk.h"
#include <math.h>
#include <string.h>

enum { WITH_REGION = 11 }; /* the version from which on a region is an input, and sizes may be */

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

/* Takes the numbers that are the node's input i, one for each dimension of an image; false: it is
 * none. */
static bool take_four(const struct ls_onnx_walk *w, size_t i, bool whole,
                      float numbers[LS_ONNX_RANK]) {
    if (i >= w->node->n_input || ls_onnx_is_activations(w, i))
        return false;
    const struct ls_onnx_source source = ls_onnx_find(w->onnx, w->node->input[i]);
    struct ls_onnx_array array = ls_onnx_array_take(&source);
    const bool four = array.rank == 1 && array.count == LS_ONNX_RANK && array.whole == whole;
    for (int d = 0; four && d < LS_ONNX_RANK; d++)
        numbers[d] = (float)array.number[d];
    ls_onnx_array_free(&array);
    return four;
}

/* Sets the size of the new image and where its pixels come from; false: neither sizes nor scales
 * say that, or they change more than the pixels. */
static bool take_sizes(const struct ls_onnx_walk *w, struct ls_shape from, struct ls_sampling *s) {
    const bool old = w->onnx->version < WITH_REGION;
    const int pixels[2] = {from.height, from.width};
    float numbers[LS_ONNX_RANK];
    const bool scaled = take_four(w, old ? 1 : 2, false, numbers);
    if (take_four(w, 3, true, numbers) == scaled || numbers[0] != 1 ||
        numbers[1] != (scaled ? 1 : (float)from.channels))
        return false;
    for (int d = 0; d < 2; d++) {
        const float number = numbers[2 + d];
        const float size = scaled ? floorf((float)pixels[d] * number) : number;
        if (!(size >= 1 && size <= LS_ONNX_MOST))
            return false;
        s->size[d] = (int)size;
        place(w, s, d, pixels[d], scaled ? 1 / number : (float)pixels[d] / size);
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
