/* Fuzzes direction files. */
#include "landscape/direction_parts.h"
#include "small_network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    float x[SMALL_VALUES], y[SMALL_VALUES];
    bool states;
    struct ls_error error;
    ls_directions_parse("fuzz", data, size, &small_network, x, y, &states, &error);
    return 0;
}
