/// A matrix of numbers, stored column by column as LAPACK wants it.
struct Matrix: Equatable {
    let rows: Int
    let columns: Int
    var values: [Double]

    init(rows: Int, columns: Int, values: [Double]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    init(zeros rows: Int, _ columns: Int) {
        self.init(rows: rows, columns: columns, values: Array(repeating: 0, count: rows * columns))
    }

    /// Takes rows as JSON has them.
    init(_ lists: [[Double]], name: String) throws {
        guard let width = lists.first?.count, width > 0 else { throw MatrixError.badShape("'\(name)' is empty") }
        for (index, list) in lists.enumerated() where list.count != width {
            throw MatrixError.badShape(
                "row \(index + 1) of '\(name)' has \(list.count) numbers, the first has \(width)"
            )
        }
        rows = lists.count
        columns = width
        values = (0..<width).flatMap { column in lists.map { $0[column] } }
    }

    var isSquare: Bool { rows == columns }

    /// The rows as JSON has them; adding zero turns -0 into 0.
    var lists: [[Double]] {
        (0..<rows).map { row in (0..<columns).map { values[$0 * rows + row] + 0 } }
    }

    /// Rows and columns as text, `3 x 2`.
    var shape: String { "\(rows) x \(columns)" }
}
