/* Fuzzes PNG and JPEG files, and the scaling of what they hold. */
#include "data/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ls_picture picture;
    struct ls_error error;
    if (ls_picture_decode(&picture, "fuzz", data, size, &error))
        return 0;
    if ((size_t)picture.width * (size_t)picture.height < 1 << 20)
        ls_picture_fit(&picture, 1 + (int)(size % 40), 13, "fuzz", &error);
    ls_picture_free(&picture);
    return 0;
}
