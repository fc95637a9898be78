/* Architectures for other images and classes than they were made for, by their names. */
#include "base/text.h"
#include "model/build.h"
#include "model/onnx_file.h"
#include <stdio.h>
#include <string.h>

/* What labels of 16 bits can tell apart. */
enum { MOST_CLASSES = 65536 };

/* Reads "@28x28x1:9", of which either part may be missing. */
static bool read_extents(struct ls_variant *variant, const char *text) {
    struct ls_image_extent image = {0};
    bool good = true;
    if (ls_skip_character(&text, '@'))
        good = ls_read_image_extent(&text, &image) && image.channels > 0;
    variant->image = (struct ls_shape){image.height, image.width, image.channels};
    if (good && ls_skip_character(&text, ':'))
        good = ls_read_number(&text, MOST_CLASSES, &variant->classes);
    return good && !*text;
}

enum ls_status ls_variant_parse(struct ls_variant *variant, const char *arch,
                                struct ls_error *error) {
    *variant = (struct ls_variant){0};
    const size_t length = strcspn(arch, "@:"), most = sizeof variant->name - 1;
    memcpy(variant->name, arch, length < most ? length : most);
    if (read_extents(variant, arch + length))
        return LS_OK;
    return ls_fail(error, LS_BAD_ARGUMENT,
                   "'%.64s' is no architecture: behind the name may stand for what images and how "
                   "many classes it is, as in resnet20@28x28x1:9 (height, width, channels)",
                   arch);
}

/* Whether the architecture is for such images and classes. */
static bool is_for(const char *arch, struct ls_shape image, int classes) {
    struct ls_network network;
    if (ls_network_create(&network, arch, NULL))
        return false;
    const struct ls_shape in = network.nodes[0].out;
    const struct ls_shape out = network.nodes[network.node_count - 1].out;
    ls_network_free(&network);
    return in.height == image.height && in.width == image.width && in.channels == image.channels &&
           out.channels == classes;
}

void ls_arch_for(const char *arch, struct ls_shape image, int classes, char *text, size_t size) {
    struct ls_variant said;
    snprintf(text, size, "%s", arch);
    if (ls_onnx_recognise(arch) || ls_variant_parse(&said, arch, NULL))
        return;
    if (said.image.height)
        image = said.image;
    if (said.classes)
        classes = said.classes;
    if (is_for(said.name, image, classes))
        snprintf(text, size, "%s", said.name);
    else
        snprintf(text, size, "%s@%dx%dx%d:%d", said.name, image.height, image.width, image.channels,
                 classes);
}
