#include "data/folder_list.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 65536, MOST_DEPTH = 16, MOST_PICTURES = 1 << 28 };

/* Takes over the path, which may be NULL for want of memory. */
static enum ls_status add_picture(struct ls_folder_list *list, char *path, int label,
                                  struct ls_error *error) {
    if (path && list->count == MOST_PICTURES) {
        free(path);
        return ls_fail(error, LS_BAD_FILE, "more than %d pictures", MOST_PICTURES);
    }
    struct ls_folder_picture *more =
        path ? ls_grow(list->pictures, list->count, 1, sizeof *more) : NULL;
    if (!more) {
        free(path);
        return ls_fail_memory(error, "a list of pictures");
    }
    list->pictures = more;
    list->pictures[list->count++] = (struct ls_folder_picture){.path = path, .label = label};
    return LS_OK;
}

/* Adds the pictures in a directory and in those below it. */
static enum ls_status add_pictures(struct ls_folder_list *list, const char *path, int label,
                                   int depth, struct ls_error *error) {
    struct ls_names directories = {0}, pictures = {0};
    if (depth > MOST_DEPTH)
        return ls_fail(error, LS_BAD_FILE, "%s: too many directories in one another", path);
    enum ls_status status = ls_read_folder(path, &directories, &pictures, error);
    for (int i = 0; i < pictures.count && !status; i++)
        status = add_picture(list, ls_format("%s/%s", path, pictures.names[i]), label, error);
    for (int i = 0; i < directories.count && !status; i++) {
        char *inner = ls_format("%s/%s", path, directories.names[i]);
        status = inner ? add_pictures(list, inner, label, depth + 1, error)
                       : ls_fail_memory(error, path);
        free(inner);
    }
    ls_names_free(&directories);
    ls_names_free(&pictures);
    return status;
}

/* By the directory, then by the name. */
static int by_place(const void *a, const void *b) {
    const char *one = ((const struct ls_folder_picture *)a)->path,
               *other = ((const struct ls_folder_picture *)b)->path;
    const size_t length = (size_t)ls_directory_length(one) - 1,
                 other_length = (size_t)ls_directory_length(other) - 1;
    const int order = memcmp(one, other, length < other_length ? length : other_length);
    if (order != 0)
        return order;
    return length != other_length ? (length > other_length) - (length < other_length)
                                  : strcmp(one + length, other + other_length);
}

/* By which part of the class comes before, so that the first pictures are of all classes as all
 * are. */
static int by_rank(const void *a, const void *b) {
    const struct ls_folder_picture *one = a, *other = b;
    const int64_t before = (int64_t)one->rank * other->of, after = (int64_t)other->rank * one->of;
    return before != after ? (before > after) - (before < after)
                           : (one->label > other->label) - (one->label < other->label);
}

/* Adds the pictures of class `label` in the root, ranked; *found = how many they are. */
static enum ls_status add_class(struct ls_folder_list *list, const char *root, int label,
                                int *found, struct ls_error *error) {
    const int before = list->count;
    char *path = ls_format("%s/%s", root, list->classes.names[label]);
    if (!path)
        return ls_fail_memory(error, root);
    enum ls_status status = add_pictures(list, path, label, 0, error);
    *found = list->count - before;
    if (!status && *found > 0)
        qsort(list->pictures + before, (size_t)*found, sizeof *list->pictures, by_place);
    for (int i = 0; i < *found; i++) {
        list->pictures[before + i].rank = i;
        list->pictures[before + i].of = *found;
    }
    if (!status && *found == 0)
        status =
            ls_fail(error, LS_BAD_FILE,
                    "%s: has no PNG or JPEG files in it: put some there, or take it away", path);
    free(path);
    return status;
}

/* Adds the pictures of all classes that the root has directories for: directories[count]. */
static enum ls_status add_classes(struct ls_folder_list *list, const char *root,
                                  const struct ls_names *directories, struct ls_error *error) {
    enum ls_status status = LS_OK;
    int found = 0;
    for (int c = 0; c < list->classes.count && !status; c++)
        if (ls_names_hold(directories, list->classes.names[c]))
            status = add_class(list, root, c, &found, error);
    if (!status && list->count > 0)
        qsort(list->pictures, (size_t)list->count, sizeof *list->pictures, by_rank);
    return status;
}

/* *stranger = the first of the directories that is no class, from malloc; NULL if all are. */
static enum ls_status find_stranger(const struct ls_names *classes,
                                    const struct ls_names *directories, char **stranger,
                                    struct ls_error *error) {
    struct ls_names sorted;
    *stranger = NULL;
    if (!ls_names_sorted(&sorted, classes))
        return ls_fail_memory(error, "the classes");
    int i = 0;
    while (i < directories->count && ls_names_hold(&sorted, directories->names[i]))
        i++;
    free(sorted.names);
    if (i < directories->count && !(*stranger = ls_format("%s", directories->names[i])))
        return ls_fail_memory(error, "the classes");
    return LS_OK;
}

/* Lists what is in the root; *stranger, from malloc, instead if it has a directory that is no
 * class.
 */
static enum ls_status list_root(struct ls_folder_list *list, const char *root, char **stranger,
                                struct ls_error *error) {
    struct ls_names directories = {0};
    enum ls_status status = ls_read_folder(root, &directories, NULL, error);
    if (!status)
        status = find_stranger(&list->classes, &directories, stranger, error);
    if (!status && !*stranger)
        status = add_classes(list, root, &directories, error);
    ls_names_free(&directories);
    return status;
}

static enum ls_status fail_no_root(const char *directory, enum ls_split split,
                                   struct ls_error *error) {
    if (split == LS_TRAIN)
        return ls_fail(error, LS_BAD_FILE, "%s: has no training images, which would be in %s/train",
                       directory, directory);
    return ls_fail(error, LS_BAD_FILE,
                   "%s: has no test images, which would be in %s/test or %s/val; without these its "
                   "images are training images",
                   directory, directory, directory);
}

/* Lists the first of the roots that has no other classes than the training images. */
static enum ls_status list_first(struct ls_folder_list *list, char *const *roots, int count,
                                 const char *directory, enum ls_split split,
                                 struct ls_error *error) {
    char *stranger = NULL;
    enum ls_status status = LS_OK;
    for (int r = 0; r < count && !status; r++) {
        char *found = NULL;
        if (!roots[r])
            continue;
        status = list_root(list, roots[r], &found, error);
        if (!status && !found) {
            free(stranger);
            return LS_OK;
        }
        free(stranger);
        stranger = found;
    }
    if (!status && stranger)
        status = ls_fail(error, LS_BAD_FILE,
                         "%s: '%s' among its %s images is no class: classes are the directories "
                         "of its training images, or the lines of %s/classes.txt",
                         directory, stranger, ls_split_name(split), directory);
    else if (!status)
        status = fail_no_root(directory, split, error);
    free(stranger);
    return status;
}

/* Which number each class has: by its line in classes.txt, or by its name. */
static enum ls_status number_classes(struct ls_folder_list *list,
                                     const struct ls_folder_roots *roots, const char *directory,
                                     struct ls_error *error) {
    const char *root = roots->train ? roots->train : roots->test ? roots->test : roots->val;
    bool named = false;
    enum ls_status status = ls_folder_read_classes(&list->classes, directory, &named, error);
    if (!status && !named)
        status = ls_read_folder(root, &list->classes, NULL, error);
    if (!status && list->classes.count > MOST_CLASSES)
        status =
            ls_fail(error, LS_BAD_FILE, "%s: has more classes than %d", directory, MOST_CLASSES);
    return status;
}

enum ls_status ls_folder_list(struct ls_folder_list *list, const char *directory,
                              enum ls_split split, struct ls_error *error) {
    struct ls_folder_roots roots;
    *list = (struct ls_folder_list){0};
    enum ls_status status = ls_folder_find_roots(&roots, directory, split, error);
    if (!status)
        status = number_classes(list, &roots, directory, error);
    char *const test[] = {roots.test, roots.val};
    if (!status && split == LS_TRAIN)
        status = list_first(list, &roots.train, 1, directory, split, error);
    else if (!status)
        status = list_first(list, test, 2, directory, split, error);
    ls_folder_roots_free(&roots);
    return status;
}

void ls_folder_list_free(struct ls_folder_list *list) {
    ls_names_free(&list->classes);
    for (int i = 0; i < list->count; i++)
        free(list->pictures[i].path);
    free(list->pictures);
    *list = (struct ls_folder_list){0};
}
