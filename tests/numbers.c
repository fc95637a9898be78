#include "numbers.h"
#include "landscape/rng.h"
#include "support.h"

float *normal_floats(size_t count, uint32_t stream) {
    const struct ls_rng rng = {.seed = 5, .purpose = LS_RNG_TEST, .stream = stream};
    float *values = malloc(count * sizeof *values);
    assert_non_null(values);
    ls_rng_normal(&rng, 0, count, values);
    return values;
}
