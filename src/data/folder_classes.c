/* The file that names the classes of a directory of pictures. */
#include "base/file.h"
#include "base/text.h"
#include "data/folder_list.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_TEXT = 1 << 24 };

/* Cuts blanks and slashes off the end of a line, and blanks off its beginning. */
static char *trim(char *line) {
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r/", line[length - 1]))
        length--;
    line[length] = 0;
    return line + strspn(line, " \t");
}

static enum ls_status check_name(const char *name, const char *path, struct ls_error *error) {
    if (strchr(name, '/') || name[0] == '.')
        return ls_fail(error, LS_BAD_FILE,
                       "%s: '%s' is no name of a directory beside the file's others", path, name);
    return LS_OK;
}

/* Takes the names out of the text, one a line. */
static enum ls_status take_lines(struct ls_names *classes, char *text, const char *path,
                                 struct ls_error *error) {
    static const char mark[] = "\xEF\xBB\xBF"; /* of UTF-8, which some editors write */
    enum ls_status status = LS_OK;
    char *rest = NULL;
    if (strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
    for (char *line = strtok_r(text, "\n", &rest); line && !status;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *name = trim(line);
        if (!*name)
            continue;
        status = check_name(name, path, error);
        if (!status && !ls_names_add(classes, ls_format("%s", name)))
            status = ls_fail_memory(error, path);
    }
    return status;
}

static enum ls_status check_twins(const struct ls_names *classes, const char *path,
                                  struct ls_error *error) {
    struct ls_names sorted;
    enum ls_status status = LS_OK;
    if (!ls_names_sorted(&sorted, classes))
        return ls_fail_memory(error, path);
    for (int c = 1; c < sorted.count && !status; c++)
        if (strcmp(sorted.names[c - 1], sorted.names[c]) == 0)
            status = ls_fail(error, LS_BAD_FILE, "%s: names '%s' twice", path, sorted.names[c]);
    free(sorted.names);
    return status;
}

static enum ls_status read_names(struct ls_names *classes, const char *path,
                                 struct ls_error *error) {
    unsigned char *bytes;
    size_t size;
    enum ls_status status = ls_file_read(path, MOST_TEXT, &bytes, &size, error);
    if (status)
        return status;
    if (strlen((char *)bytes) < size)
        status = ls_fail(error, LS_BAD_FILE, "%s: is no text", path);
    if (!status)
        status = take_lines(classes, (char *)bytes, path, error);
    free(bytes);
    return status ? status : check_twins(classes, path, error);
}

enum ls_status ls_folder_read_classes(struct ls_names *classes, const char *directory, bool *there,
                                      struct ls_error *error) {
    struct stat info;
    char *path = ls_format("%s/classes.txt", directory);
    if (!path)
        return ls_fail_memory(error, directory);
    *there = lstat(path, &info) == 0 || errno != ENOENT;
    const enum ls_status status = *there ? read_names(classes, path, error) : LS_OK;
    free(path);
    return status;
}
