#include "render/marks_script.h"
#include <math.h>

/* x, y, network or not */
static void add_marks(struct ls_script *script, const struct ls_marks *marks, double stretch) {
    ls_script_add(script, "NaN NaN 0\n");
    for (int m = 0; m < marks->count; m++) {
        const struct ls_mark *mark = &marks->mark[m];
        ls_script_add(script, "%.6g %.6g %d\n", mark->at.x, mark->at.y / stretch, mark->network);
    }
    ls_script_add(script, "\n\n");
}

/* x, y, checkpoint or not; an empty line where the trail is interrupted */
static void add_trail(struct ls_script *script, const struct ls_trail *trail) {
    ls_script_add(script, "NaN NaN 0\n");
    for (int i = 0; i < trail->count; i++)
        if (isnan(trail->x[i]))
            ls_script_add(script, "\n");
        else
            ls_script_add(script, "%.6g %.6g %d\n", trail->x[i], trail->y[i], trail->stop[i]);
    ls_script_add(script, "\n\n");
}

/* The labels of all panels' marks: those of panel p are numbers MARK_FIRST[p] up to before
 * MARK_FIRST[p+1]. Names are whatever a file says, so they are quoted. */
static void add_labels(struct ls_script *script, const struct ls_marks *const *marks, int count,
                       double stretch) {
    int most = count * LS_MAX_MARKS, next = 1;
    ls_script_add(script, "array MARK_FIRST[%d]; array MARK_TEXT[%d]; array MARK_COLOR[%d]\n",
                  count + 1, most, most);
    ls_script_add(script,
                  "array MARK_X[%d]; array MARK_Y[%d]; array MARK_WIDTH[%d]; "
                  "array MARK_HEIGHT[%d]\nMARK_FIRST[1] = 1\n",
                  most, most, most, most);
    for (int i = 0; i < count; i++) {
        for (int m = 0; m < marks[i]->count; m++, next++) {
            const struct ls_mark *mark = &marks[i]->mark[m];
            ls_script_add(script, "MARK_X[%d] = %.6g; MARK_Y[%d] = %.6g; MARK_COLOR[%d] = %d\n",
                          next, mark->label.x, next, mark->label.y / stretch, next,
                          mark->network ? 0x1a1a1a : 0xa00d25);
            ls_script_add(script, "MARK_WIDTH[%d] = %.6g; MARK_HEIGHT[%d] = %.6g\n", next,
                          mark->width, next, mark->height / stretch);
            ls_script_add(script, "MARK_TEXT[%d] = ", next);
            ls_script_quote(script, mark->text);
            ls_script_add(script, "\n");
        }
        ls_script_add(script, "MARK_FIRST[%d] = %d\n", i + 2, next);
    }
}

void ls_marks_script(struct ls_script *script, const struct ls_marks *const *marks, int count,
                     double stretch) {
    ls_script_add(script, "$trail << END\n");
    for (int i = 0; i < count; i++)
        add_trail(script, marks[i]->trail);
    ls_script_add(script, "END\n$marks << END\n");
    for (int i = 0; i < count; i++)
        add_marks(script, marks[i], stretch);
    ls_script_add(script, "END\n");
    add_labels(script, marks, count, stretch);
}
