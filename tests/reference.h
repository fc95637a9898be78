/* An architecture against PyTorch, whose numbers tools/reference/make_fixtures.py has recorded in
 * tests/fixtures/ARCH.json. Each of these fails the test where they differ. */
#ifndef LANDSCAPE_TESTS_REFERENCE_H
#define LANDSCAPE_TESTS_REFERENCE_H

void inference_agrees(const char *arch); /* logits */
void gradients_agree(const char *arch);  /* of every parameter */
void hessian_agrees(const char *arch);   /* times a vector */
void steps_agree(const char *arch);      /* the losses of SGD's first steps */
void surface_agrees(const char *arch);   /* 3x3 points of the loss surface */

#endif
