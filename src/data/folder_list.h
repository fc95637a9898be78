/* The pictures in a directory that has a directory for each class. */
#ifndef LANDSCAPE_DATA_FOLDER_LIST_H
#define LANDSCAPE_DATA_FOLDER_LIST_H

#include "landscape/dataset.h"

struct ls_folder_picture {
    char *path;
    int label; /* the number of its class */
    int rank;  /* how many of that class come before it */
};

struct ls_folder_list {
    char **classes; /* the names of their directories; a label is an index */
    int class_count;
    struct ls_folder_picture
        *pictures;   /* the first of every class, the second of every class ... */
    int count, room; /* pictures that are there, and that there is memory for */
};

/* Lists the pictures of a split: those in DIR/train, or in DIR/test or DIR/val, or, as training
 * images, in DIR itself. Classes are the directories there, of all splits together, in the order of
 * their names' bytes, as torchvision's ImageFolder has them, or in that of DIR/classes.txt, which
 * names one a line. Pictures of a class are in the order of their paths, in directories below too.
 * Hidden files are passed over, and files that are no pictures by their names. Free with
 * ls_folder_list_free, after a failure too. */
enum ls_status ls_folder_list(struct ls_folder_list *list, const char *directory,
                              enum ls_split split, struct ls_error *error);
void ls_folder_list_free(struct ls_folder_list *list);

#endif
