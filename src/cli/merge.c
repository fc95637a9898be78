#include "base/file.h"
#include "base/lock.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const char help[] =
    "Usage: landscape merge PART.h5... -o WHOLE.h5\n"
    "\n"
    "Puts the parts of one scan together, which several machines have computed ('landscape scan\n"
    "--part'). Points that WHOLE.h5 has already are kept; for points in several parts, the first\n"
    "part's are taken. What is missing can be computed later: by another part, or by the scan's\n"
    "command without --part and with -o WHOLE.h5.\n"
    "\n"
    "  -o, --out FILE  the surface, HDF5\n"
    "  -h, --help\n"
    "\n"
    "Example, on two machines and then on one of them:\n"
    "  landscape scan --model a.safetensors --x=-1:1:51 --y=-1:1:51 --part 1/2 -o part-1.h5\n"
    "  landscape scan --model a.safetensors --x=-1:1:51 --y=-1:1:51 --part 2/2 -o part-2.h5\n"
    "  landscape merge part-1.h5 part-2.h5 -o whole.h5\n";

/* Merges the files into what is at `path`; if that is nothing, into the first. */
static enum ls_status merge(struct ls_surface *whole, const char *path, char **parts, int count,
                            struct ls_error *error) {
    const bool there = access(path, F_OK) == 0;
    const char *first = there ? path : parts[0];
    enum ls_status status = ls_surface_read(whole, first, error);
    for (int i = there ? 0 : 1; i < count && !status; i++) {
        struct ls_surface part;
        status = ls_surface_read(&part, parts[i], error);
        if (status)
            break;
        status = ls_surface_merge(whole, first, &part, parts[i], error);
        ls_surface_free(&part);
    }
    return status;
}

static enum ls_status run(const char *path, char **parts, int count, struct ls_error *error) {
    struct ls_surface whole = {0};
    struct ls_lock lock;
    enum ls_status status = ls_file_check(path, error);
    if (!status)
        status = ls_lock_take(&lock, path, error);
    if (status)
        return status;
    status = merge(&whole, path, parts, count, error);
    if (!status)
        status = ls_surface_write(&whole, path, error);
    if (!status)
        fprintf(stderr, "%s: %zu of %zu points\n", path,
                ls_surface_points(&whole) - ls_surface_missing(&whole), ls_surface_points(&whole));
    ls_lock_release(&lock);
    ls_surface_free(&whole);
    return status;
}

int cli_merge(int argc, char **argv) {
    const char *out = NULL;
    struct ls_error error = {0};
    const struct cli_option options[] = {{.name = "out", .text = &out},
                                         {.name = "o", .text = &out}};
    const struct cli_command command = {"merge", help, options, CLI_COUNT(options)};
    const int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind == argc)
        return cli_usage("merge", "there is nothing to merge");
    if (!out)
        return cli_usage("merge", "-o is missing");
    if (!cli_surface_name("merge", out))
        return CLI_USAGE;
    return run(out, argv + optind, argc - optind, &error) ? cli_error("merge", &error) : CLI_DONE;
}
