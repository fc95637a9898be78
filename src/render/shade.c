/* Blinn and Phong's model with a key light that casts shadows, a fill light that does not, and the
 * light of the sky, as much of it as is seen. */
#include "render/shade.h"
#include <math.h>

static const float key_light = 0.72f, fill_light = 0.2f, fill_below = 0.5f, sky_light = 0.42f;
static const float gloss = 0.16f, shininess = 28;
/* The key light that a lower side gets, in the shadow of its own surface. */
static const float through = 0.6f;
static const float line_ink = 0.55f; /* how dark contour lines are */

double ls_linear_of_srgb(double value) {
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

double ls_srgb_of_linear(double value) {
    return value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055;
}

static float dot(const float a[3], const float b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* A light `turn` degrees to the left of the camera, `elevation` degrees above the floor. */
static void place_light(float light[3], const struct ls_camera *camera, double turn,
                        double elevation) {
    const double degree = acos(-1) / 180;
    double s = sin(turn * degree), c = cos(turn * degree), flat = cos(elevation * degree);
    /* The horizontal direction towards the camera, and that to the left of it. */
    double back[2] = {camera->right[1], -camera->right[0]};
    for (int i = 0; i < 2; i++)
        light[i] = (float)(flat * (c * back[i] - s * camera->right[i]));
    light[2] = (float)sin(elevation * degree);
}

void ls_look_light(struct ls_look *look, const struct ls_camera *camera) {
    for (int i = 0; i < 3; i++)
        look->eye[i] = (float)camera->eye[i];
    place_light(look->key, camera, 62, 50);
    place_light(look->fill, camera, -35, 25);
}

void ls_look_color(struct ls_look *look, enum ls_colormap map, const struct ls_world *world) {
    look->height = (float)world->height;
    for (int i = 0; i <= LS_SHADES; i++) {
        struct ls_color color = ls_colormap(map, (double)i / LS_SHADES);
        look->color[i][0] = (float)ls_linear_of_srgb(color.red / 255.0);
        look->color[i][1] = (float)ls_linear_of_srgb(color.green / 255.0);
        look->color[i][2] = (float)ls_linear_of_srgb(color.blue / 255.0);
    }
}

void ls_look_lines(struct ls_look *look, const struct ls_zscale *scale,
                   const struct ls_world *world, double width) {
    double heights[LS_MAX_SURFACE_LINES];
    look->lines = ls_zscale_lines(scale, heights);
    look->line_width = (float)width;
    for (int l = 0; l < look->lines; l++)
        look->line[l] = (float)(heights[l] * world->height);
}

/* Everything a point needs, interpolated between four grid points. */
struct spot {
    float position[3], up[3], sky, sun;
    float slope; /* of the ground, tangent */
};

static struct spot look_up(const struct ls_terrain *t, float u, float v, bool below) {
    int i = (int)u < t->nx - 2 ? (int)u : t->nx - 2, j = (int)v < t->ny - 2 ? (int)v : t->ny - 2;
    float x = u - (float)i, y = v - (float)j;
    const size_t first = (size_t)j * (size_t)t->nx + (size_t)i;
    const size_t at[4] = {first, first + 1, first + (size_t)t->nx, first + (size_t)t->nx + 1};
    const float weight[4] = {(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y};
    const float *sky = below ? t->sky_below : t->sky;
    struct spot spot = {.position = {t->left + u * t->step_x, t->front + v * t->step_y, 0}};
    for (int c = 0; c < 4; c++) {
        if (weight[c] == 0)
            continue;
        spot.position[2] += weight[c] * t->z[at[c]];
        for (int k = 0; k < 3; k++)
            spot.up[k] += weight[c] * t->up[at[c]][k];
        spot.sky += weight[c] * sky[at[c]];
        spot.sun += weight[c] * t->sun[at[c]];
    }
    float length = sqrtf(dot(spot.up, spot.up));
    for (int k = 0; k < 3; k++)
        spot.up[k] /= length;
    spot.slope = sqrtf(fmaxf(1 - spot.up[2] * spot.up[2], 0)) / fmaxf(spot.up[2], 1e-6f);
    return spot;
}

/* Whether a contour line covers the spot. */
static bool on_line(const struct ls_look *look, const struct spot *spot) {
    /* On flat ground a line would be a lake. */
    float reach = 0.5f * look->line_width * spot->slope / sqrtf(1 + spot->slope * spot->slope);
    for (int l = 0; l < look->lines; l++)
        if (fabsf(spot->position[2] - look->line[l]) < reach)
            return true;
    return false;
}

void ls_shade(const struct ls_look *look, const struct ls_terrain *terrain, float u, float v,
              bool below, float rgb[3]) {
    struct spot spot = look_up(terrain, u, v, below);
    float normal[3], eye[3], half[3];
    for (int k = 0; k < 3; k++) {
        normal[k] = below ? -spot.up[k] : spot.up[k];
        eye[k] = look->eye[k] - spot.position[k];
    }
    float distance = sqrtf(dot(eye, eye));
    for (int k = 0; k < 3; k++)
        half[k] = eye[k] / distance + look->key[k];
    float toward = fmaxf(dot(normal, look->key), 0);
    float key = toward * (below ? through : spot.sun);
    /* Nothing but a lamp at the eye reaches what is below, and half of that comes from all around:
     * the strip of it that one sees under a rim would look like a scratch otherwise. */
    float fill =
        fmaxf(below ? 0.5f + 0.5f * dot(normal, eye) / distance : dot(normal, look->fill), 0);
    float sky = spot.sky * (0.75f + 0.25f * normal[2]);
    float light = key_light * key +
                  (below ? fill_below : fill_light) * fill * (0.4f + 0.6f * spot.sky) +
                  sky_light * sky;
    float shine = fmaxf(dot(normal, half), 0) / sqrtf(dot(half, half));
    shine = gloss * (below ? 0.3f : spot.sun) * fminf(4 * toward, 1) * powf(shine, shininess);
    float t = fminf(fmaxf(spot.position[2] / look->height, 0), 1) * LS_SHADES;
    int shade = (int)t < LS_SHADES ? (int)t : LS_SHADES - 1;
    float part = t - (float)shade, ink = look->lines && on_line(look, &spot) ? line_ink : 0;
    for (int k = 0; k < 3; k++) {
        const float *color = &look->color[shade][k];
        float own = (color[0] + part * (color[3] - color[0])) * (1 - ink);
        rgb[k] = fminf(own * light + shine * (1 - ink), 1);
    }
}
