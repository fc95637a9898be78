/* VTK's XML PolyData, in text as the paper's h52vtp.py writes it. */
#include "render/mesh.h"
#include "render/script.h"

static void open_array(struct ls_script *text, const char *type, const char *name, int components) {
    ls_script_add(text,
                  "<DataArray type=\"%s\" Name=\"%s\" NumberOfComponents=\"%d\" "
                  "format=\"ascii\">\n",
                  type, name, components);
}

static void add_values(struct ls_script *text, const char *name, const double *values,
                       size_t count) {
    open_array(text, "Float64", name, 1);
    for (size_t i = 0; i < count; i++)
        ls_script_add(text, "%.17g\n", values[i]);
    ls_script_add(text, "</DataArray>\n");
}

static void add_point_data(struct ls_script *text, const struct ls_mesh *mesh) {
    ls_script_add(text, "<PointData Scalars=\"loss\">\n");
    add_values(text, "loss", mesh->loss, mesh->points);
    open_array(text, "Float64", "log_loss", 1);
    for (size_t i = 0; i < mesh->points; i++)
        ls_script_add(text, "%.17g\n", ls_mesh_log(mesh->loss[i]));
    ls_script_add(text, "</DataArray>\n");
    add_values(text, "accuracy", mesh->accuracy, mesh->points);
    ls_script_add(text, "</PointData>\n");
}

static void add_points(struct ls_script *text, const struct ls_mesh *mesh) {
    ls_script_add(text, "<Points>\n");
    open_array(text, "Float64", "Points", 3);
    for (size_t i = 0; i < mesh->points; i++)
        ls_script_add(text, "%.17g %.17g %.17g\n", mesh->at[i][0], mesh->at[i][1], mesh->at[i][2]);
    ls_script_add(text, "</DataArray>\n</Points>\n");
}

static void add_quads(struct ls_script *text, const struct ls_mesh *mesh) {
    ls_script_add(text, "<Polys>\n");
    open_array(text, "Int64", "connectivity", 1);
    for (size_t i = 0; i < mesh->quads; i++) {
        const size_t *q = mesh->quad[i];
        ls_script_add(text, "%zu %zu %zu %zu\n", q[0], q[1], q[2], q[3]);
    }
    ls_script_add(text, "</DataArray>\n");
    open_array(text, "Int64", "offsets", 1);
    for (size_t i = 0; i < mesh->quads; i++)
        ls_script_add(text, "%zu\n", 4 * (i + 1));
    ls_script_add(text, "</DataArray>\n</Polys>\n");
}

enum ls_status ls_mesh_write_vtp(const struct ls_mesh *mesh, const char *path,
                                 struct ls_error *error) {
    struct ls_script text = {0};
    ls_script_add(&text, "<?xml version=\"1.0\"?>\n<VTKFile type=\"PolyData\" version=\"1.0\" "
                         "byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<PolyData>\n");
    ls_script_add(&text,
                  "<Piece NumberOfPoints=\"%zu\" NumberOfVerts=\"0\" NumberOfLines=\"0\" "
                  "NumberOfStrips=\"0\" NumberOfPolys=\"%zu\">\n",
                  mesh->points, mesh->quads);
    add_point_data(&text, mesh);
    add_points(&text, mesh);
    add_quads(&text, mesh);
    ls_script_add(&text, "</Piece>\n</PolyData>\n</VTKFile>\n");
    return ls_script_write(&text, path, error);
}
