extension HTTPRequestHead: HTTPHead {
    package var bodyWithoutLength: HTTPBodyFraming { .length(0) }
    package var neverHasBody: Bool { false }

    package init(startLine: Substring, fields: HTTPFields) throws(HTTPError) {
        let words = startLine.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map(Substring.init)
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty, words[0].utf8.allSatisfy(isTokenByte),
            words[1].utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw .badStartLine(String(startLine.prefix(60))) }
        self.init(
            method: String(words[0]),
            target: String(words[1]),
            minorVersion: try parsedMinorVersion(words[2]),
            fields: fields
        )
    }
}

extension HTTPResponseHead: HTTPHead {
    package var bodyWithoutLength: HTTPBodyFraming { .untilClose }
    package var neverHasBody: Bool { status < 200 || status == 204 || status == 304 }

    package init(startLine: Substring, fields: HTTPFields) throws(HTTPError) {
        let words = startLine.utf8.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
            .map(Substring.init)
        guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
            throw .badStartLine(String(startLine.prefix(60)))
        }
        self.init(
            status: status,
            reason: words.count == 3 ? String(words[2]) : "",
            minorVersion: try parsedMinorVersion(words[0]),
            fields: fields
        )
    }
}

private func parsedMinorVersion(_ word: Substring) throws(HTTPError) -> Int {
    switch word {
    case "HTTP/1.1": 1
    case "HTTP/1.0": 0
    default: throw .unsupportedVersion(String(word.prefix(20)))
    }
}
