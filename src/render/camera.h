/* Where a surface is seen from. World coordinates: x and y along the two directions, z up. */
#ifndef LANDSCAPE_RENDER_CAMERA_H
#define LANDSCAPE_RENDER_CAMERA_H

struct ls_camera {
    double eye[3];
    double right[3], up[3], forward[3]; /* unit vectors */
    double scale;                       /* pixels a unit is long at distance 1 */
    double x, y;                        /* pixel of what lies straight ahead */
};

/* A rectangle in pixels, y down. */
struct ls_rectangle {
    double left, top, width, height;
};

/* A camera that looks at `target` from `distance` away: `elevation` degrees above the horizon, and
 * `azimuth` degrees round to the right of a camera that has x on its right and looks along y. */
void ls_camera_aim(struct ls_camera *camera, double azimuth, double elevation,
                   const double target[3], double distance);

/* Lets points[count] fill the rectangle, in its middle, with the same scale across and upwards. */
void ls_camera_fit(struct ls_camera *camera, double (*points)[3], int count,
                   const struct ls_rectangle *rectangle);

/* The pixel of a point in front of the camera, y down; returns its distance along the view. */
double ls_camera_project(const struct ls_camera *camera, const double point[3], double *x,
                         double *y);

#endif
