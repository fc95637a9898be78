#include "base/file.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "cli/scan_job.h"
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: landscape scan --model FILE [--x=MIN:MAX:N] [--y=MIN:MAX:N] -o SURFACE.h5 [options]\n"
    "\n"
    "Evaluates loss and accuracy at w + a d + b e for a on the x grid and b on the y grid\n"
    "(Li et al., NeurIPS 2018). Without --y, a curve over a. Every loss comes with its standard\n"
    "error: how far it may be from that of more images. Points go from coarse to fine;\n"
    "'landscape plot' draws what there is. The same command continues an interrupted scan.\n"
    "\n"
    "  --model FILE         checkpoint w\n"
    "  --arch NAME          its architecture, if the file does not say; or FILE.onnx\n"
    "  --data DATA          cifar10:DIR, npz:FILE, folder:DIR[@HxW], synthetic, shapes; default:\n"
    "                       what the model was trained on\n"
    "  --pixels M/D         means and deviations that pixels from 0 to 1 are normalised by, such "
    "as\n"
    "                       0.4914,0.4822,0.4465/0.2023,0.1994,0.2010; default: those of a\n"
    "                       checkpoint, or else the data's own\n"
    "  --split train|test   default train\n"
    "  --images N           the first N images only (default all)\n"
    "  --relative-error X   at each point as many as it takes for its loss's standard error\n"
    "                       to be X of it, such as 0.02\n"
    "  --loss NAME          cross-entropy (default) or mse\n"
    "  --x=MIN:MAX:N        grid along d, default -1:1:51\n"
    "  --y=MIN:MAX:N        grid along e\n"
    "  --x=fit:N, --y=fit:N as far as a trajectory goes and a fifth more; its default, with 51\n"
    "  --norm NAME          normalisation of random directions: filter (default), layer, weight,\n"
    "                       dfilter, dlayer, none\n"
    "  --ignore biasbn|none biases and batch norm: 0 in the directions (default), or d = w\n"
    "  --dir-type TYPE      weights (default), or states: running statistics too\n"
    "  --seed N             of the random directions, default 0\n"
    "  --model2 FILE        d = this checkpoint - w, instead of a random direction\n"
    "  --model3 FILE        e = this checkpoint - w\n"
    "  --trajectory         d and e show most of the way that checkpoints of a training, given in\n"
    "                       its order as further arguments, took to --model: their principal\n"
    "                       components, of length 1\n"
    "  --name LABEL         of a network on figures; once each for --model, --model2, --model3, "
    "or\n"
    "                       for --model and the beginning of a trajectory\n"
    "  --directions FILE    read d and e from this HDF5 file\n"
    "  --save-directions F  write them to this one\n"
    "  --evaluator COMMAND  the network is yours: this command evaluates it (docs/evaluator.md);\n"
    "                       --model is any file of its weights, --threads how many such processes\n"
    "                       run, by default 1\n"
    "  --threads N          default: as many as the machine has; changes no result\n"
    "  --precision NAME     fp32, bf16x3, bf16, or auto (default): the fastest within 1e-4 of "
    "fp32\n"
    "  --eigenvalues        the Hessian's largest and smallest at every point, too, within 1 % of\n"
    "                       their size or 0.01 % of the larger's, in fp32: 300 times as long\n"
    "  --part I/N           only every N-th point, from the I-th on: N machines share the work, "
    "and\n"
    "                       'landscape merge' puts their files together\n"
    "  --save-seconds X     finished points reach the disk at least this often, default 2\n"
    "  -o, --out FILE       the surface, HDF5\n"
    "  -h, --help\n"
    "\n"
    "Examples:\n"
    "  landscape scan --model runs/quick/model.safetensors --x=-1:1:25 --y=-1:1:25 \\\n"
    "                 --images 500 -o quick.h5\n"
    "  landscape scan --model a.safetensors --model2 b.safetensors --dir-type states \\\n"
    "                 --x=-0.5:1.5:101 -o line.h5\n"
    "  landscape scan --model a.safetensors --model2 b.safetensors --model3 c.safetensors \\\n"
    "                 --dir-type states --x=-0.5:1.5:51 --y=-0.5:1.5:51 -o plane.h5\n"
    "  landscape scan --model runs/a/model.safetensors --trajectory runs/a/model-*.safetensors \\\n"
    "                 --images 1000 -o trajectory.h5\n"
    "  landscape scan --model runs/a/model.safetensors --x=-1:1:11 --y=-1:1:11 \\\n"
    "                 --images 250 --eigenvalues -o convexity.h5\n"
    "  landscape scan --model mine.pth --evaluator 'python3 evaluate.py' \\\n"
    "                 --x=-1:1:25 --y=-1:1:25 -o mine.h5\n";

/* *target = whether the text is `yes` rather than `no`; false after a message if it is neither. */
static bool choose(const char *command, const char *option, const char *text, const char *yes,
                   const char *no, bool *target) {
    *target = strcmp(text, yes) == 0;
    if (*target || strcmp(text, no) == 0)
        return true;
    cli_usage(command, "--%s wants %s or %s, not '%s'", option, no, yes, text);
    return false;
}

static bool read_ignore(const char *command, const char *option, const char *text, void *target) {
    return choose(command, option, text, "none", "biasbn", target);
}

static bool read_dir_type(const char *command, const char *option, const char *text, void *target) {
    return choose(command, option, text, "states", "weights", target);
}

/* "fit:N" is N points between ends that are yet to be found. */
static bool read_range(const char *command, const char *option, const char *text, void *target) {
    static const char fit[] = "fit:";
    struct ls_error error;
    struct ls_range *range = target;
    if (strncmp(text, fit, sizeof fit - 1) == 0) {
        *range = (struct ls_range){.min = NAN, .max = NAN};
        return cli_int(command, option, text + sizeof fit - 1, 1, LS_MAX_AXIS, &range->count);
    }
    return cli_understood(command, option, ls_range_parse(target, text, &error), &error);
}

static bool read_norm(const char *command, const char *option, const char *text, void *target) {
    struct ls_error error;
    return cli_understood(command, option, ls_norm_parse(target, text, &error), &error);
}

static bool read_name(const char *command, const char *option, const char *text, void *target) {
    struct cli_scan_options *o = target;
    if (o->name_count == CLI_COUNT(o->names)) {
        cli_usage(command, "more than %d --%s", CLI_COUNT(o->names), option);
        return false;
    }
    o->names[o->name_count++] = text;
    return true;
}

static bool read_part(const char *command, const char *option, const char *text, void *target) {
    struct cli_scan_options *o = target;
    char *slash;
    const long part = strtol(text, &slash, 10);
    char *end = slash;
    const long parts = *slash == '/' ? strtol(slash + 1, &end, 10) : 0;
    if (end == text || *end || part < 1 || part > parts || parts > INT_MAX) {
        cli_usage(command,
                  "--%s wants two whole numbers such as 1/4, the first part of four, not '%s'",
                  option, text);
        return false;
    }
    o->part = (int)part;
    o->parts = (int)parts;
    return true;
}

/* Whether the options about what evaluates go together; as check_directions. */
static int check_engine(const struct cli_scan_options *o, bool engine) {
    if (o->evaluator && engine)
        return cli_usage("scan",
                         "--evaluator excludes --arch, --data, --pixels, --split, --images, "
                         "--relative-error, --loss, --precision and --eigenvalues: the command "
                         "decides what it evaluates");
    if (o->eigenvalues && (o->precision != LS_FP32 || o->loss != LS_CROSS_ENTROPY))
        return cli_usage("scan", "--eigenvalues are those of the cross-entropy, in fp32");
    if (o->eigenvalues && o->relative_error > 0)
        return cli_usage("scan", "--eigenvalues are of all images, so they exclude "
                                 "--relative-error");
    return CLI_GO_ON;
}

/* Whether the options about a trajectory go together; as check_directions. */
static int check_trajectory(const struct cli_scan_options *o, bool random) {
    const struct ls_direction_source *source = &o->directions;
    if (source->file || source->x_target || source->y_target || random)
        return cli_usage("scan", "--trajectory makes both directions, so it excludes --directions, "
                                 "--model2, --model3, --norm, --ignore and --seed");
    if (source->checkpoint_count < 2)
        return cli_usage("scan", "--trajectory wants the checkpoints of a training, two or more, "
                                 "such as runs/a/model-*.safetensors");
    if (o->name_count > 2)
        return cli_usage("scan", "a trajectory has two --name, of --model and of its beginning");
    return CLI_GO_ON;
}

/* Whether the options about directions go together: CLI_GO_ON, or CLI_USAGE after a message. */
static int check_directions(const struct cli_scan_options *o, bool random, bool made) {
    const struct ls_direction_source *source = &o->directions;
    if (isnan(o->x.min) || isnan(o->y.min))
        return cli_usage("scan", "'fit' is how far a trajectory goes, so it needs --trajectory");
    if (source->y_target && !o->y.count)
        return cli_usage("scan", "--model3 spans the y axis, so it needs --y");
    if (source->file && (source->x_target || source->y_target))
        return cli_usage("scan", "--directions excludes --model2 and --model3");
    if (source->file && (random || made))
        return cli_usage("scan", "--directions excludes --norm, --ignore, --seed and --dir-type: "
                                 "the directions are taken as they are");
    if (random && source->x_target && (source->y_target || !o->y.count))
        return cli_usage("scan", "--norm, --ignore and --seed are for random directions, and this "
                                 "scan has none");
    const int networks = 1 + (source->x_target != NULL) + (source->y_target != NULL);
    if (o->name_count > (networks > 1 ? networks : 0))
        return cli_usage("scan",
                         "--name is for the networks that --model, --model2 and --model3 "
                         "span a line or plane through, and there are %d names for %d",
                         o->name_count, networks > 1 ? networks : 0);
    if (source->file && o->save_directions)
        return cli_usage("scan", "--directions excludes --save-directions");
    return CLI_GO_ON;
}

/* The axes that are not given. */
static void set_ranges(struct cli_scan_options *o, bool trajectory) {
    const struct ls_range usual = {-1, 1, 51}, fit = {NAN, NAN, 51};
    if (o->x.count == 0)
        o->x = trajectory ? fit : usual;
    if (o->y.count == 0 && trajectory)
        o->y = fit;
}

int cli_scan(int argc, char **argv) {
    struct cli_scan_options o = {.train = true, .precision = ls_precision_auto()};
    struct ls_direction_source *source = &o.directions;
    bool random = false, made = false; /* whether options of such directions are there */
    bool engine = false;               /* and of the engine */
    bool precise = false;              /* and of its precision */
    bool trajectory = false;
    const struct cli_option options[] = {
        {.name = "model", .text = &o.model},
        {.name = "arch", .text = &o.arch, .given = &engine},
        {.name = "data", .text = &o.data, .given = &engine},
        {.name = "pixels", .text = &o.pixels, .given = &engine},
        {.name = "split", .own = &o.train, .read = cli_split_train, .given = &engine},
        {.name = "images", .whole = &o.images, .min = 1, .max = INT_MAX, .given = &engine},
        {.name = "relative-error",
         .real = &o.relative_error,
         .min = 1e-6,
         .max = 1,
         .given = &engine},
        {.name = "loss", .own = &o.loss, .read = cli_loss, .given = &engine},
        {.name = "x", .own = &o.x, .read = read_range},
        {.name = "y", .own = &o.y, .read = read_range},
        {.name = "norm", .own = &source->options.norm, .read = read_norm, .given = &random},
        {.name = "ignore",
         .own = &source->options.keep_biasbn,
         .read = read_ignore,
         .given = &random},
        {.name = "dir-type", .own = &source->options.states, .read = read_dir_type, .given = &made},
        {.name = "seed", .seed = &source->options.seed, .given = &random},
        {.name = "model2", .text = &source->x_target},
        {.name = "model3", .text = &source->y_target},
        {.name = "trajectory", .set = &trajectory},
        {.name = "name", .own = &o, .read = read_name},
        {.name = "directions", .text = &source->file},
        {.name = "save-directions", .text = &o.save_directions},
        {.name = "threads", .whole = &o.threads, .min = 1, .max = CLI_MAX_THREADS},
        {.name = "precision", .own = &o.precision, .read = cli_precision, .given = &precise},
        {.name = "eigenvalues", .set = &o.eigenvalues, .given = &engine},
        {.name = "evaluator", .text = &o.evaluator},
        {.name = "part", .own = &o, .read = read_part},
        {.name = "save-seconds", .real = &o.save_seconds, .min = 0.001, .max = 1e6},
        {.name = "out", .text = &o.output},
        {.name = "o", .text = &o.output},
    };
    const struct cli_command command = {"scan", help, options, CLI_COUNT(options)};
    int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind < argc && !trajectory)
        return cli_usage("scan", "unexpected argument '%s'", argv[optind]);
    if (!o.model || !o.output)
        return cli_usage("scan", "%s is missing", o.model ? "-o" : "--model");
    if (!cli_surface_name("scan", o.output))
        return CLI_USAGE;
    if (o.eigenvalues && !precise)
        o.precision = LS_FP32;
    code = check_engine(&o, engine || precise);
    if (code != CLI_GO_ON)
        return code;
    if (o.save_directions && ls_same_file(o.save_directions, o.output))
        return cli_usage("scan", "--save-directions and -o name the same file");
    source->threads = o.threads;
    if (trajectory) {
        source->checkpoints = (const char *const *)argv + optind;
        source->checkpoint_count = argc - optind;
    }
    set_ranges(&o, trajectory);
    code = trajectory ? check_trajectory(&o, random) : check_directions(&o, random, made);
    return code == CLI_GO_ON ? cli_scan_run(&o) : code;
}
