#include "render/mesh.h"
#include "base/alloc.h"
#include "render/colormap.h"
#include "render/field.h"
#include "render/height.h"
#include <math.h>
#include <stdlib.h>

/* The grid while a mesh is made of it. Its points count row by row. */
struct grid {
    const struct ls_surface *surface;
    size_t nx, ny;
    unsigned char *cell; /* [ny - 1][nx - 1] whether all corners are known */
    size_t *number;      /* [ny][nx] the number of a point in the mesh */
    unsigned char *use;  /* [ny][nx] 0: in no cell, 1: one point of the mesh, 2: two, because cells
                            touch here at a corner only and a solid must not */
};

double ls_mesh_log(double loss) {
    return log(fmax(loss, 0) + 0.1);
}

static double height_of(double loss, const struct ls_plot_options *options) {
    double height = fmin(loss, options->zmax);
    return options->log ? ls_mesh_log(height) : height;
}

static bool has_cell(const struct grid *grid, size_t i, size_t j) {
    /* Indices left of the grid and below it wrap round to large ones. */
    return i < grid->nx - 1 && j < grid->ny - 1 && grid->cell[j * (grid->nx - 1) + i];
}

static void find_cells(struct grid *grid) {
    for (size_t j = 0; j + 1 < grid->ny; j++)
        for (size_t i = 0; i + 1 < grid->nx; i++) {
            const double *low = grid->surface->loss + j * grid->nx + i, *high = low + grid->nx;
            grid->cell[j * (grid->nx - 1) + i] = !isnan(ls_height(low[0]) + ls_height(low[1]) +
                                                        ls_height(high[0]) + ls_height(high[1]));
        }
}

/* Numbers the points of the surface; returns how many there are. */
static size_t number_points(struct grid *grid, bool solid) {
    size_t count = 0;
    for (size_t j = 0; j < grid->ny; j++)
        for (size_t i = 0; i < grid->nx; i++) {
            bool below[2] = {has_cell(grid, i - 1, j - 1), has_cell(grid, i, j - 1)};
            bool above[2] = {has_cell(grid, i - 1, j), has_cell(grid, i, j)};
            bool any = below[0] || below[1] || above[0] || above[1];
            bool corner = below[0] != below[1] && below[0] == above[1] && below[1] == above[0];
            size_t v = j * grid->nx + i;
            grid->use[v] = (unsigned char)(any + (any && corner && solid));
            grid->number[v] = count;
            count += grid->use[v];
        }
    return count;
}

/* The corners of cell (i, j) counter-clockwise from the lower left. Of two points in one place the
 * cell above takes the second. */
static void corners(const struct grid *grid, size_t i, size_t j, size_t corner[4]) {
    size_t v = j * grid->nx + i;
    size_t place[4] = {v, v + 1, v + 1 + grid->nx, v + grid->nx};
    for (int c = 0; c < 4; c++)
        corner[c] = grid->number[place[c]] + (c < 2 && grid->use[place[c]] == 2);
}

static void add_quad(struct ls_mesh *mesh, size_t a, size_t b, size_t c, size_t d) {
    size_t *quad = mesh->quad[mesh->quads++];
    quad[0] = a;
    quad[1] = b;
    quad[2] = c;
    quad[3] = d;
}

/* The base below cell (i, j), whose points follow the surface's `points`, and walls where no cell
 * is beside it. */
static void close_cell(struct ls_mesh *mesh, const struct grid *grid, size_t i, size_t j,
                       size_t points) {
    const bool open[4] = {!has_cell(grid, i, j - 1), !has_cell(grid, i + 1, j),
                          !has_cell(grid, i, j + 1), !has_cell(grid, i - 1, j)};
    size_t c[4];
    corners(grid, i, j, c);
    add_quad(mesh, c[3] + points, c[2] + points, c[1] + points, c[0] + points);
    for (int e = 0; e < 4; e++) {
        size_t from = c[e], to = c[(e + 1) % 4];
        if (open[e])
            add_quad(mesh, to, from, from + points, to + points);
    }
}

/* `points` are those of the surface. */
static void add_quads(struct ls_mesh *mesh, const struct grid *grid, size_t points, bool solid) {
    size_t across = grid->nx - 1, cells = across * (grid->ny - 1), c[4];
    for (size_t cell = 0; cell < cells; cell++)
        if (grid->cell[cell]) {
            corners(grid, cell % across, cell / across, c);
            add_quad(mesh, c[0], c[1], c[2], c[3]);
        }
    mesh->top = mesh->quads;
    for (size_t cell = 0; solid && cell < cells; cell++)
        if (grid->cell[cell])
            close_cell(mesh, grid, cell % across, cell / across, points);
}

static void add_points(struct ls_mesh *mesh, const struct grid *grid,
                       const struct ls_plot_options *options) {
    const struct ls_surface *s = grid->surface;
    mesh->lowest = INFINITY;
    mesh->highest = -INFINITY;
    for (size_t v = 0; v < grid->nx * grid->ny; v++)
        for (size_t copy = 0; copy < grid->use[v]; copy++) {
            size_t n = grid->number[v] + copy;
            mesh->at[n][0] = s->x[v % grid->nx];
            mesh->at[n][1] = s->y[v / grid->nx];
            mesh->at[n][2] = height_of(s->loss[v], options);
            mesh->loss[n] = s->loss[v];
            mesh->accuracy[n] = s->accuracy[v] >= 0 ? s->accuracy[v] : LS_NOT_COMPUTED;
            mesh->lowest = fmin(mesh->lowest, mesh->at[n][2]);
            mesh->highest = fmax(mesh->highest, mesh->at[n][2]);
        }
}

/* Brings z of the surface's points to [0, height]. */
static void scale(struct ls_mesh *mesh, size_t points, double height) {
    double range = mesh->highest - mesh->lowest, factor = range > 0 ? height / range : 0;
    for (size_t n = 0; n < points; n++)
        mesh->at[n][2] = (mesh->at[n][2] - mesh->lowest) * factor;
    mesh->lowest = 0;
    mesh->highest = range > 0 ? height : 0;
}

/* The base's points: below the surface's, which come first, a tenth of its height under the lowest.
 */
static void add_base(struct ls_mesh *mesh, size_t points, double side) {
    double range = mesh->highest - mesh->lowest;
    double base = mesh->lowest - (range > 0 ? 0.1 * range : 0.05 * side);
    for (size_t n = 0; n < points; n++) {
        mesh->at[points + n][0] = mesh->at[n][0];
        mesh->at[points + n][1] = mesh->at[n][1];
        mesh->at[points + n][2] = base;
        mesh->loss[points + n] = mesh->loss[n];
        mesh->accuracy[points + n] = mesh->accuracy[n];
    }
}

static enum ls_status build(struct ls_mesh *mesh, struct grid *grid,
                            const struct ls_plot_options *options, bool scaled,
                            struct ls_error *error) {
    const struct ls_surface *s = grid->surface;
    double side = fmax(s->x[grid->nx - 1] - s->x[0], s->y[grid->ny - 1] - s->y[0]);
    find_cells(grid);
    size_t points = number_points(grid, options->solid), cells = (grid->nx - 1) * (grid->ny - 1);
    if (points == 0)
        return ls_fail(error, LS_BAD_FILE,
                       "no cell of the grid has four computed finite losses at its corners");
    mesh->points = points << options->solid;
    mesh->at = ls_alloc(mesh->points, sizeof *mesh->at);
    mesh->loss = ls_alloc(mesh->points, sizeof *mesh->loss);
    mesh->accuracy = ls_alloc(mesh->points, sizeof *mesh->accuracy);
    /* The surface, the base, and at most four walls a cell. */
    mesh->quad = ls_alloc(cells * (options->solid ? 6 : 1), sizeof *mesh->quad);
    if (!mesh->at || !mesh->loss || !mesh->accuracy || !mesh->quad)
        return ls_fail_memory(error, "the mesh");
    add_points(mesh, grid, options);
    if (scaled)
        scale(mesh, points, options->relief * side);
    if (options->solid)
        add_base(mesh, points, side);
    add_quads(mesh, grid, points, options->solid);
    return LS_OK;
}

static enum ls_status make(struct ls_mesh *mesh, const struct ls_surface *surface,
                           const struct ls_plot_options *options, bool scaled,
                           struct ls_error *error) {
    struct grid grid = {.surface = surface, .nx = (size_t)surface->nx, .ny = (size_t)surface->ny};
    *mesh = (struct ls_mesh){.colormap = ls_colormap_or(options->colormap, LS_VIRIDIS)};
    grid.cell = ls_alloc((grid.nx - 1) * (grid.ny - 1), sizeof *grid.cell);
    grid.number = ls_alloc(grid.nx * grid.ny, sizeof *grid.number);
    grid.use = ls_alloc(grid.nx * grid.ny, sizeof *grid.use);
    enum ls_status status = grid.cell && grid.number && grid.use
                                ? build(mesh, &grid, options, scaled, error)
                                : ls_fail_memory(error, "the mesh");
    free(grid.cell);
    free(grid.number);
    free(grid.use);
    if (status != LS_OK)
        ls_mesh_free(mesh);
    return status;
}

enum ls_status ls_mesh_make(struct ls_mesh *mesh, const struct ls_surface *surface,
                            const struct ls_plot_options *options, bool scaled,
                            struct ls_error *error) {
    int longer = surface->nx > surface->ny ? surface->nx : surface->ny;
    struct ls_surface fine;
    if (options->interp <= longer)
        return make(mesh, surface, options, scaled, error);
    enum ls_status status = ls_surface_refine(&fine, surface, options->interp, error);
    if (status == LS_OK)
        status = make(mesh, &fine, options, scaled, error);
    ls_surface_free(&fine);
    return status;
}

void ls_mesh_free(struct ls_mesh *mesh) {
    free(mesh->at);
    free(mesh->loss);
    free(mesh->accuracy);
    free(mesh->quad);
    *mesh = (struct ls_mesh){0};
}
