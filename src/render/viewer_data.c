#include "render/viewer_data.h"
#include "base/alloc.h"
#include "render/caption.h"
#include "render/colormap.h"
#include "render/marks.h"
#include "render/quantity.h"
#include "render/utf8.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Appends a JSON string that shows this text, whatever is in it. Nothing in it can end a script
 * element: < and & are escaped. What is no printable UTF-8 becomes U+FFFD. */
static void add_string(struct ls_script *text, const char *string) {
    const unsigned char *at = (const unsigned char *)string;
    ls_script_add(text, "\"");
    while (*at) {
        int length = ls_utf8_printable(at);
        if (strchr("\n\t", *at) || strchr("\"\\<>&", *at))
            ls_script_add(text, "\\u%04x", *at);
        else if (length == 0)
            ls_script_add(text, "\\ufffd");
        else
            ls_script_add(text, "%.*s", length, (const char *)at);
        at += length ? length : 1;
    }
    ls_script_add(text, "\"");
}

static void add_field(struct ls_script *text, const char *key, const char *string) {
    ls_script_add(text, "\"%s\":", key);
    add_string(text, string);
}

/* Base64 (RFC 4648) of bytes[count], count at most 24. */
static void add_base64(struct ls_script *text, const unsigned char *bytes, int count) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char out[33];
    int length = 0;
    for (int i = 0; i < count; i += 3) {
        unsigned second = i + 1 < count ? bytes[i + 1] : 0,
                 third = i + 2 < count ? bytes[i + 2] : 0;
        unsigned bits = (unsigned)bytes[i] << 16 | second << 8 | third;
        out[length++] = digits[bits >> 18];
        out[length++] = digits[bits >> 12 & 63];
        out[length++] = i + 1 < count ? digits[bits >> 6 & 63] : '=';
        out[length++] = i + 2 < count ? digits[bits & 63] : '=';
    }
    out[length] = 0;
    ls_script_add(text, "%s", out);
}

/* Three doubles are 24 bytes are 32 digits. */
static void add_numbers(struct ls_script *text, const char *key, const double *values,
                        size_t count) {
    ls_script_add(text, "\"%s\":\"", key);
    for (size_t i = 0; i < count; i += 3) {
        unsigned char bytes[24];
        int used = 0;
        for (size_t k = i; k < count && k < i + 3; k++) {
            uint64_t bits;
            memcpy(&bits, &values[k], sizeof bits);
            for (int shift = 0; shift < 64; shift += 8)
                bytes[used++] = (unsigned char)(bits >> shift);
        }
        add_base64(text, bytes, used);
    }
    ls_script_add(text, "\"");
}

static void add_networks(struct ls_script *text, const struct ls_surface *surface) {
    const char *separator = "";
    ls_script_add(text, "\"networks\":[");
    for (int i = 0; i < surface->marker_count; i++) {
        const struct ls_marker *network = &surface->markers[i];
        if (!ls_marker_inside(network, surface))
            continue;
        ls_script_add(text, "%s{", separator);
        add_field(text, "name", network->name);
        ls_script_add(text, ",\"a\":%.17g,\"b\":%.17g}", network->x, network->y);
        separator = ",";
    }
    ls_script_add(text, "]");
}

/* Numbers that are NAN interrupt the trail; of `stop`, a digit for each tells checkpoints. */
static void add_trail(struct ls_script *text, const struct ls_surface *surface) {
    struct ls_trail trail;
    if (ls_trail_clip(&trail, surface, NULL)) {
        text->failed = true;
        return;
    }
    ls_script_add(text, "\"trail\":{");
    add_numbers(text, "a", trail.x, (size_t)trail.count);
    ls_script_add(text, ",");
    add_numbers(text, "b", trail.y, (size_t)trail.count);
    ls_script_add(text, ",\"stop\":\"");
    for (int i = 0; i < trail.count; i++)
        ls_script_add(text, trail.stop[i] ? "1" : "0");
    ls_script_add(text, "\"}");
    ls_trail_free(&trail);
}

/* |smallest / largest eigenvalue| of every point; empty if they are not known. */
static void add_convexity(struct ls_script *text, const struct ls_surface *surface) {
    const struct ls_quantity *convexity = ls_quantity_of(LS_PLOT_CONVEXITY, LS_PLOT_OF_LOSS);
    const size_t points = surface->max_eig ? ls_surface_points(surface) : 0;
    double *values = ls_alloc(points, sizeof *values);
    for (size_t i = 0; i < points && values; i++)
        values[i] = convexity->value(surface, i);
    text->failed = text->failed || !values;
    add_numbers(text, "convexity", values, values ? points : 0);
    free(values);
}

static void add_surface(struct ls_script *text, const struct ls_request *request, int i) {
    const struct ls_surface *surface = request->surfaces[i];
    const size_t points = ls_surface_points(surface);
    char name[512], detail[512];
    ls_request_name(request, i, name, sizeof name);
    ls_caption_detail(surface, detail, sizeof detail);
    ls_script_add(text, "%s\n{", i ? "," : "");
    add_field(text, "name", name);
    ls_script_add(text, ",");
    add_field(text, "detail", detail);
    ls_script_add(text, ",\"metadata\":[");
    for (int k = 0; k < surface->metadata.count; k++) {
        ls_script_add(text, k ? ",[" : "[");
        add_string(text, surface->metadata.entries[k].key);
        ls_script_add(text, ",");
        add_string(text, surface->metadata.entries[k].value);
        ls_script_add(text, "]");
    }
    ls_script_add(text, "],\n");
    add_networks(text, surface);
    ls_script_add(text, ",\n");
    add_trail(text, surface);
    ls_script_add(text, ",\n");
    add_numbers(text, "x", surface->x, (size_t)surface->nx);
    ls_script_add(text, ",\n");
    add_numbers(text, "y", surface->y, (size_t)surface->ny);
    ls_script_add(text, ",\n");
    add_numbers(text, "loss", surface->loss, points);
    ls_script_add(text, ",\n");
    add_numbers(text, "accuracy", surface->accuracy, points);
    ls_script_add(text, ",\n");
    add_numbers(text, "error", surface->loss_error, points);
    ls_script_add(text, ",\n");
    add_convexity(text, surface);
    ls_script_add(text, "}");
}

/* The maps, that with which the page opens first. */
static void add_maps(struct ls_script *text, enum ls_colormap first) {
    static const struct {
        enum ls_colormap map;
        const char *name;
    } maps[] = {{LS_COOLWARM, "cool to warm"}, {LS_VIRIDIS, "viridis"}, {LS_CIVIDIS, "cividis"}};
    const int count = sizeof maps / sizeof maps[0];
    ls_script_add(text, "\"maps\":[");
    for (int k = 0; k < count; k++) {
        int i = (k + (int)first) % count;
        ls_script_add(text, "%s\n{", k ? "," : "");
        add_field(text, "name", maps[i].name);
        ls_script_add(text, ",\"colours\":\"");
        for (int tone = 0; tone < 256; tone++)
            ls_script_add(text, "%06x", ls_color_number(ls_colormap(maps[i].map, tone / 255.0)));
        ls_script_add(text, "\"}");
    }
    ls_script_add(text, "]");
}

void ls_viewer_data(struct ls_script *text, const struct ls_request *request) {
    const struct ls_plot_options *options = request->options;
    ls_script_add(text, "{");
    add_field(text, "title", ls_request_title(request));
    ls_script_add(text, ",");
    add_field(text, "loss", ls_request_label(request));
    ls_script_add(text, ",\"log\":%s,\"clip\":", options->log ? "true" : "false");
    ls_script_add(text, isfinite(options->zmax) ? "%.17g,\n" : "null,\n", options->zmax);
    ls_script_add(text, "\"view\":{\"azimuth\":%.17g,\"elevation\":%.17g,\"zoom\":%.17g},\n",
                  options->surface.azimuth, options->surface.elevation, options->surface.zoom);
    add_maps(text, ls_colormap_or(options->colormap, LS_COOLWARM));
    ls_script_add(text, ",\n\"surfaces\":[");
    for (int i = 0; i < request->count; i++)
        add_surface(text, request, i);
    ls_script_add(text, "]}\n");
}
