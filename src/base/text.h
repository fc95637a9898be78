/* Strings made by printf. */
#ifndef LANDSCAPE_BASE_TEXT_H
#define LANDSCAPE_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The formatted text in memory of its own (from malloc), or NULL when there is none. */
char *ls_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *ls_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* Bytes of the well-formed UTF-8 sequence at `at`, 0 if there is none. */
int ls_utf8_length(const unsigned char *at);

/* Bytes of the control character at `at`, of ASCII or those Unicode has from ISO 6429; 0 if there
 * is none, or the text ends. */
int ls_control_length(const unsigned char *at);

/* Bytes of the text in front of the ending; all of them if it does not end so, or is nothing else.
 */
size_t ls_stem_length(const char *text, const char *ending);

/* text = the number in as few digits, from `least` to 17, as read back as the same. */
enum { LS_SHORTEST = 32 };
void ls_shortest(double number, int least, char text[LS_SHORTEST]);

/* Whether a file's name has the ending, in whatever case, and something before it. */
bool ls_ends_in(const char *name, const char *ending);

/* Reads a whole number from 1 to `most` and moves *text behind it; false if there is none. */
bool ls_read_number(const char **text, int most, int *number);

/* Moves *text behind this character, if that is there. */
bool ls_skip_character(const char **text, char character);

/* The extent of images: "28x28x1", or "28x28" with 0 channels. */
struct ls_image_extent {
    int height, width, channels;
};
enum { LS_MAX_SIDE = 4096, LS_MAX_CHANNELS = 3 };

/* Reads an extent within those limits and moves *text behind it; false if there is none. */
bool ls_read_image_extent(const char **text, struct ls_image_extent *extent);

/* Is the text well-formed UTF-8, which JSON must be? */
bool ls_is_utf8(const char *text);

/* Replaces every byte of control characters by a question mark: names from files of others may hold
 * what a terminal takes for a command. */
void ls_make_printable(char *text);

#endif
