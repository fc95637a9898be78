#include "cli/cli.h"
#include "cli/parse.h"
#include "cli/watch.h"
#include "engine/plan.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: landscape train --arch NAME --out RUN [options]\n"
    "\n"
    "Trains a network by the recipe of Li et al. (NeurIPS 2018) and writes into the\n"
    "directory RUN: model.safetensors (the newest epoch's checkpoint, readable by PyTorch),\n"
    "model-NNNN.safetensors (kept ones, from the initial 0000 on), log.csv, state.safetensors\n"
    "(for --resume).\n"
    "\n"
    "  --arch NAME          architecture, for the images and classes of the data; `--arch list`\n"
    "                       prints all. Or FILE.onnx, whose network is trained from initial\n"
    "                       weights, or from its own: --init FILE.onnx\n"
    "  --data DATA          cifar10:DIR, npz:FILE, folder:DIR[@HxW], synthetic (default), shapes\n"
    "  --pixels M/D         means and deviations that pixels from 0 to 1 are normalised by, such "
    "as\n"
    "                       0.4914,0.4822,0.4465/0.2023,0.1994,0.2010; default: those of an\n"
    "                       --init file, or else the data's own\n"
    "  --out RUN            directory of the run\n"
    "  --epochs N           default 300\n"
    "  --batch N            images a step, default 128\n"
    "  --lr X               learning rate, default 0.1\n"
    "  --lr-steps A,B,...   fractions of the epochs at which the rate is cut by 10,\n"
    "                       default 0.5,0.75,0.917; `none` for no cuts\n"
    "  --momentum X         Nesterov momentum, default 0.9\n"
    "  --weight-decay X     default 5e-4, on every parameter\n"
    "  --seed N             initial weights, order and augmentation, default 0\n"
    "  --threads N          default: as many as the machine has; changes no result\n"
    "  --precision NAME     fp32 (default), or bf16: activations and their gradients in\n"
    "                       bfloat16; weights, statistics and sums stay in fp32\n"
    "  --subset N           train on the first N images only\n"
    "  --test-subset N      test on the first N images only\n"
    "  --no-augment         no random crops and flips\n"
    "  --no-shuffle         images in file order\n"
    "  --init FILE          start from this checkpoint's weights\n"
    "  --save-every N       epochs between kept checkpoints, default 10\n"
    "  --save-seconds X     seconds between saves of the state --resume starts from, default 30\n"
    "  --resume             go on where the run in RUN was interrupted\n"
    "  -h, --help\n"
    "\n"
    "Examples:\n"
    "  landscape train --arch resnet20 --out runs/quick --epochs 5 --subset 2000\n"
    "  landscape train --arch resnet56-noshort --data cifar10:cifar-10-batches-bin \\\n"
    "                  --out runs/resnet56-noshort\n"
    "  landscape train --arch resnet56-noshort --data cifar10:cifar-10-batches-bin \\\n"
    "                  --out runs/resnet56-noshort --resume\n";

struct options {
    const char *arch, *data, *pixels, *out, *init;
    int subset, test_subset, threads, save_every;
    double save_seconds;
    bool resume;
    struct ls_recipe recipe;
};

static bool read_lr_steps(const char *command, const char *option, const char *argument,
                          void *target) {
    struct ls_recipe *recipe = target;
    const char *text = argument;
    double last = 0;
    recipe->lr_step_count = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (;;) {
        char *end;
        double step = strtod(text, &end);
        if (end == text || (*end && *end != ',') || !(step > last) || step > 1 ||
            recipe->lr_step_count == LS_MAX_LR_STEPS) {
            cli_usage(command, "--%s wants up to %d rising fractions like 0.5,0.75, not '%s'",
                      option, LS_MAX_LR_STEPS, argument);
            return false;
        }
        recipe->lr_steps[recipe->lr_step_count++] = last = step;
        if (!*end)
            return true;
        text = end + 1;
    }
}

static void list_architectures(void) {
    for (int i = 0; ls_arch_name(i); i++) {
        struct ls_network network;
        if (ls_network_create(&network, ls_arch_name(i), NULL))
            continue;
        printf("%-26s %10zu parameters %8.3f GFLOP an image\n", network.arch,
               network.parameter_count, ls_network_flops(&network) / 1e9);
        ls_network_free(&network);
    }
}

/* The model to start from, for the images of the data set. */
static enum ls_status open_model(const struct options *o, const struct ls_dataset *data,
                                 struct ls_model *model, struct ls_error *error) {
    char text[1024];
    const char *arch = cli_arch_for(o->arch, data, text);
    if (o->init)
        return ls_model_load(model, o->init, arch, error);
    return ls_model_create(model, arch, o->recipe.seed, error);
}

/* Makes the images what the model is to see, and tells if it has become one for them. */
static enum ls_status suit(const struct options *o, struct ls_dataset *train,
                           struct ls_dataset *test, const struct ls_model *model,
                           struct ls_error *error) {
    enum ls_status status = cli_suit(train, o->pixels, model, error);
    if (!status)
        status = cli_suit(test, o->pixels, model, error);
    if (!status)
        status = ls_network_fits(&model->network, train, error);
    if (!status && o->arch && strcmp(model->network.arch, o->arch) != 0)
        fprintf(stderr, "%s: %s for the images of %s\n", o->arch, model->network.arch, train->name);
    return status;
}

static int run(const struct options *o) {
    struct ls_error error = {0};
    struct ls_dataset train = {0}, test = {0};
    struct ls_model model = {0};
    struct cli_watch watch;
    struct ls_training training = {.train = &train,
                                   .test = &test,
                                   .directory = o->out,
                                   .save_every = o->save_every,
                                   .state_seconds = o->save_seconds,
                                   .resume = o->resume,
                                   .threads = o->threads};
    cli_watch_start(&watch);
    training.observer = &watch.observer;
    enum ls_status status = o->arch ? ls_arch_check(o->arch, &error) : LS_OK;
    if (!status)
        status = ls_dataset_open(&train, o->data, LS_TRAIN, o->subset, o->threads, &watch.observer,
                                 &error);
    if (!status)
        status = ls_dataset_open(&test, o->data, LS_TEST, o->test_subset, o->threads,
                                 &watch.observer, &error);
    if (!status)
        status = open_model(o, &train, &model, &error);
    if (!status)
        status = suit(o, &train, &test, &model, &error);
    if (!status)
        status = ls_train(&model, &o->recipe, &training, &error);
    cli_watch_end(&watch);
    ls_model_free(&model);
    ls_dataset_free(&train);
    ls_dataset_free(&test);
    if (status)
        return cli_error("train", &error);
    fprintf(stderr, "%s/model.safetensors\n", o->out);
    return CLI_DONE;
}

int cli_train(int argc, char **argv) {
    struct options o = {.data = "synthetic", .save_every = 10, .recipe = ls_recipe_default()};
    struct ls_recipe *recipe = &o.recipe;
    const struct cli_option options[] = {
        {.name = "arch", .text = &o.arch},
        {.name = "data", .text = &o.data},
        {.name = "pixels", .text = &o.pixels},
        {.name = "out", .text = &o.out},
        {.name = "epochs", .whole = &recipe->epochs, .min = 0, .max = 100000},
        {.name = "batch", .whole = &recipe->batch, .min = 1, .max = 65536},
        {.name = "lr", .real = &recipe->lr, .min = 0, .max = 1e6},
        {.name = "lr-steps", .own = recipe, .read = read_lr_steps},
        {.name = "momentum", .real = &recipe->momentum, .min = 0, .max = 1},
        {.name = "weight-decay", .real = &recipe->weight_decay, .min = 0, .max = 1e6},
        {.name = "seed", .seed = &recipe->seed},
        {.name = "threads", .whole = &o.threads, .min = 1, .max = CLI_MAX_THREADS},
        {.name = "precision", .own = &recipe->precision, .read = cli_training_precision},
        {.name = "subset", .whole = &o.subset, .min = 1, .max = INT_MAX},
        {.name = "test-subset", .whole = &o.test_subset, .min = 1, .max = INT_MAX},
        {.name = "no-augment", .clear = &recipe->augment},
        {.name = "no-shuffle", .clear = &recipe->shuffle},
        {.name = "init", .text = &o.init},
        {.name = "save-every", .whole = &o.save_every, .min = 1, .max = 100000},
        {.name = "save-seconds", .real = &o.save_seconds, .min = 0.001, .max = 1e6},
        {.name = "resume", .set = &o.resume},
    };
    const struct cli_command command = {"train", help, options, CLI_COUNT(options)};
    const int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind < argc)
        return cli_usage("train", "unexpected argument '%s'", argv[optind]);
    if (o.arch && strcmp(o.arch, "list") == 0) {
        list_architectures();
        return CLI_DONE;
    }
    if (!o.out || (!o.arch && !o.init))
        return cli_usage("train", "%s is missing", o.out ? "--arch" : "--out");
    return run(&o);
}
