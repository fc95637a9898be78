/* Command lines, read by a table: one row an option. */
#ifndef LANDSCAPE_CLI_PARSE_H
#define LANDSCAPE_CLI_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* An option called --name; a name of one letter is also the short option -n. Exactly one of the
 * targets is set, and says what the option takes. */
struct cli_option {
    const char *name;
    const char **text; /* a string */
    int *whole;        /* a whole number from min to max */
    double *real;      /* a number from min to max */
    uint64_t *seed;    /* any 64-bit number */
    bool *set, *clear; /* no argument: becomes true, or false */
    void *own;         /* what `read` makes of the argument; it returns false after it has said what
                          is wrong with cli_usage */
    bool (*read)(const char *command, const char *name, const char *text, void *own);
    double min, max;
    bool *given; /* becomes true when the option is there; may be NULL */
};

/* A command as the parser sees it. */
struct cli_command {
    const char *name, *help; /* -h and --help print help to stdout */
    const struct cli_option *options;
    int option_count;
};

enum { CLI_MAX_OPTIONS = 40, CLI_GO_ON = -1 };

/* Reads the options of argv; operands are left behind, from argv[optind] on. Returns CLI_GO_ON, or
 * the code to exit with: after the help, or after a mistake that has been explained. */
int cli_parse(const struct cli_command *command, int argc, char **argv);

#endif
