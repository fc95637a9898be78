/* The shadow that the key light casts. */
#ifndef LANDSCAPE_RENDER_SHADOW_H
#define LANDSCAPE_RENDER_SHADOW_H

#include "render/terrain.h"

/* Fills terrain->sun for a round light in the direction `light` (a unit vector that points to it).
 */
enum ls_status ls_shadow_cast(struct ls_terrain *terrain, const float light[3], int threads,
                              struct ls_error *error);

#endif
