/* What the files about scans share. */
#ifndef LANDSCAPE_LANDSCAPE_SCAN_PARTS_H
#define LANDSCAPE_LANDSCAPE_SCAN_PARTS_H

#include "landscape/scan.h"

/* Marks the networks that span the line or plane, if there are others than the model: the model at
 * 0, the network that x leads to at x = 1, the one that y leads to at y = 1. */
enum ls_status ls_scan_mark(const struct ls_scan *scan, struct ls_surface *surface,
                            struct ls_error *error);

#endif
