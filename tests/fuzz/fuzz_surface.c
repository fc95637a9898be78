/* Fuzzes surface files. */
#include "landscape/surface_parts.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ls_surface surface;
    struct ls_error error;
    if (ls_surface_parse(&surface, "fuzz", data, size, &error) == LS_OK)
        ls_surface_free(&surface);
    return 0;
}
