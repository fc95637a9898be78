/* Words about surfaces, from their metadata. */
#ifndef LANDSCAPE_RENDER_CAPTION_H
#define LANDSCAPE_RENDER_CAPTION_H

#include "landscape/surface.h"
#include <stddef.h>

/* "ResNet-56 without skip connections", or what else the surface says about itself. */
void ls_caption_name(const struct ls_surface *surface, char *text, size_t size);

/* Appends what tells the surface from others[count], as far as it is known: ", test images", ",
 * seed 3". */
void ls_caption_apart(const struct ls_surface *surface, const struct ls_surface *const *others,
                      int count, char *text, size_t size);

/* "CIFAR-10 training split, 50,000 images; test error 5.89 %", as far as it is known; may be empty.
 */
void ls_caption_detail(const struct ls_surface *surface, char *text, size_t size);

/* "cross-entropy loss" or "mean square error"; NULL if the surface does not say. */
const char *ls_caption_loss(const struct ls_surface *surface);

/* text = what the x (axis 0) or y axis stands for. */
enum { LS_AXIS_NAME = 300 };
void ls_caption_axis(const struct ls_surface *surface, int axis, char text[LS_AXIS_NAME]);

/* A number in so many digits (1 to 15), without zeros at the end: "0.1", "−2.35", "20000", and
 * "2×10⁵" or "10⁻⁵" in UTF-8 from 100,000 on and below 0.0001. */
enum { LS_NUMBER_SIZE = 48 };
void ls_caption_digits(double number, int digits, char text[LS_NUMBER_SIZE]);

/* The same in four digits, as for a loss. */
void ls_caption_number(double number, char text[LS_NUMBER_SIZE]);

/* Letters of UTF-8 text. */
size_t ls_caption_letters(const char *text);

/* text = the number with a comma between thousands. */
void ls_caption_count(size_t number, char text[32]);

#endif
