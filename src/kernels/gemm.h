/* Matrix multiplication, and what makes the gradient of a convolution's input of its result. */
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

/* A factor of a product: a matrix whose rows may be parts of longer ones, from one to the next
 * `step` floats. */
struct ls_factor {
    bool transpose;
    const float *values;
    int step;
};

/* The same of such matrices: c[m][n] = scale op(a) op(b) (+ c if `add`), c's rows c_step floats one
 * after the other. */
void ls_gemm_parts(int m, int n, int k, float scale, struct ls_factor a, struct ls_factor b,
                   bool add, float *c, int c_step);

/* x[in_height][in_width][in] += what each output pixel's columns
 * [out_height * out_width][kernel * kernel * in] hold for the pixels in its window (col2im). */
void ls_col2im(const struct ls_conv *conv, const float *columns, float *x);

#endif
