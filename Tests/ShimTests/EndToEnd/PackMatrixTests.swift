import Foundation
import Testing

extension Packing {
    /// The handler `matrix`: known answers, residuals of random systems, and every way to be wrong.
    @Suite struct PackMatrixTests {
        private func run(_ event: String) throws -> (status: Int32?, output: String, errors: String) {
            let process = try TestProcess(try PackPrograms.matrix(), [], input: Array(event.utf8))
            return (process.wait(), process.outputText, process.errors)
        }

        private struct Answer<R: Decodable>: Decodable {
            let result: R
        }

        private func answer<R: Decodable>(_ op: String, _ a: [[Double]], _ b: String? = nil) throws -> R {
            let end = b.map { ",\"b\":\($0)}" } ?? "}"
            let (status, output, errors) = try run("{\"op\":\"\(op)\",\"a\":\(a)\(end)")
            try #require(status == 0, "\(errors)")
            return try JSONDecoder().decode(Answer<R>.self, from: Data(output.utf8)).result
        }

        private func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
            a.map { row in
                (b.first ?? []).indices.map { column in zip(row, b).reduce(0) { $0 + $1.0 * $1.1[column] } }
            }
        }

        private func distance(_ a: [[Double]], _ b: [[Double]]) -> Double {
            zip(a, b).flatMap { zip($0, $1).map { abs($0 - $1) } }.max() ?? .infinity
        }

        private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> [[Double]] {
            var generator = SplitMix(state: seed)
            return (0..<rows).map { _ in (0..<columns).map { _ in Double.random(in: -1...1, using: &generator) } }
        }

        @Test(
            .timeLimit(.minutes(5)),
            arguments: [
                ("{\"op\":\"solve\",\"a\":[[2,1],[1,3]],\"b\":[3,5]}", "{\"result\":[0.8,1.4]}"),
                ("{\"op\":\"solve\",\"a\":[[2,0],[0,4]],\"b\":[[2,4],[4,8]]}", "{\"result\":[[1,2],[1,2]]}"),
                ("{\"op\":\"multiply\",\"a\":[[1,2,3],[4,5,6]],\"b\":[[1],[0],[-1]]}", "{\"result\":[[-2],[-2]]}"),
                ("{\"op\":\"multiply\",\"a\":[[1,2]],\"b\":[3,4]}", "{\"result\":[11]}"),
                ("{\"op\":\"determinant\",\"a\":[[1,2],[3,4]]}", "{\"result\":-2}"),
                ("{\"op\":\"determinant\",\"a\":[[1,2],[2,4]]}", "{\"result\":0}"),
                ("{\"op\":\"determinant\",\"a\":[[0,1],[1,0]]}", "{\"result\":-1}"),
                ("{\"op\":\"inverse\",\"a\":[[2,0],[0,4]]}", "{\"result\":[[0.5,0],[0,0.25]]}"),
                ("{\"op\":\"eigenvalues\",\"a\":[[2,0],[0,3]]}", "{\"result\":[2,3]}"),
                (
                    "{\"op\":\"eigenvalues\",\"a\":[[0,-1],[1,0]]}",
                    "{\"result\":[{\"im\":1,\"re\":0},{\"im\":-1,\"re\":0}]}"
                ),
            ]
        )
        func givesKnownAnswers(event: String, expected: String) throws {
            let (status, output, errors) = try run(event)
            #expect(status == 0, "\(errors)")
            #expect(output == expected)
        }

        @Test(.timeLimit(.minutes(2))) func residualsAreSmall() throws {
            let a = random(40, 40, seed: 1)
            let b = random(40, 3, seed: 2)
            let x: [[Double]] = try answer("solve", a, "\(b)")
            #expect(distance(product(a, x), b) < 1e-10)
            let inverse: [[Double]] = try answer("inverse", a)
            let one = (0..<40).map { row in (0..<40).map { $0 == row ? 1.0 : 0.0 } }
            #expect(distance(product(a, inverse), one) < 1e-10)
            let own: [[Double]] = try answer("multiply", a, "\(b)")
            #expect(distance(product(a, b), own) < 1e-12)
        }

        @Test(.timeLimit(.minutes(2)), arguments: [(7, 4), (4, 7), (5, 5)])
        func singularValuesMakeTheMatrixAgain(rows: Int, columns: Int) throws {
            struct Decomposition: Decodable {
                let u: [[Double]]
                let s: [Double]
                let vt: [[Double]]
            }
            let a = random(rows, columns, seed: 3)
            let got: Decomposition = try answer("svd", a)
            #expect(got.s == got.s.sorted(by: >) && got.s.allSatisfy { $0 >= 0 })
            let scaled = got.u.map { row in zip(row, got.s).map { $0 * $1 } }
            #expect(distance(product(scaled, got.vt), a) < 1e-12)
        }

        /// The sum of the eigenvalues is the trace, their product the determinant.
        @Test(.timeLimit(.minutes(2))) func eigenvaluesAgreeWithTraceAndDeterminant() throws {
            let a = random(4, 4, seed: 5)
            let values = try run("{\"op\":\"eigenvalues\",\"a\":\(a)}").output
            struct Value: Decodable {
                let re: Double
                let im: Double
                private enum CodingKeys: CodingKey { case re, im }
                init(from decoder: any Decoder) throws {
                    if let number = try? decoder.singleValueContainer().decode(Double.self) {
                        (re, im) = (number, 0)
                    } else {
                        let container = try decoder.container(keyedBy: CodingKeys.self)
                        re = try container.decode(Double.self, forKey: .re)
                        im = try container.decode(Double.self, forKey: .im)
                    }
                }
            }
            let got = try JSONDecoder().decode(Answer<[Value]>.self, from: Data(values.utf8)).result
            #expect(got.count == 4)
            let product = got.reduce((1.0, 0.0)) { ($0.0 * $1.re - $0.1 * $1.im, $0.0 * $1.im + $0.1 * $1.re) }
            let determinant: Double = try answer("determinant", a)
            #expect(abs(product.0 - determinant) < 1e-10 && abs(product.1) < 1e-10)
            let sum: Double = got.reduce(0) { $0 + $1.re }
            let trace: Double = (0..<4).reduce(0) { $0 + a[$1][$1] }
            #expect(abs(sum - trace) < 1e-10)
        }

        @Test(
            .timeLimit(.minutes(5)),
            arguments: [
                ("nope", "the event is not JSON: "),
                ("", "the event is not JSON: "),
                ("[1]", "the event is wrong: it is not an object with op and a\n"),
                (
                    "{\"op\":\"x\",\"a\":[[1]]}",
                    "the event is wrong: op is none of solve, multiply, eigenvalues, svd, determinant, inverse\n"
                ),
                ("{\"op\":\"inverse\"}", "the event is wrong: a is no list of lists of finite numbers\n"),
                (
                    "{\"op\":\"inverse\",\"a\":[[1e999]]}",
                    "the event is wrong: a is no list of lists of finite numbers\n"
                ),
                (
                    "{\"op\":\"inverse\",\"a\":[[\"1\"]]}",
                    "the event is wrong: a is no list of lists of finite numbers\n"
                ),
                ("{\"op\":\"inverse\",\"a\":[[1]],\"c\":1}", "the event is wrong: it has an unknown member 'c'\n"),
                ("{\"op\":\"inverse\",\"a\":[[1]],\"b\":[1]}", "the event is wrong: inverse takes no b\n"),
                ("{\"op\":\"solve\",\"a\":[[1]]}", "the event is wrong: solve needs b\n"),
                ("{\"op\":\"inverse\",\"a\":[]}", "the shapes do not fit: 'a' is empty\n"),
                (
                    "{\"op\":\"inverse\",\"a\":[[1,2],[3]]}",
                    "the shapes do not fit: row 2 of 'a' has 1 numbers, the first has 2\n"
                ),
                ("{\"op\":\"inverse\",\"a\":[[1,2]]}", "the shapes do not fit: 'a' is 1 x 2, not square\n"),
                (
                    "{\"op\":\"multiply\",\"a\":[[1,2]],\"b\":[[1]]}",
                    "the shapes do not fit: 'a' is 1 x 2, 'b' is 1 x 1\n"
                ),
                ("{\"op\":\"solve\",\"a\":[[1]],\"b\":[1,2]}", "the shapes do not fit: 'a' is 1 x 1, 'b' is 2 x 1\n"),
                ("{\"op\":\"inverse\",\"a\":[[1,2],[2,4]]}", "matrix 'a' is singular\n"),
                ("{\"op\":\"solve\",\"a\":[[0]],\"b\":[1]}", "matrix 'a' is singular\n"),
                (
                    "{\"op\":\"multiply\",\"a\":[[1e300]],\"b\":[[1e300]]}",
                    "the result is not finite: the numbers are too large\n"
                ),
            ]
        )
        func saysWhatIsWrongOnOneLine(event: String, message: String) throws {
            let (status, output, errors) = try run(event)
            #expect(status == 1)
            #expect(output.isEmpty)
            #expect(errors.hasPrefix("matrix: " + message), "\(errors)")
            #expect(errors.filter { $0 == "\n" }.count == 1)
        }
    }
}
