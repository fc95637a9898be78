/* The words around pictures of surfaces. */
#include "render/caption.h"
#include "render/figure.h"
#include "render/height.h"
#include "render/quantity.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *ls_request_label(const struct ls_request *request) {
    if (request->quantity->label)
        return request->quantity->label;
    for (int i = 0; i < request->count; i++)
        if (!ls_caption_loss(request->surfaces[i]))
            return "loss";
    return ls_caption_loss(request->surfaces[0]); /* as the others': see ls_request_check_losses */
}

void ls_note_add(char *note, size_t size, const char *format, ...) {
    size_t length = strlen(note);
    length += (size_t)snprintf(note + length, size - length, "%s", length ? "; " : "");
    if (length >= size)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(note + length, size - length, format, arguments);
    va_end(arguments);
}

enum ls_status ls_request_check_losses(const struct ls_request *request, struct ls_error *error) {
    const char *known = NULL;
    for (int i = 0; i < request->count && request->quantity->of_loss; i++) {
        const char *mine = ls_caption_loss(request->surfaces[i]);
        if (mine && known && strcmp(mine, known) != 0)
            return ls_fail(error, LS_MISMATCH,
                           "one scale cannot show %s and %s: draw surface %d by itself", known,
                           mine, i + 1);
        known = mine ? mine : known;
    }
    return LS_OK;
}

const char *ls_request_title(const struct ls_request *request) {
    return request->count > 1 && request->options->title ? request->options->title : "";
}

/* The user's name for surface i, or NULL. */
static const char *given(const struct ls_request *request, int i) {
    return request->options->names ? request->options->names[i] : NULL;
}

/* What surface i is, and what tells it from those that would be called the same. */
static void name_apart(const struct ls_request *request, int i, char *text, size_t size) {
    const struct ls_surface *namesakes[LS_MAX_PANELS];
    int count = 0;
    ls_caption_name(request->surfaces[i], text, size);
    for (int j = 0; j < request->count; j++) {
        char other[512];
        ls_caption_name(request->surfaces[j], other, sizeof other);
        if (!given(request, j) && strcmp(text, other) == 0)
            namesakes[count++] = request->surfaces[j];
    }
    ls_caption_apart(request->surfaces[i], namesakes, count, text, size);
}

void ls_request_name(const struct ls_request *request, int i, char *text, size_t size) {
    if (request->count == 1 && request->options->title)
        snprintf(text, size, "%s", request->options->title);
    else if (given(request, i))
        snprintf(text, size, "%s", given(request, i));
    else
        name_apart(request, i, text, size);
}

void ls_request_missing(const struct ls_request *request, const char *how, char *note,
                        size_t size) {
    struct ls_extent extent = ls_heights(request->surfaces, request->count);
    char not_computed[32], not_finite[32], points[32];
    ls_caption_count(extent.not_computed, not_computed);
    ls_caption_count(extent.not_finite, not_finite);
    ls_caption_count(extent.points, points);
    note[0] = 0;
    if (extent.not_computed && extent.not_finite)
        snprintf(note, size, "%s of %s points not computed, %s not finite%s", not_computed, points,
                 not_finite, how);
    else if (extent.not_computed)
        snprintf(note, size, "%s of %s points not computed%s", not_computed, points, how);
    else if (extent.not_finite)
        snprintf(note, size, "%s of %s points not finite%s", not_finite, points, how);
}

enum ls_status ls_request_check_zmax(const struct ls_request *request, struct ls_error *error) {
    const double lowest = ls_heights(request->surfaces, request->count).min;
    if (request->options->zmax <= lowest)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "zmax (%g) would cut off everything: the lowest %s is %g",
                       request->options->zmax, request->quantity->noun, lowest);
    return LS_OK;
}

void ls_figure_name_surfaces(struct ls_figure *figure, const struct ls_request *request) {
    for (int i = 0; i < request->count; i++) {
        char name[512], detail[512];
        ls_request_name(request, i, name, sizeof name);
        ls_caption_detail(request->surfaces[i], detail, sizeof detail);
        ls_figure_name(figure, i, name, detail);
    }
}
