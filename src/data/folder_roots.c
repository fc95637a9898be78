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
 * pictures might be a class of that name, or have none of the directories it should have. */
static enum ls_status is_root(const char *path, bool *is, struct ls_error *error) {
    struct ls_names classes = {0}, pictures = {0};
    enum ls_status status = ls_read_folder(path, &classes, &pictures, error);
    *is = classes.count > 0;
    if (!status && pictures.count > 0)
        status = ls_fail(error, LS_BAD_FILE,
                         "%s: has pictures in it that are in no directory of a class (and a class "
                         "cannot be called train, test, val, valid or validation)",
                         path);
    ls_names_free(&classes);
    ls_names_free(&pictures);
    return status;
}

/* Takes the directory for a split's, if it is. */
static enum ls_status try_root(struct ls_folder_roots *roots, const char *directory,
                               const char *name, struct ls_error *error) {
    char **root = root_called(roots, name);
    bool is = false;
    if (!root || *root)
        return LS_OK;
    *root = ls_format("%s/%s", directory, name);
    if (!*root)
        return ls_fail_memory(error, directory);
    enum ls_status status = is_root(*root, &is, error);
    if (!is) {
        free(*root);
        *root = NULL;
    }
    return status;
}

enum ls_status ls_folder_find_roots(struct ls_folder_roots *roots, const char *directory,
                                    struct ls_error *error) {
    struct ls_names names = {0}, pictures = {0};
    *roots = (struct ls_folder_roots){0};
    enum ls_status status = ls_read_folder(directory, &names, &pictures, error);
    for (int i = 0; i < names.count && !status; i++)
        status = try_root(roots, directory, names.names[i], error);
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
