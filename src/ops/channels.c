#include "ops/channels.h"
#include <string.h>

void ls_move_channels(size_t pixels, size_t count, const float *from, size_t from_step, bool add,
                      float *to, size_t to_step) {
    for (size_t p = 0; p < pixels; p++, from += from_step, to += to_step) {
        if (!add)
            memcpy(to, from, count * sizeof *to);
        for (size_t c = 0; add && c < count; c++)
            to[c] += from[c];
    }
}
