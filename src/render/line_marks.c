#include "render/line_marks.h"
#include "render/caption.h"
#include "render/height.h"
#include <math.h>
#include <string.h>

/* In em: the size of names, their letters' width, the space between names side by side, between
 * rows, and below the lowest. */
static const double name_em = 0.85, letter = 0.6, gap = 1.5, row_em = 1.2, foot = 0.9;

/* Where on the row a network lies; NaN if beside it. */
static double position(const struct ls_marker *network, const struct ls_surface *s,
                       const struct ls_row *row) {
    const double along = row->axis ? network->y : network->x;
    const double across = row->axis ? network->x : network->y;
    const double mine = row->axis ? s->x[0] : s->ny ? s->y[0] : 0;
    const bool on = along >= row->at[0] && along <= row->at[row->count - 1];
    return on && fabs(across - mine) < 1e-6 ? along : NAN;
}

static void insert(struct ls_line_marks *marks, const char *name, double x, int curve) {
    int at = marks->count, row = 0;
    for (int m = 0; m < marks->count; m++) {
        struct ls_line_mark *mark = &marks->mark[m];
        row += mark->x == x;
        if (mark->x == x && strcmp(mark->name, name) == 0) {
            mark->curve = 0;
            return;
        }
    }
    if (marks->count == LS_MAX_LINE_MARKS)
        return;
    for (marks->count++; at > 0 && marks->mark[at - 1].x > x; at--)
        marks->mark[at] = marks->mark[at - 1];
    marks->mark[at] = (struct ls_line_mark){.x = x, .name = name, .curve = curve, .row = row};
    if (row >= marks->rows)
        marks->rows = row + 1;
}

void ls_line_marks_find(struct ls_line_marks *marks, const struct ls_request *request) {
    *marks = (struct ls_line_marks){.size = name_em};
    for (int i = 0; i < request->count; i++) {
        const struct ls_surface *s = request->surfaces[i];
        struct ls_row row;
        ls_row_of(s, &row);
        for (int m = 0; m < s->marker_count; m++) {
            const double x = position(&s->markers[m], s, &row);
            if (!isnan(x))
                insert(marks, s->markers[m].name, x, i + 1);
        }
    }
}

double ls_line_marks_height(const struct ls_line_marks *marks) {
    return marks->count ? foot + row_em * marks->rows : 0;
}

/* Names at one place, a row each. */
struct stack {
    double centre, width; /* pixels */
};

static int find_stacks(const struct ls_line_marks *marks, const struct ls_figure *figure,
                       const double ends[2], struct stack stacks[LS_MAX_LINE_MARKS]) {
    const struct ls_box *box = &figure->box[0];
    int count = 0;
    for (int m = 0; m < marks->count; m++) {
        const struct ls_line_mark *mark = &marks->mark[m];
        const double width =
            (letter * name_em * (double)ls_caption_letters(mark->name) + gap) * figure->em;
        const double part = (mark->x - ends[0]) / (ends[1] - ends[0]);
        if (mark->row == 0)
            stacks[count++] = (struct stack){box->left + part * (box->right - box->left), 0};
        stacks[count - 1].width = fmax(stacks[count - 1].width, width);
    }
    return count;
}

/* Moves stacks that overlap apart, and all into the figure, in which they fit side by side. */
static void spread(struct stack *stacks, int count, double width) {
    enum { ROUNDS = 500 };
    for (int round = 0; round < ROUNDS; round++) {
        for (int s = 0; s + 1 < count; s++) {
            struct stack *a = &stacks[s], *b = &stacks[s + 1];
            const double overlap = (a->width + b->width) / 2 - (b->centre - a->centre);
            a->centre -= fmax(overlap, 0) / 2;
            b->centre += fmax(overlap, 0) / 2;
        }
        for (int s = 0; s < count; s++) {
            const double half = stacks[s].width / 2;
            stacks[s].centre = fmin(fmax(stacks[s].centre, half), width - half);
        }
    }
}

/* Sets where names stand, and makes them small enough for one another. */
static void place(struct ls_line_marks *marks, const struct ls_figure *figure,
                  const double ends[2]) {
    struct stack stacks[LS_MAX_LINE_MARKS];
    const int count = find_stacks(marks, figure, ends, stacks);
    double total = 0;
    for (int s = 0; s < count; s++)
        total += stacks[s].width;
    const double scale = fmin(figure->width / total, 1);
    for (int s = 0; s < count; s++)
        stacks[s].width *= scale;
    spread(stacks, count, figure->width);
    marks->size = name_em * scale;
    for (int m = 0, s = -1; m < marks->count; m++) {
        s += marks->mark[m].row == 0;
        marks->mark[m].centre = stacks[s].centre;
    }
}

void ls_line_marks_add(struct ls_line_marks *marks, struct ls_figure *figure,
                       const double ends[2]) {
    struct ls_script *script = &figure->script;
    place(marks, figure, ends);
    ls_script_add(script, "NETWORKS = %d; NETWORKS_EM = %g; NETWORK_SIZE = %.3f\n", marks->count,
                  ls_line_marks_height(marks), marks->size);
    if (marks->count)
        ls_script_add(script,
                      "array NETWORK[%d]; array NETWORK_X[%d]; array NETWORK_AT[%d]; "
                      "array NETWORK_UP[%d]; array NETWORK_CURVE[%d]\n",
                      marks->count, marks->count, marks->count, marks->count, marks->count);
    for (int m = 0; m < marks->count; m++) {
        const struct ls_line_mark *mark = &marks->mark[m];
        ls_script_add(script, "NETWORK[%d] = ", m + 1);
        ls_script_quote(script, mark->name);
        ls_script_add(script, "\nNETWORK_X[%d] = %.9g; NETWORK_AT[%d] = %.6f; ", m + 1, mark->x,
                      m + 1, mark->centre / figure->width);
        ls_script_add(script, "NETWORK_UP[%d] = %g; NETWORK_CURVE[%d] = %d\n", m + 1,
                      foot + row_em * (mark->row + 0.5), m + 1, mark->curve);
    }
}
