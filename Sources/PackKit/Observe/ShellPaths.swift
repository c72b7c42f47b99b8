import Foundation
import ToolKit

/// The absolute names in a shell script, led to where the package has what they name.
///
/// Many a program is started by a script of its distribution in which its folders are written, as in `R`, `erl` and most
/// programs in Java. No variable leads away from these; but a shell reads a variable in the place of a folder's beginning.
struct ShellPaths {
    /// Whether the package has what an absolute name means, or something in a folder of that name.
    let isPacked: (String) -> Bool

    /// What comes before such a name.
    static let root = "${LAMBDA_TASK_ROOT}"

    /// The shells whose words are understood here.
    private static let shells: Set<String> = ["sh", "bash", "dash", "ksh", "mksh", "zsh"]

    /// Whether a file is a script for a shell, or a part of one.
    static func isScript(_ path: String, start: [UInt8]) -> Bool {
        guard let line = ScriptLine(Data(start)) else { return path.hasSuffix(".sh") && !start.contains(0) }
        return shells.contains(Paths.name(line.interpreter))
    }

    /// Changes a script.
    ///
    /// - Returns: Its text with the names led to the package; `nil` where there is nothing to change.
    func changed(_ text: [UInt8]) -> [UInt8]? {
        var scan = ShellScan(text: text, isPacked: isPacked)
        scan.run()
        return scan.hasChanged ? scan.output : nil
    }
}

/// One way through a script, which knows what quotes it is in.
private struct ShellScan {
    /// What surrounds a byte.
    private enum Context {
        case plain, single, double, braces, command, parentheses, backquotes
    }

    /// A text that follows the line, up to a line with its word.
    private struct HereDocument {
        let word: [UInt8]
        let isQuoted: Bool
        let stripsTabs: Bool
    }

    let text: [UInt8]
    let isPacked: (String) -> Bool
    private(set) var output: [UInt8] = []
    private(set) var hasChanged = false
    private var index = 0
    private var contexts: [Context] = []
    private var documents: [HereDocument] = []
    /// Whether a word, or a part of one that may be a path, begins here.
    private var isAtStart = true

    init(text: [UInt8], isPacked: @escaping (String) -> Bool) {
        self.text = text
        self.isPacked = isPacked
        output.reserveCapacity(text.count + 256)
    }

    private var context: Context { contexts.last ?? .plain }
    private func byte(_ offset: Int = 0) -> UInt8? {
        let place = index + offset
        return place >= 0 && place < text.count ? text[place] : nil
    }
    private func follows(_ word: String) -> Bool { text[index...].starts(with: word.utf8) }

    private mutating func copy(_ count: Int = 1) {
        let end = min(index + count, text.count)
        output += text[index..<end]
        index = end
    }

    mutating func run() {
        if follows("#!") { copyLine() }
        while let next = byte() {
            switch context {
            case .single: if next == UInt8(ascii: "'") { leave() } else { plain(next) }
            case .double: double(next)
            default: unquoted(next)
            }
        }
    }

    private mutating func enter(_ context: Context, _ count: Int = 1) {
        contexts.append(context)
        copy(count)
    }

    private mutating func leave() {
        contexts.removeLast()
        copy()
    }

    private mutating func copyLine() {
        while let next = byte(), next != 10 { copy() }
    }

    private mutating func double(_ next: UInt8) {
        switch next {
        case UInt8(ascii: "\""): leave()
        case UInt8(ascii: "`"), UInt8(ascii: "$"), UInt8(ascii: "\\"): expansion(next)
        default: plain(next)
        }
    }

    /// What means the same between double quotes and outside of them.
    private mutating func expansion(_ next: UInt8) {
        isAtStart = false
        switch next {
        case UInt8(ascii: "\\"): copy(2)
        case UInt8(ascii: "`"):
            isAtStart = true
            if contexts.last == .backquotes { leave() } else { enter(.backquotes) }
        default:
            if follows("$(") {
                enter(.command, 2)
                isAtStart = true
            } else if follows("${") {
                // The name's first character may be one that means something elsewhere: ${#x}.
                enter(.braces, 2)
                copy()
            } else {
                copy()
            }
        }
    }

    private mutating func unquoted(_ next: UInt8) {
        switch next {
        case UInt8(ascii: "'") where context != .braces: enter(.single)
        case UInt8(ascii: "\""): enter(.double)
        case UInt8(ascii: "`"), UInt8(ascii: "$"), UInt8(ascii: "\\"): expansion(next)
        case UInt8(ascii: "}") where context == .braces: leave(); isAtStart = false
        case UInt8(ascii: "(") where context != .braces: enter(.parentheses); isAtStart = true
        case UInt8(ascii: ")") where context == .parentheses || context == .command: leave(); isAtStart = false
        case UInt8(ascii: "#") where context != .braces && isAfterBlank: copyLine()
        case UInt8(ascii: "<") where follows("<<"): hereDocument()
        case 10 where !documents.isEmpty: copyDocuments()
        default: plain(next)
        }
    }

    private var isAfterBlank: Bool { byte(-1).map { " \t\n;&|()".utf8.contains($0) } ?? true }

    /// A byte that means itself, or the beginning of an absolute name.
    private mutating func plain(_ next: UInt8) {
        if next == UInt8(ascii: "/"), isAtStart {
            name()
            isAtStart = false
            return
        }
        let isDefault = next == UInt8(ascii: "-") && byte(-1) == UInt8(ascii: ":")
        isAtStart = isDefault || " \t\n=:;,()|&<>{!".utf8.contains(next)
        copy()
    }

    private mutating func name() {
        var end = index
        while end < text.count, Self.isInName(text[end]) { end += 1 }
        let said = String(decoding: text[index..<end], as: UTF8.self)
        var name = said
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        guard name.count > 1, isPacked(name) else { return copy(end - index) }
        hasChanged = true
        let colon = UInt8(ascii: ":")
        // A search path keeps the target's own folder behind the package's.
        let isInList = byte(-1) == colon || (end < text.count && text[end] == colon)
        let root = context == .single ? "'\"\(ShellPaths.root)\"'" : ShellPaths.root
        output += Array("\(root)\(said)\(isInList ? ":" + said : "")".utf8)
        index = end
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: byte >= 0x80 || "/._+@%~-".utf8.contains(byte)
        }
    }

    /// `<<WORD`, `<<-WORD`, `<<'WORD'`; a number is shifted instead.
    private mutating func hereDocument() {
        var end = index + 2
        let stripsTabs = end < text.count && text[end] == UInt8(ascii: "-")
        if stripsTabs { end += 1 }
        while end < text.count, text[end] == UInt8(ascii: " ") { end += 1 }
        var word: [UInt8] = []
        var isQuoted = false
        while end < text.count, Self.isInName(text[end]) || "'\"\\".utf8.contains(text[end]) {
            if "'\"\\".utf8.contains(text[end]) { isQuoted = true } else { word.append(text[end]) }
            end += 1
        }
        let isNumber = word.first.map { (48...57).contains($0) } ?? true
        if !isNumber { documents.append(HereDocument(word: word, isQuoted: isQuoted, stripsTabs: stripsTabs)) }
        copy(isNumber ? 2 : end - index)
        isAtStart = true
    }

    /// The texts after a line: one with a quoted word is left alone, in another variables are filled in.
    private mutating func copyDocuments() {
        copy()
        for document in documents {
            while index < text.count {
                let line = text[index...].prefix { $0 != 10 }
                let bare = document.stripsTabs ? line.drop { $0 == 9 } : line
                let isEnd = Array(bare) == document.word
                if isEnd || document.isQuoted {
                    copy(line.count + 1)
                } else {
                    isAtStart = true
                    let end = index + line.count
                    while index < end, let next = byte() {
                        if "`$\\".utf8.contains(next) { isAtStart = false; copy() } else { plain(next) }
                    }
                    copy()
                }
                if isEnd { break }
            }
        }
        documents = []
        isAtStart = true
    }
}
