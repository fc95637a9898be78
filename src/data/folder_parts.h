/* What listing the pictures of a directory shares. */
#ifndef LANDSCAPE_DATA_FOLDER_PARTS_H
#define LANDSCAPE_DATA_FOLDER_PARTS_H

#include "data/folder_list.h"
#include <dirent.h>

/* The directories of splits that may be in the directory: train, test, val. */
enum { LS_FOLDER_TRAIN, LS_FOLDER_TEST, LS_FOLDER_VAL, LS_FOLDER_ROOTS };

/* What is being listed. */
struct ls_folder_listing {
    struct ls_folder_list *list;
    const char *directory;
    char *roots[LS_FOLDER_ROOTS]; /* those that are there and have classes in them; owned */
    struct ls_error *error;
};

/* The entries of a directory that are not hidden, by their names' bytes. Free them with
 * ls_free_entries, after a failure too. */
enum ls_status ls_read_entries(const char *path, struct dirent ***entries, int *count,
                               struct ls_error *error);
void ls_free_entries(struct dirent **entries, int count);

/* Finds the roots and the classes: what each label is. */
enum ls_status ls_folder_find_classes(struct ls_folder_listing *listing);

#endif
