/* The engine against PyTorch, by the networks that it is made for. */
#include "reference.h"
#include "support.h"

static void each(void (*check)(const char *arch)) {
    static const char *const archs[] = {"resnet20", "resnet20-noshort", "resnet56"};
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++)
        check(archs[i]);
}

static void logits(void **state) {
    (void)state;
    each(inference_agrees);
}

static void gradients(void **state) {
    (void)state;
    each(gradients_agree);
}

static void hessians(void **state) {
    (void)state;
    each(hessian_agrees);
}

static void training_steps(void **state) {
    (void)state;
    each(steps_agree);
}

static void surfaces(void **state) {
    (void)state;
    each(surface_agrees);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits),         cmocka_unit_test(gradients), cmocka_unit_test(hessians),
        cmocka_unit_test(training_steps), cmocka_unit_test(surfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
