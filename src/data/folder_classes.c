/* The classes of a directory of pictures: the directories in it, or those that a file names. */
#include "base/file.h"
#include "base/text.h"
#include "data/folder_parts.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CLASSES = 65536, MOST_TEXT = 1 << 24 };

static const char *const root_names[LS_FOLDER_ROOTS] = {"train", "test", "val"};

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* By bytes, whatever the language of the user. */
static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

enum ls_status ls_read_entries(const char *path, struct dirent ***entries, int *count,
                               struct ls_error *error) {
    *count = scandir(path, entries, is_visible, by_name);
    if (*count >= 0)
        return LS_OK;
    *count = 0;
    *entries = NULL;
    return ls_fail(error, LS_IO, "cannot read the directory %s: %s", path, strerror(errno));
}

void ls_free_entries(struct dirent **entries, int count) {
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

/* Takes over the name, from malloc, which may be NULL for want of memory. */
static enum ls_status add_class(const struct ls_folder_listing *l, char *name) {
    struct ls_folder_list *list = l->list;
    const size_t count = (size_t)list->class_count;
    if (name && count == MOST_CLASSES) {
        free(name);
        return ls_fail(l->error, LS_BAD_FILE, "%s: has more classes than %d", l->directory,
                       MOST_CLASSES);
    }
    char **more = (count & (count - 1)) == 0 /* a power of two fills its room */
                      ? realloc(list->classes, 2 * (count + 1) * sizeof *more)
                      : list->classes;
    if (more)
        list->classes = more;
    if (!more || !name) {
        free(name);
        return ls_fail_memory(l->error, l->directory);
    }
    list->classes[list->class_count++] = name;
    return LS_OK;
}

/* Adds the directories in `path` to the classes. */
static enum ls_status add_classes(const struct ls_folder_listing *l, const char *path) {
    struct dirent **entries;
    int count;
    enum ls_status status = ls_read_entries(path, &entries, &count, l->error);
    for (int i = 0; i < count && !status; i++) {
        char *inner = ls_format("%s/%s", path, entries[i]->d_name);
        if (!inner)
            status = ls_fail_memory(l->error, path);
        else if (ls_is_directory(inner))
            status = add_class(l, ls_format("%s", entries[i]->d_name));
        free(inner);
    }
    ls_free_entries(entries, count);
    return status;
}

/* Finds the directories of splits that have classes in them; without one, the pictures are those of
 * the directory itself. */
static enum ls_status find_roots(struct ls_folder_listing *l) {
    enum ls_status status = LS_OK;
    for (int r = 0; r < LS_FOLDER_ROOTS && !status; r++) {
        const int before = l->list->class_count;
        l->roots[r] = ls_format("%s/%s", l->directory, root_names[r]);
        if (!l->roots[r])
            return ls_fail_memory(l->error, l->directory);
        if (ls_is_directory(l->roots[r]))
            status = add_classes(l, l->roots[r]);
        if (l->list->class_count == before) {
            free(l->roots[r]);
            l->roots[r] = NULL;
        }
    }
    if (status || l->list->class_count > 0)
        return status;
    l->roots[LS_FOLDER_TRAIN] = ls_format("%s", l->directory);
    return l->roots[LS_FOLDER_TRAIN] ? add_classes(l, l->directory)
                                     : ls_fail_memory(l->error, l->directory);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Puts the classes in order, each once. */
static void sort_classes(struct ls_folder_list *list) {
    int kept = 0;
    if (list->class_count > 0)
        qsort(list->classes, (size_t)list->class_count, sizeof *list->classes, by_text);
    for (int c = 0; c < list->class_count; c++)
        if (kept > 0 && strcmp(list->classes[kept - 1], list->classes[c]) == 0)
            free(list->classes[c]);
        else
            list->classes[kept++] = list->classes[c];
    list->class_count = kept;
}

static void free_names(char **names, int count) {
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* Makes the classes those that the text names, one a line. Those in order so far, the directories
 * that are there, must be among them. */
static enum ls_status take_names(const struct ls_folder_listing *l, const char *path, char *text) {
    struct ls_folder_list *list = l->list, there = *list;
    enum ls_status status = LS_OK;
    list->classes = NULL;
    list->class_count = 0;
    char *rest = NULL;
    for (char *name = strtok_r(text, "\r\n", &rest); name && !status;
         name = strtok_r(NULL, "\r\n", &rest))
        status = add_class(l, ls_format("%s", name));
    char **sorted = malloc(((size_t)list->class_count + 1) * sizeof *sorted);
    if (!sorted && !status)
        status = ls_fail_memory(l->error, path);
    if (!status && list->class_count > 0) {
        memcpy(sorted, list->classes, (size_t)list->class_count * sizeof *sorted);
        qsort(sorted, (size_t)list->class_count, sizeof *sorted, by_text);
    }
    for (int c = 1; c < list->class_count && !status; c++)
        if (strcmp(sorted[c - 1], sorted[c]) == 0)
            status = ls_fail(l->error, LS_BAD_FILE, "%s: names '%s' twice", path, sorted[c]);
    for (int c = 0; c < there.class_count && !status; c++)
        if (!bsearch(&there.classes[c], sorted, (size_t)list->class_count, sizeof *sorted, by_text))
            status = ls_fail(l->error, LS_BAD_FILE, "%s: does not name '%s', which is there", path,
                             there.classes[c]);
    free(sorted);
    free_names(there.classes, there.class_count);
    return status;
}

/* Which number each class has: by its name, or by its line in classes.txt. */
static enum ls_status number_classes(const struct ls_folder_listing *l) {
    unsigned char *bytes;
    size_t size;
    sort_classes(l->list);
    char *path = ls_format("%s/classes.txt", l->directory);
    if (!path)
        return ls_fail_memory(l->error, l->directory);
    enum ls_status status = LS_OK;
    if (access(path, F_OK) == 0) {
        status = ls_file_read(path, MOST_TEXT, &bytes, &size, l->error);
        if (!status) {
            status = take_names(l, path, (char *)bytes);
            free(bytes);
        }
    }
    free(path);
    return status;
}

enum ls_status ls_folder_find_classes(struct ls_folder_listing *l) {
    enum ls_status status = find_roots(l);
    return status ? status : number_classes(l);
}
