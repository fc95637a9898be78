/* Numbers in order. */
#ifndef LANDSCAPE_BASE_ORDER_H
#define LANDSCAPE_BASE_ORDER_H

#include <stddef.h>

/* Puts values[count] in ascending order; none of them is NaN. */
void ls_sort(double *values, size_t count);

/* The median of values[count], count >= 1, which are put in ascending order. */
double ls_median(double *values, size_t count);

#endif
