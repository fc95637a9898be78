/* The interactive viewer: one HTML file with surfaces, program and three.js in it. */
#ifndef LANDSCAPE_RENDER_VIEWER_H
#define LANDSCAPE_RENDER_VIEWER_H

#include "render/figure.h"

/* Writes plots/viewer/viewer.html to the request's path, with all that it names put in: its style
 * sheet and scripts, the surfaces' numbers and metadata, and three.js, which is read from where
 * Debian's libjs-three has it or from the file that the environment's LANDSCAPE_THREE names;
 * LS_UNSUPPORTED if it is not there. */
enum ls_status ls_viewer_write(const struct ls_request *request, struct ls_error *error);

#endif
