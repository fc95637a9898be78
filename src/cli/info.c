#include "base/file.h"
#include "base/file_kind.h"
#include "base/hdf5_read.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/info_cpu.h"
#include "cli/info_tensors.h"
#include "cli/parse.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "Usage: landscape info [--arch NAME] [--cpu] [FILE...]\n"
    "\n"
    "Tells what checkpoints (.safetensors, .pth, .pt, .t7), networks (.onnx), training states,\n"
    "surfaces and directions (.h5) and images (.npz) hold. Of networks that are not known, the\n"
    "tensors are listed.\n"
    "\n"
    "  --arch NAME  of checkpoints that do not say their architecture, and of directions\n"
    "  --cpu        tell what this machine has, and which kernels are used on it;\n"
    "               LANDSCAPE_CPU=generic, avx2, avx512, avx512bf16 or amx limits them\n"
    "  -h, --help\n"
    "\n"
    "Examples:\n"
    "  landscape info --cpu\n"
    "  landscape info runs/quick/model.safetensors quick.h5\n";

static void print_metadata(struct ls_metadata *metadata) {
    for (int i = 0; i < metadata->count; i++) {
        struct ls_entry *entry = &metadata->entries[i];
        ls_make_printable(entry->key);
        ls_make_printable(entry->value);
        printf("  %-18s %s\n", entry->key, entry->value);
    }
}

static enum ls_status print_model(const char *path, const char *arch, struct ls_error *error) {
    struct ls_model model;
    enum ls_status status = ls_model_load(&model, path, arch, error);
    if (status)
        return status;
    printf("%s: checkpoint of %s\n", path, model.network.arch);
    printf("  %-18s %zu in %d tensors\n", "parameters", model.network.parameter_count,
           model.network.tensor_count);
    printf("  %-18s %.3f MFLOP an image\n", "forward", ls_network_flops(&model.network) / 1e6);
    printf("  %-18s %s\n", "sha256", model.sha256);
    print_metadata(&model.metadata);
    ls_model_free(&model);
    return LS_OK;
}

/* Whether a file's network can be built from what the file calls it. Files do not choose what else
 * is opened. */
static bool is_known(const char *arch) {
    return arch && !ls_ends_in(arch, ".onnx") && ls_arch_check(arch, NULL) == LS_OK;
}

static void print_unknown(const char *path, const char *sha256, struct ls_tensor_file *file) {
    char arch[256];
    const char *recorded = ls_metadata_get(&file->metadata, "arch");
    snprintf(arch, sizeof arch, "%s", recorded ? recorded : "");
    ls_make_printable(arch);
    if (!recorded)
        printf("%s: checkpoint of a network that it does not name (--arch)\n", path);
    else if (ls_ends_in(arch, ".onnx"))
        printf("%s: checkpoint of the network in %s (--arch says where that is)\n", path, arch);
    else
        printf("%s: checkpoint of %s, which is not known here (--arch)\n", path, arch);
    printf("  %-18s %s\n", "sha256", sha256);
    print_metadata(&file->metadata);
    cli_info_tensors(file);
}

/* Prints the tensors, unless the file's network is known: then *printed is false. */
static enum ls_status print_tensors(const char *path, bool *printed, struct ls_error *error) {
    struct ls_tensor_file file;
    char sha256[65];
    *printed = false;
    enum ls_status status = ls_tensor_file_read(&file, path, sha256, error);
    if (status)
        return status;
    *printed = !is_known(ls_metadata_get(&file.metadata, "arch"));
    if (*printed)
        print_unknown(path, sha256, &file);
    ls_tensor_file_free(&file);
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

static void print_trajectory(const struct ls_trajectory *trajectory) {
    if (trajectory->count == 0)
        return;
    printf("  %-18s %d checkpoints", "trajectory", trajectory->count);
    if (trajectory->explained[0] > 0)
        printf(", %.2f %% + %.2f %% of their variance", 100 * trajectory->explained[0],
               100 * trajectory->explained[1]);
    putchar('\n');
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
    print_span("losses", surface.loss, points);
    print_span("standard errors", surface.loss_error, points);
    print_span("accuracies", surface.accuracy, points);
    if (surface.images)
        print_span("images a point", surface.images, points);
    if (surface.max_eig) {
        print_span("largest eigenvalue", surface.max_eig, points);
        print_span("smallest", surface.min_eig, points);
    }
    for (int i = 0; i < surface.marker_count; i++) {
        struct ls_marker *marker = &surface.markers[i];
        ls_make_printable(marker->name);
        printf("  %-18s at (%g, %g)\n", marker->name, marker->x, marker->y);
    }
    print_trajectory(&surface.trajectory);
    print_metadata(&surface.metadata);
    ls_surface_free(&surface);
    return LS_OK;
}

static double norm(const struct ls_network *network, const float *direction) {
    double sum = 0;
    for (size_t i = 0; i < network->value_count; i++)
        sum += (double)direction[i] * direction[i];
    return sqrt(sum);
}

static enum ls_status print_state(const char *path, struct ls_error *error) {
    struct ls_train_position position;
    enum ls_status status = ls_train_position_read(&position, path, error);
    if (status)
        return status;
    const char *epochs = ls_metadata_get(&position.settings, "epochs");
    const int last = epochs ? atoi(epochs) : 0;
    printf("%s: state of a training\n", path);
    if (position.epoch > last)
        printf("  %-18s all %d epochs\n", "done", last);
    else
        printf("  %-18s %d epochs and %d steps of %d epochs\n", "done", position.epoch - 1,
               position.step, last);
    print_metadata(&position.settings);
    ls_metadata_free(&position.settings);
    return LS_OK;
}

/* Prints directions if that is what the file holds for this network. */
static bool print_directions_of(const char *path, const struct ls_network *network) {
    struct ls_directions d = {.x = calloc(network->value_count, sizeof(float)),
                              .y = calloc(network->value_count, sizeof(float))};
    char sha256[65];
    bool two = false;
    if (d.x && d.y)
        two = !ls_directions_read(path, network, d.x, d.y, &d.states, sha256, NULL);
    const bool found =
        two || (d.x && !ls_directions_read(path, network, d.x, NULL, &d.states, sha256, NULL));
    if (found) {
        printf("%s: %s of %s\n", path, two ? "two directions" : "direction", network->arch);
        printf("  %-18s %s\n", "covers", d.states ? "states" : "weights");
        printf("  %-18s %.6g\n", "norm of x", norm(network, d.x));
    }
    if (two) {
        printf("  %-18s %.6g\n", "norm of y", norm(network, d.y));
        printf("  %-18s %.4f\n", "cosine", ls_direction_cosine(network, d.x, d.y));
    }
    if (found)
        printf("  %-18s %s\n", "sha256", sha256);
    ls_directions_free(&d);
    return found;
}

static bool print_directions_for(const char *path, const char *arch) {
    struct ls_network network;
    if (ls_network_create(&network, arch, NULL))
        return false;
    const bool found = print_directions_of(path, &network);
    ls_network_free(&network);
    return found;
}

/* Directions do not name their network: the first one that they fit is it. */
static enum ls_status print_directions(const char *path, const char *arch, struct ls_error *error) {
    bool found = arch && print_directions_for(path, arch);
    for (int i = 0; ls_arch_name(i) && !found; i++)
        found = print_directions_for(path, ls_arch_name(i));
    return found ? LS_OK
                 : ls_fail(error, LS_MISMATCH,
                           "%s: directions of another network than those with a name here%s", path,
                           arch ? " and than --arch" : "; --arch may name it");
}

static enum ls_status print_hdf5(const char *path, const char *arch, struct ls_error *error) {
    unsigned char *bytes;
    size_t count;
    struct ls_h5_file file;
    enum ls_status status = ls_file_read(path, LS_H5_MAX_BYTES, &bytes, &count, error);
    if (status)
        return status;
    status = ls_h5_open(&file, path, bytes, count, error);
    const bool directions = !status && ls_h5_has(&file, "xdirection");
    free(bytes);
    if (status)
        return status;
    return directions ? print_directions(path, arch, error) : print_surface(path, error);
}

/* The images of an archive of NumPy's, which may lack one of the splits. */
static enum ls_status print_images(const char *path, struct ls_error *error) {
    char spec[600];
    enum ls_status status[2];
    snprintf(spec, sizeof spec, "npz:%s", path);
    for (int split = LS_TRAIN; split <= LS_TEST; split++) {
        struct ls_dataset data;
        status[split] = ls_dataset_open(&data, spec, (enum ls_split)split, 0, 0, NULL, error);
        if (status[split])
            continue;
        printf("%s: %s images of %d x %d pixels\n", path, ls_split_name(data.split), data.height,
               data.width);
        printf("  %-18s %d, %s\n", "images", data.count, data.channels == 1 ? "grey" : "in colour");
        printf("  %-18s %d, of %s\n", "classes", data.classes,
               data.labels_per_image == 1 ? "images" : "pixels");
        ls_dataset_free(&data);
    }
    return status[LS_TRAIN] ? status[LS_TEST] : LS_OK;
}

static enum ls_status fail_kind(const char *path, struct ls_error *error) {
    return ls_fail(error, LS_BAD_FILE,
                   "%s: none of what info reads: checkpoints (.safetensors, .pth, .pt, .t7), "
                   "networks (.onnx), surfaces and directions (.h5), images (.npz)%s",
                   path,
                   ls_ends_in(path, ".csv") ? "; 'landscape plot' draws logs and spectra" : "");
}

static enum ls_status print_file(const char *path, const char *arch, struct ls_error *error) {
    const enum ls_file_kind kind = ls_file_kind_at(path);
    if (kind == LS_FILE_HDF5)
        return print_hdf5(path, arch, error);
    if (ls_ends_in(path, ".npz"))
        return print_images(path, error);
    if (kind == LS_FILE_OTHER && access(path, R_OK) == 0 && !ls_is_directory(path))
        return fail_kind(path, error);
    enum ls_status status = print_state(path, error);
    if (status != LS_MISMATCH)
        return status;
    bool printed = false;
    status = arch || ls_ends_in(path, ".onnx") ? LS_OK : print_tensors(path, &printed, error);
    return status || printed ? status : print_model(path, arch, error);
}

int cli_info(int argc, char **argv) {
    const char *arch = NULL;
    bool cpu = false;
    const struct cli_option options[] = {{.name = "arch", .text = &arch},
                                         {.name = "cpu", .set = &cpu}};
    const struct cli_command command = {"info", help, options, CLI_COUNT(options)};
    struct ls_error error = {0};
    int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind == argc && !cpu)
        return cli_usage("info", "no file given");
    if (arch && ls_arch_check(arch, &error))
        return cli_error("info", &error);
    if (cpu)
        cli_info_cpu();
    code = CLI_DONE;
    for (; optind < argc; optind++)
        if (print_file(argv[optind], arch, &error))
            code = cli_error("info", &error);
    return code;
}
