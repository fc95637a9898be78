#include "landscape/bench.h"
#include "cli/cli.h"
#include "cli/parse.h"
#include "landscape/landscape.h"
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "Usage: landscape bench [options]\n"
    "\n"
    "Measures images/s of evaluation, of a scan and (with --train) of training on this\n"
    "machine, and seconds of drawing a surface, each the median of several runs.\n"
    "\n"
    "  --arch NAME          default resnet56\n"
    "  --threads N          default: as many as the machine has\n"
    "  --precision NAME     of evaluation and scan: fp32, bf16x3, bf16 or auto (default);\n"
    "                       training is measured in bf16 for bf16, else in fp32\n"
    "  --train              measure training steps on batches of 128 too\n"
    "  --layers             measure instead, on one thread, what layers of each kind take, and\n"
    "                       how that compares with the machine's fastest multiply-adds\n"
    "  --runs N             default 5\n"
    "  --json               print one JSON object\n"
    "  -h, --help\n"
    "\n"
    "Examples:\n"
    "  landscape bench --train --threads 2\n"
    "  landscape bench --train --precision bf16\n"
    "  landscape bench --layers --arch vgg9\n";

struct options {
    const char *arch;
    int threads, runs;
    enum ls_precision precision;
    bool train, layers, json;
};

static void print_text(const struct options *o, const struct ls_bench *bench, double drawing) {
    printf("%s, %s, %d threads, %s kernels, medians of %d runs\n", o->arch,
           ls_precision_name(o->precision), bench->threads, bench->kernels, o->runs);
    printf("  inference %8.1f images/s\n", bench->inference);
    printf("  scan      %8.1f images/s\n", bench->scan);
    if (o->train)
        printf("  training  %8.1f images/s in %s, %.0f MB\n", bench->training,
               ls_precision_name(bench->training_precision), bench->training_megabytes);
    printf("  drawing   %8.2f s a surface of 1600 x 1200 pixels\n", drawing);
}

/* The beginning of a JSON object; a path may hold whatever it likes. */
static void print_arch(const struct options *o) {
    json_t *text = json_string(o->arch);
    char *quoted = text ? json_dumps(text, JSON_ENCODE_ANY) : NULL;
    printf("{\"arch\": %s, ", quoted ? quoted : "null");
    free(quoted);
    json_decref(text);
}

static void print_json(const struct options *o, const struct ls_bench *bench, double drawing) {
    print_arch(o);
    printf("\"precision\": \"%s\", \"threads\": %d, \"kernels\": \"%s\", "
           "\"runs\": %d, \"inference_images_per_second\": %.2f, "
           "\"scan_images_per_second\": %.2f",
           ls_precision_name(o->precision), bench->threads, bench->kernels, o->runs,
           bench->inference, bench->scan);
    if (o->train)
        printf(", \"training_precision\": \"%s\", \"training_images_per_second\": %.2f, "
               "\"training_megabytes\": %.1f",
               ls_precision_name(bench->training_precision), bench->training,
               bench->training_megabytes);
    printf(", \"drawing_seconds\": %.3f}\n", drawing);
}

static void print_layers_text(const struct options *o, const struct ls_bench_layers *bench) {
    double total = 0;
    for (int i = 0; i < bench->count; i++)
        total += bench->kinds[i].seconds;
    printf("%s, %s, one thread, %s kernels, medians of %d runs\n", o->arch,
           ls_precision_name(o->precision), ls_cpu_name(ls_cpu_used()), o->runs);
    printf("%.1f GFLOP/s of multiply-adds in registers\n\n", bench->peak / 1e9);
    printf("%-53s %6s %9s %8s %6s %8s %7s\n", "layers", "number", "MFLOP", "ms", "time", "GFLOP/s",
           "to peak");
    for (int i = 0; i < bench->count; i++) {
        const struct ls_bench_kind *kind = &bench->kinds[i];
        char name[64], window[32] = "";
        if (kind->kernel)
            snprintf(window, sizeof window, " %dx%d/%d", kind->kernel, kind->width, kind->stride);
        snprintf(name, sizeof name, "%s%s", kind->operation, window);
        printf("%-22s %4dx%-3dx%4d to %4dx%-3dx%4d %6d %9.2f %8.4f %4.1f %%", name, kind->in.height,
               kind->in.width, kind->in.channels, kind->out.height, kind->out.width,
               kind->out.channels, kind->number, kind->flops / 1e6, 1e3 * kind->seconds,
               100 * kind->seconds / total);
        if (kind->flops > 0)
            printf(" %8.1f %7.2f", kind->flops / kind->seconds / 1e9,
                   kind->flops / kind->seconds / bench->peak);
        printf("\n");
    }
    printf("%-53s %6s %9s %8.4f\n", "all", "", "", 1e3 * total);
}

static void print_layers_json(const struct options *o, const struct ls_bench_layers *bench) {
    print_arch(o);
    printf("\"precision\": \"%s\", \"kernels\": \"%s\", \"runs\": %d, "
           "\"peak_flops\": %.4g, \"layers\": [",
           ls_precision_name(o->precision), ls_cpu_name(ls_cpu_used()), o->runs, bench->peak);
    for (int i = 0; i < bench->count; i++) {
        const struct ls_bench_kind *kind = &bench->kinds[i];
        printf("%s{\"operation\": \"%s\", \"kernel\": %d, \"width\": %d, \"stride\": %d, \"in\": "
               "[%d, %d, %d], "
               "\"out\": [%d, %d, %d], \"number\": %d, \"flops\": %.0f, \"seconds\": %.4g}",
               i ? ", " : "", kind->operation, kind->kernel, kind->width, kind->stride,
               kind->in.height, kind->in.width, kind->in.channels, kind->out.height,
               kind->out.width, kind->out.channels, kind->number, kind->flops, kind->seconds);
    }
    printf("]}\n");
}

static int bench_layers(const struct options *o) {
    struct ls_error error = {0};
    struct ls_bench_layers bench;
    if (ls_bench_layers_run(o->arch, o->precision, o->runs, &bench, &error))
        return cli_error("bench", &error);
    (o->json ? print_layers_json : print_layers_text)(o, &bench);
    ls_bench_layers_free(&bench);
    return CLI_DONE;
}

int cli_bench(int argc, char **argv) {
    struct options o = {.arch = "resnet56", .runs = 5, .precision = ls_precision_auto()};
    struct ls_error error = {0};
    struct ls_bench bench;
    double drawing;
    const struct cli_option options[] = {
        {.name = "arch", .text = &o.arch},
        {.name = "threads", .whole = &o.threads, .min = 1, .max = CLI_MAX_THREADS},
        {.name = "precision", .own = &o.precision, .read = cli_precision},
        {.name = "train", .set = &o.train},
        {.name = "layers", .set = &o.layers},
        {.name = "runs", .whole = &o.runs, .min = 1, .max = LS_BENCH_MAX_RUNS},
        {.name = "json", .set = &o.json},
    };
    const struct cli_command command = {"bench", help, options, CLI_COUNT(options)};
    const int code = cli_parse(&command, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    if (optind < argc)
        return cli_usage("bench", "unexpected argument '%s'", argv[optind]);
    if (o.layers && (o.train || o.threads))
        return cli_usage("bench", "--layers measures evaluation on one thread, without --train or "
                                  "--threads");
    if (o.layers)
        return bench_layers(&o);
    if (ls_bench_run(o.arch, o.precision, o.threads, o.runs, o.train, &bench, &error) ||
        ls_bench_drawing(o.threads, o.runs, &drawing, &error))
        return cli_error("bench", &error);
    (o.json ? print_json : print_text)(&o, &bench, drawing);
    return CLI_DONE;
}
