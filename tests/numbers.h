/* Arrays of random numbers for tests. */
#ifndef LANDSCAPE_TESTS_NUMBERS_H
#define LANDSCAPE_TESTS_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* count normally distributed numbers, others for each stream. Freed by the caller. */
float *normal_floats(size_t count, uint32_t stream);

#endif
