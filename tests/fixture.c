#include "fixture.h"
#include "support.h"
#include <math.h>

json_t *fixture_open(const char *name) {
    json_error_t error;
    const char *path = text("tests/fixtures/%s.json", name);
    json_t *fixture = json_load_file(path, 0, &error);
    if (!fixture)
        fail_msg("%s: %s", path, error.text);
    return fixture;
}

json_t *fixture_get(const json_t *object, const char *key) {
    json_t *value = json_object_get(object, key);
    if (!value)
        fail_msg("the fixture lacks '%s'", key);
    return value;
}

double fixture_number(const json_t *object, const char *key) {
    return json_number_value(fixture_get(object, key));
}

double fixture_at(const json_t *array, size_t i) {
    return json_number_value(json_array_get(array, i));
}

static int sign(uint32_t i) {
    i ^= i >> 16;
    i *= 0x85EBCA6B;
    i ^= i >> 13;
    i *= 0xC2B2AE35;
    i ^= i >> 16;
    return i & 1 ? -1 : 1;
}

void fixture_summary(const float *values, size_t count, double *norm, double *dot) {
    double square = 0;
    *dot = 0;
    for (size_t i = 0; i < count; i++) {
        square += (double)values[i] * values[i];
        *dot += (double)values[i] * sign((uint32_t)i);
    }
    *norm = sqrt(square);
}
