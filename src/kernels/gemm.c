#include "kernels/gemm.h"
#include <cblas.h>

void ls_gemm_single_threaded(void) {
    openblas_set_num_threads(1);
}

void ls_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a,
             const float *b, bool add, float *c) {
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                transpose_b ? CblasTrans : CblasNoTrans, m, n, k, 1.0F, a, transpose_a ? m : k, b,
                transpose_b ? k : n, add ? 1.0F : 0.0F, c, n);
}
