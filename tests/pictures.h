/* What the tests of pictures share. */
#ifndef LANDSCAPE_TESTS_PICTURES_H
#define LANDSCAPE_TESTS_PICTURES_H

#include "landscape/plot.h"
#include <stdbool.h>

/* cmocka fixtures: the test works in a directory of its own. */
int enter_directory(void **state);
int leave_directory(void **state);
#define IN_OWN(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

void skip_without_gnuplot(void);

/* The whole file, from malloc, with a zero behind it; fails the test if there is none. */
char *slurp(const char *path, size_t *size);

bool contains(const char *path, const char *what);

/* loss = height * (x^2 + y^2) + 0.25 on n by n points of [-1, 1]^2; accuracy 50. */
void make_bowl(struct ls_surface *surface, int n, double height);

/* A bowl as steep and jagged as those of deep networks without skips: n by n losses from 0.1 to 1e6
 * on [-1, 1]^2, no two neighbours alike. */
void make_wild(struct ls_surface *surface, int n);

/* The surface by itself, all else as the defaults. */
enum ls_status plot_one(const struct ls_surface *surface, enum ls_plot_kind kind, const char *path,
                        struct ls_error *error);

#endif
