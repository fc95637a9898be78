/* The arithmetic of an evaluation. */
#ifndef LANDSCAPE_PRECISION_H
#define LANDSCAPE_PRECISION_H

#include "landscape/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sums are in float for all of them. What has no kernel in bfloat16 is computed in float. */
enum ls_precision {
    LS_FP32,
    LS_BF16X3, /* values as two bfloat16, three products: 16 bits of mantissa */
    LS_BF16,   /* values as one bfloat16: 8 bits of mantissa */
};

/* "fp32", "bf16x3", "bf16". Parsing also knows "auto": the fastest on this machine whose loss is
 * within 1e-4 of fp32's; another name fails with the known ones. */
const char *ls_precision_name(enum ls_precision precision);
enum ls_status ls_precision_parse(enum ls_precision *precision, const char *name,
                                  struct ls_error *error);

/* What "auto" is on this machine. */
enum ls_precision ls_precision_auto(void);

#ifdef __cplusplus
}
#endif

#endif
