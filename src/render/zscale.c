#include "render/zscale.h"
#include "render/height.h"
#include <float.h>
#include <math.h>

/* Losses are held within -most and most, so that differences are finite. */
static const double most = 1e300;

/* Before it is stretched to 0 to 1. */
static double raw(const struct ls_zscale *scale, double loss) {
    loss = fmax(fmin(loss, most), -most);
    if (scale->log)
        return log10(fmax(loss, scale->low));
    if (isinf(scale->compress))
        return loss - scale->low;
    return asinh(fmin((loss - scale->low) / scale->compress, DBL_MAX));
}

double ls_zscale_height(const struct ls_zscale *scale, double loss) {
    double bottom = raw(scale, scale->low), top = raw(scale, scale->high);
    if (isnan(loss))
        return NAN;
    double height = (raw(scale, loss) - bottom) / (top - bottom);
    return height > 1 ? 1 + log1p(height - 1) : height;
}

/* The compression that puts the median into the middle of the height: with asinh(m / c) half of
 * asinh(h / c), h = 2 m sqrt(1 + (m / c)^2). What needs little of it is left linear. */
static double choose_compression(double median, double high) {
    double ratio = high / (2 * median);
    return median > 0 && ratio > 1.5 ? median / sqrt(ratio * ratio - 1) : INFINITY;
}

struct ls_zscale ls_zscale_choose(const struct ls_surface *const *surfaces, int count,
                                  const struct ls_plot_options *options) {
    struct ls_extent extent = ls_heights(surfaces, count);
    struct ls_zscale scale = {.log = options->log, .compress = INFINITY};
    scale.low = fmax(extent.min, -most);
    scale.high = fmin(fmin(extent.max, options->zmax), most);
    scale.cut = extent.max > options->zmax;
    if (scale.log) {
        bool none = isnan(extent.positive); /* all of them at the floor */
        scale.low = none ? 1 : fmin(extent.positive, scale.high);
        scale.high = none ? 1 : scale.high;
        scale.low /= pow(scale.high, 0.03) / pow(scale.low, 0.03);
        if (scale.high < 1.1 * scale.low) { /* flat */
            scale.low /= 2;
            scale.high *= 2;
        }
        return scale;
    }
    if (scale.low > scale.high)
        scale.low = scale.high;
    if (scale.high - scale.low < 1e-9 * fmax(fabs(scale.high), 1e-300)) { /* flat */
        scale.high += fmax(fabs(scale.high), 1e-3);
        scale.low -= fmax(fabs(scale.low), 1e-3);
        return scale;
    }
    /* From zero, if that is not far. */
    if (scale.low > 0 && scale.low < scale.high / 2)
        scale.low = 0;
    else
        scale.low -= 0.03 * (scale.high - scale.low);
    /* By itself not below the lowest loss, since there is nothing to show below. */
    if (options->surface.compress > 0)
        scale.compress = options->surface.compress;
    else if (options->surface.compress < 0 && !scale.cut)
        scale.compress = fmax(choose_compression(ls_median_height(surfaces, count) - scale.low,
                                                 scale.high - scale.low),
                              extent.min - scale.low);
    return scale;
}
