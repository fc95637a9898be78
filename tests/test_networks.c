/* The other architectures against PyTorch: one or two of each family. */
#include "reference.h"
#include "support.h"

static void agrees(void **state) {
    const char *arch = *state;
    inference_agrees(arch);
    gradients_agree(arch);
    hessian_agrees(arch);
    steps_agree(arch);
    surface_agrees(arch);
}

static void infers(void **state) {
    inference_agrees(*state);
    surface_agrees(*state);
}

#define TEST(arch, test)                                                                           \
    { arch, test, NULL, NULL, arch }

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST("resnet18", agrees),          TEST("resnet50", infers),  TEST("vgg9", agrees),
        TEST("densenet-bc-40-12", agrees), TEST("highway20", agrees), TEST("unet", agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
