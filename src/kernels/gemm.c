#include "kernels/gemm.h"
#include <cblas.h>

void ls_gemm_single_threaded(void) {
    openblas_set_num_threads(1);
}

void ls_gemm_parts(int m, int n, int k, float scale, struct ls_factor a, struct ls_factor b,
                   bool add, float *c, int c_step) {
    cblas_sgemm(CblasRowMajor, a.transpose ? CblasTrans : CblasNoTrans,
                b.transpose ? CblasTrans : CblasNoTrans, m, n, k, scale, a.values, a.step, b.values,
                b.step, add ? 1.0F : 0.0F, c, c_step);
}

void ls_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a,
             const float *b, bool add, float *c) {
    const struct ls_factor left = {transpose_a, a, transpose_a ? m : k};
    const struct ls_factor right = {transpose_b, b, transpose_b ? k : n};
    ls_gemm_parts(m, n, k, 1.0F, left, right, add, c, n);
}
