#include "cli/parse.h"
#include "cli/cli.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* Codes that getopt_long returns for the options of the table, clear of any letter. */
enum { FIRST_CODE = 256, HELP_CODE = 255 };

static bool takes_argument(const struct cli_option *option) {
    return !option->set && !option->clear;
}

/* Reads one option's argument into its target. */
static bool read_option(const char *command, const struct cli_option *option, const char *text) {
    if (option->given)
        *option->given = true;
    if (option->text)
        *option->text = text;
    if (option->set)
        *option->set = true;
    if (option->clear)
        *option->clear = false;
    if (option->whole)
        return cli_int(command, option->name, text, (int)option->min, (int)option->max,
                       option->whole);
    if (option->real)
        return cli_double(command, option->name, text, option->min, option->max, option->real);
    if (option->seed)
        return cli_u64(command, option->name, text, option->seed);
    return !option->read || option->read(command, option->name, text, option->own);
}

/* getopt's tables for the command: long_options[option_count + 2] and letters, with h for help. */
static void describe(const struct cli_command *command, struct option *long_options,
                     char *letters) {
    const int count = command->option_count;
    *letters++ = ':'; /* report a missing argument as ':' */
    *letters++ = 'h';
    for (int i = 0; i < count; i++) {
        const struct cli_option *option = &command->options[i];
        const int argument = takes_argument(option) ? required_argument : no_argument;
        long_options[i] = (struct option){option->name, argument, NULL, FIRST_CODE + i};
        if (strlen(option->name) == 1) {
            *letters++ = option->name[0];
            if (argument == required_argument)
                *letters++ = ':';
        }
    }
    *letters = 0;
    long_options[count] = (struct option){"help", no_argument, NULL, HELP_CODE};
    long_options[count + 1] = (struct option){0};
}

/* Whether the argument, "--dir", begins more than one long option: "--dir-type or --directions" in
 * text[size]. */
static bool is_ambiguous(const struct cli_command *command, const char *argument, char *text,
                         size_t size) {
    const size_t length = strcspn(argument, "=");
    int count = 0;
    *text = 0;
    for (int i = 0; i < command->option_count; i++) {
        const char *name = command->options[i].name;
        if (length < 3 || !name[1] || strncmp(name, argument + 2, length - 2) != 0)
            continue;
        const size_t used = strlen(text);
        snprintf(text + used, size - used, "%s--%s", count++ ? " or " : "", name);
    }
    return count > 1;
}

static const struct cli_option *find(const struct cli_command *command, int code) {
    if (code >= FIRST_CODE)
        return &command->options[code - FIRST_CODE];
    for (int i = 0; i < command->option_count; i++)
        if (command->options[i].name[0] == code && !command->options[i].name[1])
            return &command->options[i];
    return NULL;
}

/* Says what is wrong with the option at which getopt_long returned `code`. It leaves a long
 * option's code or the letter in optopt, which may stand anywhere in a cluster; 0 for an unknown
 * long one. */
static int complain(const struct cli_command *command, int code, const char *argument) {
    const struct cli_option *option = find(command, optopt);
    const int dashes = option && option->name[1] ? 2 : 1;
    if (option)
        return cli_usage(command->name, "%.*s%s %s", dashes, "--", option->name,
                         code == ':' ? "wants an argument" : "takes no argument");
    if (optopt == HELP_CODE)
        return cli_usage(command->name, "--help takes no argument");
    if (optopt)
        return cli_usage(command->name, "unknown option '-%c'", optopt);
    char candidates[256];
    if (is_ambiguous(command, argument, candidates, sizeof candidates))
        return cli_usage(command->name, "'%s' is short for %s", argument, candidates);
    return cli_usage(command->name, "unknown option '%s'", argument);
}

int cli_parse(const struct cli_command *command, int argc, char **argv) {
    struct option long_options[CLI_MAX_OPTIONS + 2];
    char letters[2 * CLI_MAX_OPTIONS + 3];
    int code;
    opterr = 0;
    describe(command, long_options, letters);
    while ((code = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        if (code == HELP_CODE || code == 'h') {
            fputs(command->help, stdout);
            return CLI_DONE;
        }
        const struct cli_option *option = find(command, code);
        if (!option)
            return complain(command, code, argv[optind - 1]);
        if (!read_option(command->name, option, optarg))
            return CLI_USAGE;
    }
    return CLI_GO_ON;
}
