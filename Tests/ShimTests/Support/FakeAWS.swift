import Foundation

/// An `aws` in a folder for PATH: it writes down what it is called with, plays refusals in their turn, and passes the rest on
/// to the real one, or answers at once.
final class FakeAWS {
    let folder: TemporaryFolder

    /// - Parameter real: The AWS CLI that answers what is not refused; `nil` answers with what ``answer(_:_:)`` was given.
    /// - Throws: Where the folder cannot be made.
    init(real: String?) throws {
        folder = try TemporaryFolder()
        // `set -f` and quotes everywhere: an argument is data.
        _ = try folder.script(
            "aws",
            """
            d=\(folder.path)
            call="$1.$2"
            s=$(date +%s%N)
            if [ -e "$d/together" ]; then
                echo >> "$d/begun"
                n=
                while [ "$n" != "$(wc -l < "$d/begun")" ]; do n=$(wc -l < "$d/begun"); sleep 0.3; done
            fi
            [ "$1" = configure ] || cat /dev/stdin > "$d/input.$$" </dev/stdin
            n=$(($(cat "$d/count.$call" 2>/dev/null || echo 0) + 1))
            echo $n > "$d/count.$call"
            code=0
            if [ -e "$d/kill.$call.$n" ]; then
                echo "$s $s $*" >> "$d/log"
                kill -KILL $PPID
                exit 1
            elif [ -e "$d/refuse.$call.$n" ]; then
                cat "$d/refuse.$call.$n" >&2
                code=$(cat "$d/status" 2>/dev/null || echo 254)
            elif [ -e "$d/answer.$call" ]; then
                cat "$d/answer.$call"
            elif [ -n "\(real ?? "")" ]; then
                exec 3<"$d/input.$$"
                "\(real ?? "")" "$@" <&3
                code=$?
            fi
            echo "$s $(date +%s%N) $*" >> "$d/log"
            exit $code
            """
        )
    }

    /// What follows the n-th call of an operation, `lambda.create-function`: this on standard error, and a failure.
    func refuse(_ call: String, _ number: Int = 1, _ said: String) throws {
        try folder.write("refuse.\(call).\(number)", said)
    }

    /// Kills whoever makes the n-th call of an operation.
    func kill(_ call: String, _ number: Int = 1) throws { try folder.write("kill.\(call).\(number)", "") }

    /// What an operation always answers.
    func answer(_ call: String, _ json: String) throws { try folder.write("answer.\(call)", json) }

    /// Calls that are made side by side overlap in time, however quickly they are answered: each waits until none has begun
    /// for a moment.
    func holdCallsTogether() throws { try folder.write("together", "") }

    /// Forgets what was called, and how often.
    func reset() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where ["log", "count.", "input.", "refuse.", "kill."].contains(where: { name.hasPrefix($0) }) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
    }

    private var lines: [[Substring]] {
        let log = (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
        return log.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: false) }
    }

    /// The operations that were called, in the order of their ends.
    var calls: [String] { lines.map { $0.dropFirst(2).prefix(2).joined(separator: " ") } }

    /// The words of every call.
    var words: String { lines.map { $0.joined(separator: " ") }.joined(separator: "\n") }

    /// Calls that change something.
    var writes: [String] {
        calls.filter { call in
            !["get-", "list-", "describe-", "head-", "wait", "filter-"].contains {
                call.split(separator: " ").last?.hasPrefix($0) == true
            }
                && call != "configure get" && call != "lambda invoke"
        }
    }

    /// How many calls waited for each other: the longest chain of which each began after the one before had ended.
    var depth: Int {
        let spans = lines.compactMap { line -> (Int, Int)? in
            guard line.count > 2, let start = Int(line[0]), let end = Int(line[1]) else { return nil }
            return (start, end)
        }.sorted { $0.1 < $1.1 }
        var count = 0
        var last = 0
        for (start, end) in spans where start >= last {
            count += 1
            last = end
        }
        return count
    }

    /// What the calls got on standard input.
    var inputs: String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix("input.") }.sorted().map {
            (try? String(contentsOfFile: folder.path + "/" + $0, encoding: .utf8)) ?? ""
        }.joined(separator: "\n")
    }
}
