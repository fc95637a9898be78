#include "landscape/scan_parts.h"
#include <stdlib.h>
#include <string.h>

enum { NETWORKS = 3 }; /* the model, and where x and y lead */

/* A path without the ending of a checkpoint, as its components are taken off its end. */
struct tail {
    const char *path;
    size_t length;
};

static struct tail whole(const char *path) {
    static const char *const endings[] = {".safetensors", ".pth", ".pt", ".t7"};
    struct tail tail = {path, strlen(path)};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t ending = strlen(endings[i]);
        if (tail.length > ending && strcmp(path + tail.length - ending, endings[i]) == 0) {
            tail.length -= ending;
            break;
        }
    }
    return tail;
}

/* The last `components` of the tail. */
static struct tail last(struct tail tail, int components) {
    size_t begin = tail.length;
    while (begin > 0 && (tail.path[begin - 1] != '/' || --components > 0))
        begin--;
    return (struct tail){tail.path + begin, tail.length - begin};
}

static bool equal(struct tail a, struct tail b) {
    return a.length == b.length && memcmp(a.path, b.path, a.length) == 0;
}

/* Whether any two (or, if `all`, all) of the paths have the same last components. */
static bool agree(const struct tail *tails, int count, int components, bool all) {
    int pairs = 0, same = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++) {
            pairs++;
            same += equal(last(tails[i], components), last(tails[j], components));
        }
    return all ? same == pairs : same > 0;
}

/* Whether something is left of each without its last component. */
static bool all_nested(const struct tail *tails, int count) {
    for (int i = 0; i < count; i++)
        if (last(tails[i], 1).length + 1 >= tails[i].length)
            return false;
    return true;
}

/* tails[count] = what tells the paths apart: as many components as that takes, without those at the
 * end that all have: "a" and "b" for runs/a/model.safetensors and runs/b/model.safetensors. */
static void tell_apart(struct tail *tails, int count) {
    enum { MAX_COMPONENTS = 64 };
    int components = 1;
    while (components < MAX_COMPONENTS && agree(tails, count, components, false))
        components++;
    for (int i = 0; i < count; i++)
        tails[i] = last(tails[i], components);
    while (all_nested(tails, count) && agree(tails, count, 1, true))
        for (int i = 0; i < count; i++)
            tails[i].length -= last(tails[i], 1).length + 1;
}

/* The model, which is the end of most trajectories, and the ends of this one. */
static enum ls_status mark_ends(const struct ls_scan *scan, struct ls_surface *surface,
                                struct ls_error *error) {
    const struct ls_trajectory *way = &surface->trajectory;
    const int last = way->count - 1;
    const bool ends_here = way->x[last] == 0 && way->y[last] == 0;
    const bool begins_here = way->x[0] == 0 && way->y[0] == 0;
    if (begins_here && scan->names[1])
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "the trajectory begins with the model: one name is for both, '%s' is left",
                       scan->names[1]);
    const char *here = ends_here ? "end" : begins_here ? "begin" : "model";
    enum ls_status status =
        ls_surface_mark(surface, scan->names[0] ? scan->names[0] : here, 0, 0, error);
    if (!status && !begins_here)
        status = ls_surface_mark(surface, scan->names[1] ? scan->names[1] : "begin", way->x[0],
                                 way->y[0], error);
    if (!status && !ends_here)
        status = ls_surface_mark(surface, "end", way->x[last], way->y[last], error);
    return status;
}

static enum ls_status mark_targets(const struct ls_scan *scan, struct ls_surface *surface,
                                   struct ls_error *error) {
    const struct ls_metadata *origin = &scan->directions->origin;
    const char *paths[NETWORKS] = {scan->model_path ? scan->model_path : scan->model->network.arch,
                                   ls_metadata_get(origin, "model2"),
                                   ls_metadata_get(origin, "model3")};
    struct tail tails[NETWORKS];
    int network[NETWORKS], count = 0;
    for (int i = 0; i < NETWORKS; i++)
        if (paths[i]) {
            network[count] = i;
            tails[count++] = whole(paths[i]);
        }
    if (count == 1)
        return LS_OK;
    tell_apart(tails, count);
    enum ls_status status = LS_OK;
    for (int i = 0; i < count && !status; i++) {
        const char *given = scan->names[i];
        char *name = given ? strdup(given) : strndup(tails[i].path, tails[i].length);
        status = name ? ls_surface_mark(surface, name, network[i] == 1, network[i] == 2, error)
                      : ls_fail_memory(error, "a network's name");
        free(name);
    }
    return status;
}

enum ls_status ls_scan_mark(const struct ls_scan *scan, struct ls_surface *surface,
                            struct ls_error *error) {
    return surface->trajectory.count > 0 ? mark_ends(scan, surface, error)
                                         : mark_targets(scan, surface, error);
}
