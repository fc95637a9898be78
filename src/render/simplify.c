#include "render/contour.h"
#include <math.h>

double ls_segment_distance(struct ls_point p, struct ls_point a, struct ls_point b) {
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/* Keeps what is needed strictly between `first` and `last`. The recursion takes the shorter part
 * and the loop the longer one, so that its depth stays below log2(count). */
static void refine(const struct ls_point *points, size_t first, size_t last, double tolerance,
                   bool *keep) {
    while (last - first > 1) {
        size_t farthest = first;
        double far = tolerance;
        for (size_t i = first + 1; i < last; i++) {
            double d = ls_segment_distance(points[i], points[first], points[last]);
            if (d > far) {
                far = d;
                farthest = i;
            }
        }
        if (farthest == first)
            return;
        keep[farthest] = true;
        if (farthest - first < last - farthest) {
            refine(points, first, farthest, tolerance, keep);
            first = farthest;
        } else {
            refine(points, farthest, last, tolerance, keep);
            last = farthest;
        }
    }
}

void ls_simplify(const struct ls_point *points, size_t count, double tolerance, bool *keep) {
    for (size_t i = 0; i < count; i++)
        keep[i] = i == 0 || i + 1 == count;
    if (count > 2)
        refine(points, 0, count - 1, tolerance, keep);
}
