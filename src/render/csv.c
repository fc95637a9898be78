#include "render/csv.h"
#include "render/script.h"
#include <math.h>

static void add_value(struct ls_script *text, double value) {
    bool known = !isnan(value) && value != LS_NOT_COMPUTED;
    ls_script_add(text, known ? ",%.17g" : ",", value);
}

enum ls_status ls_csv_write(const struct ls_surface *surface, const char *path,
                            struct ls_error *error) {
    struct ls_script text = {0};
    ls_script_add(&text, "x,%sloss,accuracy,loss_error%s%s\n", surface->ny ? "y," : "",
                  surface->max_eig ? ",max_eig,min_eig" : "", surface->images ? ",images" : "");
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        ls_script_add(&text, "%.17g", surface->x[i % (size_t)surface->nx]);
        if (surface->ny)
            ls_script_add(&text, ",%.17g", surface->y[i / (size_t)surface->nx]);
        add_value(&text, surface->loss[i]);
        add_value(&text, surface->accuracy[i]);
        add_value(&text, surface->loss_error[i]);
        if (surface->max_eig && !isnan(surface->max_eig[i]))
            ls_script_add(&text, ",%.17g,%.17g", surface->max_eig[i], surface->min_eig[i]);
        else if (surface->max_eig)
            ls_script_add(&text, ",,");
        if (surface->images)
            add_value(&text, surface->images[i]);
        ls_script_add(&text, "\n");
    }
    return ls_script_write(&text, path, error);
}
