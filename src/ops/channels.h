/* Channels that are taken from activations, or put among others. */
#ifndef LANDSCAPE_OPS_CHANNELS_H
#define LANDSCAPE_OPS_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>

/* to (= or +=) from, `count` channels of each pixel, of which the next one is from_step or to_step
 * floats behind. */
void ls_move_channels(size_t pixels, size_t count, const float *from, size_t from_step, bool add,
                      float *to, size_t to_step);

#endif
