#include "cli/cli.h"
#include "cli/parse.h"
#include "cli/watch.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

static const char help[] =
    "Usage: landscape eval --model FILE [options]\n"
    "\n"
    "Prints loss and accuracy of a checkpoint, batch norm in inference mode; of one that\n"
    "segments, the accuracy of pixels and the mean intersection over union of the classes.\n"
    "The standard error says how far the loss may be from that of more images of the kind.\n"
    "\n"
    "  --model FILE         checkpoint\n"
    "  --arch NAME          its architecture, if the file does not say; or FILE.onnx\n"
    "  --data DATA          cifar10:DIR, npz:FILE, folder:DIR[@HxW], synthetic, shapes; default:\n"
    "                       what the model was trained on\n"
    "  --pixels M/D         means and deviations that pixels from 0 to 1 are normalised by, such "
    "as\n"
    "                       0.4914,0.4822,0.4465/0.2023,0.1994,0.2010; default: those of a\n"
    "                       checkpoint, or else the data's own\n"
    "  --split train|test   default test\n"
    "  --images N           the first N images only (default all)\n"
    "  --loss NAME          cross-entropy (default) or mse\n"
    "  --threads N          default: as many as the machine has; changes no result\n"
    "  --precision NAME     fp32, bf16x3, bf16, or auto (default): the fastest within 1e-4 of "
    "fp32\n"
    "  -h, --help\n"
    "\n"
    "Example:\n"
    "  landscape eval --model runs/quick/model.safetensors --split test\n";

struct options {
    const char *model, *arch, *data, *pixels;
    bool train;
    int images, threads;
    enum ls_loss loss;
    enum ls_precision precision;
};

static int run(const struct options *o) {
    struct ls_error error = {0};
    struct ls_model model = {0};
    struct ls_dataset dataset = {0};
    struct ls_result result = {0};
    struct cli_watch watch;
    const struct cli_subject subject = {o->model, o->arch,   o->data,   o->pixels,
                                        o->train, o->images, o->threads};
    cli_watch_start(&watch);
    enum ls_status status = cli_load(&subject, &watch.observer, &model, &dataset, &error);
    if (!status)
        status = ls_evaluate(&model, &dataset, o->loss, o->precision, o->threads, &watch.observer,
                             &result, &error);
    cli_watch_end(&watch);
    if (!status) {
        printf("loss %.9g", result.loss);
        if (result.loss_error >= 0)
            printf(" (standard error %.2g)", result.loss_error);
        printf("  accuracy %.2f %%", result.accuracy);
        if (result.mean_iou >= 0)
            printf("  mean IoU %.2f %%", result.mean_iou);
        printf("  (%s, %d %s images of %s, %s)\n", model.network.arch, dataset.count,
               ls_split_name(dataset.split), dataset.name, ls_precision_name(o->precision));
    }
    ls_model_free(&model);
    ls_dataset_free(&dataset);
    return status ? cli_error("eval", &error) : CLI_DONE;
}

int cli_eval(int argc, char **argv) {
    struct options o = {.precision = ls_precision_auto()};
    const struct cli_option options[] = {
        {.name = "model", .text = &o.model},
        {.name = "arch", .text = &o.arch},
        {.name = "data", .text = &o.data},
        {.name = "pixels", .text = &o.pixels},
        {.name = "split", .own = &o.train, .read = cli_split_train},
        {.name = "images", .whole = &o.images, .min = 1, .max = INT_MAX},
        {.name = "loss", .own = &o.loss, .read = cli_loss},
        {.name = "threads", .whole = &o.threads, .min = 1, .max = CLI_MAX_THREADS},
        {.name = "precision", .own = &o.precision, .read = cli_precision},
    };
    const struct cli_command command = {"eval", help, options, CLI_COUNT(options)};
    const int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind < argc)
        return cli_usage("eval", "unexpected argument '%s'", argv[optind]);
    if (!o.model)
        return cli_usage("eval", "--model is missing");
    return run(&o);
}
