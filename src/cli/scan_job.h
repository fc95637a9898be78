/* The scan command's work, once its options are read. */
#ifndef LANDSCAPE_CLI_SCAN_JOB_H
#define LANDSCAPE_CLI_SCAN_JOB_H

#include "landscape/landscape.h"

struct cli_scan_options {
    const char *model, *arch, *data, *pixels, *save_directions, *output;
    const char *evaluator; /* a command; NULL: the engine evaluates */
    bool train;            /* which split */
    int images, threads;   /* 0: all; of evaluators: one */
    double relative_error; /* at which a point's images end; 0: all */
    enum ls_loss loss;
    bool eigenvalues; /* of the Hessian, too */
    enum ls_precision precision;
    int part, parts;      /* 0: all points */
    struct ls_range x, y; /* y.count is 0 for a curve; ends of NAN: as far as the trajectory goes */
    double save_seconds;  /* 0: the default */
    const char *names[3]; /* of the networks that span the surface */
    int name_count;
    struct ls_direction_source directions;
};

/* Returns an exit code. */
int cli_scan_run(const struct cli_scan_options *options);

#endif
