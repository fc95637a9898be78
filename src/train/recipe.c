#include "landscape/train.h"
#include <math.h>

struct ls_recipe ls_recipe_default(void) {
    return (struct ls_recipe){.epochs = 300,
                              .batch = 128,
                              .lr = 0.1,
                              .lr_step_count = 3,
                              .lr_steps = {0.5, 0.75, 0.917},
                              .momentum = 0.9,
                              .weight_decay = 5e-4,
                              .augment = true,
                              .shuffle = true};
}

double ls_recipe_rate(const struct ls_recipe *recipe, int epoch) {
    double rate = recipe->lr;
    for (int i = 0; i < recipe->lr_step_count; i++)
        if (epoch > (int)lround(recipe->lr_steps[i] * recipe->epochs))
            rate /= 10;
    return rate;
}
