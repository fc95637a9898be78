#include "landscape/dataset.h"
#include "landscape/rng.h"

/* Fisher and Yates 1938, in Durstenfeld's form. */
void ls_shuffle(int *order, int count, uint64_t seed, int epoch) {
    struct ls_rng rng = {seed, LS_RNG_SHUFFLE, (uint32_t)epoch, 0};
    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int i = count - 1; i > 0; i--) {
        int j = (int)ls_rng_below(&rng, (uint64_t)i, (uint32_t)i + 1);
        int other = order[j];
        order[j] = order[i];
        order[i] = other;
    }
}
