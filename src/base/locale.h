/* Numbers in files have a decimal point, whatever a host program's users write. */
#ifndef LANDSCAPE_BASE_LOCALE_H
#define LANDSCAPE_BASE_LOCALE_H

#include "landscape/error.h"

/* LS_UNSUPPORTED if printf and strtod have something else for it. */
enum ls_status ls_locale_check(struct ls_error *error);

#endif
