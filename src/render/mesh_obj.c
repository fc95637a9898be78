/* OBJ and PLY, which Blender, MeshLab and the programs of 3D printers read. */
#include "render/colormap.h"
#include "render/mesh.h"
#include "render/script.h"

/* The colour of a point's height; the base has that of the lowest. */
static struct ls_color color_of(const struct ls_mesh *mesh, size_t point) {
    double range = mesh->highest - mesh->lowest;
    return ls_colormap(mesh->colormap, range > 0 ? (mesh->at[point][2] - mesh->lowest) / range : 0);
}

/* Points count from 1. Colours behind the coordinates are no part of the first standard, but what
 * most programs write and read. */
enum ls_status ls_mesh_write_obj(const struct ls_mesh *mesh, const char *path,
                                 struct ls_error *error) {
    struct ls_script text = {0};
    ls_script_add(&text, "# a loss surface\no surface\n");
    for (size_t i = 0; i < mesh->points; i++) {
        struct ls_color color = color_of(mesh, i);
        ls_script_add(&text, "v %.9g %.9g %.9g %.4f %.4f %.4f\n", mesh->at[i][0], mesh->at[i][1],
                      mesh->at[i][2], color.red / 255.0, color.green / 255.0, color.blue / 255.0);
    }
    for (size_t i = 0; i < mesh->quads; i++) {
        const size_t *q = mesh->quad[i];
        /* The surface is smooth, walls and base meet it in an edge. */
        if (i == 0 || i == mesh->top)
            ls_script_add(&text, "s %s\n", i < mesh->top ? "1" : "off");
        ls_script_add(&text, "f %zu %zu %zu %zu\n", q[0] + 1, q[1] + 1, q[2] + 1, q[3] + 1);
    }
    return ls_script_write(&text, path, error);
}

enum ls_status ls_mesh_write_ply(const struct ls_mesh *mesh, const char *path,
                                 struct ls_error *error) {
    struct ls_script text = {0};
    ls_script_add(&text, "ply\nformat ascii 1.0\ncomment a loss surface\nelement vertex %zu\n",
                  mesh->points);
    ls_script_add(&text, "property float x\nproperty float y\nproperty float z\n"
                         "property uchar red\nproperty uchar green\nproperty uchar blue\n"
                         "property double loss\nproperty double accuracy\n");
    ls_script_add(&text, "element face %zu\nproperty list uchar int vertex_indices\nend_header\n",
                  mesh->quads);
    for (size_t i = 0; i < mesh->points; i++) {
        struct ls_color color = color_of(mesh, i);
        ls_script_add(&text, "%.9g %.9g %.9g %d %d %d %.9g %.9g\n", mesh->at[i][0], mesh->at[i][1],
                      mesh->at[i][2], color.red, color.green, color.blue, mesh->loss[i],
                      mesh->accuracy[i]);
    }
    for (size_t i = 0; i < mesh->quads; i++) {
        const size_t *q = mesh->quad[i];
        ls_script_add(&text, "4 %zu %zu %zu %zu\n", q[0], q[1], q[2], q[3]);
    }
    return ls_script_write(&text, path, error);
}
