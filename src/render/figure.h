/* A figure: panels side by side, laid out in pixels, and the gnuplot script that draws them. */
#ifndef LANDSCAPE_RENDER_FIGURE_H
#define LANDSCAPE_RENDER_FIGURE_H

#include "landscape/plot.h"
#include "render/format.h"
#include "render/script.h"

/* What a kind of figure asks for. All but `box` in em, the height of ordinary text. */
struct ls_frame {
    double box_width, box_height; /* of each panel's axes, in pixels, if the user names no size */
    bool keep_aspect;             /* the axes keep this ratio whatever the size */
    double left, right, bottom, top; /* around the axes of each panel: tick labels, titles */
    double bar;                      /* right of all panels: a colour bar with its labels */
};

/* The axes of a panel in pixels from the figure's lower left corner. */
struct ls_box {
    double left, right, bottom, top;
};

enum { LS_LEGEND_NAME = 512 };

struct ls_figure {
    const struct ls_plot_options *options;
    enum ls_file_format format;
    int panels, columns, rows;
    double width, height;          /* pixels */
    double em;                     /* pixels */
    double name_size, detail_size; /* in em, those at which the longest of the panels fit */
    struct ls_box box[LS_MAX_PANELS];
    struct ls_script script;
};

/* How panels stand: up to three in one row, more in two. */
void ls_panel_rows(int panels, int *columns, int *rows);

/* Lays the panels out and starts the script: terminal, size and place of everything. `title` stands
 * above all panels and `note` below them, each if not empty. */
void ls_figure_begin(struct ls_figure *figure, enum ls_file_format format, int panels,
                     const struct ls_frame *frame, const char *title, const char *note);

/* Adds name and detail of panel i (from 0), for which those of all panels are made small enough. */
void ls_figure_name(struct ls_figure *figure, int panel, const char *name, const char *detail);

/* Adds the names of the curves as an array, and the size at which the widest fits into the legend
 * below a panel. */
void ls_figure_legend(struct ls_figure *figure, const char *array, char names[][LS_LEGEND_NAME],
                      int count);

/* Adds common.gp and the template, and lets gnuplot draw the figure to `path`. Frees the script,
 * whatever happens. */
enum ls_status ls_figure_finish(struct ls_figure *figure, const char *template_name,
                                const char *path, struct ls_error *error);

/* Surfaces to draw, which have been checked: see ls_heights_check. */
struct ls_request {
    const struct ls_surface *const *surfaces; /* [count] whose losses are what is shown */
    const struct ls_surface *const *marked;   /* [count] whose lowest losses are marked */
    const struct ls_quantity *quantity;       /* what is shown */
    int count;
    const struct ls_plot_options *options; /* none of which is left open */
    enum ls_file_format format;
    const char *path;
};

/* The kinds of figure. */
enum ls_status ls_draw_contour(const struct ls_request *request, struct ls_error *error);
enum ls_status ls_draw_surface(const struct ls_request *request, struct ls_error *error);
enum ls_status ls_draw_heatmap(const struct ls_request *request, struct ls_error *error);
enum ls_status ls_draw_lines(const struct ls_request *request, struct ls_error *error);

/* What the numbers are: "cross-entropy loss". */
const char *ls_request_label(const struct ls_request *request);

/* The words above all panels: the user's title, which one panel takes for its own name. */
const char *ls_request_title(const struct ls_request *request);

/* The name of surface i: the user's, or one made from its metadata. */
void ls_request_name(const struct ls_request *request, int i, char *text, size_t size);

/* Begins a note: "120 of 2,601 points not computed, 3 not finite" and `how` they look, or nothing
 * if there is nothing to tell. */
void ls_request_missing(const struct ls_request *request, const char *how, char *note, size_t size);

/* Appends printf-formatted words to what a note says, behind a semicolon. */
void ls_note_add(char *note, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* LS_MISMATCH if numbers of different losses would share a scale. */
enum ls_status ls_request_check_losses(const struct ls_request *request, struct ls_error *error);

/* LS_BAD_ARGUMENT if --zmax would cut off everything. */
enum ls_status ls_request_check_zmax(const struct ls_request *request, struct ls_error *error);

/* Adds names and details of all surfaces as those of the panels. */
void ls_figure_name_surfaces(struct ls_figure *figure, const struct ls_request *request);

/* The part of the plane that all surfaces together cover. */
struct ls_axes {
    double x_min, x_max, y_min, y_max;
};
struct ls_axes ls_request_axes(const struct ls_request *request);

/* What the numbers of an upright axis and its name need at its side, in em. */
double ls_axis_margin(double low, double high, bool log);

/* Sets the frame's box to the shape of the axes with equal units, the longer side `pixels` long;
 * the other is stretched to at least two fifths of that. Widens frame->left to what the numbers of
 * the y axis need. */
void ls_axes_box(const struct ls_axes *axes, double pixels, struct ls_frame *frame);

/* Pixels to a unit of the x axis; *stretch = how many of its units one of the y axis is long. */
double ls_axes_unit(const struct ls_axes *axes, const struct ls_figure *figure, double *stretch);

/* Adds ticks at values[count], with their numbers, as `name`: for gnuplot's "set xtics (...)". */
void ls_figure_ticks(struct ls_figure *figure, const char *name, const double *values, int count);

/* Adds round ticks of an axis of the panels, as many as have room. */
void ls_figure_axis(struct ls_figure *figure, const char *name, double low, double high,
                    bool upright);

/* Adds the ranges and ticks of the axes that all panels share, and how each panel calls them. */
void ls_figure_axes(struct ls_figure *figure, const struct ls_request *request,
                    const struct ls_axes *axes);

#endif
