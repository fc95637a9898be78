/* Channels that are taken from activations, or put among others. */
#ifndef LANDSCAPE_OPS_CHANNELS_H
#define LANDSCAPE_OPS_CHANNELS_H

#include "ops/op.h"

/* to (= or +=) from, `count` channels of each pixel, of which the next one is from_step or to_step
 * floats behind. */
void ls_move_channels(size_t pixels, size_t count, const float *from, size_t from_step, bool add,
                      float *to, size_t to_step);

/* to[count][columns][rows] (= or +=) from[count][rows][columns] */
void ls_transpose(size_t count, int rows, int columns, const float *from, bool add, float *to);

/* Passes that see an image as so many rows of floats: its pixels, or all of it as one row. */

/* The output's rows are those of input 0, 1, ... one behind the other. */
void ls_join_rows(const struct ls_call *call, int first, int last, size_t rows);
void ls_join_rows_backward(const struct ls_call *call, int first, int last, size_t rows);

/* The output's rows are what those of the input have from number `begin` on. */
void ls_cut_rows(const struct ls_call *call, int first, int last, size_t rows, size_t begin);
void ls_cut_rows_backward(const struct ls_call *call, int first, int last, size_t rows,
                          size_t begin);

#endif
