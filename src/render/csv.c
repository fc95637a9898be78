#include "render/csv.h"
#include "render/script.h"
#include <math.h>

static void add_number(struct ls_script *text, double number) {
    ls_script_add(text, ",");
    ls_script_number(text, number);
}

/* -1 is an eigenvalue as good as any. */
static void add_eigenvalues(struct ls_script *text, double largest, double smallest) {
    if (isnan(largest)) {
        ls_script_add(text, ",,");
        return;
    }
    add_number(text, largest);
    add_number(text, smallest);
}

static void add_value(struct ls_script *text, double value) {
    if (!isnan(value) && value != LS_NOT_COMPUTED)
        add_number(text, value);
    else
        ls_script_add(text, ",");
}

enum ls_status ls_csv_write(const struct ls_surface *surface, const char *path,
                            struct ls_error *error) {
    struct ls_script text = {0};
    ls_script_add(&text, "x,%sloss,accuracy,loss_error%s%s\n", surface->ny ? "y," : "",
                  surface->max_eig ? ",max_eig,min_eig" : "", surface->images ? ",images" : "");
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        ls_script_number(&text, surface->x[i % (size_t)surface->nx]);
        if (surface->ny)
            add_number(&text, surface->y[i / (size_t)surface->nx]);
        add_value(&text, surface->loss[i]);
        add_value(&text, surface->accuracy[i]);
        add_value(&text, surface->loss_error[i]);
        if (surface->max_eig)
            add_eigenvalues(&text, surface->max_eig[i], surface->min_eig[i]);
        if (surface->images)
            add_value(&text, surface->images[i]);
        ls_script_add(&text, "\n");
    }
    return ls_script_write(&text, path, error);
}
