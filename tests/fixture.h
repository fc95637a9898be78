/* Recorded numbers of tests/fixtures, which the scripts of tools/reference have made. */
#ifndef LANDSCAPE_TESTS_FIXTURE_H
#define LANDSCAPE_TESTS_FIXTURE_H

#include <jansson.h>
#include <stddef.h>

/* The fixture `name`.json; json_decref it. */
json_t *fixture_open(const char *name);

/* A member of an object, which must be there. */
json_t *fixture_get(const json_t *object, const char *key);
double fixture_number(const json_t *object, const char *key);
double fixture_at(const json_t *array, size_t i);

/* Of values[count]: *norm = the Euclidean norm, *dot = the sum of the values, element i with the
 * sign of bit 0 of i after MurmurHash3's final mixing: make_fixtures.py's sign_pattern(). */
void fixture_summary(const float *values, size_t count, double *norm, double *dot);

#endif
