#include "networks.h"
#include "perturb.h"
#include "support.h"

void make_model(struct ls_model *model, const char *arch, uint64_t seed) {
    assert_int_equal(ls_model_create(model, arch, seed, NULL), LS_OK);
    perturb_model(model, seed);
}

void open_synthetic(struct ls_dataset *dataset, enum ls_split split, int images) {
    assert_int_equal(ls_dataset_open(dataset, "synthetic", split, images, NULL), LS_OK);
}

struct ls_result evaluate(const struct ls_model *model, const struct ls_dataset *data,
                          enum ls_precision precision, int threads) {
    struct ls_result result;
    assert_int_equal(
        ls_evaluate(model, data, LS_CROSS_ENTROPY, precision, threads, NULL, &result, NULL), LS_OK);
    return result;
}
