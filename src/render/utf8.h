/* Text from outside. */
#ifndef LANDSCAPE_RENDER_UTF8_H
#define LANDSCAPE_RENDER_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed, printable UTF-8 sequence at `text`, 0 if there is none. */
int ls_utf8_printable(const unsigned char *text);

/* out[size] = the text, cut off where it does not fit, with what is not printable replaced. */
void ls_utf8_clean(const char *text, char *out, size_t size);

#endif
