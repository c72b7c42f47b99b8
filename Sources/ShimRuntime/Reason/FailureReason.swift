/// Finds the reason in what a program wrote to standard error before it failed.
///
/// The last line is the reason in most programs, but many runtimes go on after it: with the calls that led to it, with
/// their version, with "Execution halted". What they write is in ``ReasonRules``. A last line that no rule knows is the
/// reason as it stands.
struct FailureReason {
    /// The most lines that a reason has.
    private static let mostLines = 12
    /// The most characters that a reason of several lines has.
    private static let mostCharacters = 900
    /// How many lines an unmarked second line may be away.
    private static let mostUnmarked = 6

    private let lines: [ReportLine]

    /// The reason, on one line.
    ///
    /// - Parameter lines: The last lines of standard error, oldest first, empty ones included.
    /// - Returns: The reason; `nil` where there is no line with text.
    static func find(in lines: [String]) -> String? {
        let lines = lines.map(ReportLine.init)
        guard let last = lines.lastIndex(where: { !$0.isBlank }) else { return nil }
        let report = FailureReason(lines: Array(lines[...last]))
        return report.reason(before: report.lines.count) ?? report.lines[last].text
    }

    /// The reason in the lines before an index; `nil` where a runtime wrote them all.
    private func reason(before count: Int) -> String? {
        guard let last = lines[..<count].lastIndex(where: { !$0.isBlank }) else { return nil }
        if let found = lastFramedReason(before: count) { return found }
        var end = last + 1
        for ending in ReasonRules.endings where ending.last.matches(lines[last]) {
            if let pattern = ending.reason, let found = lines[..<last].lastIndex(where: pattern.matches) {
                return paragraph(from: found, before: last)
            }
            if let pattern = ending.cut, let found = lines[..<last].firstIndex(where: pattern.matches) {
                end = min(end, found)
            }
        }
        end = withoutTrailers(end)
        guard let candidate = lines[..<end].lastIndex(where: { !$0.isBlank }) else { return nil }
        if let cause = causes(at: candidate) { return cause }
        return text(at: candidate, wasFollowed: end <= last)
    }

    // MARK: What a runtime adds

    /// Where the lines end that are not a runtime's own addition.
    private func withoutTrailers(_ start: Int) -> Int {
        var end = start
        while let last = lines[..<end].lastIndex(where: { !$0.isBlank }) {
            if let head = listHead(before: last + 1) {
                end = head
            } else if let opening = openingOfBlock(endingAt: last) {
                end = opening
            } else if lines[last].isPointer, last > 0 {
                // With the line that it points into.
                end = last - (lines[last - 1].isBlank ? 0 : 1)
            } else if isTrailer(last) || lines[last].isDecoration && loneObject(endingAt: last) == nil {
                end = last
            } else {
                return last + 1
            }
        }
        return 0
    }

    private func isTrailer(_ index: Int) -> Bool {
        ReasonRules.trailers.contains { $0.matches(lines[index]) } || isFrame(index)
    }

    /// Whether a line is one of a list of calls.
    ///
    /// Under a line that announces something it is what was announced.
    private func isFrame(_ index: Int) -> Bool {
        guard ReasonRules.frames.contains(where: { $0.matches(lines[index]) }) else { return false }
        guard index > 0, lines[index].isIndented, lines[index - 1].bytes.last == UInt8(ascii: ":") else { return true }
        return isListHead(index - 1)
    }

    private func isListHead(_ index: Int) -> Bool {
        ReasonRules.listHeads.contains { $0.matches(lines[index]) }
            && !ReasonRules.callsFirst.contains { $0.matches(lines[index]) }
    }

    /// The head of the list of calls that the lines before an index end with.
    private func listHead(before end: Int) -> Int? {
        var index = end - 1
        while index >= 0 {
            if isListHead(index) { return index }
            guard isInList(index, before: end) else { return nil }
            index -= 1
        }
        return nil
    }

    private func isInList(_ index: Int, before end: Int) -> Bool {
        let line = lines[index]
        if line.isBlank || line.isIndented || isTrailer(index) || line.isDecoration { return true }
        // Numbered, or an address.
        let first = line.trimmed.prefix { $0 != " " }
        if first.hasPrefix("0x") || first.first?.isNumber == true && (first.last == ":" || first.last == ".") {
            return true
        }
        // Go: the function, and the file under it.
        return index + 1 < end && lines[index + 1].isIndented && (first.hasSuffix(")") || line.trimmed.contains("("))
            || line.trimmed.hasPrefix("created by ")
    }

    private func tellsOfError(_ text: String) -> Bool { ReasonRules.errorWords.contains(where: text.contains) }

    /// Where an object printed over several lines begins: `Error: x {`, its members, `}`.
    ///
    /// - Returns: The index after the line with the brace; an object that stands alone belongs to no message.
    private func openingOfBlock(endingAt index: Int) -> Int? {
        guard lines[index].trimmed == "}", !lines[index].isIndented else { return nil }
        var head = index - 1
        while head >= 0, lines[head].isIndented, !lines[head].trimmed.hasSuffix(" {") || isMember(head) { head -= 1 }
        guard head >= 0, lines[head].trimmed.hasSuffix(" {"), lines[head].trimmed.count > 2 else { return nil }
        return head + 1
    }

    /// Where an object begins that stands alone: `{`, its members, `}`.
    private func loneObject(endingAt index: Int) -> Int? {
        guard ["}", "]"].contains(lines[index].text) else { return nil }
        let head = lines[..<index].lastIndex { !$0.isIndented }
        return head.flatMap { ["{", "["].contains(lines[$0].text) ? $0 : nil }
    }

    /// Whether a line is a member of a printed object that has members itself: `  errors: {`.
    private func isMember(_ index: Int) -> Bool {
        let line = lines[index].trimmed
        return line.hasSuffix(": {") || line.hasPrefix("[")
    }

    // MARK: The reason's own lines

    /// The text of the reason whose last line is at an index.
    ///
    /// It `wasFollowed` where a runtime's additions came after it: then it is surely a runtime's report.
    private func text(at index: Int, wasFollowed: Bool) -> String {
        if let report = callsFirst(endingAt: index) { return report }
        if let object = loneObject(endingAt: index) { return joined(object...index) }
        if isEnd(index), let above = reason(before: index) { return above + "; " + lines[index].trimmed }
        if lines[index].isIndented {
            guard let head = headOfIndented(index) else { return lines[index].text }
            return joined(head...index)
        }
        if let above = lineThatAnnounces(index) { return joined(above...index) }
        if !isHeadline(index), let head = headline(above: index) {
            let isSure = ReasonRules.sureHeadlines.contains { $0.matches(lines[head]) } && !hasOwnLabel(lines[index])
            if wasFollowed || isSure { return joined(head...index) }
        }
        return wasFollowed ? withoutBrace(lines[index].text) : lines[index].text
    }

    /// Node.js ends the line before an error's members with a brace.
    private func withoutBrace(_ text: String) -> String { text.hasSuffix(" {") ? String(text.dropLast(2)) : text }

    private func isHeadline(_ index: Int) -> Bool {
        !lines[index].isIndented && ReasonRules.headlines.contains { $0.matches(lines[index]) }
    }

    private func headline(above index: Int) -> Int? {
        for line in stride(from: index - 1, through: max(0, index - Self.mostLines), by: -1) {
            if isHeadline(line) { return line }
            if lines[line].isBlank { return nil }
        }
        return nil
    }

    /// The line that an indented line belongs to.
    private func headOfIndented(_ index: Int) -> Int? {
        var blanks = 0
        for line in stride(from: index - 1, through: max(0, index - 4 * Self.mostLines), by: -1) {
            if lines[line].isBlank {
                blanks += 1
                if blanks > 1 { return nil }
            } else if !lines[line].isIndented {
                return line
            }
        }
        return nil
    }

    /// The line above, where it announces this one: `Error in f():`, `thread 'main' panicked at src/main.rs:2:5:`.
    private func lineThatAnnounces(_ index: Int) -> Int? {
        guard let above = lines[..<index].lastIndex(where: { !$0.isBlank }), index - above <= 2,
            !lines[above].isIndented, lines[above].bytes.last == UInt8(ascii: ":")
        else { return nil }
        let text = lines[above].trimmed.lowercased()
        return tellsOfError(text) || text.hasPrefix("unhandled") || text.hasPrefix("uncaught") ? above : nil
    }

    /// Whether a line only says that the program has ended, and one above it tells why.
    private func isEnd(_ index: Int) -> Bool {
        let text = lines[index].trimmed.lowercased()
        guard text.split(separator: " ").count <= 6, !text.contains(": "),
            ReasonRules.ends.contains(where: text.contains), !tellsOfError(text),
            let above = lines[..<index].lastIndex(where: { !$0.isBlank })
        else { return false }
        return tellsOfError(lines[above].trimmed.lowercased()) || isTrailer(above)
    }

    /// A line with the indented ones under it, or with all of its paragraph where it announces that.
    private func paragraph(from index: Int, before end: Int) -> String {
        let isOpen = lines[index].bytes.last == UInt8(ascii: ":")
        let last = lines[(index + 1)..<end].firstIndex { $0.isBlank || !isOpen && !$0.isIndented } ?? end
        return joined(index...last - 1)
    }

    /// The lines of a reason as one; where they are too many, the first and the last.
    private func joined(_ range: ClosedRange<Int>) -> String {
        let parts = range.filter { !lines[$0].isBlank && ($0 == range.lowerBound || !isFrame($0)) }.map {
            lines[$0].trimmed
        }
        let whole = withoutBrace(parts.joined(separator: " "))
        guard parts.count > Self.mostLines || whole.count > Self.mostCharacters, let first = parts.first,
            let last = parts.last, parts.count > 1
        else { return whole }
        let half = Self.mostCharacters / 2
        return first.prefix(half) + " \u{2026} " + last.prefix(half)
    }

    // MARK: Reasons of reasons

    /// The first reason and the one it goes back to, where the line at an index begins such a second one.
    private func causes(at index: Int) -> String? {
        var start = index
        if lines[index].isIndented, let head = headOfIndented(index) { start = head }
        guard start > 0 else { return nil }
        let isMarked = ReasonRules.causes.contains { $0.matches(lines[start]) }
        let isUnmarked = isFrame(start - 1) && ReasonRules.unmarkedCauses.contains { $0.matches(lines[start]) }
        guard isMarked || isUnmarked else { return nil }
        guard let first = reason(before: start) else { return nil }
        return first + "; " + joined(start...index)
    }

    // MARK: Python

    /// The reason of a report in which the calls come first, where the line at an index is still part of that report.
    private func callsFirst(endingAt index: Int) -> String? {
        guard
            let head = lines[...index].lastIndex(where: { line in
                ReasonRules.callsFirst.contains { $0.matches(line) }
            })
        else { return nil }
        let after = lines[(head + 1)..<(index + 1)]
        guard let reason = after.firstIndex(where: { !$0.isIndented && !$0.isBlank }), reason < index else {
            return nil
        }
        // Further lines of the exception's text, but not what the program itself said afterwards.
        let rest = lines[(reason + 1)...index]
        guard rest.count(where: { !$0.isIndented }) <= Self.mostUnmarked, !rest.contains(where: hasOwnLabel) else {
            return nil
        }
        return joined(reason...index)
    }

    /// Whether a line stands for itself: `name: text`, or with a date in front.
    private func hasOwnLabel(_ line: ReportLine) -> Bool {
        guard !line.isIndented, let first = line.trimmed.split(separator: " ").first else { return false }
        return first.hasSuffix(":") && line.trimmed.count > first.count || first.hasPrefix("[")
            || first.first?.isNumber == true && first.contains { $0 == "-" || $0 == ":" || $0 == "/" }
    }

    /// The reason of a report in a frame of bars.
    private func lastFramedReason(before end: Int) -> String? {
        guard let last = lines[..<end].last(where: { !$0.isBlank }), last.isIndented, last.trimmed.hasPrefix("+-"),
            let head = lines[..<end].firstIndex(where: ReasonRules.framedCallsFirst.matches)
        else { return nil }
        for line in lines[(head + 1)..<end] where line.trimmed.hasPrefix("| ") {
            let text = line.trimmed.dropFirst(2)
            if text.first != " " { return String(text) }
        }
        return nil
    }
}
