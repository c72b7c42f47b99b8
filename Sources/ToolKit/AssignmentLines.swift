/// `NAME=VALUE` lines, as files of environment variables have them.
package enum AssignmentLines {
    /// A line that is not one.
    package struct Malformed: Error, Equatable {
        /// Its number, from 1.
        package let line: Int
    }

    /// Reads the lines; empty ones and those that begin with `#` are skipped, `export` and quotes around a value removed.
    ///
    /// - Returns: The values by name; the last one of a name counts.
    package static func parse(_ text: String) throws(Malformed) -> [String: String] {
        var variables: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = line.drop { $0 == " " || $0 == "\t" }
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7) }
            guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
                throw Malformed(line: index + 1)
            }
            var value = line[line.index(after: equals)...]
            for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
                value = value.dropFirst().dropLast()
                break
            }
            variables[String(line[..<equals])] = String(value)
        }
        return variables
    }
}
