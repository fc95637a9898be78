#include "render/camera.h"
#include <math.h>

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void ls_camera_aim(struct ls_camera *camera, double azimuth, double elevation,
                   const double target[3], double distance) {
    const double degree = acos(-1) / 180;
    double sa = sin(azimuth * degree), ca = cos(azimuth * degree);
    double se = sin(elevation * degree), ce = cos(elevation * degree);
    *camera = (struct ls_camera){.right = {ca, sa, 0},
                                 .up = {-sa * se, ca * se, ce},
                                 .forward = {-sa * ce, ca * ce, -se},
                                 .scale = 1};
    for (int i = 0; i < 3; i++)
        camera->eye[i] = target[i] - distance * camera->forward[i];
}

double ls_camera_project(const struct ls_camera *camera, const double point[3], double *x,
                         double *y) {
    double to[3] = {point[0] - camera->eye[0], point[1] - camera->eye[1],
                    point[2] - camera->eye[2]};
    double depth = dot(to, camera->forward);
    *x = camera->x + camera->scale * dot(to, camera->right) / depth;
    *y = camera->y - camera->scale * dot(to, camera->up) / depth;
    return depth;
}

void ls_camera_fit(struct ls_camera *camera, double (*points)[3], int count,
                   const struct ls_rectangle *rectangle) {
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY, x, y;
    camera->scale = 1;
    camera->x = camera->y = 0;
    for (int i = 0; i < count; i++) {
        ls_camera_project(camera, points[i], &x, &y);
        left = fmin(left, x);
        right = fmax(right, x);
        top = fmin(top, y);
        bottom = fmax(bottom, y);
    }
    camera->scale = fmin(rectangle->width / (right - left), rectangle->height / (bottom - top));
    camera->x = rectangle->left + rectangle->width / 2 - camera->scale * (left + right) / 2;
    camera->y = rectangle->top + rectangle->height / 2 - camera->scale * (top + bottom) / 2;
}
