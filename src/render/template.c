#include "render/template.h"
#include <string.h>

const char *ls_template(const char *name) {
    for (const struct ls_template *entry = ls_templates; entry->name; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry->text;
    return NULL;
}
