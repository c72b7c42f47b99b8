import Foundation
import LambdaWire
import Platform
import ToolKit

/// Functions, layers and their code in a folder: what was there is there again after a restart.
///
///     functions/NAME.json   everything about one function
///     layers/NAME.json      everything about one layer
///     mappings/ID.json      one event source mapping
///     signing/ID.json       one code signing configuration
///     code/SHA256           zips, by their content; folders of images, by their digest
///     incoming/             images that are being fetched
///     lock                  held by the simulator that uses the folder
///
/// Each change writes one file, whole (``Files/replace(_:with:mode:)``), and code before whatever refers to it: a simulator
/// that is killed leaves the old state or the new one. Code that nothing refers to is removed at the next start.
package final class ControlStore {
    private static let longestRecord = 64 << 20
    /// What has records.
    private static let folders = ["functions", "layers", "mappings", "signing"]

    /// The folder.
    package let folder: String
    private(set) package var functions: [String: FunctionRecord] = [:]
    private(set) package var layers: [String: LayerRecord] = [:]
    private(set) var mappings: [String: MappingRecord] = [:]
    private(set) var signings: [String: SigningRecord] = [:]
    private var incoming = 0
    private let lock: FileLock
    private let signals: Int32?

    /// Opens a folder, which is made if need be.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - signals: Where signals are read, which end what a program of the system does for the store.
    /// - Throws: ``SimError`` where it cannot be used, or another simulator uses it.
    package init(_ folder: String, signals: Int32? = nil) throws(SimError) {
        self.folder = folder
        self.signals = signals
        do throws(SystemError) {
            for name in [""] + Self.folders.map({ "/" + $0 }) + ["/code", "/incoming"] {
                try Files.makeFolder(folder + name, mode: 0o700)
            }
            guard let held = try FileLock.make(folder + "/lock") else { throw SystemError(call: "flock", errno: 11) }
            lock = held
        } catch {
            if error.call == "flock", error.errno == 11 { throw .dataInUse(folder) }
            throw .file(operation: "use the data folder", path: folder, error)
        }
        functions = try Self.read(folder + "/functions") { $0.name }
        layers = try Self.read(folder + "/layers") { $0.name }
        mappings = try Self.read(folder + "/mappings") { $0.id }
        signings = try Self.read(folder + "/signing") { $0.id }
        removeUnusedCode()
        for name in (try? Files.list(folder + "/incoming")) ?? [] { discard("\(folder)/incoming/\(name)") }
    }

    private static func read<R: Decodable>(
        _ folder: String,
        _ name: (R) -> String
    ) throws(SimError) -> [String: R] {
        var records: [String: R] = [:]
        do throws(SystemError) {
            for file in try Files.list(folder) where file.hasSuffix(".json") {
                let path = folder + "/" + file
                let bytes = try Files.read(path, atMost: longestRecord)
                guard let record = try? JSONDecoder().decode(R.self, from: Data(bytes)), name(record) + ".json" == file
                else {
                    throw SystemError(call: path, errno: 0)
                }
                records[name(record)] = record
            }
        } catch {
            if error.errno == 0 { throw .badData(error.call) }
            throw .file(operation: "read the data folder", path: folder, error)
        }
        return records
    }

    // MARK: - Records

    /// Keeps a function as it is now.
    package func save(_ record: FunctionRecord) throws(ControlError) {
        try write(record, "functions/\(record.name).json")
        functions[record.name] = record
    }

    /// Keeps a layer as it is now.
    package func save(_ record: LayerRecord) throws(ControlError) {
        try write(record, "layers/\(record.name).json")
        layers[record.name] = record
    }

    func save(_ record: MappingRecord) throws(ControlError) {
        try write(record, "mappings/\(record.id).json")
        mappings[record.id] = record
    }

    func save(_ record: SigningRecord) throws(ControlError) {
        try write(record, "signing/\(record.id).json")
        signings[record.id] = record
    }

    /// Forgets a function, and its code if nothing else has it.
    package func removeFunction(_ name: String) throws(ControlError) {
        try remove("functions/\(name).json")
        functions[name] = nil
        removeUnusedCode()
    }

    func removeMapping(_ id: String) throws(ControlError) {
        try remove("mappings/\(id).json")
        mappings[id] = nil
    }

    func removeSigning(_ id: String) throws(ControlError) {
        try remove("signing/\(id).json")
        signings[id] = nil
    }

    private func write(_ record: some Encodable, _ name: String) throws(ControlError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(record)) + [0x0A]
        } catch {
            throw .service("cannot write \(name): \(error)")
        }
        do throws(SystemError) {
            // The user's variables may be secrets.
            try Files.replace(folder + "/" + name, with: bytes, mode: 0o600)
        } catch {
            throw .service("cannot write '\(folder)/\(name)': \(error)")
        }
    }

    private func remove(_ name: String) throws(ControlError) {
        do throws(SystemError) {
            try Files.removeTree(folder + "/" + name)
        } catch {
            throw .service("cannot remove '\(folder)/\(name)': \(error)")
        }
    }

    // MARK: - Code

    /// The path of a zip, or of the folder of an image.
    package func path(_ blob: String) -> String { "\(folder)/code/\(blob)" }

    /// Keeps a zip under the name of its content.
    ///
    /// - Throws: ``ControlError`` of what is not a zip, or too large, with Lambda's texts.
    package func add(zip bytes: [UInt8]) throws(ControlError) -> CodeReference {
        guard bytes.count <= LambdaLimit.zippedCode else {
            throw .tooLarge("Zipped size must be smaller than \(LambdaLimit.zippedCode) bytes")
        }
        return try add(bytes)
    }

    /// Keeps a zip that came by S3, which may be larger than one in a request.
    package func add(_ bytes: [UInt8]) throws(ControlError) -> CodeReference {
        guard let directory = ZipDirectory(bytes) else {
            throw .invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
        }
        guard directory.unpackedSize < LambdaLimit.unpackedCode else {
            throw .unpackedCodeTooLarge
        }
        let fresh = path("upload.new")
        do throws(SystemError) {
            try Files.replace(fresh, with: bytes, mode: 0o600)
            let digest = try digest(fresh)
            try Files.rename(fresh, to: path(digest))
            return CodeReference(
                sha256: Self.base64(digest),
                size: bytes.count,
                blob: digest,
                unpackedSize: directory.unpackedSize
            )
        } catch {
            throw .service("cannot keep the code in '\(folder)': \(error)")
        }
    }

    /// A folder for an image that is being fetched; it goes by ``add(image:_:)`` or ``discard(_:)``.
    func makeIncoming() throws(ControlError) -> String {
        incoming += 1
        let path = "\(folder)/incoming/\(incoming)"
        do throws(SystemError) {
            try Files.makeFolder(path, mode: 0o700)
        } catch {
            throw .service("cannot make the folder '\(path)': \(error)")
        }
        return path
    }

    /// Removes a folder that nobody wants any more.
    func discard(_ path: String) { try? Files.removeTree(path) }

    /// Keeps an image under the digest of its manifest.
    ///
    /// - Parameters:
    ///   - image: A folder of ``makeIncoming()``, as `skopeo copy … dir:` has filled it; it is gone afterwards.
    ///   - reference: Where the image is from.
    /// - Returns: What a version keeps of it.
    /// - Throws: ``ControlError`` where the folder cannot be kept.
    func add(image: String, _ reference: ImageReference) throws(ControlError) -> CodeReference {
        do throws(SystemError) {
            let digest = try digest(image + "/manifest.json")
            if Files.entry(path(digest)) == nil {
                try Files.rename(image, to: path(digest))
            } else {
                discard(image)
            }
            return CodeReference(
                sha256: digest,
                size: 0,
                blob: digest,
                unpackedSize: 0,
                imageURI: reference.uri,
                resolvedImageURI: "\(reference.repository)@sha256:\(digest)"
            )
        } catch {
            discard(image)
            throw .service("cannot keep the image in '\(folder)': \(error)")
        }
    }

    private func digest(_ path: String) throws(SystemError) -> String {
        do {
            return try Checksum(toolbox: Toolbox(interrupts: signals)).hex(path)
        } catch {
            throw SystemError(call: "\(error)", errno: 5)
        }
    }

    private static func base64(_ digest: String) -> String {
        var bytes: [UInt8] = []
        var rest = digest[...]
        while !rest.isEmpty {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return Data(bytes).base64EncodedString()
    }

    /// Removes zips and images that no function and no layer refers to, and what a killed simulator had not finished.
    package func removeUnusedCode() {
        var used: Set<String> = []
        for function in functions.values {
            for version in function.versions + [function.latest] {
                used.insert(version.code.blob)
                used.formUnion(version.settings.layers.map(\.blob))
            }
        }
        for layer in layers.values { used.formUnion(layer.versions.map(\.code.blob)) }
        for folder in Self.folders + ["code"] {
            for name in (try? Files.list("\(self.folder)/\(folder)")) ?? [] {
                if folder == "code" ? !used.contains(name) : name.hasSuffix(".new") {
                    try? Files.removeTree("\(self.folder)/\(folder)/\(name)")
                }
            }
        }
    }
}
