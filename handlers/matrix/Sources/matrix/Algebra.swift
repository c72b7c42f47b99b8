import CLAPACK

/// The operations, each a few calls of LAPACK and BLAS.
enum Algebra {
    /// A square matrix as L times U (`dgetrf`).
    private struct Factors {
        var matrix: Matrix
        var pivots: [Int32]
        let isExactlySingular: Bool
    }

    static func multiply(_ a: Matrix, _ b: Matrix) throws -> Matrix {
        guard a.columns == b.rows else {
            throw MatrixError.badShape("'a' is \(a.shape), 'b' is \(b.shape)")
        }
        var (m, n, k) = (Int32(a.rows), Int32(b.columns), Int32(a.columns))
        var (one, zero) = (1.0, 0.0)
        var (lda, ldb) = (m, k)
        var result = Matrix(zeros: a.rows, b.columns)
        var ldc = m
        dgemm_("N", "N", &m, &n, &k, &one, a.values, &lda, b.values, &ldb, &zero, &result.values, &ldc, 1, 1)
        return result
    }

    static func solve(_ a: Matrix, _ b: Matrix) throws -> Matrix {
        let n = try order(a)
        guard a.rows == b.rows else { throw MatrixError.badShape("'a' is \(a.shape), 'b' is \(b.shape)") }
        let factors = try regular(a)
        var (order, right, lda, ldb, info) = (n, Int32(b.columns), n, n, Int32(0))
        var result = b
        dgetrs_(
            "N",
            &order,
            &right,
            factors.matrix.values,
            &lda,
            factors.pivots,
            &result.values,
            &ldb,
            &info,
            1
        )
        return result
    }

    static func inverse(_ a: Matrix) throws -> Matrix {
        var n = try order(a)
        var factors = try regular(a)
        var (lda, size, info) = (n, Int32(64) * n, Int32(0))
        var work = [Double](repeating: 0, count: Int(size))
        dgetri_(&n, &factors.matrix.values, &lda, factors.pivots, &work, &size, &info)
        guard info == 0 else { throw MatrixError.singular }
        return factors.matrix
    }

    static func determinant(_ a: Matrix) throws -> Double {
        let factors = try factor(a, order: try order(a))
        if factors.isExactlySingular { return 0 }
        var result = 1.0
        for index in 0..<a.rows {
            result *= factors.matrix.values[index * a.rows + index]
            // Each row that was swapped turns the sign.
            if factors.pivots[index] != Int32(index + 1) { result = -result }
        }
        return result
    }

    /// The eigenvalues as real and imaginary parts; conjugate pairs stand together.
    static func eigenvalues(_ a: Matrix) throws -> [(re: Double, im: Double)] {
        var n = try order(a)
        var copy = a
        var (lda, ldv, size, info) = (n, Int32(1), 34 * n, Int32(0))
        var re = [Double](repeating: 0, count: a.rows)
        var im = re
        var none = [0.0]
        var nothing = [0.0]
        var work = [Double](repeating: 0, count: Int(size))
        dgeev_(
            "N",
            "N",
            &n,
            &copy.values,
            &lda,
            &re,
            &im,
            &none,
            &ldv,
            &nothing,
            &ldv,
            &work,
            &size,
            &info,
            1,
            1
        )
        guard info == 0 else { throw MatrixError.noConvergence("eigenvalues") }
        return zip(re, im).map { ($0, $1) }
    }

    /// `a` as `u` times the diagonal of `s` times `vt`; only as many columns and rows as there are singular values.
    static func svd(_ a: Matrix) throws -> (u: Matrix, s: [Double], vt: Matrix) {
        let count = min(a.rows, a.columns)
        var (m, n) = (try size(a.rows), try size(a.columns))
        var (lda, ldu, ldvt, info) = (m, m, Int32(count), Int32(0))
        var copy = a
        var s = [Double](repeating: 0, count: count)
        var u = Matrix(zeros: a.rows, count)
        var vt = Matrix(zeros: count, a.columns)
        var size = Int32(max(5 * count, 3 * count + max(a.rows, a.columns)) + 32 * (a.rows + a.columns))
        var work = [Double](repeating: 0, count: Int(size))
        dgesvd_(
            "S",
            "S",
            &m,
            &n,
            &copy.values,
            &lda,
            &s,
            &u.values,
            &ldu,
            &vt.values,
            &ldvt,
            &work,
            &size,
            &info,
            1,
            1
        )
        guard info == 0 else { throw MatrixError.noConvergence("svd") }
        return (u, s, vt)
    }

    private static func size(_ count: Int) throws -> Int32 {
        guard count <= 20_000 else { throw MatrixError.badShape("\(count) rows or columns are too many") }
        return Int32(count)
    }

    private static func order(_ a: Matrix) throws -> Int32 {
        guard a.isSquare else { throw MatrixError.badShape("'a' is \(a.shape), not square") }
        return try size(a.rows)
    }

    private static func factor(_ a: Matrix, order: Int32) throws -> Factors {
        var (m, n, lda, info) = (order, order, order, Int32(0))
        var copy = a
        var pivots = [Int32](repeating: 0, count: a.rows)
        dgetrf_(&m, &n, &copy.values, &lda, &pivots, &info)
        return Factors(matrix: copy, pivots: pivots, isExactlySingular: info > 0)
    }

    /// The factors of a matrix that can be inverted: one that is singular to working precision gives only noise.
    private static func regular(_ a: Matrix) throws -> Factors {
        var n = try order(a)
        let factors = try factor(a, order: n)
        guard !factors.isExactlySingular else { throw MatrixError.singular }
        var (lda, info, condition) = (n, Int32(0), 0.0)
        var work = [Double](repeating: 0, count: 4 * a.rows)
        var more = [Int32](repeating: 0, count: a.rows)
        var norm = dlange_("1", &n, &n, a.values, &lda, &work, 1)
        dgecon_("1", &n, factors.matrix.values, &lda, &norm, &condition, &work, &more, &info, 1)
        guard condition > Double.ulpOfOne else { throw MatrixError.singular }
        return factors
    }
}
