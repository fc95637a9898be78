/* What the viewer's program reads: surfaces as JSON. */
#ifndef LANDSCAPE_RENDER_VIEWER_DATA_H
#define LANDSCAPE_RENDER_VIEWER_DATA_H

#include "render/figure.h"

/* Appends the surfaces, their names and metadata, the colour maps and the user's options as JSON
 * that may stand in a script element of HTML. Numbers of grids are base64 of little-endian doubles,
 * so that every digit, NaN and infinity arrive. */
void ls_viewer_data(struct ls_script *text, const struct ls_request *request);

#endif
