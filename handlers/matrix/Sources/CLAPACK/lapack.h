// The Fortran routines that matrix calls, as gfortran exports them; distributions do not always have C headers for them.
// Every argument is an address; the lengths of character arguments come last, by value.
#ifndef CLAPACK_H
#define CLAPACK_H

#include <stddef.h>
#include <stdint.h>

void dgemm_(const char *transa, const char *transb, const int32_t *m, const int32_t *n, const int32_t *k,
            const double *alpha, const double *a, const int32_t *lda, const double *b, const int32_t *ldb,
            const double *beta, double *c, const int32_t *ldc, size_t length_transa, size_t length_transb);
double dlange_(const char *norm, const int32_t *m, const int32_t *n, const double *a, const int32_t *lda, double *work,
               size_t length_norm);
void dgetrf_(const int32_t *m, const int32_t *n, double *a, const int32_t *lda, int32_t *ipiv, int32_t *info);
void dgecon_(const char *norm, const int32_t *n, const double *a, const int32_t *lda, const double *anorm,
             double *rcond, double *work, int32_t *iwork, int32_t *info, size_t length_norm);
void dgetrs_(const char *trans, const int32_t *n, const int32_t *nrhs, const double *a, const int32_t *lda,
             const int32_t *ipiv, double *b, const int32_t *ldb, int32_t *info, size_t length_trans);
void dgetri_(const int32_t *n, double *a, const int32_t *lda, const int32_t *ipiv, double *work, const int32_t *lwork,
             int32_t *info);
void dgeev_(const char *jobvl, const char *jobvr, const int32_t *n, double *a, const int32_t *lda, double *wr,
            double *wi, double *vl, const int32_t *ldvl, double *vr, const int32_t *ldvr, double *work,
            const int32_t *lwork, int32_t *info, size_t length_jobvl, size_t length_jobvr);
void dgesvd_(const char *jobu, const char *jobvt, const int32_t *m, const int32_t *n, double *a, const int32_t *lda,
             double *s, double *u, const int32_t *ldu, double *vt, const int32_t *ldvt, double *work,
             const int32_t *lwork, int32_t *info, size_t length_jobu, size_t length_jobvt);

#endif
