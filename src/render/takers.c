#include "render/takers.h"
#include "base/locale.h"
#include <stdio.h>
#include <string.h>

static const char *const products[] = {
    [LS_CONTOUR_PLOT] = "contour plots",
    [LS_SURFACE_PICTURE] = "pictures of kind surface",
    [LS_HEAT_MAP] = "heat maps",
    [LS_LINE_PLOT] = "curves",
    [LS_CONTOUR_LINES] = "contour lines in .csv",
    [LS_NUMBERS] = "numbers in .csv",
    [LS_VTP_MESH] = "meshes in .vtp",
    [LS_COLORED_MESH] = "meshes in .obj and .ply",
    [LS_PAGE] = "pages in .html",
    [LS_TRAINING_CURVES] = "training curves",
    [LS_SPECTRUM] = "spectra",
};
enum { PRODUCTS = sizeof products / sizeof *products };

enum {
    CONTOUR = 1 << LS_CONTOUR_PLOT,
    SURFACE = 1 << LS_SURFACE_PICTURE,
    HEAT = 1 << LS_HEAT_MAP,
    LINES = 1 << LS_LINE_PLOT,
    TRACED = 1 << LS_CONTOUR_LINES,
    VTP = 1 << LS_VTP_MESH,
    COLORED = 1 << LS_COLORED_MESH,
    PAGE = 1 << LS_PAGE,
    TRAINING = 1 << LS_TRAINING_CURVES,
    SPECTRUM = 1 << LS_SPECTRUM,
    PICTURE = CONTOUR | SURFACE | HEAT | LINES | TRAINING | SPECTRUM,
};

#define FIELD(field)                                                                               \
    offsetof(struct ls_plot_options, field), sizeof((struct ls_plot_options *)NULL)->field

static const struct {
    const char *name;
    size_t at, size;
    int takers;
} options[] = {
    {"log", FIELD(log), PICTURE | TRACED | VTP | COLORED | PAGE},
    {"zmax", FIELD(zmax), SURFACE | LINES | VTP | COLORED | PAGE},
    {"vmin", FIELD(vmin), CONTOUR | HEAT | TRACED},
    {"vmax", FIELD(vmax), CONTOUR | HEAT | TRACED},
    {"vlevel", FIELD(vlevel), CONTOUR | TRACED},
    {"colormap", FIELD(colormap), CONTOUR | SURFACE | HEAT | COLORED | PAGE},
    {"size", FIELD(width), PICTURE},
    {"size", FIELD(height), PICTURE},
    {"interp", FIELD(interp), VTP | COLORED},
    {"solid", FIELD(solid), VTP | COLORED},
    {"relief", FIELD(relief), COLORED},
    {"title", FIELD(title), PICTURE | PAGE},
    {"name", FIELD(names), PICTURE | PAGE},
    {"bare", FIELD(bare), SURFACE | HEAT},
    {"azimuth", FIELD(surface.azimuth), SURFACE | PAGE},
    {"elevation", FIELD(surface.elevation), SURFACE | PAGE},
    {"zoom", FIELD(surface.zoom), SURFACE | PAGE},
    {"compress", FIELD(surface.compress), SURFACE},
    {"contours", FIELD(surface.contours), SURFACE},
    {"contours", FIELD(surface.floor_contours), SURFACE},
    {"background", FIELD(surface.background), SURFACE},
    {"no-box", FIELD(surface.box), SURFACE},
    {"no-bar", FIELD(surface.bar), SURFACE},
    {"caption", FIELD(surface.caption), SURFACE},
    {"samples", FIELD(surface.samples), SURFACE},
    {"frames", FIELD(surface.frames), SURFACE},
};

/* list = "contour plots, heat maps" */
static void list_takers(int takers, char *list, size_t size) {
    size_t length = 0;
    for (int p = 0; p < PRODUCTS; p++)
        if (takers >> p & 1)
            length += (size_t)snprintf(list + length, size - length, "%s%s", length ? ", " : "",
                                       products[p]);
}

enum ls_status ls_takers_check(const struct ls_plot_options *given, enum ls_product product,
                               struct ls_error *error) {
    const struct ls_plot_options usual = ls_plot_defaults();
    if (ls_locale_check(error))
        return LS_UNSUPPORTED;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char list[256];
        if (options[i].takers >> product & 1 ||
            memcmp((const char *)given + options[i].at, (const char *)&usual + options[i].at,
                   options[i].size) == 0)
            continue;
        list_takers(options[i].takers, list, sizeof list);
        return ls_fail(error, LS_BAD_ARGUMENT, "%s does not apply to %s, only to %s",
                       options[i].name, products[product], list);
    }
    return LS_OK;
}
