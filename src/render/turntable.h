/* A surface that turns, as an animation or as one picture after the other. */
#ifndef LANDSCAPE_RENDER_TURNTABLE_H
#define LANDSCAPE_RENDER_TURNTABLE_H

#include "render/scene.h"

/* Draws the scene from all sides, in as many pictures as its options say: into one animated PNG, or
 * if the path holds a number as "%04d" does, into numbered files from 0 on. */
enum ls_status ls_turntable(struct ls_scene *scene, struct ls_error *error);

#endif
