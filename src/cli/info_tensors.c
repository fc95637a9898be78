#include "cli/info_tensors.h"
#include "base/extent.h"
#include "base/text.h"
#include "model/dtype.h"
#include <stdio.h>
#include <string.h>

static void print_tensor(const struct ls_stored_tensor *tensor, int width) {
    struct ls_extent extent = {.rank = tensor->rank};
    memcpy(extent.size, tensor->size, sizeof extent.size);
    ls_make_printable(tensor->name);
    printf("  %-*s %-4s %s\n", width, tensor->name, ls_dtype_name(tensor->dtype),
           ls_extent_text(&extent).text);
}

void cli_info_tensors(const struct ls_tensor_file *file) {
    enum { LEAST_WIDTH = 18, MOST_WIDTH = 60 };
    size_t width = LEAST_WIDTH, numbers = 0;
    for (int i = 0; i < file->tensor_count; i++) {
        const size_t length = strlen(file->tensors[i].name);
        numbers += file->tensors[i].count;
        if (length > width)
            width = length < MOST_WIDTH ? length : MOST_WIDTH;
    }
    printf("  %-18s %d of %zu numbers\n", "tensors", file->tensor_count, numbers);
    for (int i = 0; i < file->tensor_count; i++)
        print_tensor(&file->tensors[i], (int)width);
}
