#include "cli/cli.h"
#include "landscape/landscape.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"train", cli_train, "train a network and write its checkpoints"},
    {"deepen", cli_deepen, "make a deeper network that computes the same"},
    {"scan", cli_scan, "evaluate the loss on a grid around a checkpoint"},
    {"merge", cli_merge, "put the parts of a scan together"},
    {"plot", cli_plot, "draw surfaces and training curves"},
    {"eval", cli_eval, "loss and accuracy of a checkpoint"},
    {"hessian", cli_hessian, "how convex the loss is around a checkpoint"},
    {"info", cli_info, "what checkpoints, surfaces and directions hold"},
    {"bench", cli_bench, "measure this machine"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out) {
    fprintf(out, "Usage: landscape COMMAND [options]\n\n"
                 "Trains image networks with and without skip connections and draws their loss\n"
                 "landscapes (Li et al., NeurIPS 2018).\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s%s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\nExamples:\n"
                 "  landscape train --arch resnet20 --epochs 5 --subset 2000 --out runs/quick\n"
                 "  landscape scan --model runs/quick/model.safetensors --images 500 \\\n"
                 "                 --x=-1:1:25 --y=-1:1:25 -o quick.h5\n"
                 "  landscape plot quick.h5 -o quick.svg\n"
                 "\n'landscape COMMAND --help' explains a command.\n");
}

static int run(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";
    struct ls_error error = {0};
    if (ls_cpu_check(&error)) {
        fprintf(stderr, "landscape: %s\n", error.message);
        return CLI_USAGE;
    }
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return CLI_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        printf("landscape %s\n", LS_VERSION);
        return CLI_DONE;
    }
    if (*name)
        fprintf(stderr, "landscape: unknown command '%s'\n", name);
    print_help(stderr);
    return CLI_USAGE;
}

int main(int argc, char **argv) {
    const int code = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "landscape: cannot write standard output: %s\n", strerror(errno));
    return CLI_FAILED;
}
