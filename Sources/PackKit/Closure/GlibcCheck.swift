import ELF

/// Whether a target's glibc can run what is packed, and if not, why.
struct GlibcCheck: Sendable {
    /// A version that a file wants and the target does not have.
    struct Unmet: Equatable, Sendable {
        let file: String
        let version: String
        let symbol: String?

        /// The need as text, `fmod@GLIBC_2.38 in libfoo.so.1`.
        var detail: String { "\(symbol.map { $0 + "@" } ?? "")\(version) in \(file)" }
    }

    /// The glibc of the system the package is for; `nil` where it has none.
    let available: GlibcVersion?
    let machine: Machine

    /// What a file wants beyond the target's glibc, the newest first.
    func unmet(_ binary: Binary) -> [Unmet] {
        guard !GlibcFamily.contains(binary.file.soname ?? "") else { return [] }
        var result: [(GlibcVersion?, Unmet)] = []
        for need in binary.file.versionNeeds where GlibcFamily.contains(need.file) {
            for version in need.versions where !version.isWeak {
                let number = GlibcVersion(symbolVersion: version.name)
                if let number, let available, number <= available { continue }
                result.append((number, Unmet(file: binary.name, version: version.name, symbol: version.symbol)))
            }
        }
        // One without a number, GLIBC_PRIVATE, fits only its own glibc: it comes first.
        return result.sorted { left, right in
            guard let a = left.0 else { return right.0 != nil }
            guard let b = right.0 else { return false }
            return a > b
        }.map(\.1)
    }

    /// Whether the target's own loader can load a file, its libraries aside.
    func fits(_ binary: Binary) -> Bool {
        guard let interpreter = binary.file.interpreter, binary.file.kind == .dynamicExecutable else {
            return unmet(binary).isEmpty && binary.file.needed.allSatisfy { !isAbsentOnTarget($0) }
        }
        return interpreter == GlibcFamily.loader(for: machine) && unmet(binary).isEmpty
            && binary.file.needed.allSatisfy { !isAbsentOnTarget($0) }
    }

    /// Why the target's glibc is not enough for a program; `nil` where it is.
    ///
    /// - Parameters:
    ///   - program: The name of the program for the message.
    ///   - binaries: The program and all that is loaded with it.
    ///   - target: The name of the target.
    /// - Returns: The reason as text.
    func reason(program: String, binaries: [Binary], target: String) -> String? {
        guard let available else {
            let needs = binaries.contains { $0.file.kind == .dynamicExecutable }
            return needs ? "\(program) needs a glibc; \(target) has none" : nil
        }
        if let other = binaries.first(where: { binary in
            binary.file.kind == .dynamicExecutable && binary.file.interpreter != GlibcFamily.loader(for: machine)
        }) {
            return "\(program) needs the loader \(other.file.interpreter ?? ""); \(target) does not have it"
        }
        for binary in binaries {
            if let name = binary.file.needed.first(where: isAbsentOnTarget) {
                return "\(program) needs \(name) (\(binary.name)); \(target) does not have it"
            }
        }
        let all = binaries.flatMap(unmet)
        let worst =
            all.first { GlibcVersion(symbolVersion: $0.version) == nil }
            ?? all.max { left, right in
                (GlibcVersion(symbolVersion: left.version) ?? GlibcVersion(0))
                    < (GlibcVersion(symbolVersion: right.version) ?? GlibcVersion(0))
            }
        guard let worst else { return nil }
        return "\(program) needs \(worst.version) (\(worst.detail)); \(target) has \(available)"
    }

    private func isAbsentOnTarget(_ name: String) -> Bool { GlibcFamily.notOnTargets.contains(name) }
}
