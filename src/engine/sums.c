#include "engine/sums.h"
#include <math.h>

void ls_sums_add(struct ls_sums *sums, double loss, double correct) {
    sums->loss += loss;
    sums->square += loss * loss;
    sums->correct += correct;
}

void ls_sums_join(struct ls_sums *sums, const struct ls_sums *block) {
    sums->loss += block->loss;
    sums->square += block->square;
    sums->correct += block->correct;
}

struct ls_sums ls_sums_total(const struct ls_sums *blocks, int count) {
    struct ls_sums total = {0};
    for (int i = 0; i < count; i++)
        ls_sums_join(&total, &blocks[i]);
    return total;
}

/* Of the mean of n losses: sqrt(var / n), var their unbiased variance; not a number where one is
 * not finite. */
static double standard_error(const struct ls_sums *sums, int n) {
    if (n < 2)
        return -1;
    const double squares = sums->square - sums->loss * sums->loss / n; /* around the mean */
    return sqrt((squares < 0 ? 0 : squares) / (n - 1) / n);
}

struct ls_result ls_sums_result(const struct ls_sums *sums, int images) {
    return (struct ls_result){.loss = sums->loss / images,
                              .loss_error = standard_error(sums, images),
                              .accuracy = 100 * sums->correct / images,
                              .mean_iou = -1};
}
