import Platform
import ToolKit

/// A folder that plays a bucket: a function is called for each file that comes, as S3 notifies it.
///
/// The folder is looked at every quarter of a second. A file has come when it has been the same twice, so that one that is
/// still being written is not reported. Neither is what is there at the start.
package final class BucketWatcher {
    /// The most files that are watched; others are not reported.
    static let limit = 100_000
    private static let interval = Duration.milliseconds(250)

    /// One folder of a function.
    package struct Entry: Sendable {
        /// The function's name; a version or an alias may follow after a colon.
        package let function: String
        /// The folder.
        package let folder: String

        /// An entry.
        package init(function: String, folder: String) {
            self.function = function
            self.folder = folder
        }

        /// The name of the bucket, which is that of the folder as far as S3 takes it.
        package var bucket: String {
            let name = Paths.name(folder).lowercased().map { character -> Character in
                character.isASCII && (character.isLetter || character.isNumber || character == "-") ? character : "-"
            }
            return name.count < 3 ? "bucket-" + String(name) : String(name.prefix(63))
        }
    }

    private let entry: Entry
    private let place: Place
    private let loop: EventLoop
    private let send: (_ function: String, _ event: [UInt8]) -> Void
    /// What has been reported.
    private var known: [String: Files.Stamp]
    /// What has been seen once.
    private var fresh: [String: Files.Stamp] = [:]
    private var timer: EventLoop.Timer?
    /// Checksums that are being made.
    private var sums: [String: ToolSequence] = [:]

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - entry: The folder and the function.
    ///   - place: The account and region in the events.
    ///   - loop: The loop that everything runs on.
    ///   - send: Gets the events.
    package init(
        _ entry: Entry,
        in place: Place,
        loop: EventLoop,
        send: @escaping (_ function: String, _ event: [UInt8]) -> Void
    ) {
        self.entry = entry
        self.place = place
        self.loop = loop
        self.send = send
        known = Self.files(of: entry.folder)
        schedule()
    }

    /// Stops reporting.
    package func stop() {
        timer?.cancel()
        sums = [:]
    }

    private func schedule() {
        timer = loop.after(Self.interval) { [weak self] in
            self?.look()
            self?.schedule()
        }
    }

    private func look() {
        let now = Self.files(of: entry.folder)
        for path in known.keys where now[path] == nil { known[path] = nil }
        for (path, stamp) in now.sorted(by: { $0.key < $1.key }) where known[path] != stamp {
            guard fresh[path] == stamp else {
                fresh[path] = stamp
                continue
            }
            fresh[path] = nil
            known[path] = stamp
            tell(path)
        }
        fresh = fresh.filter { now[$0.key] != nil }
    }

    /// Reports a file, with the checksum that S3 uses as its entity tag.
    private func tell(_ key: String) {
        let path = entry.folder + "/" + key
        let id = Identifiers.uuid()
        sums[id] = ToolSequence(
            [.init(tool: Tool("md5sum", package: "coreutils"), arguments: ["--", path])],
            loop: loop
        ) { [weak self] failure in
            guard let self, let sum = sums.removeValue(forKey: id) else { return }
            guard failure == nil, let size = Files.status(path)?.size else { return }
            // A name with unusual characters begins with a backslash in the tool's output.
            let tag = sum.lastLine.drop { $0 == "\\" }.prefix(32)
            send(
                entry.function,
                Self.event(key, size: size, tag: String(tag), bucket: entry.bucket, at: .now, in: place)
            )
        }
    }

    /// The files below a folder, by their keys; hidden ones are what programs write on the way.
    private static func files(of folder: String) -> [String: Files.Stamp] {
        var found: [String: Files.Stamp] = [:]
        func add(_ path: String, _ key: String) {
            for name in (try? Files.list(path)) ?? [] where !name.hasPrefix(".") && found.count < limit {
                guard let stamp = Files.stamp("\(path)/\(name)") else { continue }
                let own = key.isEmpty ? name : "\(key)/\(name)"
                if stamp.isDirectory {
                    add("\(path)/\(name)", own)
                } else if Files.status("\(path)/\(name)")?.isRegular == true {
                    found[own] = stamp
                }
            }
        }
        add(folder, "")
        return found
    }

    /// The event of S3's notifications.
    static func event(
        _ key: String,
        size: Int,
        tag: String,
        bucket: String,
        at time: Timestamp,
        in place: Place
    ) -> [UInt8] {
        // Later ones are greater, as text.
        let sequencer = String(time.milliseconds, radix: 16).uppercased()
        let object = JSONValue.object([
            ("key", .string(encoded(key))), ("size", .int(size)), ("eTag", .string(tag)),
            ("sequencer", .string(String(repeating: "0", count: 18 - sequencer.count) + sequencer)),
        ])
        let s3 = JSONValue.object([
            ("s3SchemaVersion", "1.0"), ("configurationId", "shim-sim"),
            (
                "bucket",
                .object([
                    ("name", .string(bucket)), ("ownerIdentity", .object([("principalId", "A3NL1KOZZKExample")])),
                    ("arn", .string("arn:aws:s3:::\(bucket)")),
                ])
            ),
            ("object", object),
        ])
        let record = JSONValue.object([
            ("eventVersion", "2.1"), ("eventSource", "aws:s3"), ("awsRegion", .string(place.region)),
            ("eventTime", .string(time.iso8601)),
            ("eventName", "ObjectCreated:Put"),
            ("userIdentity", .object([("principalId", "AWS:simulator")])),
            ("requestParameters", .object([("sourceIPAddress", "127.0.0.1")])),
            (
                "responseElements",
                .object([
                    ("x-amz-request-id", .string(Identifiers.hex(8).uppercased())),
                    ("x-amz-id-2", .string(Identifiers.hex(32))),
                ])
            ),
            ("s3", s3),
        ])
        return Array(JSONValue.object([("Records", .array([record]))]).text.utf8)
    }

    /// As S3 writes keys in events: like a form, spaces as plus signs, slashes as they are.
    static func encoded(_ key: String) -> String {
        var text = ""
        for byte in key.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x2A, 0x2F:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x20: text += "+"
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16).uppercased()
            }
        }
        return text
    }
}
