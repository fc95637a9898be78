/* Eigenvalues of small symmetric matrices. */
#ifndef LANDSCAPE_LANDSCAPE_EIGEN_H
#define LANDSCAPE_LANDSCAPE_EIGEN_H

/* Jacobi's method: vectors[n][n] = the eigenvectors of a symmetric matrix[n][n], a row each; the
 * matrix becomes diagonal, with their values. LAPACK's rounding depends on the machine, and with it
 * would where points of a scan are that several machines share. */
void ls_eigen(double *matrix, double *vectors, int n);

#endif
