/* Labelled images, kept as bytes. */
#ifndef LANDSCAPE_DATASET_H
#define LANDSCAPE_DATASET_H

#include "landscape/error.h"
#include "landscape/metadata.h"
#include "landscape/observer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ls_model; /* landscape/checkpoint.h */

enum ls_split { LS_TRAIN, LS_TEST };

struct ls_dataset {
    char name[512]; /* as the user named it: "cifar10:DIR", "synthetic:0" */
    enum ls_split split;
    int count;            /* images */
    int height, width;    /* pixels */
    int channels;         /* 3: red, green, blue; 1: grey */
    int classes;          /* labels lie in [0, classes) */
    bool more_classes;    /* there may be more than those of these labels */
    int labels_per_image; /* 1 for classification, height * width for segmentation */
    uint8_t *pixels;  /* [count][channels][height][width], as CIFAR-10's files hold them; owned */
    uint16_t *labels; /* [count][labels_per_image]; owned */
    float mean[3];    /* per channel, in units of a pixel byte */
    float deviation[3];
    bool normalised; /* these do not follow from what data set it is: ls_dataset_normalise's */
};

/* Opens what `spec` names: "cifar10:DIR" (the directory with the dataset's binary files, or the one
 * above `cifar-10-batches-bin`), "npz:FILE" (NumPy arrays of bytes, train_images and test_images or
 * x_train and x_test, and of labels, train_labels and test_labels or y_train and y_test; as many
 * classes as the largest label asks for, normalised by 0.5 and 0.5), "folder:DIR[@HxW[xC]]" (PNG
 * and JPEG files in a directory for each class, those in DIR/train and DIR/test or DIR/val, or in
 * DIR for training images alone; all of one size, or scaled and cut to height H and width W as
 * torchvision's Resize and CenterCrop do; the first of every class, then the second of every class
 * ...; normalised by ImageNet's means and deviations, grey ones by 0.5 and 0.5), "synthetic[:SEED]"
 * or "shapes[:SEED]" (drawn by the program: ten classes of images, five classes of pixels). Keeps
 * the first `limit` records in file order, all of them if limit is 0; asking for more than there
 * are is an error. PNG and JPEG files are read by `threads` threads, 0: as many as there are
 * processors, and the observer, which may be NULL, hears of it after the first second. Free with
 * ls_dataset_free. */
enum ls_status ls_dataset_open(struct ls_dataset *dataset, const char *spec, enum ls_split split,
                               int limit, int threads, const struct ls_observer *observer,
                               struct ls_error *error);
void ls_dataset_free(struct ls_dataset *dataset);

/* Gives the images the means and deviations that a network was trained with: "R,G,B/R,G,B", of
 * pixels from 0 to 1, as in torchvision's Normalize; or "M/D", of all channels. */
enum ls_status ls_dataset_normalise(struct ls_dataset *dataset, const char *text,
                                    struct ls_error *error);

/* Makes the classes as many as a network tells apart, where labels may only not show all. */
void ls_dataset_widen(struct ls_dataset *dataset, int classes);

/* Makes the images what the model was trained on: normalised as its metadata say, if they do, and
 * of as many classes as it tells apart, where labels may only not show all. */
enum ls_status ls_dataset_suit(struct ls_dataset *dataset, const struct ls_model *model,
                               struct ls_error *error);

/* Sets the metadata entry "pixels" to the text that ls_dataset_normalise reads, if the means and
 * deviations are not the data set's own. */
enum ls_status ls_dataset_record_pixels(const struct ls_dataset *dataset,
                                        struct ls_metadata *metadata, struct ls_error *error);

/* text = the SHA-256 of the pixels, the labels and, unless they are the data set's own, means and
 * deviations, in hexadecimal: the same images under another name or on another machine have the
 * same. */
void ls_dataset_sha256(const struct ls_dataset *dataset, char text[65]);

/* "train" or "test". */
const char *ls_split_name(enum ls_split split);

/* out[height][width][channels] = (pixel - mean) / deviation of image `index`: what a network sees
 * when it is evaluated. */
void ls_dataset_image(const struct ls_dataset *dataset, int index, float *out);

/* As ls_dataset_image after a random crop of the image padded by 4 black pixels and a random
 * horizontal flip, both fixed by (seed, epoch, index): what a network sees when it is trained
 * (He et al. 2016, section 4.2). labels[labels_per_image] = what it has to say of it: labels of
 * pixels move with them, black pixels are of class 0. */
void ls_dataset_augmented(const struct ls_dataset *dataset, int index, uint64_t seed, int epoch,
                          float *out, uint16_t *labels);

/* order[count] = a permutation of 0 .. count-1, fixed by (seed, epoch). */
void ls_shuffle(int *order, int count, uint64_t seed, int epoch);

#ifdef __cplusplus
}
#endif

#endif
