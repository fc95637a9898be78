#ifndef LANDSCAPE_BASE_MEDIAN_H
#define LANDSCAPE_BASE_MEDIAN_H

/* The median of values[count], count >= 1, which are put in ascending order. */
double ls_median(double *values, int count);

#endif
