/* What of a surface a picture shows: the loss, or another number of every grid point. */
#ifndef LANDSCAPE_RENDER_QUANTITY_H
#define LANDSCAPE_RENDER_QUANTITY_H

#include "landscape/plot.h"

struct ls_quantity {
    const char *label; /* of axes and colour bars; NULL: what the surface says of its loss */
    const char *article, *noun, *many; /* "a", "loss", "losses" */
    const char *lowest;                /* the name of the mark on the lowest loss */
    const char *wanting;               /* what a surface lacks that cannot be drawn */
    /* Of point i, LS_NOT_COMPUTED or not finite where there is none; NULL: the loss. */
    double (*value)(const struct ls_surface *surface, size_t i);
    double vmin, vmax, vlevel; /* levels and ends of colours, unless the user says otherwise; NAN:
                                  the values decide */
    bool fit;                  /* colours end at the largest value, if that is below vmax */
    bool of_loss;              /* in the units of the loss */
    double compress;           /* as in struct ls_surface_options */
};

/* What a kind of picture shows of surfaces. */
const struct ls_quantity *ls_quantity_of(enum ls_plot_kind kind, enum ls_plot_of of);

/* Surfaces whose losses are a quantity's values; all else is the surfaces' own. */
struct ls_shown {
    struct ls_surface surfaces[LS_MAX_PANELS];
    const struct ls_surface *pointers[LS_MAX_PANELS];
    int count; /* of surfaces made, whose losses are to be freed */
};

/* LS_MISMATCH if a surface has losses, and none of these. Free with ls_shown_free, after a failure
 * too. */
enum ls_status ls_shown_make(struct ls_shown *shown, const struct ls_quantity *quantity,
                             const struct ls_surface *const *surfaces, int count,
                             struct ls_error *error);
void ls_shown_free(struct ls_shown *shown);

/* Sets the levels, the ends of colours and the heights of options that the user left open. */
void ls_quantity_defaults(const struct ls_quantity *quantity,
                          const struct ls_surface *const *surfaces, int count,
                          struct ls_plot_options *options);

#endif
