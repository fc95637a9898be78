#include "data/folder_entries.h"
#include "base/alloc.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_NAMES = 1 << 28 };

static const char *const read_endings[] = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", NULL};
static const char *const refused_endings[] = {".avif", ".bmp", ".gif",  ".heic", ".jp2", ".pgm",
                                              ".ppm",  ".tif", ".tiff", ".webp", NULL};

bool ls_names_add(struct ls_names *names, char *name) {
    char **more = name && names->count < MOST_NAMES
                      ? ls_grow(names->names, names->count, 1, sizeof *more)
                      : NULL;
    if (!more) {
        free(name);
        return false;
    }
    names->names = more;
    names->names[names->count++] = name;
    return true;
}

void ls_names_free(struct ls_names *names) {
    for (int i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    *names = (struct ls_names){0};
}

/* By bytes, whatever the language of the user. */
static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void ls_names_sort(struct ls_names *names) {
    if (names->count > 0)
        qsort(names->names, (size_t)names->count, sizeof *names->names, by_bytes);
}

bool ls_names_sorted(struct ls_names *sorted, const struct ls_names *names) {
    *sorted = (struct ls_names){.count = names->count};
    sorted->names = malloc(((size_t)names->count + 1) * sizeof *sorted->names);
    for (int i = 0; i < names->count && sorted->names; i++)
        sorted->names[i] = names->names[i];
    if (sorted->names)
        ls_names_sort(sorted);
    return sorted->names != NULL;
}

bool ls_names_hold(const struct ls_names *sorted, const char *name) {
    return sorted->count > 0 && bsearch(&name, sorted->names, (size_t)sorted->count,
                                        sizeof *sorted->names, by_bytes) != NULL;
}

static bool ends_in_any(const char *name, const char *const *endings) {
    while (*endings && !ls_ends_in(name, *endings))
        endings++;
    return *endings != NULL;
}

/* Adds the entry to the names it belongs to, if to any. */
static enum ls_status add_entry(const char *path, const char *name, struct ls_names *directories,
                                struct ls_names *pictures, struct ls_error *error) {
    struct stat info;
    if (stat(path, &info) != 0)
        return ls_fail(error, LS_IO, "cannot read %s: %s", path, strerror(errno));
    const bool directory = S_ISDIR(info.st_mode);
    if (!directory && ends_in_any(name, refused_endings))
        return ls_fail(error, LS_BAD_FILE,
                       "%s: only PNG and JPEG files are read; make it one of them, or take it away",
                       path);
    if (!directory && !ends_in_any(name, read_endings))
        return LS_OK;
    if (!directory && !S_ISREG(info.st_mode))
        return ls_fail(error, LS_BAD_FILE, "%s: is called a picture, but is no file", path);
    struct ls_names *names = directory ? directories : pictures;
    return !names || ls_names_add(names, ls_format("%s", name)) ? LS_OK
                                                                : ls_fail_memory(error, path);
}

enum ls_status ls_read_folder(const char *path, struct ls_names *directories,
                              struct ls_names *pictures, struct ls_error *error) {
    DIR *directory = opendir(path);
    struct dirent *entry;
    enum ls_status status = LS_OK;
    if (!directory)
        return ls_fail(error, LS_IO, "cannot read the directory %s: %s", path, strerror(errno));
    while (!status && (errno = 0, entry = readdir(directory))) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "__MACOSX") == 0)
            continue;
        char *inner = ls_format("%s/%s", path, entry->d_name);
        status = inner ? add_entry(inner, entry->d_name, directories, pictures, error)
                       : ls_fail_memory(error, path);
        free(inner);
    }
    if (!status && errno)
        status = ls_fail(error, LS_IO, "cannot read the directory %s: %s", path, strerror(errno));
    closedir(directory);
    if (directories)
        ls_names_sort(directories);
    if (pictures)
        ls_names_sort(pictures);
    return status;
}
