/* Meshes: what they hold, that solids are closed, and the files. */
#include "pictures.h"
#include "render/mesh.h"
#include "support.h"
#include <math.h>
#include <stdlib.h>

/* nx by ny points over [-1, 1] x [0, 3], the loss x^2 + y. */
static void make_valley(struct ls_surface *surface, int nx, int ny) {
    struct ls_range x = {-1, 1, nx}, y = {0, 3, ny};
    assert_int_equal(ls_surface_create(surface, &x, &y, NULL), LS_OK);
    for (int i = 0; i < nx * ny; i++) {
        surface->loss[i] = pow(surface->x[i % nx], 2) + surface->y[i / nx];
        surface->accuracy[i] = 100 - 10 * surface->loss[i];
    }
}

struct edge {
    size_t low, high; /* its points */
    int along;        /* 1 if the quad runs from low to high, else -1 */
};

static int compare(const void *a, const void *b) {
    const struct edge *p = a, *q = b;
    if (p->low != q->low)
        return p->low < q->low ? -1 : 1;
    return (p->high > q->high) - (p->high < q->high);
}

/* Every edge belongs to two quads, which run along it in opposite directions. */
static void assert_closed(const struct ls_mesh *mesh) {
    size_t count = 4 * mesh->quads;
    struct edge *edges = calloc(count, sizeof *edges);
    assert_non_null(edges);
    for (size_t i = 0; i < count; i++) {
        size_t from = mesh->quad[i / 4][i % 4], to = mesh->quad[i / 4][(i + 1) % 4];
        assert_true(from < mesh->points && to < mesh->points && from != to);
        edges[i] = from < to ? (struct edge){from, to, 1} : (struct edge){to, from, -1};
    }
    qsort(edges, count, sizeof *edges, compare);
    for (size_t i = 0; i < count; i += 2) {
        assert_int_equal(compare(&edges[i], &edges[i + 1]), 0);
        assert_int_equal(edges[i].along + edges[i + 1].along, 0);
        assert_true(i + 2 == count || compare(&edges[i], &edges[i + 2]) != 0);
    }
    free(edges);
}

/* The enclosed volume, by the divergence theorem over two triangles a quad: positive if the quads
 * look outwards. */
static double volume(const struct ls_mesh *mesh) {
    double sum = 0;
    for (size_t i = 0; i < 2 * mesh->quads; i++) {
        const size_t *q = mesh->quad[i / 2];
        const double *a = mesh->at[q[0]], *b = mesh->at[q[1 + i % 2]], *c = mesh->at[q[2 + i % 2]];
        sum += a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
               a[2] * (b[0] * c[1] - b[1] * c[0]);
    }
    return sum / 6;
}

static void a_mesh_holds_the_grid(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_mesh mesh;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 5, 4);
    options.zmax = 2.5;
    assert_int_equal(ls_mesh_make(&mesh, &surface, &options, false, NULL), LS_OK);
    assert_int_equal(mesh.points, 20);
    assert_int_equal(mesh.quads, 12);
    assert_int_equal(mesh.top, 12);
    for (int i = 0; i < 20; i++) {
        assert_true(mesh.at[i][0] == surface.x[i % 5] && mesh.at[i][1] == surface.y[i / 5]);
        assert_true(mesh.at[i][2] == fmin(surface.loss[i], 2.5));
        assert_true(mesh.loss[i] == surface.loss[i]);
        assert_true(mesh.accuracy[i] == surface.accuracy[i]);
    }
    const size_t first[4] = {0, 1, 6, 5};
    assert_memory_equal(mesh.quad[0], first, sizeof first);
    ls_mesh_free(&mesh);
    ls_surface_free(&surface);
}

static void a_logarithmic_mesh_rises_as_the_papers(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_mesh mesh;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 3, 3);
    options.log = true;
    options.zmax = INFINITY;
    assert_int_equal(ls_mesh_make(&mesh, &surface, &options, false, NULL), LS_OK);
    for (int i = 0; i < 9; i++)
        assert_true(fabs(mesh.at[i][2] - log(surface.loss[i] + 0.1)) < 1e-15);
    ls_mesh_free(&mesh);
    ls_surface_free(&surface);
}

static void a_refined_mesh_goes_through_the_grid(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_mesh mesh;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 4, 3);
    options.interp = 15;
    assert_int_equal(ls_mesh_make(&mesh, &surface, &options, false, NULL), LS_OK);
    assert_int_equal(mesh.points, 13 * 9);
    for (int i = 0; i < 12; i++) {
        size_t n = (size_t)(i / 4 * 4 * 13 + i % 4 * 4);
        assert_true(fabs(mesh.at[n][2] - surface.loss[i]) < 1e-12);
        assert_true(fabs(mesh.accuracy[n] - surface.accuracy[i]) < 1e-12);
    }
    ls_mesh_free(&mesh);
    ls_surface_free(&surface);
}

static void a_solid_is_closed_and_looks_outwards(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_mesh mesh;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 6, 4);
    options.solid = true;
    options.relief = 0.25;
    assert_int_equal(ls_mesh_make(&mesh, &surface, &options, true, NULL), LS_OK);
    assert_int_equal(mesh.points, 2 * 24);
    assert_int_equal(mesh.quads, 2 * 15 + 2 * (5 + 3));
    assert_closed(&mesh);
    /* The longer side is 3: heights from 0 to 0.75, the base a tenth of that below. */
    double low = 0, high = 0;
    for (size_t i = 0; i < mesh.points; i++) {
        low = fmin(low, mesh.at[i][2]);
        high = fmax(high, mesh.at[i][2]);
    }
    assert_true(fabs(high - 0.75) < 1e-12 && fabs(low + 0.075) < 1e-12);
    /* Of losses from 0.04 to 4; the average of x^2 is 0.36 by trapezes, that of y is 1.5. */
    assert_true(fabs(volume(&mesh) - 2 * 3 * (0.75 * 1.82 / 3.96 + 0.075)) < 1e-9);
    ls_mesh_free(&mesh);
    ls_surface_free(&surface);
}

/* A plane of one height has a base all the same. */
static void a_flat_solid_has_a_volume(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_mesh mesh;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 2, 2);
    options.solid = true;
    options.zmax = 0;
    assert_int_equal(ls_mesh_make(&mesh, &surface, &options, true, NULL), LS_OK);
    assert_closed(&mesh);
    assert_true(fabs(volume(&mesh) - 2 * 3 * 0.05 * 3) < 1e-12);
    ls_mesh_free(&mesh);
    ls_surface_free(&surface);
}

/* Whatever is missing: holes, islands, cells that touch at a corner only. */
static void solids_with_holes_are_closed(void **state) {
    (void)state;
    struct ls_plot_options options = ls_plot_defaults();
    unsigned random = 1;
    options.solid = true;
    for (int round = 0; round < 200; round++) {
        struct ls_surface surface;
        struct ls_mesh mesh;
        make_valley(&surface, 9, 7);
        for (int i = 0; i < 63; i++) {
            random = random * 1664525 + 1013904223;
            if ((random >> 16) % 100 < 20)
                surface.loss[i] = i % 3 ? LS_NOT_COMPUTED : i % 2 ? NAN : INFINITY;
        }
        assert_int_equal(ls_mesh_make(&mesh, &surface, &options, false, NULL), LS_OK);
        assert_closed(&mesh);
        assert_true(volume(&mesh) > 0);
        for (size_t i = 0; i < mesh.points; i++)
            assert_true(isfinite(mesh.at[i][2]) && isfinite(mesh.loss[i]));
        ls_mesh_free(&mesh);
        ls_surface_free(&surface);
    }
}

static void a_mesh_without_cells_is_refused(void **state) {
    (void)state;
    struct ls_surface surface;
    struct ls_mesh mesh;
    struct ls_error error;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 3, 3);
    surface.loss[4] = NAN;
    assert_int_equal(ls_mesh_make(&mesh, &surface, &options, false, &error), LS_BAD_FILE);
    assert_message(&error, "no cell");
    ls_surface_free(&surface);
}

static void the_files_say_what_they_should(void **state) {
    (void)state;
    struct ls_surface surface;
    make_valley(&surface, 2, 2);
    surface.accuracy[1] = NAN;
    size_t size;
    assert_int_equal(plot_one(&surface, LS_PLOT_SURFACE, "out.obj", NULL), LS_OK);
    char *text = slurp("out.obj", &size);
    assert_string_equal(text, "# a loss surface\no surface\n"
                              "v -1 0 0 0.2667 0.0039 0.3294\n"
                              "v 1 0 0 0.2667 0.0039 0.3294\n"
                              "v -1 3 1.5 0.9922 0.9059 0.1451\n"
                              "v 1 3 1.5 0.9922 0.9059 0.1451\n"
                              "s 1\nf 1 2 4 3\n");
    free(text);
    assert_int_equal(plot_one(&surface, LS_PLOT_SURFACE, "out.ply", NULL), LS_OK);
    text = slurp("out.ply", &size);
    assert_int_equal(strncmp(text, "ply\nformat ascii 1.0\n", 21), 0);
    assert_non_null(strstr(text, "element vertex 4\n"));
    assert_non_null(strstr(text, "element face 1\n"));
    assert_non_null(strstr(text, "end_header\n-1 0 0 68 1 84 1 90\n1 0 0 68 1 84 1 -1\n"));
    assert_non_null(strstr(text, "\n1 3 1.5 253 231 37 4 60\n4 0 1 3 2\n"));
    free(text);
    assert_int_equal(plot_one(&surface, LS_PLOT_SURFACE, "out.vtp", NULL), LS_OK);
    text = slurp("out.vtp", &size);
    assert_non_null(strstr(text, "NumberOfPoints=\"4\""));
    assert_non_null(strstr(text, "NumberOfPolys=\"1\""));
    assert_non_null(strstr(text, "Name=\"loss\" NumberOfComponents=\"1\" format=\"ascii\">\n"
                                 "1\n1\n4\n4\n"));
    assert_non_null(strstr(text, "Name=\"accuracy\" NumberOfComponents=\"1\" format=\"ascii\">\n"
                                 "90\n-1\n60\n60\n"));
    assert_non_null(strstr(text, "-1 0 1\n1 0 1\n-1 3 4\n1 3 4\n"));
    free(text);
    ls_surface_free(&surface);
}

static void what_makes_no_mesh_is_refused(void **state) {
    (void)state;
    struct ls_surface surface, curve;
    struct ls_range x = {0, 1, 5};
    struct ls_error error;
    struct ls_plot_options options = ls_plot_defaults();
    make_valley(&surface, 3, 3);
    assert_int_equal(ls_surface_create(&curve, &x, NULL, NULL), LS_OK);
    const struct ls_surface *both[] = {&surface, &surface}, *one = &curve;
    assert_int_equal(ls_plot_surfaces(both, 2, &options, "out.vtp", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "one surface");
    assert_int_equal(ls_plot_surfaces(&one, 1, &options, "out.obj", &error), LS_MISMATCH);
    options.solid = true;
    assert_int_equal(ls_plot_surfaces(both, 1, &options, "out.svg", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "choose -o NAME.vtp, or -o NAME.{obj,ply}");
    options.relief = 0;
    assert_int_equal(ls_plot_surfaces(both, 1, &options, "out.obj", &error), LS_BAD_ARGUMENT);
    assert_message(&error, "relief");
    assert_int_equal(count_entries("."), 0);
    ls_surface_free(&surface);
    ls_surface_free(&curve);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mesh_holds_the_grid),
        cmocka_unit_test(a_logarithmic_mesh_rises_as_the_papers),
        cmocka_unit_test(a_refined_mesh_goes_through_the_grid),
        cmocka_unit_test(a_solid_is_closed_and_looks_outwards),
        cmocka_unit_test(a_flat_solid_has_a_volume),
        cmocka_unit_test(solids_with_holes_are_closed),
        cmocka_unit_test(a_mesh_without_cells_is_refused),
        IN_OWN(the_files_say_what_they_should),
        IN_OWN(what_makes_no_mesh_is_refused),
    };
    return cmocka_run_group_tests_name("mesh", tests, NULL, NULL);
}
