#include "landscape/deepen.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "Usage: landscape deepen --model FILE --arch NAME -o DEEPER.safetensors [options]\n"
    "\n"
    "Makes a deeper network that computes exactly what the given one does, up to rounding: its\n"
    "weights, and identity layers (He et al. 2016); with skip connections, blocks whose last\n"
    "scale is 0. A training can start from it, and it can be scanned like any other.\n"
    "\n"
    "  --model FILE       checkpoint of the shallower network\n"
    "  --model-arch NAME  its architecture, if the file does not say\n"
    "  --arch NAME        architecture of the deeper network\n"
    "  --seed N           of the added layers that skip connections bypass, default 0\n"
    "  -o, --out FILE     the deeper network's checkpoint\n"
    "  -h, --help\n"
    "\n"
    "Example:\n"
    "  landscape deepen --model runs/plain20/model.safetensors --arch resnet56-noshort \\\n"
    "                   -o deep.safetensors\n";

struct options {
    const char *model, *model_arch, *arch, *out;
    uint64_t seed;
};

/* Whether there is nothing at `path` but, at most, what this very command has made before. */
static enum ls_status check_output(const char *path, const struct ls_model *deeper,
                                   struct ls_error *error) {
    struct ls_model found = {0};
    if (access(path, F_OK) != 0)
        return LS_OK;
    const bool same = ls_model_load(&found, path, NULL, error) == LS_OK &&
                      strcmp(found.network.arch, deeper->network.arch) == 0 &&
                      memcmp(found.values, deeper->values,
                             deeper->network.value_count * sizeof *deeper->values) == 0;
    ls_model_free(&found);
    return same ? LS_OK
                : ls_fail(error, LS_IO, "%s is there already, and is not this network deepened",
                          path);
}

static int run(const struct options *o) {
    struct ls_error error = {0};
    struct ls_model model = {0}, deeper = {0};
    enum ls_status status = ls_file_check(o->out, &error);
    if (!status)
        status = ls_model_load(&model, o->model, o->model_arch, &error);
    if (!status)
        status = ls_model_deepen(&deeper, &model, o->arch, o->seed, &error);
    if (!status)
        status = check_output(o->out, &deeper, &error);
    if (!status)
        status = ls_model_save(&deeper, o->out, &error);
    ls_model_free(&model);
    ls_model_free(&deeper);
    if (status)
        return cli_error("deepen", &error);
    fprintf(stderr, "%s\n", o->out);
    return CLI_DONE;
}

int cli_deepen(int argc, char **argv) {
    struct options o = {0};
    const struct cli_option options[] = {
        {.name = "model", .text = &o.model}, {.name = "model-arch", .text = &o.model_arch},
        {.name = "arch", .text = &o.arch},   {.name = "seed", .seed = &o.seed},
        {.name = "out", .text = &o.out},     {.name = "o", .text = &o.out},
    };
    const struct cli_command command = {"deepen", help, options, CLI_COUNT(options)};
    const int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind < argc)
        return cli_usage("deepen", "unexpected argument '%s'", argv[optind]);
    if (!o.model || !o.arch || !o.out)
        return cli_usage("deepen", "%s is missing",
                         !o.model  ? "--model"
                         : !o.arch ? "--arch"
                                   : "-o");
    if (ls_same_file(o.model, o.out))
        return cli_usage("deepen", "--model and -o name the same file");
    return run(&o);
}
