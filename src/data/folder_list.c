#include "data/folder_list.h"
#include "base/file.h"
#include "base/text.h"
#include "data/folder_parts.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 16, FIRST_ROOM = 1024, MOST_PICTURES = 1 << 28 };

static bool ends_in_any(const char *name, const char *const *endings) {
    while (*endings && !ls_ends_in(name, *endings))
        endings++;
    return *endings != NULL;
}

static enum ls_status add_picture(const struct ls_folder_listing *l, const char *path, int label,
                                  int rank) {
    struct ls_folder_list *list = l->list;
    if (list->count == list->room) {
        const int room = list->room ? 2 * list->room : FIRST_ROOM;
        struct ls_folder_picture *more =
            room <= MOST_PICTURES ? realloc(list->pictures, (size_t)room * sizeof *more) : NULL;
        if (!more)
            return ls_fail_memory(l->error, l->directory);
        list->pictures = more;
        list->room = room;
    }
    char *name = ls_format("%s", path);
    if (!name)
        return ls_fail_memory(l->error, path);
    list->pictures[list->count++] = (struct ls_folder_picture){name, label, rank};
    return LS_OK;
}

static enum ls_status add_pictures(const struct ls_folder_listing *l, const char *path, int label,
                                   int *rank, int depth);

/* Adds a picture, or those in a directory. */
static enum ls_status add_entry(const struct ls_folder_listing *l, const char *path, int label,
                                int *rank, int depth) {
    static const char *const read[] = {".png", ".jpg", ".jpeg", NULL}, *const other[] = {
                                                                           ".bmp",  ".gif",  ".pgm",
                                                                           ".ppm",  ".tiff", ".tif",
                                                                           ".webp", NULL};
    if (ls_is_directory(path))
        return add_pictures(l, path, label, rank, depth + 1);
    if (ends_in_any(path, other))
        return ls_fail(l->error, LS_BAD_FILE,
                       "%s: only PNG and JPEG files are read; make it one of them, or take it away",
                       path);
    return ends_in_any(path, read) ? add_picture(l, path, label, (*rank)++) : LS_OK;
}

/* Adds the pictures in a directory and below; *rank of the class are there before. */
static enum ls_status add_pictures(const struct ls_folder_listing *l, const char *path, int label,
                                   int *rank, int depth) {
    struct dirent **entries;
    int count;
    if (depth > MOST_DEPTH)
        return ls_fail(l->error, LS_BAD_FILE, "%s: too many directories in one another", path);
    enum ls_status status = ls_read_entries(path, &entries, &count, l->error);
    for (int i = 0; i < count && !status; i++) {
        char *inner = ls_format("%s/%s", path, entries[i]->d_name);
        status = inner ? add_entry(l, inner, label, rank, depth) : ls_fail_memory(l->error, path);
        free(inner);
    }
    ls_free_entries(entries, count);
    return status;
}

static int by_rank(const void *a, const void *b) {
    const struct ls_folder_picture *one = a, *other = b;
    return one->rank != other->rank ? (one->rank > other->rank) - (one->rank < other->rank)
                                    : (one->label > other->label) - (one->label < other->label);
}

/* Lists what the classes' directories in `root` hold. */
static enum ls_status list_pictures(const struct ls_folder_listing *l, const char *root) {
    struct ls_folder_list *list = l->list;
    enum ls_status status = LS_OK;
    for (int c = 0; c < list->class_count && !status; c++) {
        int rank = 0;
        char *path = ls_format("%s/%s", root, list->classes[c]);
        if (!path)
            status = ls_fail_memory(l->error, root);
        else if (ls_is_directory(path))
            status = add_pictures(l, path, c, &rank, 0);
        free(path);
    }
    if (!status && list->count == 0)
        return ls_fail(l->error, LS_BAD_FILE,
                       "%s: has no pictures in it: there should be a directory for each class, "
                       "with PNG or JPEG files",
                       root);
    if (!status)
        qsort(list->pictures, (size_t)list->count, sizeof *list->pictures, by_rank);
    return status;
}

/* The directory with the pictures of the split; NULL: there is none. */
static const char *root_of(const struct ls_folder_listing *l, enum ls_split split) {
    if (split == LS_TRAIN)
        return l->roots[LS_FOLDER_TRAIN];
    return l->roots[LS_FOLDER_TEST] ? l->roots[LS_FOLDER_TEST] : l->roots[LS_FOLDER_VAL];
}

static enum ls_status list_split(const struct ls_folder_listing *l, enum ls_split split) {
    const char *root = root_of(l, split), *directory = l->directory;
    if (root)
        return list_pictures(l, root);
    if (split == LS_TRAIN)
        return ls_fail(l->error, LS_BAD_FILE,
                       "%s: has no pictures to train on: they would be in %s/train", directory,
                       directory);
    return ls_fail(l->error, LS_BAD_FILE,
                   "%s: has no pictures to test with: they would be in %s/test or %s/val; those to "
                   "train on are evaluated with --split train",
                   directory, directory, directory);
}

enum ls_status ls_folder_list(struct ls_folder_list *list, const char *directory,
                              enum ls_split split, struct ls_error *error) {
    struct ls_folder_listing listing = {.list = list, .directory = directory, .error = error};
    *list = (struct ls_folder_list){0};
    if (!ls_is_directory(directory))
        return ls_fail(error, LS_IO, "%s is not a directory", directory);
    enum ls_status status = ls_folder_find_classes(&listing);
    if (!status)
        status = list_split(&listing, split);
    for (int r = 0; r < LS_FOLDER_ROOTS; r++)
        free(listing.roots[r]);
    return status;
}

void ls_folder_list_free(struct ls_folder_list *list) {
    for (int c = 0; c < list->class_count; c++)
        free(list->classes[c]);
    free(list->classes);
    for (int i = 0; i < list->count; i++)
        free(list->pictures[i].path);
    free(list->pictures);
    *list = (struct ls_folder_list){0};
}
