#include "base/file.h"
#include "base/file_kind.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "cli/watch.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "Usage: landscape plot SURFACE.h5 [SURFACE2.h5 ...] -o OUT.{png,svg,pdf} [options]\n"
    "       landscape plot SURFACE.h5 [SURFACE2.h5 ...] -o OUT.html [options]\n"
    "       landscape plot SURFACE.h5 -o OUT.{vtp,obj,ply,csv} [options]\n"
    "       landscape plot {RUN/log,SPECTRUM}.csv [...] -o OUT.{png,svg,pdf} [options]\n"
    "\n"
    "Draws loss surfaces, up to six side by side on one common scale, or the training curves\n"
    "of up to six runs, or densities of eigenvalues. The ending of OUT names the format: html\n"
    "is a page to turn the surfaces on and read their values, vtp a mesh for ParaView, obj and\n"
    "ply for Blender and 3D printers, csv a surface's numbers, or with --kind contour its\n"
    "contour lines. Contour plots, curves and heat maps need gnuplot; pages need\n"
    "three.js.\n"
    "\n"
    "  -o, --out FILE     the picture\n"
    "  --kind KIND        contour: lines of equal loss (the default for a grid), with the\n"
    "                              lowest point and the networks that span a plane marked\n"
    "                     surface: a lit surface in three dimensions, networks as pins on it\n"
    "                     heatmap: a coloured cell a grid point, marked too\n"
    "                     convexity: |smallest / largest eigenvalue|, where a scan found them\n"
    "                     lines: loss (95 % band), accuracy and networks along a direction\n"
    "  --of WHAT          loss (default), error (percent of wrong labels) or standard-error (of\n"
    "                     the loss), in pictures of grids\n"
    "  --log              logarithmic height, colour or levels (1, 2, 5, 10, ...), which\n"
    "                     losses mostly above 10 turn on in contour plots and heat maps\n"
    "  --zmax Z           cut off above a loss of Z: surfaces, default none; meshes and lines,\n"
    "                     default 10, with --log none; the clipping that html opens with\n"
    "  --vmin V           lowest contour level, or loss of the darkest cell, default 0.1\n"
    "  --vmax V           end of the contour levels, or loss of the lightest cell, default 10,\n"
    "                     with --log the highest\n"
    "  --vlevel V         step between contour levels, default 0.5\n"
    "  --colormap NAME    coolwarm, viridis or cividis, from low to high losses: surfaces, pages\n"
    "                     (default coolwarm), contour plots, heat maps, obj and ply meshes\n"
    "                     (default viridis)\n"
    "  --size WxH         pixels; in PDF 200 of them make an inch\n"
    "  --interp N         refine a mesh to at most N points along its longer side\n"
    "  --solid            close a mesh with walls and a base, to print it\n"
    "  --relief R         height of an obj or ply mesh, as part of its longer side, default 0.5\n"
    "  --title TEXT       instead of what the file says about its network\n"
    "  --name LABEL       label of a surface or run, once for each, in their order\n"
    "\n"
    "In three dimensions (a page opens with the first three):\n"
    "  --azimuth A        degrees the camera goes around to the right, default 30\n"
    "  --elevation E      degrees it looks down, 0 to 90, default 28\n"
    "  --zoom Z           1, the default, shows the whole box\n"
    "  --compress C       height linear well below a loss of C, logarithmic well above; 0:\n"
    "                     linear; without it, --log and --zmax the losses decide\n"
    "  --contours WHERE   paint contour lines on the surface, the floor or both\n"
    "  --background NAME  white (default) or transparent\n"
    "  --no-box           no axes\n"
    "  --no-bar           no colour bar\n"
    "  --bare             the surface alone, without box, bar and words; or a heat map's\n"
    "                     cells, in PNG\n"
    "  --caption TEXT     a text below the figure\n"
    "  --samples N        N x N samples a pixel, 1 to 8, default 4\n"
    "  --frames N         a turntable: an animated PNG of N pictures, or numbered PNGs if OUT\n"
    "                     holds a number like %04d\n"
    "  --threads N        default: as many as the machine has\n"
    "  -h, --help\n"
    "\n"
    "Examples:\n"
    "  landscape plot resnet56.h5 -o contour.svg\n"
    "  landscape plot resnet56-noshort.h5 resnet56.h5 --kind surface --log -o figure1.png\n"
    "  landscape plot resnet56.h5 --interp 301 --solid -o print.obj\n"
    "  landscape plot runs/plain20/log.csv runs/plain56/log.csv \\\n"
    "                 --name '20 layers' --name '56 layers' -o curves.pdf\n";

struct options {
    const char *out;
    bool has_kind;
    const char *names[LS_MAX_PANELS];
    int name_count;
    struct ls_plot_options plot;
};

/* Finds `text` among names[count]; complains and returns -1 if it is none of them. */
static int choose(const char *command, const char *option, const char *text,
                  const char *const *names, int count) {
    char list[128] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0)
            return i;
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s",
                 i == 0          ? ""
                 : i + 1 < count ? ", "
                                 : " or ",
                 names[i]);
    }
    cli_usage(command, "--%s is %s, not '%s'", option, list, text);
    return -1;
}

static bool read_kind(const char *command, const char *option, const char *text, void *own) {
    static const char *const names[] = {[LS_PLOT_CONTOUR] = "contour",
                                        [LS_PLOT_SURFACE] = "surface",
                                        [LS_PLOT_HEATMAP] = "heatmap",
                                        [LS_PLOT_LINES] = "lines",
                                        [LS_PLOT_CONVEXITY] = "convexity"};
    struct options *o = own;
    int chosen = choose(command, option, text, names, CLI_COUNT(names));
    o->has_kind = true;
    if (chosen >= 0)
        o->plot.kind = (enum ls_plot_kind)chosen;
    return chosen >= 0;
}

static bool read_of(const char *command, const char *option, const char *text, void *own) {
    static const char *const names[] = {[LS_PLOT_OF_LOSS] = "loss",
                                        [LS_PLOT_OF_ERROR] = "error",
                                        [LS_PLOT_OF_STANDARD_ERROR] = "standard-error"};
    int chosen = choose(command, option, text, names, CLI_COUNT(names));
    if (chosen >= 0)
        *(enum ls_plot_of *)own = (enum ls_plot_of)chosen;
    return chosen >= 0;
}

static bool read_size(const char *command, const char *option, const char *text, void *own) {
    struct ls_plot_options *plot = own;
    int end = 0;
    if (sscanf(text, "%5dx%5d%n", &plot->width, &plot->height, &end) == 2 && text[end] == 0 &&
        plot->width >= 100 && plot->width <= 20000 && plot->height >= 100 && plot->height <= 20000)
        return true;
    cli_usage(command, "--%s is WIDTHxHEIGHT in pixels, each from 100 to 20000, not '%s'", option,
              text);
    return false;
}

static bool read_colormap(const char *command, const char *option, const char *text, void *own) {
    static const char *const names[] = {
        [LS_COOLWARM] = "coolwarm", [LS_VIRIDIS] = "viridis", [LS_CIVIDIS] = "cividis"};
    int chosen = choose(command, option, text, names, CLI_COUNT(names));
    if (chosen >= 0)
        *(enum ls_colormap *)own = (enum ls_colormap)chosen;
    return chosen >= 0;
}

static bool read_background(const char *command, const char *option, const char *text, void *own) {
    static const char *const names[] = {[LS_WHITE] = "white", [LS_TRANSPARENT] = "transparent"};
    int chosen = choose(command, option, text, names, CLI_COUNT(names));
    if (chosen >= 0)
        *(enum ls_background *)own = (enum ls_background)chosen;
    return chosen >= 0;
}

static bool read_contours(const char *command, const char *option, const char *text, void *own) {
    static const char *const names[] = {"surface", "floor", "both"};
    struct ls_surface_options *surface = own;
    int chosen = choose(command, option, text, names, CLI_COUNT(names));
    surface->contours = chosen != 1;
    surface->floor_contours = chosen != 0;
    return chosen >= 0;
}

static bool read_name(const char *command, const char *option, const char *text, void *own) {
    struct options *o = own;
    if (o->name_count == LS_MAX_PANELS) {
        cli_usage(command, "more than %d --%s", (int)LS_MAX_PANELS, option);
        return false;
    }
    o->names[o->name_count++] = text;
    return true;
}

/* A heat map's numbers are those of the grid. */
static enum ls_plot_kind default_kind(const struct ls_surface *surface, const char *out) {
    if (surface->nx == 1 || surface->ny < 2)
        return LS_PLOT_LINES;
    return ls_ends_in(out, ".csv") ? LS_PLOT_HEATMAP : LS_PLOT_CONTOUR;
}

/* Says on stderr what a picture of the surface lacks. In the middle of a scan it is one of the
 * coarser grid that is complete. */
static void tell_missing(struct ls_surface *surface, const char *path, bool picture,
                         enum ls_plot_of of) {
    const size_t missing = ls_surface_missing(surface), all = ls_surface_points(surface);
    const bool coarser = picture && ls_surface_coarsen(surface);
    const size_t points = ls_surface_points(surface);
    size_t bad = 0;
    for (size_t i = 0; i < points; i++)
        bad += !isfinite(surface->loss[i]);
    if (missing)
        fprintf(stderr, "%s: %zu of %zu points are not computed yet\n", path, missing, all);
    if (coarser)
        fprintf(stderr, "%s: drawn is the grid of %zu points that is complete\n", path, points);
    if (bad && of == LS_PLOT_OF_LOSS)
        fprintf(stderr, "%s: the loss of %zu of %zu points is not finite: drawn as missing\n", path,
                bad, points);
}

/* What was trained is given where it is to be scanned first. */
static enum ls_status check_kind(const char *path, struct ls_error *error) {
    const enum ls_file_kind kind = ls_file_kind_at(path);
    if (kind == LS_FILE_OTHER || kind == LS_FILE_HDF5 || ls_ends_in(path, ".npz"))
        return LS_OK; /* whether it is a surface, its reader tells */
    return ls_fail(error, LS_BAD_FILE,
                   "%s: a checkpoint, not a surface (HDF5): scan it first ('landscape scan --model "
                   "%s -o SURFACE.h5')",
                   path, path);
}

/* Reads the surfaces of surfaces[count], which are zeroed, for a picture or their numbers. */
static enum ls_status read_surfaces(struct ls_surface *surfaces, char **paths, int count,
                                    bool numbers, enum ls_plot_of of, struct ls_error *error) {
    for (int i = 0; i < count; i++) {
        enum ls_status status = check_kind(paths[i], error);
        if (!status)
            status = ls_surface_read(&surfaces[i], paths[i], error);
        if (status != LS_OK)
            return status;
        tell_missing(&surfaces[i], paths[i], !numbers, of);
    }
    return LS_OK;
}

static enum ls_status plot_surfaces(struct options *o, char **paths, int count,
                                    struct ls_error *error) {
    struct ls_surface surfaces[LS_MAX_PANELS] = {0};
    const struct ls_surface *pointers[LS_MAX_PANELS];
    for (int i = 0; i < count; i++)
        pointers[i] = &surfaces[i];
    const bool numbers =
        ls_ends_in(o->out, ".csv") && !(o->has_kind && o->plot.kind == LS_PLOT_CONTOUR);
    enum ls_status status = read_surfaces(surfaces, paths, count, numbers, o->plot.of, error);
    if (status == LS_OK) {
        if (!o->has_kind)
            o->plot.kind = default_kind(&surfaces[0], o->out);
        status = ls_plot_surfaces(pointers, count, &o->plot, o->out, error);
    }
    for (int i = 0; i < count; i++)
        ls_surface_free(&surfaces[i]);
    return status;
}

/* Checks how inputs and options go together; CLI_GO_ON, or an exit code. */
static int check(const struct options *o, char **paths, int count) {
    if (count == 0)
        return cli_usage("plot", "no surface and no log is given");
    if (!o->out)
        return cli_usage("plot", "-o is missing");
    if (count > LS_MAX_PANELS)
        return cli_usage("plot", "%d files; at most %d go into one figure", count,
                         (int)LS_MAX_PANELS);
    if (o->name_count > count)
        return cli_usage("plot", "%d names for %d files", o->name_count, count);
    for (int i = 0; i < count; i++)
        if (ls_same_file(paths[i], o->out))
            return cli_usage("plot", "-o names %s itself, which is to be drawn", paths[i]);
    for (int i = 1; i < count; i++)
        if (ls_ends_in(paths[i], ".csv") != ls_ends_in(paths[0], ".csv"))
            return cli_usage("plot", "%s and %s: surfaces and training logs do not mix", paths[0],
                             paths[i]);
    if (ls_ends_in(paths[0], ".csv") && (o->has_kind || o->plot.of != LS_PLOT_OF_LOSS))
        return cli_usage("plot", "--%s is for surfaces; logs and spectra give curves",
                         o->has_kind ? "kind" : "of");
    return CLI_GO_ON;
}

static int run(struct options *o, char **paths, int count) {
    struct ls_error error = {0};
    enum ls_status status;
    o->plot.names = o->name_count ? o->names : NULL;
    struct cli_watch watch;
    if (o->plot.surface.frames > 1) {
        cli_watch_start(&watch);
        o->plot.surface.observer = &watch.observer;
    }
    if (cli_is_spectrum(paths[0]))
        status = ls_plot_spectra((const char *const *)paths, count, &o->plot, o->out, &error);
    else if (ls_ends_in(paths[0], ".csv"))
        status = ls_plot_training((const char *const *)paths, count, &o->plot, o->out, &error);
    else
        status = plot_surfaces(o, paths, count, &error);
    if (o->plot.surface.frames > 1)
        cli_watch_end(&watch);
    if (status != LS_OK)
        return cli_error("plot", &error);
    fprintf(stderr, "%s\n", o->out);
    return CLI_DONE;
}

int cli_plot(int argc, char **argv) {
    struct options o = {.plot = ls_plot_defaults()};
    struct ls_plot_options *plot = &o.plot;
    struct ls_surface_options *surface = &plot->surface;
    const struct cli_option options[] = {
        {.name = "out", .text = &o.out},
        {.name = "o", .text = &o.out},
        {.name = "kind", .own = &o, .read = read_kind},
        {.name = "of", .own = &plot->of, .read = read_of},
        {.name = "log", .set = &plot->log},
        {.name = "zmax", .real = &plot->zmax, .min = -1e300, .max = 1e300},
        {.name = "vmin", .real = &plot->vmin, .min = -1e300, .max = 1e300},
        {.name = "vmax", .real = &plot->vmax, .min = -1e300, .max = 1e300},
        {.name = "vlevel", .real = &plot->vlevel, .min = 1e-300, .max = 1e300},
        {.name = "size", .own = plot, .read = read_size},
        {.name = "interp", .whole = &plot->interp, .min = 2, .max = 2001},
        {.name = "solid", .set = &plot->solid},
        {.name = "relief", .real = &plot->relief, .min = 1e-3, .max = 100},
        {.name = "title", .text = &plot->title},
        {.name = "name", .own = &o, .read = read_name},
        {.name = "azimuth", .real = &surface->azimuth, .min = -3600, .max = 3600},
        {.name = "elevation", .real = &surface->elevation, .min = 0, .max = 90},
        {.name = "zoom", .real = &surface->zoom, .min = 0.1, .max = 20},
        {.name = "colormap", .own = &plot->colormap, .read = read_colormap},
        {.name = "compress", .real = &surface->compress, .min = 0, .max = 1e300},
        {.name = "contours", .own = surface, .read = read_contours},
        {.name = "background", .own = &surface->background, .read = read_background},
        {.name = "no-box", .clear = &surface->box},
        {.name = "no-bar", .clear = &surface->bar},
        {.name = "bare", .set = &plot->bare},
        {.name = "caption", .text = &surface->caption},
        {.name = "samples", .whole = &surface->samples, .min = 1, .max = 8},
        {.name = "frames", .whole = &surface->frames, .min = 1, .max = 10000},
        {.name = "threads", .whole = &surface->threads, .min = 1, .max = CLI_MAX_THREADS},
    };
    const struct cli_command command = {"plot", help, options, CLI_COUNT(options)};
    int code = cli_parse(&command, argc, argv);
    if (code == CLI_GO_ON)
        code = check(&o, argv + optind, argc - optind);
    return code == CLI_GO_ON ? run(&o, argv + optind, argc - optind) : code;
}
