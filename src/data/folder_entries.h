/* What is in a directory of pictures. */
#ifndef LANDSCAPE_DATA_FOLDER_ENTRIES_H
#define LANDSCAPE_DATA_FOLDER_ENTRIES_H

#include "landscape/error.h"
#include <stdbool.h>

/* Names, each from malloc. */
struct ls_names {
    char **names; /* [count] */
    int count;
};

/* Takes over the name; false if it is NULL, or for want of memory. */
bool ls_names_add(struct ls_names *names, char *name);
void ls_names_free(struct ls_names *names);

/* Puts the names in the order of their bytes. */
void ls_names_sort(struct ls_names *names);

/* Makes `sorted` the same names in order; sorted->names alone is to be freed. False for want of
 * memory. */
bool ls_names_sorted(struct ls_names *sorted, const struct ls_names *names);

/* Whether the sorted names hold this one. */
bool ls_names_hold(const struct ls_names *sorted, const char *name);

/* Adds the names of the directories and of the pictures (PNG and JPEG files by their names) in a
 * directory, both sorted; either may be NULL. What is hidden is passed over, the __MACOSX of
 * archives too, and files that are no pictures by their names.
 * LS_BAD_FILE for pictures of other formats. */
enum ls_status ls_read_folder(const char *path, struct ls_names *directories,
                              struct ls_names *pictures, struct ls_error *error);

#endif
