#include "pictures.h"
#include "support.h"
#include <math.h>

int enter_directory(void **state) {
    return make_directory(state) == 0 ? chdir(*state) : -1;
}

int leave_directory(void **state) {
    return chdir("/") == 0 ? remove_directory(state) : -1;
}

void skip_without_gnuplot(void) {
    if (system("gnuplot --version >/dev/null 2>&1") != 0) {
        print_message("gnuplot is not installed: nothing can be drawn\n");
        skip();
    }
}

char *slurp(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *content = calloc(1, 8 << 20);
    assert_non_null(content);
    *size = fread(content, 1, (8 << 20) - 1, file);
    fclose(file);
    return content;
}

bool contains(const char *path, const char *what) {
    size_t size;
    char *content = slurp(path, &size);
    bool found = strstr(content, what) != NULL;
    free(content);
    return found;
}

void make_bowl(struct ls_surface *surface, int n, double height) {
    struct ls_range range = {-1, 1, n};
    assert_int_equal(ls_surface_create(surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < n * n; i++) {
        double x = surface->x[i % n], y = surface->y[i / n];
        surface->loss[i] = height * (x * x + y * y) + 0.25;
        surface->accuracy[i] = 50;
    }
}

void make_wild(struct ls_surface *surface, int n) {
    struct ls_range range = {-1, 1, n};
    unsigned random = 7;
    assert_int_equal(ls_surface_create(surface, &range, &range, NULL), LS_OK);
    for (int i = 0; i < n * n; i++) {
        random = random * 1664525 + 1013904223;
        double far = hypot(surface->x[i % n], surface->y[i / n]), jag = (random >> 16) / 65536.0;
        surface->loss[i] =
            fmin(fmax(pow(10, 5 * far + 4 * (jag - 0.5) * fmin(2 * far, 1)), 0.1), 1e6);
        surface->accuracy[i] = 10;
    }
}

enum ls_status plot_one(const struct ls_surface *surface, enum ls_plot_kind kind, const char *path,
                        struct ls_error *error) {
    struct ls_plot_options options = ls_plot_defaults();
    options.kind = kind;
    return ls_plot_surfaces(&surface, 1, &options, path, error);
}
