#include "render/field.h"
#include <math.h>

/* The heights of a field, taken from it. */
static double *take_heights(struct ls_field *field) {
    double *heights = field->z;
    for (size_t i = 0; i < (size_t)field->nx * (size_t)field->ny; i++)
        heights[i] = sinh(heights[i]);
    field->z = NULL;
    return heights;
}

enum ls_status ls_surface_refine(struct ls_surface *fine, const struct ls_surface *surface,
                                 int most, struct ls_error *error) {
    struct ls_surface accuracy = *surface;
    struct ls_field losses, accuracies;
    *fine = (struct ls_surface){0};
    accuracy.loss = surface->accuracy;
    enum ls_status status = ls_field_refine(&losses, surface, most, error);
    if (status != LS_OK)
        return status;
    status = ls_field_refine(&accuracies, &accuracy, most, error);
    if (status == LS_OK) {
        *fine = (struct ls_surface){.nx = losses.nx,
                                    .ny = losses.ny,
                                    .x = losses.x,
                                    .y = losses.y,
                                    .loss = take_heights(&losses),
                                    .accuracy = take_heights(&accuracies),
                                    .test = surface->test};
        losses.x = losses.y = NULL;
        ls_field_free(&accuracies);
    }
    ls_field_free(&losses);
    return status;
}
