/* Everything at once. */
#ifndef LANDSCAPE_H
#define LANDSCAPE_H

#include "landscape/bench.h"
#include "landscape/checkpoint.h"
#include "landscape/cpu.h"
#include "landscape/dataset.h"
#include "landscape/deepen.h"
#include "landscape/direction.h"
#include "landscape/error.h"
#include "landscape/evaluate.h"
#include "landscape/evaluator.h"
#include "landscape/hessian.h"
#include "landscape/loss.h"
#include "landscape/metadata.h"
#include "landscape/network.h"
#include "landscape/observer.h"
#include "landscape/plot.h"
#include "landscape/precision.h"
#include "landscape/range.h"
#include "landscape/rng.h"
#include "landscape/scan.h"
#include "landscape/surface.h"
#include "landscape/train.h"
#include "landscape/trajectory.h"

/* The version of this library, "0.1.0". */
#define LS_VERSION "0.1.0"

#endif
