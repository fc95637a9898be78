/* Marching squares. Each cell of the grid joins crossings of its edges by segments that have the
 * higher ground on their left. So at most one segment starts at any edge and at most one ends
 * there, and lines are found by walking from edge to edge. */
#include "render/contour.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A cell's edges, and its corners in the same order: bottom left, bottom right, top right, top
 * left. */
enum { BOTTOM, RIGHT, TOP, LEFT, NONE };

/* Segments {from, to} by the set of high corners (bit i for corner i). The two saddles are given
 * for a low centre. */
static const unsigned char segments[16][2][2] = {
    [0] = {{NONE, NONE}, {NONE, NONE}},    [1] = {{BOTTOM, LEFT}, {NONE, NONE}},
    [2] = {{RIGHT, BOTTOM}, {NONE, NONE}}, [3] = {{RIGHT, LEFT}, {NONE, NONE}},
    [4] = {{TOP, RIGHT}, {NONE, NONE}},    [5] = {{BOTTOM, LEFT}, {TOP, RIGHT}},
    [6] = {{TOP, BOTTOM}, {NONE, NONE}},   [7] = {{TOP, LEFT}, {NONE, NONE}},
    [8] = {{LEFT, TOP}, {NONE, NONE}},     [9] = {{BOTTOM, TOP}, {NONE, NONE}},
    [10] = {{RIGHT, BOTTOM}, {LEFT, TOP}}, [11] = {{RIGHT, TOP}, {NONE, NONE}},
    [12] = {{LEFT, RIGHT}, {NONE, NONE}},  [13] = {{BOTTOM, RIGHT}, {NONE, NONE}},
    [14] = {{LEFT, BOTTOM}, {NONE, NONE}}, [15] = {{NONE, NONE}, {NONE, NONE}},
};
static const unsigned char high_saddles[2][2][2] = {
    {{BOTTOM, RIGHT}, {TOP, LEFT}}, /* corners 0 and 2 high */
    {{LEFT, BOTTOM}, {RIGHT, TOP}}, /* corners 1 and 3 high */
};

/* One level's walk. Edge e of the grid: e = j * nx + i runs right from grid point (i, j), and
 * e = nx * ny + j * nx + i runs up from it. */
struct walk {
    const struct ls_field *field;
    double value;
    size_t *next; /* [2 nx ny] the edge the segment from edge e leads to, 0 if none, else + 1 */
    unsigned char *entered; /* [2 nx ny] whether a segment ends at edge e */
};

static size_t edge_index(const struct ls_field *field, int i, int j, int edge) {
    size_t nx = (size_t)field->nx, up = nx * (size_t)field->ny;
    size_t corner = (size_t)j * nx + (size_t)i;
    switch (edge) {
    case BOTTOM:
        return corner;
    case TOP:
        return corner + nx;
    case LEFT:
        return up + corner;
    default:
        return up + corner + 1;
    }
}

static void join_cell(struct walk *walk, int i, int j) {
    const struct ls_field *field = walk->field;
    const double *low = field->z + (size_t)j * (size_t)field->nx + (size_t)i;
    const double corner[4] = {low[0], low[1], low[field->nx + 1], low[field->nx]};
    double centre = (corner[0] + corner[1] + corner[2] + corner[3]) / 4;
    if (isnan(centre))
        return;
    int high = 0;
    for (int c = 0; c < 4; c++)
        high |= (corner[c] >= walk->value) << c;
    bool saddle = (high == 5 || high == 10) && centre >= walk->value;
    const unsigned char(*pairs)[2] = saddle ? high_saddles[high == 10] : segments[high];
    for (int s = 0; s < 2 && pairs[s][0] != NONE; s++) {
        size_t from = edge_index(field, i, j, pairs[s][0]);
        size_t to = edge_index(field, i, j, pairs[s][1]);
        walk->next[from] = to + 1;
        walk->entered[to] = 1;
    }
}

/* Where the field crosses the value on an edge. */
static struct ls_point crossing(const struct walk *walk, size_t edge) {
    const struct ls_field *field = walk->field;
    size_t nx = (size_t)field->nx, up = nx * (size_t)field->ny;
    bool rises = edge >= up;
    size_t corner = rises ? edge - up : edge;
    size_t i = corner % nx, j = corner / nx;
    double a = field->z[corner], b = field->z[corner + (rises ? nx : 1)];
    double t = (walk->value - a) / (b - a);
    struct ls_point point = {field->x[i], field->y[j]};
    if (rises)
        point.y += t * (field->y[j + 1] - point.y);
    else
        point.x += t * (field->x[i + 1] - point.x);
    return point;
}

static bool append_point(struct ls_lines *lines, struct ls_point point) {
    if (lines->point_count == lines->point_capacity) {
        size_t capacity = lines->point_capacity ? 2 * lines->point_capacity : 4096;
        struct ls_point *points = realloc(lines->points, capacity * sizeof *points);
        if (!points)
            return false;
        lines->points = points;
        lines->point_capacity = capacity;
    }
    lines->points[lines->point_count++] = point;
    return true;
}

static bool append_line(struct ls_lines *lines, struct ls_line line) {
    if (lines->line_count == lines->line_capacity) {
        size_t capacity = lines->line_capacity ? 2 * lines->line_capacity : 256;
        struct ls_line *grown = realloc(lines->lines, capacity * sizeof *grown);
        if (!grown)
            return false;
        lines->lines = grown;
        lines->line_capacity = capacity;
    }
    lines->lines[lines->line_count++] = line;
    return true;
}

/* Walks from `edge` until there is no further segment, using up those it takes. */
static bool follow(struct ls_lines *lines, struct walk *walk, size_t edge, int level) {
    size_t first = lines->point_count;
    bool more = true;
    while (more) {
        if (!append_point(lines, crossing(walk, edge)))
            return false;
        more = walk->next[edge] != 0;
        if (more) {
            size_t next = walk->next[edge] - 1;
            walk->next[edge] = 0;
            edge = next;
        }
    }
    return append_line(lines, (struct ls_line){first, lines->point_count - first, level});
}

/* Open lines start at edges that no segment enters; what is left then are closed lines. */
static bool follow_all(struct ls_lines *lines, struct walk *walk, size_t edges, int level) {
    for (int closed = 0; closed < 2; closed++)
        for (size_t edge = 0; edge < edges; edge++)
            if (walk->next[edge] && (closed || !walk->entered[edge]) &&
                !follow(lines, walk, edge, level))
                return false;
    return true;
}

enum ls_status ls_lines_trace(struct ls_lines *lines, const struct ls_field *field, double value,
                              int level, struct ls_error *error) {
    size_t edges = 2 * (size_t)field->nx * (size_t)field->ny;
    struct walk walk = {.field = field, .value = value};
    walk.next = ls_alloc(edges, sizeof *walk.next);
    walk.entered = ls_alloc(edges, sizeof *walk.entered);
    bool done = walk.next && walk.entered;
    for (int j = 0; done && j + 1 < field->ny; j++)
        for (int i = 0; i + 1 < field->nx; i++)
            join_cell(&walk, i, j);
    done = done && follow_all(lines, &walk, edges, level);
    free(walk.next);
    free(walk.entered);
    return done ? LS_OK : ls_fail_memory(error, "contour lines");
}

void ls_lines_free(struct ls_lines *lines) {
    free(lines->points);
    free(lines->lines);
    *lines = (struct ls_lines){0};
}
