#include "render/turntable.h"
#include "base/observer.h"
#include "base/text.h"
#include "render/apng.h"
#include <ctype.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES_PER_SECOND = 20, MOST_DIGITS = 9 };

/* Finds a "%d" or "%04d" in the path: the length of what is before it, of itself, and its digits.
 */
static bool find_number(const char *path, int *before, int *length, int *digits) {
    for (const char *at = strchr(path, '%'); at; at = strchr(at + 1, '%')) {
        const char *end = at + 1;
        *digits = 0;
        while (isdigit((unsigned char)*end) && *digits <= MOST_DIGITS)
            *digits = 10 * *digits + *end++ - '0';
        if (*end != 'd' || *digits > MOST_DIGITS)
            continue;
        *before = (int)(at - path);
        *length = (int)(end + 1 - at);
        return true;
    }
    return false;
}

static enum ls_status draw(struct ls_scene *scene, int frame, struct ls_image *image,
                           struct ls_error *error) {
    struct ls_canvas canvas;
    enum ls_status status = ls_canvas_create(&canvas, LS_FORMAT_PNG, scene->width, scene->height,
                                             scene->options->background, error);
    if (status != LS_OK)
        return status;
    status = ls_scene_draw(scene, 360.0 * frame / scene->options->frames, &canvas, error);
    if (status == LS_OK)
        status = ls_canvas_image(&canvas, image, error);
    ls_canvas_free(&canvas);
    return status;
}

static enum ls_status write_numbered(const char *path, int frame, const struct ls_image *image,
                                     struct ls_error *error) {
    int before, length, digits;
    find_number(path, &before, &length, &digits);
    char *name = ls_format("%.*s%0*d%s", before, path, digits, frame, path + before + length);
    if (!name)
        return ls_fail_memory(error, path);
    enum ls_status status = ls_png_write(image, name, error);
    free(name);
    return status;
}

static void report(const struct ls_observer *observer, int done, int total, double begin) {
    const struct ls_progress progress = {
        .phase = "draw", .done = done, .total = total, .seconds = omp_get_wtime() - begin};
    ls_report(observer, &progress);
}

/* Draws all pictures; into the animation if there is one. */
static enum ls_status draw_all(struct ls_scene *scene, struct ls_apng *apng,
                               struct ls_error *error) {
    const struct ls_observer *observer = scene->options->observer;
    const int frames = scene->options->frames;
    const char *path = scene->request->path;
    double begin = omp_get_wtime();
    enum ls_status status = LS_OK;
    for (int frame = 0; frame < frames && status == LS_OK; frame++) {
        struct ls_image image;
        if (ls_stopped(observer))
            return ls_fail(error, LS_INTERRUPTED, "%s: interrupted after %d of %d pictures", path,
                           frame, frames);
        status = draw(scene, frame, &image, error);
        if (status != LS_OK)
            return status;
        status =
            apng ? ls_apng_add(apng, &image, error) : write_numbered(path, frame, &image, error);
        free(image.pixels);
        report(observer, frame + 1, frames, begin);
    }
    return status;
}

enum ls_status ls_turntable(struct ls_scene *scene, struct ls_error *error) {
    struct ls_apng apng;
    int before, length, digits;
    if (find_number(scene->request->path, &before, &length, &digits))
        return draw_all(scene, NULL, error);
    enum ls_status status = ls_apng_begin(&apng, scene->request->path, scene->options->frames,
                                          PICTURES_PER_SECOND, error);
    if (status != LS_OK)
        return status;
    status = draw_all(scene, &apng, error);
    if (status == LS_OK)
        return ls_apng_finish(&apng, error);
    ls_apng_discard(&apng);
    return status;
}
