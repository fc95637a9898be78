/* Fuzzes archives of NumPy arrays. */
#include "data/npz.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ls_dataset dataset = {.name = "npz:fuzz"};
    struct ls_error error;
    zip_source_t *source = zip_source_buffer_create(data, size, 0, NULL);
    zip_t *archive = source ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
    if (!archive) {
        zip_source_free(source);
        return 0;
    }
    ls_npz_read(&dataset, archive, "fuzz", 0, &error);
    ls_dataset_free(&dataset);
    zip_discard(archive);
    return 0;
}
