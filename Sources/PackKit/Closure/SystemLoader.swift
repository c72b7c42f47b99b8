import ELF
import Foundation
import ToolKit

/// This machine's own loader, asked with `--list`, which is what ldd does: the program itself is never run.
struct SystemLoader: LibraryResolver {
    /// The loader's path, from PT_INTERP of the program.
    let loader: String
    let toolbox: Toolbox
    let rules: LoaderRules

    func libraries(of path: String) throws -> ResolvedLibraries {
        var result = try toolbox.result(.at(loader), ["--list", path])
        var parsed = Self.parse(result.text)
        if !result.succeeded, parsed.missing.isEmpty {
            // With --list the loader stops at the first missing library; in the mode that ldd uses it lists them all.
            // It is still the loader that runs, with the program as its argument, and it starts nothing.
            var environment = Toolbox.environment()
            environment["LD_TRACE_LOADED_OBJECTS"] = "1"
            result = try toolbox.result(.at(loader), [path], environment: environment)
            parsed = Self.parse(result.text)
        }
        // A status other than 0 comes with a missing library, or a missing version; we check both ourselves.
        if !result.succeeded, parsed.found.isEmpty, parsed.missing.isEmpty {
            let detail = result.errors.split(separator: "\n").first.map(String.init) ?? result.status
            throw ToolError.cannotRead(path: path, cause: "\(loader) --list says: \(detail)")
        }
        return parsed
    }

    func placesSearched(for path: String) throws -> [String] { try rules.placesSearched(for: path) }

    /// Reads what the loader prints: `name => path (0xaddress)`, `name => not found`, `path (0xaddress)`.
    static func parse(_ text: String) -> ResolvedLibraries {
        var result = ResolvedLibraries()
        for line in text.split(separator: "\n") where line.hasPrefix("\t") {
            var rest = line.dropFirst()
            let missing = rest.hasSuffix(" => not found")
            if missing {
                rest = rest.dropLast(" => not found".count)
                let name = String(rest)
                if !result.missing.contains(name) { result.missing.append(name) }
                continue
            }
            guard let address = rest.range(of: " (0x", options: .backwards) else { continue }
            rest = rest[..<address.lowerBound]
            if let arrow = rest.range(of: " => ") {
                result.found.append(
                    FoundLibrary(name: String(rest[..<arrow.lowerBound]), path: String(rest[arrow.upperBound...]))
                )
            } else if rest.hasPrefix("/") {
                // The loader itself, or a library that is needed by its path; linux-vdso is not a file.
                result.found.append(FoundLibrary(name: String(rest), path: String(rest)))
            }
        }
        return result
    }
}
