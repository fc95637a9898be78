/* A figure of surfaces in three dimensions: what is drawn where. */
#ifndef LANDSCAPE_RENDER_SCENE_H
#define LANDSCAPE_RENDER_SCENE_H

#include "render/camera.h"
#include "render/canvas.h"
#include "render/figure.h"
#include "render/pins.h"
#include "render/terrain.h"
#include "render/trail.h"
#include "render/zscale.h"

enum { LS_SCENE_TEXT = 512, LS_CAPTION_LINES = 8 };

/* One panel: a surface with its name. */
struct ls_panel3 {
    const struct ls_surface *surface;
    struct ls_terrain terrain;
    struct ls_pins pins;
    struct ls_trail trail;    /* empty in a picture without words */
    struct ls_rectangle cell; /* of the surface and its box, in whole pixels */
    char name[LS_SCENE_TEXT], detail[LS_SCENE_TEXT];
};

struct ls_scene {
    const struct ls_request *request;
    const struct ls_surface_options *options;
    struct ls_world world;
    struct ls_zscale scale;
    int width, height;       /* pixels */
    double em;               /* pixels */
    double header;           /* room above each cell for its name */
    struct ls_rectangle bar; /* the colour bar's; no width: none */
    char title[LS_SCENE_TEXT], note[LS_SCENE_TEXT];
    char caption[LS_CAPTION_LINES][LS_SCENE_TEXT];
    int caption_lines;
    struct ls_panel3 panels[LS_MAX_PANELS];
    double (*points)[3]; /* [point_count] what must be seen, in world coordinates; owned */
    int point_count;
    int threads;
};

/* Lays the figure out and prepares the surfaces. Free it, whatever comes of it. */
enum ls_status ls_scene_create(struct ls_scene *scene, const struct ls_request *request,
                               struct ls_error *error);
void ls_scene_free(struct ls_scene *scene);

/* Draws the figure, its camera turned by `turn` degrees more than the options say. */
enum ls_status ls_scene_draw(struct ls_scene *scene, double turn, struct ls_canvas *canvas,
                             struct ls_error *error);

/* The camera's distance from the middle of the box, in world units. */
static const double ls_scene_distance = 6;

/* Finds scene->points. */
enum ls_status ls_scene_find_points(struct ls_scene *scene, struct ls_error *error);

/* The camera for a panel, turned by `turn` degrees more than the options say. */
void ls_scene_aim(const struct ls_scene *scene, double turn, const struct ls_rectangle *cell,
                  struct ls_camera *camera);

#endif
