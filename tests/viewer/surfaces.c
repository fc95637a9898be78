/* Writes the surfaces that the viewer is tested with into the directory argv[1]. */
#include "landscape/surface.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A loss over the plane. */
typedef double function(double a, double b);

/* The accuracy of these made-up networks. */
static double accuracy(double loss) {
    return 10 + 90 * exp(-loss / 1.5);
}

static double bowl(double a, double b) {
    double wave = sin(6 * a) * cos(5 * b) * (a * a + b * b);
    return 0.08 + 3.8 * a * a + 3.2 * b * b + 0.15 * wave;
}

/* A funnel in the midst of ridges that rise without end. */
static double chaos(double a, double b) {
    double r = hypot(a, b), loss = 0.5 + 6 * pow(r, 1.2), outside = fmax(r - 0.9, 0);
    for (int k = 2; k < 7; k++)
        loss += 1.2 * fmin(2 * r, 1) * sin(3 * k * (a * cos(2.1 * k) + b * sin(2.1 * k)) + k);
    return fmax(loss, 0.4) * (1 + 40 * outside * outside);
}

/* From 1e-3 at the centre to 1e9 in the corners. */
static double huge(double a, double b) {
    return pow(10, -3 + 6 * (a * a + b * b));
}

static double flat(double a, double b) {
    return 2.302585 + 0 * a * b;
}

static double holes(double a, double b) {
    if (fabs(a - 0.5) < 0.13 && fabs(b - 0.5) < 0.13)
        return NAN;
    if (hypot(a + 0.6, b + 0.5) < 0.15)
        return INFINITY;
    return bowl(a, b);
}

/* As far as a scan has come that goes row by row. */
static double unfinished(double a, double b) {
    return b > 0.1 || (b > 0.02 && a > 0.3) ? LS_NOT_COMPUTED : bowl(a, b);
}

/* Every third sample of a row or two. */
static double begun(double a, double b) {
    bool there = b < -0.95 && (lround(25 * a) + 25) % 3 == 0;
    return there ? bowl(a, b) : LS_NOT_COMPUTED;
}

static void fail(const struct ls_error *error) {
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

/* A network in the plane. */
struct network {
    const char *name; /* NULL behind the last */
    double a, b;
};

struct sample {
    const char *name, *arch;
    function *loss;
    struct ls_range x, y;
    const struct network *networks;         /* NULL for none */
    const struct ls_trajectory *trajectory; /* likewise */
    bool eigenvalues;
};

static void fill(struct ls_surface *surface, const struct sample *sample) {
    for (size_t k = 0; k < ls_surface_points(surface); k++) {
        double a = surface->x[k % (size_t)surface->nx], b = surface->y[k / (size_t)surface->nx];
        surface->loss[k] = sample->loss(a, b);
        surface->accuracy[k] =
            surface->loss[k] == LS_NOT_COMPUTED ? LS_NOT_COMPUTED : accuracy(surface->loss[k]);
        if (surface->loss[k] > 0)
            surface->loss_error[k] = 0.123 * surface->loss[k];
        if (surface->max_eig) {
            surface->max_eig[k] = 5 + a;
            surface->min_eig[k] = -3 * b * b;
        }
    }
}

/* Moves the inner coordinates towards the middle of the axis. */
static void crowd(double *at, int count) {
    for (int i = 0; i < count; i++)
        at[i] = at[i] * fabs(at[i]);
}

static enum ls_status mark(struct ls_surface *surface, const struct network *networks,
                           struct ls_error *error) {
    for (; networks && networks->name; networks++)
        if (ls_surface_mark(surface, networks->name, networks->a, networks->b, error))
            return error->status;
    return LS_OK;
}

static void write_sample(const struct sample *sample, const char *directory) {
    struct ls_surface surface;
    struct ls_error error;
    char path[4096];
    if (ls_surface_create(&surface, &sample->x, &sample->y, &error) ||
        (sample->eigenvalues && ls_surface_add_eigenvalues(&surface, &error)))
        fail(&error);
    if (sample->x.max == 3)
        crowd(surface.x, surface.nx);
    fill(&surface, sample);
    snprintf(path, sizeof path, "%s/%s.h5", directory, sample->name);
    if (ls_metadata_set(&surface.metadata, &error, "arch", "%s", sample->arch) ||
        ls_metadata_set(&surface.metadata, &error, "data", "cifar10:data") ||
        ls_metadata_set(&surface.metadata, &error, "split", "train") ||
        ls_metadata_set(&surface.metadata, &error, "images", "50000") ||
        ls_metadata_set(&surface.metadata, &error, "model_test_error", "5.89") ||
        mark(&surface, sample->networks, &error) ||
        (sample->trajectory &&
         ls_trajectory_copy(&surface.trajectory, sample->trajectory, &error)) ||
        ls_surface_write(&surface, path, &error))
        fail(&error);
    ls_surface_free(&surface);
}

int main(int argc, char **argv) {
    const struct ls_range side = {-1, 1, 51}, tiny = {-1, 1, 2}, big = {-1, 1, 501};
    const struct ls_range wide = {-3, 3, 31}, narrow = {-0.5, 0.5, 11};
    const char *hostile = "</script><script>document.title='taken'</script><!--<script>&\"'\xff\n";
    /* On a sample, between samples, close together, behind ridges, on an edge, outside. */
    const struct network networks[] = {{"plain-20", -0.4, -0.4},
                                       {"deepened to 56 layers", 0.613, -0.217},
                                       {"trained 56", 0.64, -0.2},
                                       {"behind", -0.2, 0.9},
                                       {"<b>edge</b>", 1, 0.3},
                                       {"outside", 0, 1.5},
                                       {NULL, 0, 0}};
    /* Over the ridges, far away from the plane and back. */
    double way_x[] = {-0.9, -0.3, 0.5, 1e90, 0.6, 0}, way_y[] = {0.8, 0.6, -0.6, -0.3, 0.1, 0};
    const struct ls_trajectory way = {.count = 6, .x = way_x, .y = way_y};
    const struct sample samples[] = {
        {"bowl", "resnet56", bowl, side, side, NULL, NULL, false},
        {"chaos", "resnet56-noshort", chaos, side, side, NULL, NULL, false},
        {"huge", "resnet110-noshort", huge, side, side, NULL, NULL, false},
        {"flat", "resnet20", flat, side, side, NULL, NULL, false},
        {"holes", "resnet20", holes, side, side, NULL, NULL, false},
        {"unfinished", "resnet20", unfinished, side, side, NULL, NULL, false},
        {"begun", "resnet20", begun, side, side, NULL, NULL, false},
        {"tiny", "resnet20", bowl, tiny, tiny, NULL, NULL, false},
        {"big", "resnet20", chaos, big, big, NULL, NULL, false},
        {"uneven", "resnet20", bowl, wide, narrow, NULL, NULL, false},
        {"plane", "resnet20-noshort", bowl, side, side, networks, NULL, false},
        {"wild", "resnet56-noshort", chaos, side, side, networks, NULL, false},
        {"way", "resnet56-noshort", chaos, side, side, NULL, &way, false},
        {"hostile", hostile, bowl, side, side, NULL, NULL, false},
        {"curved", "resnet20", bowl, side, side, NULL, NULL, true},
    };
    if (argc != 2)
        return 2;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        write_sample(&samples[i], argv[1]);
    return 0;
}
