#include "cli/cli.h"
#include "cli/parse.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char help[] = "Usage: landscape info [--arch NAME] FILE...\n"
                           "\n"
                           "Tells what checkpoints (.safetensors) and surfaces (.h5) hold.\n"
                           "\n"
                           "  --arch NAME  of checkpoints that do not say their architecture\n"
                           "  --help\n"
                           "\n"
                           "Example:\n"
                           "  landscape info runs/quick/model.safetensors quick.h5\n";

static void print_metadata(const struct ls_metadata *metadata) {
    for (int i = 0; i < metadata->count; i++)
        printf("  %-18s %s\n", metadata->entries[i].key, metadata->entries[i].value);
}

static enum ls_status print_model(const char *path, const char *arch, struct ls_error *error) {
    struct ls_model model;
    enum ls_status status = ls_model_load(&model, path, arch, error);
    if (status)
        return status;
    printf("%s: checkpoint of %s\n", path, model.network.arch);
    printf("  %-18s %zu in %d tensors\n", "parameters", model.network.parameter_count,
           model.network.tensor_count);
    printf("  %-18s %.3f GFLOP an image\n", "forward", ls_network_flops(&model.network) / 1e9);
    printf("  %-18s %s\n", "sha256", model.sha256);
    print_metadata(&model.metadata);
    ls_model_free(&model);
    return LS_OK;
}

/* Smallest and largest finite value that is computed. */
static void print_span(const char *name, const double *values, size_t count) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]) && values[i] != LS_NOT_COMPUTED) {
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
        }
    if (low <= high)
        printf("  %-18s %.6g to %.6g\n", name, low, high);
}

static enum ls_status print_surface(const char *path, struct ls_error *error) {
    struct ls_surface surface;
    enum ls_status status = ls_surface_read(&surface, path, error);
    if (status)
        return status;
    const size_t points = ls_surface_points(&surface);
    printf("%s: %s\n", path, surface.ny ? "surface" : "curve");
    printf("  %-18s %d points from %g to %g\n", "x", surface.nx, surface.x[0],
           surface.x[surface.nx - 1]);
    if (surface.ny)
        printf("  %-18s %d points from %g to %g\n", "y", surface.ny, surface.y[0],
               surface.y[surface.ny - 1]);
    printf("  %-18s %zu of %zu\n", "computed", points - ls_surface_missing(&surface), points);
    print_span("loss", surface.loss, points);
    print_span("accuracy", surface.accuracy, points);
    print_metadata(&surface.metadata);
    ls_surface_free(&surface);
    return LS_OK;
}

static enum ls_status print_file(const char *path, const char *arch, struct ls_error *error) {
    static const char hdf5[] = "\x89HDF\r\n\x1a\n";
    FILE *file = fopen(path, "rb");
    char head[8] = "";
    if (file) {
        size_t read = fread(head, 1, sizeof head, file);
        fclose(file);
        if (read == sizeof head && memcmp(head, hdf5, sizeof head) == 0)
            return print_surface(path, error);
    }
    return print_model(path, arch, error);
}

int cli_info(int argc, char **argv) {
    const char *arch = NULL;
    const struct cli_option options[] = {{.name = "arch", .text = &arch}};
    const struct cli_command command = {"info", help, options, CLI_COUNT(options)};
    struct ls_error error = {0};
    int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind == argc)
        return cli_usage("info", "no file given");
    code = CLI_DONE;
    for (; optind < argc; optind++)
        if (print_file(argv[optind], arch, &error))
            code = cli_error("info", &error);
    return code;
}
