#include "base/text.h"
#include "cli/cli.h"
#include "landscape/loss.h"
#include "landscape/precision.h"
#include "render/format.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_error(const char *command, const struct ls_error *error) {
    fprintf(stderr, "landscape %s: %s\n", command, error->message);
    return error->status == LS_BAD_ARGUMENT ? CLI_USAGE : CLI_FAILED;
}

int cli_usage(const char *command, const char *format, ...) {
    va_list arguments;
    fprintf(stderr, "landscape %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry 'landscape %s --help'.\n", command);
    return CLI_USAGE;
}

bool cli_understood(const char *command, const char *option, enum ls_status status,
                    const struct ls_error *error) {
    if (status)
        cli_usage(command, "--%s: %s", option, error->message);
    return !status;
}

bool cli_double(const char *command, const char *option, const char *text, double min, double max,
                double *value) {
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    if (end == text || *end || errno || !isfinite(*value) || *value < min || *value > max) {
        cli_usage(command, "--%s wants a number from %g to %g, not '%s'", option, min, max, text);
        return false;
    }
    return true;
}

bool cli_int(const char *command, const char *option, const char *text, int min, int max,
             int *value) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < min || number > max) {
        cli_usage(command, "--%s wants a whole number from %d to %d, not '%s'", option, min, max,
                  text);
        return false;
    }
    *value = (int)number;
    return true;
}

bool cli_u64(const char *command, const char *option, const char *text, uint64_t *value) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (end == text || *end || errno || strchr(text, '-')) {
        cli_usage(command, "--%s wants a whole number from 0 to 2^64 - 1, not '%s'", option, text);
        return false;
    }
    *value = number;
    return true;
}

bool cli_precision(const char *command, const char *option, const char *text, void *target) {
    struct ls_error error;
    return cli_understood(command, option, ls_precision_parse(target, text, &error), &error);
}

bool cli_training_precision(const char *command, const char *option, const char *text,
                            void *target) {
    enum ls_precision *precision = target;
    *precision = strcmp(text, ls_precision_name(LS_BF16)) == 0 ? LS_BF16 : LS_FP32;
    if (*precision == LS_BF16 || strcmp(text, ls_precision_name(LS_FP32)) == 0 ||
        strcmp(text, "auto") == 0)
        return true;
    cli_usage(command, "--%s: unknown precision '%s'; training knows fp32, bf16, auto", option,
              text);
    return false;
}

bool cli_loss(const char *command, const char *option, const char *text, void *target) {
    struct ls_error error;
    return cli_understood(command, option, ls_loss_parse(target, text, &error), &error);
}

bool cli_split_train(const char *command, const char *option, const char *text, void *target) {
    bool *train = target;
    *train = strcmp(text, ls_split_name(LS_TRAIN)) == 0;
    if (*train || strcmp(text, ls_split_name(LS_TEST)) == 0)
        return true;
    cli_usage(command, "--%s wants train or test, not '%s'", option, text);
    return false;
}

const char *cli_arch_for(const char *arch, const struct ls_dataset *dataset, char text[1024]) {
    const struct ls_shape image = {dataset->height, dataset->width, dataset->channels};
    if (!arch || strlen(arch) > 512) /* a path: no name is that long */
        return arch;
    ls_arch_for(arch, image, dataset->classes, text, 1024);
    return text;
}

enum ls_status cli_suit(struct ls_dataset *dataset, const char *pixels,
                        const struct ls_model *model, struct ls_error *error) {
    const enum ls_status status = ls_dataset_suit(dataset, model, error);
    return status || !pixels ? status : ls_dataset_normalise(dataset, pixels, error);
}

bool cli_surface_name(const char *command, const char *path) {
    enum ls_file_format drawn;
    if (ls_format_of(path, &drawn, NULL))
        return true;
    cli_usage(command, "-o %s: a %s writes HDF5 (.h5); 'landscape plot' draws it", path, command);
    return false;
}

bool cli_is_spectrum(const char *path) {
    static const char wanted[] = "eigenvalue,";
    char found[sizeof wanted] = "";
    FILE *file = ls_ends_in(path, ".csv") ? fopen(path, "rb") : NULL;
    if (!file)
        return false;
    const bool is =
        fread(found, 1, sizeof wanted - 1, file) == sizeof wanted - 1 && strcmp(found, wanted) == 0;
    fclose(file);
    return is;
}
