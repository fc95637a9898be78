#include "render/figure.h"
#include "render/canvas.h"
#include "render/gnuplot.h"
#include "render/template.h"
#include "render/utf8.h"
#include <math.h>

/* Ordinary text is this part of a panel's shorter side. */
static const double text_share = 1.0 / 36;
static const double title_em = 2.4, note_em = 1.8;

/* Fixes the size of figure and text: the user's, or what the boxes and their surroundings need. */
static void measure(struct ls_figure *figure, const struct ls_frame *frame, double outer_em) {
    const struct ls_plot_options *options = figure->options;
    double across = figure->columns * (frame->left + frame->right) + frame->bar;
    double upwards = figure->rows * (frame->bottom + frame->top) + outer_em;
    double em = sqrt(frame->box_width * frame->box_height) / 30;
    figure->width = ceil(figure->columns * frame->box_width + across * em);
    figure->height = ceil(figure->rows * frame->box_height + upwards * em);
    if (options->width > 0 && options->height > 0) {
        figure->width = options->width;
        figure->height = options->height;
        em = ls_canvas_em(fmin(figure->width / figure->columns, figure->height / figure->rows),
                          text_share);
    }
    figure->em = em;
}

/* Puts each panel's axes into the middle of its cell. */
static void place(struct ls_figure *figure, const struct ls_frame *frame, double above_em,
                  double below_em) {
    double em = figure->em;
    double cell_width = (figure->width - frame->bar * em) / figure->columns;
    double cell_height = (figure->height - (above_em + below_em) * em) / figure->rows;
    double width = fmax(cell_width - (frame->left + frame->right) * em, em);
    double height = fmax(cell_height - (frame->bottom + frame->top) * em, em);
    double spare_x = 0, spare_y = 0;
    if (frame->keep_aspect) {
        double scale = fmin(width / frame->box_width, height / frame->box_height);
        spare_x = width - scale * frame->box_width;
        spare_y = height - scale * frame->box_height;
    }
    for (int i = 0; i < figure->panels; i++) {
        int column = i % figure->columns, row = i / figure->columns;
        struct ls_box *box = &figure->box[i];
        box->left = column * cell_width + frame->left * em + spare_x / 2;
        box->right = box->left + width - spare_x;
        box->top =
            figure->height - above_em * em - row * cell_height - frame->top * em - spare_y / 2;
        box->bottom = box->top - height + spare_y;
    }
}

/* The terminal. Sizes of text are in the terminal's own unit, POINT of them to the em: gnuplot's
 * PNG and PDF take points of 1/72 inch for those of a screen of 96 pixels to the inch; its SVG
 * takes pixels. */
static void add_terminal(struct ls_figure *figure) {
    struct ls_script *script = &figure->script;
    double point = figure->em, line = figure->em / 30;
    ls_script_add(script, "set encoding utf8\n");
    if (figure->format == LS_FORMAT_PNG) {
        point *= 72.0 / 96;
        ls_script_add(script, "set terminal pngcairo size %.0f,%.0f", figure->width,
                      figure->height);
    } else if (figure->format == LS_FORMAT_SVG) {
        ls_script_add(script, "set terminal svg size %.0f,%.0f", figure->width, figure->height);
    } else {
        point *= 72.0 / 96 * 72 / ls_pixels_per_inch;
        line *= 0.75;
        ls_script_add(script, "set terminal pdfcairo fontscale 1 size %.4fin,%.4fin",
                      figure->width / ls_pixels_per_inch, figure->height / ls_pixels_per_inch);
    }
    /* Who looks at an SVG may not have DejaVu Sans, and would see serifs instead. */
    ls_script_add(script, " enhanced background '#ffffff' linewidth %.4f font '%s,%.2f'\n", line,
                  figure->format == LS_FORMAT_SVG ? "sans-serif" : "DejaVu Sans", point);
    ls_script_add(script, "POINT = %.2f\n", point);
}

/* The size, at most `size` em, at which text fits into `width` pixels; measured in DejaVu Sans,
 * than which few fonts are wider. */
static double fit(const struct ls_figure *figure, const char *text, double size, bool bold,
                  double width) {
    enum { LETTERS = 2048 };
    const double large = 100; /* where whole pixels are no matter */
    char clean[LETTERS];
    struct ls_canvas canvas;
    ls_utf8_clean(text, clean, sizeof clean);
    if (ls_canvas_create(&canvas, LS_FORMAT_PNG, 1, 1, LS_TRANSPARENT, NULL) != LS_OK)
        return size;
    const double need = ls_canvas_measure(&canvas, clean, large, bold) / large * figure->em;
    ls_canvas_free(&canvas);
    return size * need > width ? width / need : size;
}

static void add_boxes(struct ls_figure *figure) {
    struct ls_script *script = &figure->script;
    int n = figure->panels;
    ls_script_add(script, "PANELS = %d\n", n);
    ls_script_add(script, "array LEFT[%d]; array RIGHT[%d]; array BOTTOM[%d]; array TOP[%d]\n", n,
                  n, n, n);
    ls_script_add(script, "array NAME[%d]; array DETAIL[%d]\n", n, n);
    for (int i = 0; i < n; i++) {
        const struct ls_box *box = &figure->box[i];
        ls_script_add(script, "LEFT[%d] = %.6f; RIGHT[%d] = %.6f; ", i + 1,
                      box->left / figure->width, i + 1, box->right / figure->width);
        ls_script_add(script, "BOTTOM[%d] = %.6f; TOP[%d] = %.6f\n", i + 1,
                      box->bottom / figure->height, i + 1, box->top / figure->height);
    }
}

void ls_panel_rows(int panels, int *columns, int *rows) {
    *rows = panels < 4 ? 1 : 2;
    *columns = (panels + *rows - 1) / *rows;
}

void ls_figure_begin(struct ls_figure *figure, enum ls_file_format format, int panels,
                     const struct ls_frame *frame, const char *title, const char *note) {
    double above = *title ? title_em : 0, below = *note ? note_em : 0;
    struct ls_script *script = &figure->script;
    figure->format = format;
    figure->panels = panels;
    ls_panel_rows(panels, &figure->columns, &figure->rows);
    measure(figure, frame, above + below);
    place(figure, frame, above, below);
    add_terminal(figure);
    /* One em across and upwards, in parts of the whole figure. */
    ls_script_add(script, "EM_X = %.6f; EM_Y = %.6f\n", figure->em / figure->width,
                  figure->em / figure->height);
    ls_script_add(script, "Y_LABEL_AT = %.2f\n", frame->left - 1);
    ls_script_string(script, "TITLE", title);
    ls_script_add(script, "TITLE_SIZE = %.2f\n",
                  fit(figure, title, 1.4, true, 0.96 * figure->width));
    ls_script_string(script, "NOTE", note);
    ls_script_add(script, "NOTE_SIZE = %.2f\n",
                  fit(figure, note, 0.75, false, 0.96 * figure->width));
    add_boxes(figure);
    figure->name_size = 1.2;
    figure->detail_size = 0.85;
}

/* What has room above the middle of a panel, in pixels. */
static double room_above(const struct ls_figure *figure, int panel) {
    const struct ls_box *box = figure->box;
    const double middle = (box[panel].left + box[panel].right) / 2;
    const double width = 2 * fmin(middle, figure->width - middle);
    return 0.97 * (figure->columns > 1 ? fmin(width, box[1].left - box[0].left) : width);
}

void ls_figure_name(struct ls_figure *figure, int panel, const char *name, const char *detail) {
    struct ls_script *script = &figure->script;
    const double width = room_above(figure, panel);
    figure->name_size = fit(figure, name, figure->name_size, true, width);
    figure->detail_size = fit(figure, detail, figure->detail_size, false, width);
    ls_script_add(script, "NAME[%d] = ", panel + 1);
    ls_script_quote(script, name);
    ls_script_add(script, "; DETAIL[%d] = ", panel + 1);
    ls_script_quote(script, detail);
    ls_script_add(script, "\n");
}

void ls_figure_legend(struct ls_figure *figure, const char *array, char names[][LS_LEGEND_NAME],
                      int count) {
    struct ls_script *script = &figure->script;
    const double sample_em = 6, width = 0.97 * figure->width / figure->columns;
    double size = 1;
    ls_script_add(script, "array %s[%d]\n", array, count);
    for (int i = 0; i < count; i++) {
        size = fmin(size, fit(figure, names[i], 1, false, width - sample_em * figure->em));
        ls_script_add(script, "%s[%d] = ", array, i + 1);
        ls_script_quote(script, names[i]);
        ls_script_add(script, "\n");
    }
    ls_script_add(script, "KEY_SIZE = %.3f\n", size);
}

enum ls_status ls_figure_finish(struct ls_figure *figure, const char *template_name,
                                const char *path, struct ls_error *error) {
    const char *parts[] = {"common.gp", "marks.gp", template_name};
    enum ls_status status = LS_OK;
    ls_script_add(&figure->script, "NAME_SIZE = %.2f; DETAIL_SIZE = %.2f\n", figure->name_size,
                  figure->detail_size);
    for (int i = 0; i < 3 && status == LS_OK; i++) {
        const char *text = ls_template(parts[i]);
        if (text)
            ls_script_add(&figure->script, "\n%s", text);
        else
            status = ls_fail(error, LS_UNSUPPORTED, "this build has no template %s", parts[i]);
    }
    if (status == LS_OK)
        status = ls_gnuplot_run(&figure->script, path, error);
    ls_script_free(&figure->script);
    return status;
}
