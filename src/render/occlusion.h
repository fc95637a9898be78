/* Ambient occlusion: how much of the sky the surface hides from itself. */
#ifndef LANDSCAPE_RENDER_OCCLUSION_H
#define LANDSCAPE_RENDER_OCCLUSION_H

#include "render/terrain.h"

/* Fills terrain->sky and sky_below. */
enum ls_status ls_occlude(struct ls_terrain *terrain, int threads, struct ls_error *error);

#endif
