/* Where in a directory the pictures of each split are. */
#include "base/text.h"
#include "data/folder_list.h"
#include <stdlib.h>
#include <strings.h>

static char **root_called(struct ls_folder_roots *roots, const char *name) {
    if (strcasecmp(name, "train") == 0)
        return &roots->train;
    if (strcasecmp(name, "test") == 0)
        return &roots->test;
    if (strcasecmp(name, "val") == 0 || strcasecmp(name, "valid") == 0 ||
        strcasecmp(name, "validation") == 0)
        return &roots->val;
    return NULL;
}

/* Whether a directory with the name of a split is that: it has directories for classes. One with
 * pictures might be a class of that name, or have none of the directories it should have: where its
 * images are wanted, that is for the user to say. */
static enum ls_status is_root(const char *path, bool wanted, bool *is, struct ls_error *error) {
    struct ls_names classes = {0}, pictures = {0};
    enum ls_status status = ls_read_folder(path, &classes, &pictures, error);
    *is = classes.count > 0 || pictures.count > 0;
    if (!status && wanted && pictures.count > 0)
        status = ls_fail(error, LS_BAD_FILE,
                         "%s: has pictures in it: move them into a directory for each class (which "
                         "cannot be called train, test, val, valid or validation)",
                         path);
    ls_names_free(&classes);
    ls_names_free(&pictures);
    return status;
}

/* Takes the directory for a split's, if it is. */
static enum ls_status try_root(struct ls_folder_roots *roots, const char *directory,
                               const char *name, enum ls_split split, struct ls_error *error) {
    char **root = root_called(roots, name);
    bool is = false;
    if (!root || *root)
        return LS_OK;
    *root = ls_format("%s/%s", directory, name);
    if (!*root)
        return ls_fail_memory(error, directory);
    const bool wanted = (root == &roots->train) == (split == LS_TRAIN);
    enum ls_status status = is_root(*root, wanted, &is, error);
    if (!is) {
        free(*root);
        *root = NULL;
    }
    return status;
}

enum ls_status ls_folder_find_roots(struct ls_folder_roots *roots, const char *directory,
                                    enum ls_split split, struct ls_error *error) {
    struct ls_names names = {0}, pictures = {0};
    *roots = (struct ls_folder_roots){0};
    enum ls_status status = ls_read_folder(directory, &names, &pictures, error);
    for (int i = 0; i < names.count && !status; i++)
        status = try_root(roots, directory, names.names[i], split, error);
    if (!status && !roots->train && !roots->test && !roots->val) {
        if (names.count == 0)
            status = ls_fail(error, LS_BAD_FILE, "%s: has no directory for each class in it%s",
                             directory, pictures.count ? ", only pictures" : "");
        else if (!(roots->train = ls_format("%s", directory)))
            status = ls_fail_memory(error, directory);
    }
    ls_names_free(&names);
    ls_names_free(&pictures);
    return status;
}

void ls_folder_roots_free(struct ls_folder_roots *roots) {
    free(roots->train);
    free(roots->test);
    free(roots->val);
    *roots = (struct ls_folder_roots){0};
}
