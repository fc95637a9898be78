/* Marks and their labels for gnuplot. */
#ifndef LANDSCAPE_RENDER_MARKS_SCRIPT_H
#define LANDSCAPE_RENDER_MARKS_SCRIPT_H

#include "render/marks.h"
#include "render/script.h"

/* Adds what plots/marks.gp draws: marks[count], those of all panels, and the trails in them, whose
 * y coordinates were multiplied by `stretch`. */
void ls_marks_script(struct ls_script *script, const struct ls_marks *const *marks, int count,
                     double stretch);

#endif
