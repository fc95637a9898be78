#include "base/file.h"
#include "base/locale.h"
#include "landscape/hessian.h"
#include <stdio.h>
#include <stdlib.h>

enum ls_status ls_spectrum_write(const struct ls_spectrum *spectrum, const char *path,
                                 struct ls_error *error) {
    enum { LINE = 96 };
    const size_t room = LINE * ((size_t)spectrum->count + 1);
    enum ls_status status = ls_locale_check(error);
    if (status)
        return status;
    char *text = malloc(room);
    if (!text)
        return ls_fail_memory(error, "the spectrum");
    size_t used = (size_t)snprintf(text, room, "eigenvalue,bound,weight\n");
    for (int i = 0; i < spectrum->count; i++)
        used += (size_t)snprintf(text + used, room - used, "%.9g,%.3g,%.9g\n", spectrum->values[i],
                                 spectrum->bounds[i], spectrum->weights[i]);
    status = ls_file_write(path, text, used, error);
    free(text);
    return status;
}
