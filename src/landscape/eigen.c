#include "landscape/eigen.h"
#include <float.h>
#include <math.h>
#include <stddef.h>

/* Two rows of a matrix, turned by the angle of this cosine and sine. */
static void turn_rows(double *a, double *b, int n, double c, double s) {
    for (int i = 0; i < n; i++) {
        const double x = a[i], y = b[i];
        a[i] = c * x - s * y;
        b[i] = s * x + c * y;
    }
}

/* The rotation that makes the matrix's element (p, q) 0 (Golub and Van Loan, Matrix Computations,
 * section 8.5), applied to it and to the rows of vectors[n][n]. */
static void rotate(double *matrix, double *vectors, int n, int p, int q) {
    const size_t row_p = (size_t)p * n, row_q = (size_t)q * n;
    const double apart = (matrix[row_q + q] - matrix[row_p + p]) / (2 * matrix[row_p + q]);
    const double t = copysign(1 / (fabs(apart) + sqrt(1 + apart * apart)), apart);
    const double c = 1 / sqrt(1 + t * t), s = t * c;
    turn_rows(matrix + row_p, matrix + row_q, n, c, s);
    for (size_t i = 0; i < (size_t)n; i++) {
        const double x = matrix[i * n + p], y = matrix[i * n + q];
        matrix[i * n + p] = c * x - s * y;
        matrix[i * n + q] = s * x + c * y;
    }
    turn_rows(vectors + row_p, vectors + row_q, n, c, s);
}

void ls_eigen(double *matrix, double *vectors, int n) {
    enum { MOST_SWEEPS = 60 }; /* about ten are needed */
    double size = 0;
    for (size_t i = 0; i < (size_t)n; i++) {
        for (size_t j = 0; j < (size_t)n; j++)
            vectors[i * n + j] = i == j;
        size += fabs(matrix[i * n + i]);
    }
    const double least = fmax(1e-18 * size, DBL_MIN);
    for (int sweep = 0, turned = 1; turned && sweep < MOST_SWEEPS; sweep++) {
        turned = 0;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabs(matrix[(size_t)p * n + q]) > least) {
                    rotate(matrix, vectors, n, p, q);
                    turned = 1;
                }
    }
}
