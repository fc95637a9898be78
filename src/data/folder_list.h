/* The pictures in a directory that has a directory for each class. */
#ifndef LANDSCAPE_DATA_FOLDER_LIST_H
#define LANDSCAPE_DATA_FOLDER_LIST_H

#include "data/folder_entries.h"
#include "landscape/dataset.h"

struct ls_folder_picture {
    char *path;
    int label; /* the number of its class */
    int rank;  /* how many of that class come before it */
    int of;    /* how many that class has */
};

struct ls_folder_list {
    struct ls_names classes; /* the names of their directories; a label is an index */
    struct ls_folder_picture
        *pictures; /* the first of every class, then of each as many as it has a part in all */
    int count;     /* pictures */
};

/* Lists the pictures of a split: those in DIR/train; those in DIR/test or, where that is not there
 * or has other classes, DIR/val (valid, validation); or, as training images, those in DIR itself.
 * Classes are the directories in the one with the training images, in the order of their names'
 * bytes, as torchvision's ImageFolder has them, or the lines of DIR/classes.txt. Pictures of a
 * class are in ImageFolder's order: by directory, as they may be in directories below, and name.
 * Free with ls_folder_list_free, after a failure too. */
enum ls_status ls_folder_list(struct ls_folder_list *list, const char *directory,
                              enum ls_split split, struct ls_error *error);
void ls_folder_list_free(struct ls_folder_list *list);

/* Where the pictures of splits are. */
struct ls_folder_roots {
    char *train, *test, *val; /* owned; NULL: not there */
};

/* Finds the roots in the directory, those of the split without pictures that are of no class; the
 * directory itself is one of training images where there is none. Free with ls_folder_roots_free,
 * after a failure too. */
enum ls_status ls_folder_find_roots(struct ls_folder_roots *roots, const char *directory,
                                    enum ls_split split, struct ls_error *error);
void ls_folder_roots_free(struct ls_folder_roots *roots);

/* Reads the classes that DIR/classes.txt names; *there = whether there is such a file. */
enum ls_status ls_folder_read_classes(struct ls_names *classes, const char *directory, bool *there,
                                      struct ls_error *error);

#endif
