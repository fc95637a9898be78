#include "base/file_kind.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_HEAD = 16, SAFETENSORS_LENGTH = 8 };

struct mark {
    enum ls_file_kind kind;
    size_t size;
    unsigned char bytes[MOST_HEAD];
};

/* That of LS_FILE_TORCH is protocol 2 and the number 0x1950a86a20f9469cfc6c, which only torch.save
 * writes there. */
static const struct mark marks[] = {
    {LS_FILE_HDF5, 8, {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'}},
    {LS_FILE_ZIP, 4, {'P', 'K', 3, 4}},
    {LS_FILE_TORCH,
     14,
     {0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19}},
};

enum ls_file_kind ls_file_kind(const void *bytes, size_t byte_count) {
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
        if (byte_count >= marks[m].size && memcmp(bytes, marks[m].bytes, marks[m].size) == 0)
            return marks[m].kind;
    /* The length of a JSON object, and the object. */
    const bool json =
        byte_count > SAFETENSORS_LENGTH && ((const char *)bytes)[SAFETENSORS_LENGTH] == '{';
    return json ? LS_FILE_SAFETENSORS : LS_FILE_OTHER;
}

enum ls_file_kind ls_file_kind_at(const char *path) {
    unsigned char head[MOST_HEAD];
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return LS_FILE_OTHER;
    FILE *file = fopen(path, "rb");
    if (!file)
        return LS_FILE_OTHER;
    const enum ls_file_kind kind = ls_file_kind(head, fread(head, 1, sizeof head, file));
    fclose(file);
    const bool named = ls_stem_length(path, ".onnx") < strlen(path);
    return kind == LS_FILE_OTHER && named ? LS_FILE_ONNX : kind;
}

const char *ls_file_kind_name(enum ls_file_kind kind) {
    static const char *const names[] = {
        [LS_FILE_OTHER] = NULL,
        [LS_FILE_HDF5] = "an HDF5 file",
        [LS_FILE_SAFETENSORS] = "a safetensors file",
        [LS_FILE_TORCH] = "a file of torch.save",
        [LS_FILE_ZIP] = "a ZIP archive, as torch.save and numpy.savez write them",
        [LS_FILE_ONNX] = "an ONNX file",
    };
    return names[kind];
}
