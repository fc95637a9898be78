#include "landscape/precision.h"
#include "kernels/tile_conv.h"
#include <string.h>

const char *ls_precision_name(enum ls_precision precision) {
    static const char *const names[] = {"fp32", "bf16x3", "bf16"};
    return names[precision];
}

enum ls_precision ls_precision_auto(void) {
    return ls_tile_kernels()->fast ? LS_BF16X3 : LS_FP32;
}

enum ls_status ls_precision_parse(enum ls_precision *precision, const char *name,
                                  struct ls_error *error) {
    for (int p = LS_FP32; p <= LS_BF16; p++)
        if (strcmp(name, ls_precision_name((enum ls_precision)p)) == 0) {
            *precision = (enum ls_precision)p;
            return LS_OK;
        }
    if (strcmp(name, "auto") != 0)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "unknown precision '%.32s'; known are fp32, bf16x3, bf16, auto", name);
    *precision = ls_precision_auto();
    return LS_OK;
}
