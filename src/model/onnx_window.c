/* The windows of convolutions and poolings in ONNX. */
#include "model/onnx_walk.h"

/* to[count] = from, if all are at least `least` and of sensible size. */
static bool take(const int64_t *from, int count, int least, int *to) {
    bool sound = true;
    for (int i = 0; sound && i < count; i++) {
        sound = from[i] >= least && from[i] <= LS_ONNX_MOST;
        to[i] = sound ? (int)from[i] : 0;
    }
    return sound;
}

struct ls_window ls_onnx_window(struct ls_onnx_walk *w, const int64_t kernel[2]) {
    int64_t kernels[2], strides[2], dilations[2], pads[4];
    struct ls_window window = {.kernel = {0}};
    if (!ls_onnx_says(w->node, "auto_pad", "NOTSET", true)) {
        ls_onnx_refuse(w, "it does not say how much it pads (auto_pad), which is not known here");
        return window;
    }
    bool sound = ls_onnx_wholes(w->node, "kernel_shape", 2, INT64_MIN, kernels) &&
                 ls_onnx_wholes(w->node, "strides", 2, 1, strides) &&
                 ls_onnx_wholes(w->node, "dilations", 2, 1, dilations) &&
                 ls_onnx_wholes(w->node, "pads", 4, 0, pads);
    for (int d = 0; sound && kernel && d < 2; d++) {
        if (kernels[d] != INT64_MIN && kernels[d] != kernel[d])
            ls_onnx_refuse(w, "its kernel is not of the size that its weights have");
        kernels[d] = kernel[d];
    }
    sound = sound && take(kernels, 2, 1, window.kernel) && take(strides, 2, 1, window.stride) &&
            take(dilations, 2, 1, window.dilation) && take(pads, 4, 0, window.padding);
    if (!sound)
        ls_onnx_refuse(w, "its window is of no sensible size");
    for (int d = 0; d < 2; d++)
        if (window.kernel[d] == 1) /* there is nothing between its pixels */
            window.dilation[d] = 1;
    return window;
}

bool ls_onnx_is_plain(const struct ls_window *window) {
    const int *pads = window->padding;
    return window->kernel[0] == window->kernel[1] && window->stride[0] == window->stride[1] &&
           window->dilation[0] == 1 && window->dilation[1] == 1 && pads[0] == pads[1] &&
           pads[0] == pads[2] && pads[0] == pads[3];
}

struct ls_attributes ls_onnx_plain(struct ls_onnx_walk *w, struct ls_window window) {
    if (!w->builder.status && (window.dilation[0] != 1 || window.dilation[1] != 1))
        ls_onnx_refuse(w, "windows with gaps (dilations) are known here in convolutions only");
    else if (!ls_onnx_is_plain(&window))
        ls_onnx_refuse(
            w, "its window is not the same in both dimensions, or its padding on all sides");
    return (struct ls_attributes){.kernel = window.kernel[0],
                                  .stride = window.stride[0],
                                  .padding = window.padding[0],
                                  .round_up = ls_onnx_whole(w->node, "ceil_mode", 0)};
}

struct ls_onnx_value ls_onnx_unpadded(struct ls_onnx_walk *w, int pads[4]) {
    const struct ls_onnx_value x = ls_onnx_term(w, 0);
    const bool padded = x.term == LS_ONNX_PADDED;
    for (int side = 0; side < 4; side++)
        pads[side] = padded ? x.pads[side] : 0;
    return padded ? ls_onnx_made_image(w, x.node) : ls_onnx_image(w, 0);
}
