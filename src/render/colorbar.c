#include "render/colorbar.h"
#include "render/caption.h"
#include "render/colormap.h"
#include "render/ticks.h"
#include <math.h>

static const double bar = 0.9, gap = 0.7; /* em */

/* The widest label. */
static double widest(struct ls_canvas *canvas, const struct ls_zscale *scale, double em) {
    double values[LS_MAX_TICKS], width = 0;
    int count = ls_zscale_ticks(scale, values), digits = ls_tick_digits(values, count);
    for (int i = 0; i < count; i++) {
        char text[LS_NUMBER_SIZE];
        ls_caption_digits(values[i], digits, text);
        width = fmax(width, ls_canvas_measure(canvas, text, em, false));
    }
    return width;
}

double ls_colorbar_width(struct ls_canvas *canvas, const struct ls_zscale *scale, double em) {
    return (bar + gap + 2.2) * em + widest(canvas, scale, em);
}

static void draw_colors(struct ls_canvas *canvas, const struct ls_colorbar *c) {
    cairo_pattern_t *colors =
        cairo_pattern_create_linear(0, c->bar.top + c->bar.height, 0, c->bar.top);
    for (int i = 0; i <= 64; i++) {
        struct ls_color color = ls_colormap(c->colormap, i / 64.0);
        cairo_pattern_add_color_stop_rgb(colors, i / 64.0, color.red / 255.0, color.green / 255.0,
                                         color.blue / 255.0);
    }
    cairo_rectangle(canvas->cairo, c->bar.left, c->bar.top, bar * c->em, c->bar.height);
    cairo_set_source(canvas->cairo, colors);
    cairo_fill(canvas->cairo);
    cairo_pattern_destroy(colors);
}

void ls_colorbar_draw(struct ls_canvas *canvas, const struct ls_colorbar *c) {
    double values[LS_MAX_TICKS], right = c->bar.left + bar * c->em;
    int count = ls_zscale_ticks(c->scale, values), digits = ls_tick_digits(values, count);
    double width = widest(canvas, c->scale, c->em);
    draw_colors(canvas, c);
    ls_canvas_ink(canvas, ls_ink);
    cairo_set_line_width(canvas->cairo, 0.06 * c->em);
    for (int i = 0; i < count; i++) {
        char text[LS_NUMBER_SIZE];
        double y = c->bar.top + c->bar.height * (1 - ls_zscale_height(c->scale, values[i]));
        ls_caption_digits(values[i], digits, text);
        cairo_move_to(canvas->cairo, right, y);
        cairo_line_to(canvas->cairo, right + 0.3 * c->em, y);
        cairo_stroke(canvas->cairo);
        struct ls_words words = {.text = text, .y = y, .em = c->em};
        words.x = right + gap * c->em + ls_canvas_measure(canvas, text, c->em, false) / 2;
        ls_canvas_write(canvas, &words);
    }
    struct ls_words name = {.text = c->label, .em = c->em, .angle = -acos(-1) / 2};
    name.x = right + (gap + 1.1) * c->em + width;
    name.y = c->bar.top + c->bar.height / 2;
    ls_canvas_write(canvas, &name);
}
