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
    GRID_PICTURE = CONTOUR | SURFACE | HEAT,
    PICTURE = GRID_PICTURE | LINES | TRAINING | SPECTRUM,
    CUT_OFF = SURFACE | LINES | VTP | COLORED | PAGE, /* above zmax */
    LEVELLED = CONTOUR | HEAT | TRACED,               /* from vmin to vmax */
};

#define FIELD(field)                                                                               \
    offsetof(struct ls_plot_options, field), sizeof((struct ls_plot_options *)NULL)->field

static const struct {
    const char *name;
    size_t at, size;
    int takers;
} options[] = {
    {"log", FIELD(log), PICTURE | TRACED | VTP | COLORED | PAGE},
    {"zmax", FIELD(zmax), CUT_OFF},
    {"vmin", FIELD(vmin), LEVELLED},
    {"vmax", FIELD(vmax), LEVELLED},
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

/* What to ask for to get other products of the same grid. */
static const struct {
    int products;
    const char *way;
} ways[] = {
    {GRID_PICTURE, "-o NAME.{png,svg,pdf}"},
    {CONTOUR, "--kind contour"},
    {SURFACE, "--kind surface"},
    {HEAT, "--kind heatmap"},
    {TRACED, "--kind contour -o NAME.csv"},
    {VTP, "-o NAME.vtp"},
    {COLORED, "-o NAME.{obj,ply}"},
    {PAGE, "-o NAME.html"},
};
enum { GRID = GRID_PICTURE | TRACED | VTP | COLORED | PAGE };

/* list = "--kind surface, or -o NAME.html", from a product that is a picture or is none; a picture
 * becomes another by its kind alone. */
static void list_ways(int takers, bool picture, char *list, size_t size) {
    size_t length = 0;
    int left = takers & GRID;
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        const int these = ways[w].products;
        if ((left & these) != these || (picture && these == GRID_PICTURE))
            continue;
        left &= ~these;
        const bool kind = these & GRID_PICTURE && these != GRID_PICTURE;
        length += (size_t)snprintf(list + length, size - length, "%s%s%s",
                                   !length ? ""
                                   : left  ? ", "
                                           : ", or ",
                                   ways[w].way, kind && !picture ? " -o NAME.png" : "");
    }
}

/* list = "contour plots, heat maps" */
static void list_takers(int takers, char *list, size_t size) {
    size_t length = 0;
    for (int p = 0; p < PRODUCTS; p++)
        if (takers >> p & 1)
            length += (size_t)snprintf(list + length, size - length, "%s%s", length ? ", " : "",
                                       products[p]);
}

/* What the product has instead of options that so many take: of limits there are two kinds. */
static const char *instead(int takers, enum ls_product product) {
    if (takers == CUT_OFF && LEVELLED >> product & 1)
        return ", which end at --vmax";
    if (takers == LEVELLED && CUT_OFF >> product & 1)
        return ", which --zmax cuts off above";
    return "";
}

/* Says what the option is for, or how to get there from the product. */
static enum ls_status refuse(const char *option, int takers, enum ls_product product,
                             struct ls_error *error) {
    char list[512] = "";
    const char *other = instead(takers, product);
    const bool grid = (GRID | 1 << LS_NUMBERS) >> product & 1;
    if (grid)
        list_ways(takers, GRID_PICTURE >> product & 1, list, sizeof list);
    else if (!*other)
        list_takers(takers, list, sizeof list);
    return ls_fail(error, LS_BAD_ARGUMENT, "--%s does not apply to %s%s%s%s", option,
                   products[product], other,
                   grid    ? ": choose "
                   : *list ? ", only to "
                           : "",
                   list);
}

enum ls_status ls_takers_check(const struct ls_plot_options *given, enum ls_product product,
                               struct ls_error *error) {
    const struct ls_plot_options usual = ls_plot_defaults();
    if (ls_locale_check(error))
        return LS_UNSUPPORTED;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].takers >> product & 1 ||
            memcmp((const char *)given + options[i].at, (const char *)&usual + options[i].at,
                   options[i].size) == 0)
            continue;
        return refuse(options[i].name, options[i].takers, product, error);
    }
    return LS_OK;
}
