#include "render/canvas.h"
#include "base/file.h"
#include "render/colormap.h"
#include "render/opaque.h"
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char font[] = "DejaVu Sans";

static cairo_status_t append(void *context, const unsigned char *bytes, unsigned count) {
    struct ls_canvas *canvas = context;
    if (canvas->size + count > canvas->capacity) {
        size_t capacity = 2 * canvas->capacity + count;
        unsigned char *grown = realloc(canvas->bytes, capacity);
        if (!grown)
            return CAIRO_STATUS_NO_MEMORY;
        canvas->bytes = grown;
        canvas->capacity = capacity;
    }
    memcpy(canvas->bytes + canvas->size, bytes, count);
    canvas->size += count;
    return CAIRO_STATUS_SUCCESS;
}

static enum ls_status check(cairo_status_t status, struct ls_error *error) {
    if (status == CAIRO_STATUS_SUCCESS)
        return LS_OK;
    return ls_fail(error, status == CAIRO_STATUS_NO_MEMORY ? LS_NO_MEMORY : LS_IO,
                   "cannot draw the figure: %s", cairo_status_to_string(status));
}

enum ls_status ls_canvas_create(struct ls_canvas *canvas, enum ls_file_format format, int width,
                                int height, enum ls_background background, struct ls_error *error) {
    const double point = 72 / ls_pixels_per_inch;
    *canvas = (struct ls_canvas){
        .format = format, .background = background, .width = width, .height = height};
    if (format == LS_FORMAT_SVG) {
        canvas->surface = cairo_svg_surface_create_for_stream(append, canvas, width, height);
        cairo_svg_surface_set_document_unit(canvas->surface, CAIRO_SVG_UNIT_PX);
    } else if (format == LS_FORMAT_PDF) {
        canvas->surface =
            cairo_pdf_surface_create_for_stream(append, canvas, width * point, height * point);
        /* No date: the same picture is the same bytes. */
        cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
    } else {
        canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    }
    canvas->cairo = cairo_create(canvas->surface);
    if (format == LS_FORMAT_PDF)
        cairo_scale(canvas->cairo, point, point);
    if (background == LS_WHITE) {
        cairo_set_source_rgb(canvas->cairo, 1, 1, 1);
        cairo_paint(canvas->cairo);
    }
    enum ls_status status = check(cairo_status(canvas->cairo), error);
    if (status != LS_OK)
        ls_canvas_free(canvas);
    return status;
}

void ls_canvas_free(struct ls_canvas *canvas) {
    if (canvas->cairo)
        cairo_destroy(canvas->cairo);
    if (canvas->surface)
        cairo_surface_destroy(canvas->surface);
    free(canvas->bytes);
    *canvas = (struct ls_canvas){0};
}

/* In a PDF colours and transparency are two images anyhow, each smoothed by itself by who shows it:
 * black where nothing is covered would seep into outlines. */
static cairo_status_t lay_in_pdf(struct ls_canvas *canvas, const uint32_t *pixels, int width,
                                 int height, int left, int top) {
    cairo_surface_t *colors, *cover;
    ls_opaque(pixels, width, height, &colors, &cover);
    cairo_status_t status = cairo_surface_status(colors);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(cover);
    if (status == CAIRO_STATUS_SUCCESS) {
        cairo_set_source_surface(canvas->cairo, colors, left, top);
        cairo_mask_surface(canvas->cairo, cover, left, top);
        cairo_set_source_rgb(canvas->cairo, 0, 0, 0);
        status = cairo_status(canvas->cairo);
    }
    cairo_surface_destroy(colors);
    cairo_surface_destroy(cover);
    return status;
}

enum ls_status ls_canvas_lay(struct ls_canvas *canvas, uint32_t *pixels, int width, int height,
                             int left, int top, struct ls_error *error) {
    if (canvas->format == LS_FORMAT_PDF)
        return check(lay_in_pdf(canvas, pixels, width, height, left, top), error);
    cairo_surface_t *picture = cairo_image_surface_create_for_data(
        (unsigned char *)pixels, CAIRO_FORMAT_ARGB32, width, height, 4 * width);
    cairo_set_source_surface(canvas->cairo, picture, left, top);
    cairo_paint(canvas->cairo);
    /* A vector canvas keeps what it was given until it is finished: it needs a copy of its own. */
    cairo_set_source_rgb(canvas->cairo, 0, 0, 0);
    cairo_surface_finish(picture);
    cairo_status_t status = cairo_surface_status(picture);
    cairo_surface_destroy(picture);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_status(canvas->cairo);
    return check(status, error);
}

void ls_canvas_ink(struct ls_canvas *canvas, struct ls_color color) {
    cairo_set_source_rgb(canvas->cairo, color.red / 255.0, color.green / 255.0, color.blue / 255.0);
}

double ls_canvas_em(double side, double part) {
    const double readable = 8, most = 1.0 / 18;
    return fmax(part * side, fmin(readable, most * side));
}

static void choose_font(struct ls_canvas *canvas, double em, bool bold) {
    cairo_select_font_face(canvas->cairo, font, CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(canvas->cairo, em);
}

double ls_canvas_measure(struct ls_canvas *canvas, const char *text, double em, bool bold) {
    cairo_text_extents_t extents;
    choose_font(canvas, em, bold);
    cairo_text_extents(canvas->cairo, text, &extents);
    return extents.x_advance;
}

/* Leaves the current point as it is. */
static void draw_halo(struct ls_canvas *canvas, const struct ls_words *words) {
    double x, y;
    cairo_get_current_point(canvas->cairo, &x, &y);
    cairo_save(canvas->cairo);
    cairo_set_source_rgba(canvas->cairo, 1, 1, 1, 0.85);
    cairo_set_line_width(canvas->cairo, 0.28 * words->em);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_text_path(canvas->cairo, words->text);
    cairo_stroke(canvas->cairo);
    cairo_restore(canvas->cairo);
    cairo_move_to(canvas->cairo, x, y);
}

void ls_canvas_stroke(struct ls_canvas *canvas, double width, double rim, double dots) {
    const double pattern[2] = {0.01 * width, dots};
    cairo_set_line_cap(canvas->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(canvas->cairo, pattern, dots > 0 ? 2 : 0, 0);
    ls_canvas_ink(canvas, ls_paper);
    cairo_set_line_width(canvas->cairo, width + 2 * rim);
    cairo_stroke_preserve(canvas->cairo);
    ls_canvas_ink(canvas, ls_ink);
    cairo_set_line_width(canvas->cairo, width);
    cairo_stroke(canvas->cairo);
    cairo_set_dash(canvas->cairo, NULL, 0, 0);
}

void ls_canvas_write(struct ls_canvas *canvas, const struct ls_words *words) {
    double width = ls_canvas_measure(canvas, words->text, words->em, words->bold);
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, words->x, words->y);
    cairo_rotate(canvas->cairo, words->angle);
    /* Digits and capitals are about 0.72 em high. */
    cairo_move_to(canvas->cairo, -width / 2, 0.36 * words->em);
    if (words->halo)
        draw_halo(canvas, words);
    cairo_show_text(canvas->cairo, words->text);
    cairo_restore(canvas->cairo);
}

/* One pixel of colours multiplied by alpha as four bytes of plain red, green, blue and alpha. */
static void unpack(uint32_t pixel, unsigned char *rgba) {
    unsigned alpha = pixel >> 24;
    for (int k = 0; k < 3; k++) {
        unsigned value = pixel >> (16 - 8 * k) & 255;
        rgba[k] = (unsigned char)(alpha ? (value * 255 + alpha / 2) / alpha : 0);
    }
    rgba[3] = (unsigned char)alpha;
}

enum ls_status ls_canvas_image(struct ls_canvas *canvas, struct ls_image *image,
                               struct ls_error *error) {
    cairo_surface_flush(canvas->surface);
    enum ls_status status = check(cairo_status(canvas->cairo), error);
    if (status != LS_OK)
        return status;
    const unsigned char *rows = cairo_image_surface_get_data(canvas->surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(canvas->surface);
    const size_t width = (size_t)canvas->width, height = (size_t)canvas->height;
    *image = (struct ls_image){.width = canvas->width,
                               .height = canvas->height,
                               .channels = canvas->background == LS_WHITE ? 3 : 4};
    image->pixels = malloc(width * height * (size_t)image->channels);
    if (!image->pixels)
        return ls_fail_memory(error, "the picture");
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            unsigned char rgba[4];
            unpack(((const uint32_t *)(const void *)(rows + y * stride))[x], rgba);
            memcpy(image->pixels + (y * width + x) * (size_t)image->channels, rgba,
                   (size_t)image->channels);
        }
    return LS_OK;
}

static enum ls_status save_image(struct ls_canvas *canvas, const char *path,
                                 struct ls_error *error) {
    struct ls_image image;
    enum ls_status status = ls_canvas_image(canvas, &image, error);
    if (status != LS_OK)
        return status;
    status = ls_png_write(&image, path, error);
    free(image.pixels);
    return status;
}

enum ls_status ls_canvas_save(struct ls_canvas *canvas, const char *path, struct ls_error *error) {
    if (canvas->format == LS_FORMAT_PNG)
        return save_image(canvas, path, error);
    cairo_show_page(canvas->cairo);
    cairo_surface_finish(canvas->surface);
    enum ls_status status = check(cairo_status(canvas->cairo), error);
    if (status == LS_OK)
        status = check(cairo_surface_status(canvas->surface), error);
    return status == LS_OK ? ls_file_write(path, canvas->bytes, canvas->size, error) : status;
}
