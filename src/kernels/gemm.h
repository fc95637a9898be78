/* Matrix multiplication and the rearrangements that turn convolutions into it. */
#ifndef LANDSCAPE_KERNELS_GEMM_H
#define LANDSCAPE_KERNELS_GEMM_H

#include "kernels/conv.h"

/* Makes OpenBLAS compute on the calling thread alone, from now on: threads work on images of their
 * own and must not start more. Call before the first ls_gemm of any thread. */
void ls_gemm_single_threaded(void);

/* c[m][n] = op(a) op(b) (+ c if `add`), all row-major and dense; op transposes where the flag says
 * so: a is [m][k] or, transposed, [k][m]; b is [k][n] or [n][k]. */
void ls_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a,
             const float *b, bool add, float *c);

/* columns[out_height * out_width][kernel * kernel * in] = the window's content at each output
 * pixel, zero outside the image (im2col). */
void ls_im2col(const struct ls_conv *conv, const float *x, float *columns);

/* columns[in_height * in_width][kernel * kernel * out] = for each input pixel the output pixels y
 * it contributed to, last window position first, zero where there is none. One matrix product with
 * it gives the gradient of a convolution's input, or a transposed convolution (Dumoulin and Visin
 * 2016, section 4). */
void ls_im2col_adjoint(const struct ls_conv *conv, const float *y, float *columns);

#endif
