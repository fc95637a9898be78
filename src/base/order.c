#include "base/order.h"
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ls_sort(double *values, size_t count) {
    qsort(values, count, sizeof *values, ascending);
}

double ls_median(double *values, size_t count) {
    ls_sort(values, count);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}
