/* What the tests of scans share. */
#ifndef LANDSCAPE_TESTS_SCANS_H
#define LANDSCAPE_TESTS_SCANS_H

#include "landscape/direction.h"
#include "landscape/scan.h"

/* A scan of resnet20 on a few small images. */
struct setting {
    struct ls_model model;
    struct ls_dataset dataset;
    struct ls_directions plane, line; /* `line` is the plane's x alone */
    struct ls_scan scan;
};

/* The first so many synthetic images, random directions, one thread. */
void open_setting(struct setting *s, int images);
void close_setting(struct setting *s);

/* Three points along each axis. */
static const struct ls_range side = {-1, 1, 3};

#endif
