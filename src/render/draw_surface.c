/* Surfaces in three dimensions, on one common scale of height and colour. */
#include "render/figure.h"
#include "render/height.h"
#include "render/scene.h"
#include "render/turntable.h"
#include <math.h>

static enum ls_status draw(struct ls_scene *scene, struct ls_error *error) {
    const struct ls_request *request = scene->request;
    struct ls_canvas canvas;
    enum ls_status status = ls_canvas_create(&canvas, request->format, scene->width, scene->height,
                                             scene->options->background, error);
    if (status != LS_OK)
        return status;
    status = ls_scene_draw(scene, 0, &canvas, error);
    if (status == LS_OK)
        status = ls_canvas_save(&canvas, request->path, error);
    ls_canvas_free(&canvas);
    return status;
}

static enum ls_status check(const struct ls_request *request, struct ls_error *error) {
    const struct ls_surface_options *options = &request->options->surface;
    if (options->samples < 1 || options->samples > 8)
        return ls_fail(error, LS_BAD_ARGUMENT, "samples (%d) must be from 1 to 8",
                       options->samples);
    if (!(options->elevation >= 0 && options->elevation <= 90))
        return ls_fail(error, LS_BAD_ARGUMENT, "elevation (%g) must be from 0 to 90 degrees",
                       options->elevation);
    if (!isfinite(options->azimuth))
        return ls_fail(error, LS_BAD_ARGUMENT, "azimuth (%g) must be finite", options->azimuth);
    if (!(options->zoom > 0))
        return ls_fail(error, LS_BAD_ARGUMENT, "zoom (%g) must be above 0", options->zoom);
    if (options->frames > 1 && request->format != LS_FORMAT_PNG)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "%s: a turntable is an animated PNG: the name must "
                       "end in .png",
                       request->path);
    return ls_request_check_zmax(request, error);
}

enum ls_status ls_draw_surface(const struct ls_request *request, struct ls_error *error) {
    struct ls_scene scene;
    enum ls_status status = check(request, error);
    if (status != LS_OK)
        return status;
    status = ls_scene_create(&scene, request, error);
    if (status == LS_OK)
        status = scene.options->frames > 1 ? ls_turntable(&scene, error) : draw(&scene, error);
    ls_scene_free(&scene);
    return status;
}
