#include "base/file.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool same_node(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static const char *base_of(const char *path) {
    return path + ls_directory_length(path);
}

bool ls_same_file(const char *a, const char *b) {
    char *first = NULL, *second = NULL;
    bool same = false;
    if (!ls_follow_links(a, &first, NULL) && !ls_follow_links(b, &second, NULL)) {
        char *first_directory = ls_directory_of(first), *second_directory = ls_directory_of(second);
        same = first_directory && second_directory &&
               strcmp(base_of(first), base_of(second)) == 0 &&
               same_node(first_directory, second_directory);
        free(first_directory);
        free(second_directory);
    }
    free(first);
    free(second);
    return same;
}
