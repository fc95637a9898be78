/* Writes the files the fuzzers start from: seeds DIR fills DIR/safetensors, DIR/surface and
 * DIR/directions. */
#include "base/file.h"
#include "landscape/direction.h"
#include "landscape/surface.h"
#include "model/safetensors.h"
#include "small_network.h"
#include <stdio.h>

/* A path in the corpus of one target. */
struct path {
    char text[4096];
};

static struct path in(const char *directory, const char *name) {
    struct path path;
    snprintf(path.text, sizeof path.text, "%s/%s", directory, name);
    return path;
}

static enum ls_status write_checkpoint(const char *directory, struct ls_error *error) {
    float values[] = {1, 2, 3, 4, 5, 6};
    int64_t batches = 7;
    const struct ls_stored_tensor tensors[] = {
        {"bn.num_batches_tracked", LS_DTYPE_I64, 0, {0}, 1, &batches},
        {"w", LS_DTYPE_F32, 2, {2, 3}, 6, values},
        {"bn.running_var", LS_DTYPE_BF16, 1, {2}, 2, values},
    };
    struct ls_metadata metadata = {0};
    enum ls_status status = ls_metadata_set(&metadata, error, "arch", "resnet20");
    if (!status)
        status = ls_safetensors_write(in(directory, "safetensors/small").text, tensors, 3,
                                      &metadata, error);
    ls_metadata_free(&metadata);
    return status;
}

static enum ls_status write_surface(const char *directory, const char *name,
                                    const struct ls_range *x, const struct ls_range *y,
                                    struct ls_error *error) {
    struct ls_surface surface;
    enum ls_status status = ls_surface_create(&surface, x, y, error);
    if (!status)
        status = ls_metadata_set(&surface.metadata, error, "seed", "0");
    if (!status)
        status = ls_metadata_set(&surface.metadata, error, "dir_file", "d.h5");
    if (!status)
        status = ls_surface_mark(&surface, "here", 0.5, 1, error);
    double way_x[] = {-1, 0.5, 0}, way_y[] = {0.25, 1, 0};
    const struct ls_trajectory way = {
        .count = 3, .x = way_x, .y = way_y, .explained = {0.75, 0.125}};
    if (!status)
        status = ls_trajectory_copy(&surface.trajectory, &way, error);
    if (!status)
        status = ls_surface_write(&surface, in(directory, name).text, error);
    ls_surface_free(&surface);
    return status;
}

static enum ls_status write_directions(const char *directory, struct ls_error *error) {
    const float values[SMALL_VALUES] = {1, -2, 3, -4, 5, -6, 7, 8, 9};
    enum ls_status status = ls_directions_write(in(directory, "directions/weights").text,
                                                &small_network, values, values, false, error);
    if (!status)
        status = ls_directions_write(in(directory, "directions/states").text, &small_network,
                                     values, values, true, error);
    return status;
}

int main(int argc, char **argv) {
    static const char *const targets[] = {"safetensors", "surface", "directions"};
    struct ls_range x = {-1, 1, 4}, y = {0, 1, 3};
    struct ls_error error = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: seeds DIRECTORY\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        ls_make_directory(in(argv[1], targets[i]).text, &error);
    if (write_checkpoint(argv[1], &error) ||
        write_surface(argv[1], "surface/grid", &x, &y, &error) ||
        write_surface(argv[1], "surface/curve", &x, NULL, &error) ||
        write_directions(argv[1], &error)) {
        fprintf(stderr, "seeds: %s\n", error.message);
        return 1;
    }
    return 0;
}
