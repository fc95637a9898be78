#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "cli/watch.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
    "Usage: landscape hessian --model FILE [options]\n"
    "\n"
    "Prints the largest and the smallest eigenvalue of the Hessian of the loss: how far from\n"
    "convex the surroundings of a checkpoint are, in all directions of its weights (Li et al.,\n"
    "NeurIPS 2018, section 6). The Hessian is that of the mean cross-entropy by all weights of\n"
    "two and more dimensions; biases and batch norm, in inference mode, are constants.\n"
    "An eigenvalue is within what is printed; that there is none beyond is likely, not sure.\n"
    "\n"
    "Eigenvalues come from products of the Hessian with vectors, by the method of Lanczos; each\n"
    "product takes as long as about ten evaluations of the images. Thirty are often enough.\n"
    "All vectors are kept: 4 bytes a weight for each product.\n"
    "'landscape scan --eigenvalues' finds them at every point of a grid.\n"
    "\n"
    "  --model FILE         checkpoint\n"
    "  --arch NAME          its architecture, if the file does not say; or FILE.onnx\n"
    "  --data DATA          cifar10:DIR, npz:FILE, folder:DIR[@HxW], synthetic, shapes; default:\n"
    "                       what the model was trained on\n"
    "  --pixels M/D         means and deviations that pixels from 0 to 1 are normalised by; "
    "default:\n"
    "                       those of a checkpoint, or else the data's own\n"
    "  --split train|test   default train\n"
    "  --images N           the first N images only (default all)\n"
    "  --tolerance X        part of an eigenvalue that it may be off by, default 0.01; 0: make "
    "all\n"
    "                       products, for the spectrum\n"
    "  --products N         at most so many, up to 300, default 100\n"
    "  --seed N             of the vector that the search begins with, default 0\n"
    "  --threads N          default: as many as the machine has; changes no result\n"
    "  -o, --out FILE.csv   the spectrum: approximate eigenvalues, how far off they may be, and\n"
    "                       which part of all eigenvalues each stands for\n"
    "  -h, --help\n"
    "\n"
    "Examples:\n"
    "  landscape hessian --model runs/quick/model.safetensors --images 500\n"
    "  landscape hessian --model runs/quick/model.safetensors --images 500 \\\n"
    "                    --tolerance 0 --products 80 -o spectrum.csv\n";

struct options {
    const char *model, *arch, *data, *pixels, *out;
    bool train;
    int images;
    struct ls_hessian hessian;
};

/* To five digits, or to those that the bound tells apart; the bound to one, not less than it is and
 * what was cut off the value. */
static void print_value(const char *name, double value, double bound) {
    char text[32];
    for (int digits = 5; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (fabs(strtod(text, NULL) - value) <= bound / 2)
            break;
    }
    bound += fabs(strtod(text, NULL) - value);
    const double unit = bound > 0 ? pow(10, floor(log10(bound))) : 1;
    printf("%s %s (within %.1g)", name, text, ceil(bound / unit * (1 - 1e-12)) * unit);
}

static void print(const struct options *o, const struct ls_model *model,
                  const struct ls_dataset *dataset, const struct ls_spectrum *spectrum) {
    const int last = spectrum->count - 1;
    const double largest = spectrum->values[last], smallest = spectrum->values[0];
    print_value("largest", largest, spectrum->bounds[last]);
    print_value("  smallest", smallest, spectrum->bounds[0]);
    if (largest > 0)
        printf("  |smallest/largest| %.4f", fabs(smallest) / largest);
    printf("  (%s, %d %s images of %s, %d products)\n", model->network.arch, dataset->count,
           ls_split_name(dataset->split), dataset->name, spectrum->count);
    if (!spectrum->converged && o->hessian.tolerance > 0)
        fprintf(stderr,
                "landscape hessian: %d products do not settle both within %g of their size; "
                "--products allows more\n",
                spectrum->count, o->hessian.tolerance);
}

/* Whether the spectrum can be written without losing anything else. */
static enum ls_status check_output(const char *path, struct ls_error *error) {
    enum ls_status status = ls_file_check(path, error);
    if (!status && access(path, F_OK) == 0 && !cli_is_spectrum(path))
        status = ls_fail(error, LS_IO, "%s is there already, and is no spectrum", path);
    return status;
}

static int run(struct options *o) {
    struct ls_error error = {0};
    struct ls_model model = {0};
    struct ls_dataset dataset = {0};
    struct ls_spectrum spectrum = {0};
    struct cli_watch watch;
    enum ls_status status = o->out ? check_output(o->out, &error) : LS_OK;
    const struct cli_subject subject = {o->model, o->arch,   o->data,           o->pixels,
                                        o->train, o->images, o->hessian.threads};
    cli_watch_start(&watch);
    o->hessian.observer = &watch.observer;
    if (!status)
        status = cli_load(&subject, &watch.observer, &model, &dataset, &error);
    if (!status)
        status = ls_hessian_spectrum(&o->hessian, &model, &dataset, &spectrum, &error);
    cli_watch_end(&watch);
    if (!status)
        print(o, &model, &dataset, &spectrum);
    if (!status && o->out)
        status = ls_spectrum_write(&spectrum, o->out, &error);
    ls_spectrum_free(&spectrum);
    ls_model_free(&model);
    ls_dataset_free(&dataset);
    return status ? cli_error("hessian", &error) : CLI_DONE;
}

int cli_hessian(int argc, char **argv) {
    enum { MOST_PRODUCTS = 300 };
    struct options o = {.train = true, .hessian = ls_hessian_default()};
    const struct cli_option options[] = {
        {.name = "model", .text = &o.model},
        {.name = "arch", .text = &o.arch},
        {.name = "data", .text = &o.data},
        {.name = "pixels", .text = &o.pixels},
        {.name = "split", .own = &o.train, .read = cli_split_train},
        {.name = "images", .whole = &o.images, .min = 1, .max = INT_MAX},
        {.name = "tolerance", .real = &o.hessian.tolerance, .min = 0, .max = 0.5},
        {.name = "products", .whole = &o.hessian.products, .min = 1, .max = MOST_PRODUCTS},
        {.name = "seed", .seed = &o.hessian.seed},
        {.name = "threads", .whole = &o.hessian.threads, .min = 1, .max = CLI_MAX_THREADS},
        {.name = "out", .text = &o.out},
        {.name = "o", .text = &o.out},
    };
    const struct cli_command command = {"hessian", help, options, CLI_COUNT(options)};
    const int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind < argc)
        return cli_usage("hessian", "unexpected argument '%s'", argv[optind]);
    if (!o.model)
        return cli_usage("hessian", "--model is missing");
    if (o.out && !ls_ends_in(o.out, ".csv"))
        return cli_usage("hessian", "-o wants a name that ends in .csv, not '%s'", o.out);
    return run(&o);
}
